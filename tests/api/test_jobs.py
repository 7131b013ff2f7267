# SPDX-License-Identifier: Apache-2.0
"""Jobs through /v1/jobs. Where a test needs a job in a state of its own it puts its row into the stopped server's metadata."""

import contextlib
import re
import sqlite3
import time

import pytest

from support.jobs import put_job

WAIT = 30  # seconds, for what happens at once


def state_of(api, job):
    return api.get(f"/v1/jobs/{job}", expect=200).json()["state"]


def wait_for(api, job, state):
    deadline = time.monotonic() + WAIT
    while (now := state_of(api, job)) != state:
        assert time.monotonic() < deadline, f"job {job} is {now}, not {state}"
        time.sleep(0.02)
    return api.get(f"/v1/jobs/{job}").json()


@pytest.fixture
def stopped(make_server):
    """A server with users of every role in main, and none; it is not running."""
    server = make_server()
    server.start()
    admin = server.admin()
    for role in ("viewer", "editor", "owner"):
        admin.make_user(role, workspace="main", role=role)
    admin.make_user("stranger")
    server.stop()
    return server


def test_the_house_sweeps_by_itself_and_shows_it_to_its_owners(stopped):
    server = stopped.start()
    admin = server.admin()
    deadline = time.monotonic() + WAIT
    while not (sweeps := admin.get("/v1/jobs?kind=sweep&state=succeeded", expect=200).json()["jobs"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    sweep = sweeps[0]
    assert sweep["result"] == {"idempotency_keys": 0, "jobs": 0, "query_results": 0}
    assert sweep["attempts"] == 1 and "workspace" not in sweep and "error" not in sweep
    lines = admin.get(f"/v1/jobs/{sweep['id']}/log", expect=200).json()["lines"]
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["line"] == "succeeded"
    editor = server.api().login("editor", "Some-password-1")
    assert editor.get("/v1/jobs", expect=200).json() == {"jobs": []}
    editor.get(f"/v1/jobs/{sweep['id']}", expect=404)
    assert re.search(r'boathouse_jobs_ended_total\{kind="sweep",state="succeeded"\} \d', admin.get("/metrics").text)


def test_old_jobs_and_expired_keys_are_swept(make_server):
    server = make_server(args=["--keep-jobs-for", "1h", "--keep-jobs", "2"]).start()
    server.stop()
    hour = 3600 * 1_000_000
    now = int(time.time() * 1e6)
    old = put_job(server, state="succeeded", finished_at=now - hour - 60_000_000)
    kept = [put_job(server, state="failed", finished_at=now - i * 1_000_000) for i in range(3)]
    waits = put_job(server, created_at=1)
    sweep = put_job(server, kind="sweep", workspace=None)
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as database, database:
        for key, expires in (("gone", now - 1), ("stays", now + hour)):
            database.execute("INSERT INTO idempotency VALUES ('s', ?, 'h', 200, '{}', ?)", [key, expires])
    admin = server.start().admin()
    wait_for(admin, sweep, "succeeded")
    ids = {job["id"] for job in admin.get("/v1/jobs?workspace=main", expect=200).json()["jobs"]}
    assert ids == {kept[0], kept[1], waits}
    admin.get(f"/v1/jobs/{old}", expect=404)
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as database:
        assert database.execute("SELECT key FROM idempotency").fetchall() == [("stays",)]


def test_what_a_killed_server_had_begun_is_taken_back_at_once(stopped):
    node = (stopped.data / "node").read_text()
    far = int((time.time() + 3600) * 1e6)
    begun = put_job(stopped, kind="sweep", workspace=None, state="running", attempts=1, fencing=4, lease_owner=node, lease_until=far)
    queued = put_job(stopped, kind="sweep", workspace=None)
    foreign = put_job(stopped, kind="sweep", workspace=None, state="running", attempts=1, lease_owner="another", lease_until=far)
    asked = put_job(stopped, kind="sweep", workspace=None, state="running", cancel_requested=1, lease_owner=node, lease_until=far)
    admin = stopped.start().admin()
    assert wait_for(admin, begun, "succeeded")["attempts"] == 2
    assert wait_for(admin, queued, "succeeded")["attempts"] == 1
    assert state_of(admin, foreign) == "running", "its lease holds"
    assert state_of(admin, asked) == "cancelled"


def test_jobs_outlive_a_kill(stopped):
    ids = [put_job(stopped, kind="mystery", object=f"o{i}") for i in range(3)]
    stopped.start()
    stopped.restart(kill=True)
    admin = stopped.admin()
    assert {job["id"] for job in admin.get("/v1/jobs?kind=mystery&state=queued").json()["jobs"]} == set(ids)


def test_cancel_and_retry(stopped):
    waits = put_job(stopped, kind="sweep", workspace=None, run_at=int((time.time() + 3600) * 1e6))
    failed = put_job(stopped, kind="sweep", workspace=None, state="failed", error="no answer", attempts=5, finished_at=1 + int(time.time() * 1e6))
    firm = put_job(stopped, cancellable=0)
    admin = stopped.start().admin()
    assert admin.post(f"/v1/jobs/{waits}/retry").status_code == 409
    assert admin.post(f"/v1/jobs/{waits}/cancel", expect=200).json()["state"] == "cancelled"
    assert admin.post(f"/v1/jobs/{waits}/cancel").status_code == 409
    assert admin.post(f"/v1/jobs/{waits}/retry", expect=200).json()["id"] == waits
    wait_for(admin, waits, "succeeded")
    assert admin.post(f"/v1/jobs/{waits}/retry").status_code == 409

    assert admin.get(f"/v1/jobs/{failed}").json()["error"] == "no answer"
    admin.post(f"/v1/jobs/{failed}/retry", expect=200)
    done = wait_for(admin, failed, "succeeded")
    assert done["attempts"] == 1 and "error" not in done and done["finished_at"] > done["created_at"]

    refused = admin.post(f"/v1/jobs/{firm}/cancel")
    assert refused.status_code == 409 and "cannot be cancelled" in refused.json()["detail"]
    assert state_of(admin, firm) == "queued"
    what = [(entry["what"], entry["target"]) for entry in admin.get("/v1/audit").json()["entries"]]
    assert ("cancel-job", waits) in what and ("retry-job", failed) in what


def test_who_may_see_and_change_a_job(stopped):
    job = put_job(stopped, object="orders")
    admin_id = sqlite3.connect(stopped.data / "boathouse.db").execute("SELECT id FROM users WHERE name = 'owner'").fetchone()[0]
    private = put_job(stopped, user_id=admin_id, is_private=1)
    own = put_job(stopped, kind="mystery", workspace=None)
    server = stopped.start()
    speak = {name: server.api().login(name, "Some-password-1") for name in ("viewer", "editor", "owner", "stranger")}

    def statuses(method, path):
        return {name: api.request(method, path).status_code for name, api in speak.items()}

    assert statuses("GET", f"/v1/jobs/{job}") == {"viewer": 200, "editor": 200, "owner": 200, "stranger": 404}
    assert statuses("GET", f"/v1/jobs/{job}/log") == {"viewer": 200, "editor": 200, "owner": 200, "stranger": 404}
    assert statuses("GET", f"/v1/jobs/{private}") == {"viewer": 404, "editor": 404, "owner": 200, "stranger": 404}
    assert statuses("GET", f"/v1/jobs/{own}") == {"viewer": 404, "editor": 404, "owner": 200, "stranger": 404}
    assert statuses("POST", f"/v1/jobs/{own}/cancel") == {"viewer": 404, "editor": 404, "owner": 200, "stranger": 404}
    assert statuses("GET", "/v1/jobs?workspace=main") == {"viewer": 200, "editor": 200, "owner": 200, "stranger": 404}
    assert statuses("POST", f"/v1/jobs/{job}/retry") == {"viewer": 403, "editor": 409, "owner": 409, "stranger": 404}
    assert statuses("POST", f"/v1/jobs/{job}/cancel") == {"viewer": 403, "editor": 200, "owner": 409, "stranger": 404}
    assert statuses("GET", "/v1/jobs/nonsense") == dict.fromkeys(speak, 404)
    assert server.api().get(f"/v1/jobs/{job}").status_code == 401

    def seen(api):
        return {row["id"] for row in api.get("/v1/jobs?kind=mystery", expect=200).json()["jobs"]}

    assert seen(speak["stranger"]) == set()
    assert seen(speak["viewer"]) == {job}
    assert seen(speak["owner"]) == {job, private, own}
    narrowed = speak["owner"].post("/v1/tokens", json={"name": "t", "workspace": "main", "role": "viewer"}, expect=201).json()["token"]
    reader = server.api().with_token(narrowed)
    assert seen(reader) == {job, private}
    assert reader.post(f"/v1/jobs/{job}/cancel").status_code == 403
    assert reader.get(f"/v1/jobs/{own}").status_code == 404


def test_lists_filter_and_page(stopped):
    made = [put_job(stopped, object=f"o{i % 2}", created_at=i) for i in range(4)]
    made.append(put_job(stopped, object="o0", created_at=4, state="failed", finished_at=int(time.time() * 1e6)))
    admin = stopped.start().admin()
    seen, token = [], ""
    while True:
        page = admin.get("/v1/jobs?kind=mystery&limit=2" + (f"&page_token={token}" if token else ""), expect=200).json()
        seen += [job["id"] for job in page["jobs"]]
        assert len(page["jobs"]) <= 2
        if not (token := page.get("next_page_token")):
            break
    assert seen == made[::-1]
    count = lambda query: len(admin.get("/v1/jobs?kind=mystery&" + query, expect=200).json()["jobs"])  # noqa: E731
    assert count("object=o1") == 2
    assert count("state=failed") == 1
    assert count("state=running") == 0
    for wrong in ("state=done", "colour=red", "limit=0", "limit=1001", "page_token=x"):
        answer = admin.get(f"/v1/jobs?{wrong}")
        assert answer.status_code == 400 and wrong.split("=")[0] in answer.text, wrong
