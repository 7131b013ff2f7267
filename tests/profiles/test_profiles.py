# SPDX-License-Identifier: Apache-2.0
"""Profiles of versions: when they are made, for whom, and how long they are kept."""

import time

import pytest

from profiles.profiling import columns, profile, send
from support.api import TIMEOUT


def jobs(client, table):
    return [job for job in client.get("/v1/jobs", params={"kind": "profile", "workspace": "main"}, expect=200).json()["jobs"]
            if job["object"] == table]


def job_of(client, table):
    """The table's job, once it has ended."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        found = jobs(client, table)
        if found and found[0]["state"] not in ("queued", "running"):
            return found[0]
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_every_version_has_its_own(admin, table):
    first = admin.post_rows(table, "n\n1\n2\n").json()["version"]
    second = admin.post_rows(table, "n,more\n3,x\n").json()["version"]
    newest = profile(admin, table)
    assert (newest["table"], newest["version"], newest["rows"], newest["exact"]) == (table, second, 3, True)
    assert [column["name"] for column in newest["columns"]] == ["n", "more"]
    older = profile(admin, table, version=first)
    assert older["version"] == first and older["rows"] == 2 and [column["name"] for column in older["columns"]] == ["n"]
    assert older["at"] == next(v["at"] for v in admin.versions(table) if v["version"] == first)


def test_it_is_made_once(admin, table):
    admin.post_rows(table, "n\n1\n")
    assert profile(admin, table) == profile(admin, table)


def test_a_commit_has_its_table_profiled(admin, table):
    version = admin.post_rows(table, "n\n1\n2\n").json()["version"]
    job = job_of(admin, table)
    assert job["state"] == "succeeded" and job["result"]["version"] == version and job["result"]["rows"] == 2


def test_commits_that_come_fast_share_a_job(admin, table):
    for i in range(10):
        admin.post_rows(table, f"n\n{i}\n")
    version = admin.versions(table)[0]["version"]
    assert job_of(admin, table)["state"] == "succeeded"
    assert len(jobs(admin, table)) < 10 and profile(admin, table)["version"] == version


def test_rejected_rows_are_not_profiled(admin, table):
    admin.put_contract(table, ["n INTEGER required"])
    admin.post_rows(table, "n\n1\nx\n")
    job_of(admin, table)
    assert jobs(admin, table + "__quarantine") == []
    admin.get(admin.table_path(table + "__quarantine", "/profile"), expect=404)


def test_a_contract_is_held_against_the_rows(admin, table):
    admin.post_rows(table, "id,age,state,code,gone\n1,5,on,AB,\n2,200,off,A1,\n2,-3,odd,ABCD,x\n")
    assert {(f["kind"], f["column"]) for f in profile(admin, table)["findings"]} == {("mostly-missing", "gone")}
    admin.put_contract(table, [{"name": "id", "type": "BIGINT", "unique": True}, {"name": "age", "type": "BIGINT", "min": 0, "max": 120},
                               {"name": "state", "type": "STRING", "values": ["on", "off"], "required": True},
                               {"name": "code", "type": "STRING", "pattern": "[A-Z]+", "max_length": 3},
                               {"name": "gone", "type": "STRING", "required": False}])
    found = {(f["severity"], f["kind"], f["column"], f.get("rows")) for f in profile(admin, table)["findings"]}
    assert {("error", "unique", "id", None), ("error", "min", "age", 1), ("error", "max", "age", 1), ("error", "values", "state", 1),
            ("error", "pattern", "code", 1), ("error", "max_length", "code", 1), ("warning", "mostly-missing", "gone", 2),
            ("info", "could-be-required", "age", None), ("info", "could-be-unique", "code", None)} <= found
    assert ("info", "could-be-required", "state", None) not in found and ("info", "could-be-unique", "id", None) not in found


def test_no_profile_of_nothing(admin, table):
    admin.get(admin.table_path(table, "/profile"), expect=404)
    admin.post_rows(table, "n\n1\n")
    admin.get(admin.table_path(table, "/profile"), params={"version": "1"}, expect=404)
    for wrong in ({"version": "x"}, {"versoin": "1"}):
        answer = admin.get(admin.table_path(table, "/profile"), params=wrong, expect=400)
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_strangers_are_told_nothing(admin, table, user_name):
    admin.post_rows(table, "n\n1\n")
    stranger = admin.make_user(user_name)
    stranger.get(admin.table_path(table, "/profile"), expect=404)
    admin.put(f"/v1/workspaces/main/members/{user_name}", json={"role": "viewer"})
    assert columns(stranger, table)["n"]["distinct"] == 1


def test_a_table_that_comes_again_has_no_profiles_of_the_one_before(admin, table):
    admin.post_rows(table, "n\n1\n")
    profile(admin, table)
    admin.delete(admin.table_path(table), expect=204)
    admin.get(admin.table_path(table, "/profile"), expect=404)
    admin.post_rows(table, "t\nx\n")
    assert list(columns(admin, table)) == ["t"]


def test_compaction_changes_no_profile(make_server):
    server = make_server(env={"BOATHOUSE_MAINTENANCE_EVERY": "1s"}).start()
    admin = server.admin()
    for i in range(40):
        admin.post_rows("t", f"n\n{i}\n")
    deadline = time.monotonic() + TIMEOUT
    while not any(v["operation"] == "replace" for v in admin.versions("t")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    told = profile(admin, "t")
    assert told["version"] == admin.versions("t")[0]["version"] and told["rows"] == 40 and columns(admin, "t")["n"]["max"] == 39


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_restart_in_the_middle(make_server, how):
    server = make_server().start()
    admin = server.admin()
    send(admin, "t", {"n": list(range(200_000)), "t": [f"text {i}" for i in range(200_000)]})
    getattr(server, how)()
    server.start()
    admin = server.admin()
    assert job_of(admin, "t")["state"] == "succeeded"
    assert columns(admin, "t")["n"]["distinct"] == 200_000


def test_off_means_only_when_asked(make_server):
    server = make_server(env={"BOATHOUSE_PROFILES": "off"}).start()
    admin = server.admin()
    admin.post_rows("t", "n\n1\n")
    assert profile(admin, "t")["rows"] == 1 and jobs(admin, "t") == []
