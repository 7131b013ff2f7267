# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, many times: what was acknowledged is there, whole, once; nothing is there by half."""

import collections
import itertools
import os
import random
import threading
import time

import pytest
import requests

from support.readers import read_with_pyiceberg

ROUNDS = int(os.environ.get("BOATHOUSE_KILL_ROUNDS", "6"))
CLIENTS = 4
ROWS = 25


class Load:
    """Clients that send batches until they are told to stop or the server dies; remembers what was answered."""

    def __init__(self, admin):
        self.admin = admin
        self.numbers = itertools.count(1)
        self.acknowledged = set()
        self.in_doubt = set()

    def run_until(self, kill):
        self.stop = threading.Event()
        threads = [threading.Thread(target=self._client, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        kill()
        self.stop.set()
        for thread in threads:
            thread.join()

    def _client(self, number):
        api = type(self.admin)(self.admin.url, dict(self.admin.session.headers), allow_5xx=True)
        while not self.stop.is_set():
            batch = next(self.numbers)
            try:
                if number % 2:
                    answer = api.post_rows("upserted", body_of(batch), mode="upsert", expect=None, headers={"Idempotency-Key": str(batch)})
                else:
                    answer = api.post_rows("appended", body_of(batch), expect=None, headers={"Idempotency-Key": str(batch)})
            except requests.RequestException:
                self.in_doubt.add((number % 2, batch))
                return
            if answer.status_code == 503:  # draining
                self.in_doubt.add((number % 2, batch))
                return
            assert answer.status_code == 200 and answer.json()["rows_accepted"] == ROWS, answer.text
            self.acknowledged.add((number % 2, batch))


def body_of(batch):
    return "batch,n\n" + "".join(f"{batch},{n}\n" for n in range(ROWS)) + f"{batch},bad\n"


def check(admin, load):
    for upsert, table in enumerate(("appended", "upserted")):
        there = {batch: (rows, distinct) for batch, rows, distinct in
                 admin.sql(f"SELECT batch, count(*), count(DISTINCT n) FROM {table} GROUP BY batch", limit=1_000_000)}
        acknowledged = {batch for kind, batch in load.acknowledged if kind == upsert}
        in_doubt = {batch for kind, batch in load.in_doubt if kind == upsert}
        assert acknowledged <= there.keys(), f"lost of {table}: {sorted(acknowledged - there.keys())}"
        assert there.keys() <= acknowledged | in_doubt
        assert set(there.values()) <= {(ROWS, ROWS)}, f"not whole, once: {[b for b, n in there.items() if n != (ROWS, ROWS)]}"
        quarantined = collections.Counter(row[0] for row in admin.sql(
            f"SELECT json_extract_string(data::JSON, '$.batch') FROM \"{table}$quarantine\"", limit=1_000_000))
        assert quarantined == collections.Counter(str(batch) for batch in there), "a table and its quarantine move together"
        told = admin.describe(table)
        assert told["rows"] == ROWS * len(there)
        assert read_with_pyiceberg(told["metadata_location"]).num_rows == told["rows"]


@pytest.mark.timeout(600)
def test_acknowledged_rows_survive_kill_9_exactly_once(make_server):
    server = make_server().start()
    admin = server.admin()
    for table in ("appended", "upserted"):
        admin.put_contract(table, ["batch INTEGER required", "n INTEGER required"], key=["batch", "n"])
        admin.post_rows(table, body_of(0))
    load, dice = Load(admin), random.Random()
    load.acknowledged |= {(0, 0), (1, 0)}
    for _ in range(ROUNDS):
        before = len(load.acknowledged)

        def kill_in_the_middle():
            deadline = time.monotonic() + 30
            while len(load.acknowledged) < before + 4 and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(dice.uniform(0, 0.3))
            server.kill()

        load.run_until(kill_in_the_middle)
        assert len(load.acknowledged) >= before + 4, "the load did something before the kill"
        server.start()
        load.admin = admin = server.admin()
        check(admin, load)
        # Sending again what is in doubt, with the same key, makes it true once.
        for upsert, batch in sorted(load.in_doubt):
            table, query = ("upserted", {"mode": "upsert"}) if upsert else ("appended", {})
            admin.post_rows(table, body_of(batch), headers={"Idempotency-Key": str(batch)}, **query)
        load.acknowledged |= load.in_doubt
        load.in_doubt.clear()
        check(admin, load)


def test_a_stop_finishes_what_it_has_begun(make_server):
    server = make_server().start()
    admin = server.admin()
    for table in ("appended", "upserted"):
        admin.put_contract(table, ["batch INTEGER required", "n INTEGER required"], key=["batch", "n"])
        admin.post_rows(table, body_of(0))
    load = Load(admin)

    def stop_under_load():
        deadline = time.monotonic() + 30
        while len(load.acknowledged) < 8 and time.monotonic() < deadline:
            time.sleep(0.005)
        server.stop()  # asserts exit status 0

    load.run_until(stop_under_load)
    assert len(load.acknowledged) >= 8
    server.start()
    load.acknowledged |= {(0, 0), (1, 0)}
    check(server.admin(), load)


def test_workers_end_with_their_server(make_server):
    server = make_server().start()
    server.admin().value("SELECT 1")
    workers = children_of(server.process.pid)
    assert workers, "a statement was answered, so some worker process lives"
    server.kill()
    deadline = time.monotonic() + 20
    while any(is_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, "workers outlive their server"
        time.sleep(0.05)


def test_a_killed_worker_is_replaced(make_server):
    server = make_server().start()
    admin = server.admin()
    admin.post_rows("t", "id\n1\n")
    admin.allow_5xx = True
    for _ in range(3):
        for pid in children_of(server.process.pid):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        # The statement that finds a dead worker may fail; the next ones are answered.
        answers = [admin.sql_answer("SELECT count(*) FROM t") for _ in range(6)]
        assert answers[-1].status_code == 200
        assert answers[-1].json()["rows"] == [[1]]
        assert all(a.status_code in (200, 422, 503) for a in answers)
    assert server.process.poll() is None


def children_of(pid):
    """Processes of a whole tree under pid."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parents.setdefault(int(stat.read().rpartition(")")[2].split()[1]), []).append(int(entry))
            except OSError:
                continue
    found, queue = [], [pid]
    while queue:
        for child in parents.get(queue.pop(), []):
            found.append(child)
            queue.append(child)
    return found


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
