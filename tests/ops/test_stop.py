# SPDX-License-Identifier: Apache-2.0
"""SIGTERM under load: what was answered with 200 is there whole, what was not is there whole or not at all, the status is 0."""

import json
import threading
import time

import pytest
import requests

from support.jobs import put_job

ROWS = 200
CLIENTS = 6
WAIT = 30


class Senders:
    """Clients that upload batch after batch, half of them slowly, until the server says no more."""

    def __init__(self, server):
        self.server = server
        self.admin = server.admin()
        self.batches = set()
        self.asked = set()
        self.unexpected = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._send, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()

    def wait_for(self, count):
        deadline = time.monotonic() + WAIT
        while len(self.batches) < count:
            assert time.monotonic() < deadline and not self.unexpected, self.unexpected
            time.sleep(0.005)

    def _send(self, number):
        session, turn = requests.Session(), 0
        session.headers.update(self.admin.session.headers)
        while True:
            turn += 1
            batch = number * 10_000 + turn
            self.asked.add(batch)
            lines = ["batch,n\n", *(f"{batch},{n}\n" for n in range(ROWS))]
            try:
                answer = session.post(self.server.url + self.admin.rows_path(f"t{number % 2}"), data=slowly(lines) if number >= CLIENTS // 2 else
                                      "".join(lines).encode(), headers={"Content-Type": "text/csv"}, timeout=60)
            except requests.RequestException:
                return  # no connection is accepted any more, or an idle one was closed
            if answer.status_code == 503:
                return
            with self.lock:
                if answer.status_code != 200 or answer.json()["rows_accepted"] != ROWS:
                    self.unexpected.append(answer.text)
                    return
                self.batches.add(batch)


def slowly(lines):
    """A chunked body that takes a fifth of a second."""
    for start in range(0, len(lines), 20):
        yield "".join(lines[start:start + 20]).encode()
        time.sleep(0.02)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("turn", range(3))
def test_a_stop_under_load_loses_nothing(make_server, turn):
    server = make_server().start()
    for table in ("t0", "t1"):
        server.admin().put_contract(table, ["batch INTEGER required", "n INTEGER required"])
    with Senders(server) as senders:
        senders.wait_for(6 + 7 * turn)
        server.stop()  # asserts the status
    assert senders.unexpected == []
    assert not any((server.data / "run").glob("listen.json"))
    admin = server.start().admin()
    there = {}
    for table in ("t0", "t1"):
        there |= dict(admin.sql(f"SELECT batch, count(DISTINCT n) FROM {table} GROUP BY batch", limit=100_000))
        assert admin.describe(table)["rows"] == admin.value(f"SELECT count(*) FROM {table}")
    assert senders.batches <= there.keys() <= senders.asked
    assert set(there.values()) == {ROWS}, "no batch is there in part"
    # Upkeep of the tables may be at work there by now.
    deadline = time.monotonic() + 30
    while (left := [path for path in (server.data / "staging").rglob("*") if path.is_file()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == [], "nothing half received stays"
    wrong = [line for line in server.log_path.read_text().splitlines() if line.startswith("{") and json.loads(line)["level"] == "error"]
    assert wrong == []


def test_what_a_client_still_sends_when_the_stop_comes_is_finished(make_server):
    server = make_server().start()
    admin = server.admin()
    admin.put_contract("t", ["id INTEGER required"])
    begun, stopping = threading.Event(), threading.Event()

    def body():
        yield b"id\n1\n"
        begun.set()
        assert stopping.wait(WAIT)
        yield b"2\n"

    answers = []
    sender = threading.Thread(target=lambda: answers.append(admin.post_rows("t", body())))
    sender.start()
    assert begun.wait(WAIT)
    server.process.terminate()
    deadline = time.monotonic() + WAIT
    while (server.data / "run" / "listen.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stopping.set()
    sender.join()
    assert answers[0].json()["rows_accepted"] == 2
    assert answers[0].headers.get("Connection") == "close"
    assert server.process.wait(timeout=WAIT) == 0
    assert server.start().admin().sql("SELECT id FROM t ORDER BY id") == [(1,), (2,)]


def test_jobs_that_run_or_wait_are_done_after_a_stop(make_server):
    server = make_server().start()
    admin = server.admin()
    admin.post_rows("t", "id,name\n" + "".join(f"{n},name {n}\n" for n in range(200_000)))
    jobs = [admin.post(admin.table_path("t", "/backups"), expect=202).json()["id"] for _ in range(12)]
    unknown = put_job(server)  # no server knows its kind
    server.restart()
    admin = server.admin()
    deadline = time.monotonic() + 4 * WAIT
    while {state := admin.get(f"/v1/jobs/{job}", expect=200).json()["state"] for job in jobs} - {"succeeded"}:
        assert state in ("queued", "running", "succeeded") and time.monotonic() < deadline, state
        time.sleep(0.05)
    assert len(admin.get(admin.table_path("t", "/backups"), expect=200).json()["backups"]) == len(jobs)
    assert admin.get(f"/v1/jobs/{unknown}", expect=200).json()["state"] == "queued"
