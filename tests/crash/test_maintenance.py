# SPDX-License-Identifier: Apache-2.0
"""Maintenance beside everything else: no row lost, no read failed, no file leaked, also when the server is killed."""

import itertools
import os
import random
import threading
import time

import pytest

from support.readers import read_with_duckdb, read_with_pyiceberg, rows_of
from support.table_files import bytes_of, is_metadata, on_disk, wait_until_tidy

SECONDS = float(os.environ.get("BOATHOUSE_MAINTENANCE_SECONDS", "12"))
ROUNDS = int(os.environ.get("BOATHOUSE_KILL_ROUNDS", "50"))
COMMITTERS = 16
KEYS = 200
# Everything that can go goes at once, and the house looks all the time.
EAGER = ("--maintenance-every", "100ms", "--file-grace", "0s")


def keep_few(admin, table, versions=5):
    admin.patch(admin.table_path(table), json={"keep_versions": versions, "keep_for": "0s"}, expect=200)


def assert_readers_agree(admin, table, location):
    rows = admin.sql(f"SELECT * FROM {table} ORDER BY id", limit=1_000_000)
    assert rows_of(read_with_pyiceberg(location), "id") == rows
    assert rows_of(read_with_duckdb(location), "id") == rows
    return rows


class Clients:
    """Threads that go on until they are stopped; the first failure of any is raised at the end."""

    def __init__(self, admin):
        self.admin = admin
        self.stop = threading.Event()
        self.failures = []

    def run(self, seconds, tasks):
        threads = [threading.Thread(target=self._repeat, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        self.stop.wait(seconds)
        self.stop.set()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _repeat(self, task):
        api = type(self.admin)(self.admin.url, dict(self.admin.session.headers))
        try:
            while not self.stop.is_set():
                task(api)
        except BaseException as failure:
            self.failures.append(failure)
            self.stop.set()


@pytest.mark.timeout(600)
def test_committers_and_readers_beside_maintenance(make_server):
    admin = make_server(args=EAGER).start().admin()
    admin.post_rows("t", f"id,n\n{-1},0\n")
    keep_few(admin, "t")
    numbers = itertools.count(1)
    appended, upserted, reads = set(), itertools.count(), itertools.count()

    def append(api):
        number = next(numbers)
        api.post_rows("t", "id,n\n" + "".join(f"{number * 1000 + i},{number}\n" for i in range(10)))
        appended.add(number)

    def upsert(api):
        turn = next(upserted)
        api.post_rows("t", "id,n\n" + "".join(f"{-key},{turn}\n" for key in range(1, KEYS + 1)), mode="upsert", key="id")

    def read(api):
        rows, distinct = api.sql("SELECT count(*), count(DISTINCT id) FROM t")[0]
        assert rows == distinct, "one row a key, in every version that is read"
        told = api.versions("t")
        assert told and told[0]["rows"] >= 1
        next(reads)

    clients = Clients(admin)
    clients.run(SECONDS, [append] * (COMMITTERS // 2) + [upsert] * (COMMITTERS // 2) + [read] * 2)
    location = wait_until_tidy(admin, "t")
    rows = assert_readers_agree(admin, "t", location)
    assert len(appended) > COMMITTERS and next(upserted) > COMMITTERS and next(reads) > 1
    expected = {number * 1000 + i for number in appended for i in range(10)} | {-key for key in range(1, KEYS + 1)}
    assert [row[0] for row in rows] == sorted(expected)
    assert len({row[1] for row in rows if row[0] < 0}) == 1, "the last upsert wins as a whole"
    assert len(admin.versions("t")) <= 5
    assert admin.get("/v1/jobs?kind=maintain&state=failed").json()["jobs"] == []
    assert admin.describe("t")["files"] < 100


def kill_in_the_middle(server, rounds, write, is_right):
    """Writes until maintenance is due, kills at a random moment of it and starts again, many times; returns a client."""
    admin, dice = server.admin(), random.Random(5)
    for turn in range(rounds):
        write(admin, turn)
        time.sleep(dice.random() * 0.15)
        server.restart(kill=True)
        admin = server.admin()
        is_right(admin)
    # A table's job that was killed has another attempt, the house's own is followed by the next.
    jobs = admin.get("/v1/jobs", params={"kind": "maintain", "limit": 1000}, expect=200).json()["jobs"]
    assert not [job for job in jobs if job["state"] == "failed"]
    ended = admin.get("/v1/jobs", params={"kind": "house-keeping", "state": "failed", "limit": 1000}, expect=200).json()["jobs"]
    assert {"server ended" in job["error"] for job in ended} <= {True}
    return admin


@pytest.mark.timeout(900)
def test_kills_in_the_middle_of_compaction(make_server):
    """Every version stays, so that nothing but compaction is due."""
    server = make_server(args=EAGER).start()
    server.admin().post_rows("t", "id,n\n0,0\n")
    rows, told = {0: 0}, {}

    def write(admin, turn):
        for step in range(1, 8):
            admin.post_rows("t", f"id,n\n{turn * 1000 + step},0\n")
        admin.post_rows("t", f"id,n\n0,{turn}\n", mode="upsert", key="id")
        rows.update({turn * 1000 + step: 0 for step in range(1, 8)} | {0: turn})
        told[admin.describe("t")["version"]] = len(rows)

    def is_right(admin):
        assert dict(admin.sql("SELECT id, n FROM t", limit=100_000)) == rows
        version, count = random.choice(list(told.items()))
        assert admin.value(f'SELECT count(*) FROM "t@{version}"') == count

    admin = kill_in_the_middle(server, ROUNDS, write, is_right)
    assert any(version["operation"] == "replace" for version in admin.versions("t")), "something was compacted"
    keep_few(admin, "t", 1)
    location = wait_until_tidy(admin, "t")
    assert dict(assert_readers_agree(admin, "t", location)) == rows
    assert admin.describe("t")["rows"] == len(rows)


@pytest.mark.timeout(900)
def test_kills_in_the_middle_of_expiry(make_server):
    """A replaced table has one file, so that nothing but expiry is due, and the removal of what it leaves."""
    server = make_server(args=EAGER).start()
    server.admin().post_rows("t", "id\n0\n")
    keep_few(server.admin(), "t", 3)
    written = [0]

    def write(admin, turn):
        for step in range(1, 9):
            written.append(turn * 1000 + step)
            admin.post_rows("t", f"id\n{written[-1]}\n", mode="replace")

    def is_right(admin):
        assert admin.sql("SELECT id FROM t") == [(written[-1],)]
        kept = admin.versions("t")
        assert len(kept) >= 3
        assert admin.sql(f'SELECT id FROM "t@{kept[2]["version"]}"') == [(written[-3],)], "a version that is kept is whole"

    admin = kill_in_the_middle(server, ROUNDS, write, is_right)
    location = wait_until_tidy(admin, "t")
    assert assert_readers_agree(admin, "t", location) == [(written[-1],)]
    deadline = time.monotonic() + 30
    while len(admin.versions("t")) > 3:
        assert time.monotonic() < deadline, "versions that should have expired are there"
        time.sleep(0.1)
    assert admin.describe("t")["files"] == 1


@pytest.mark.timeout(300)
def test_disk_stays_near_the_compacted_size(make_server):
    admin = make_server(args=EAGER).start().admin()
    admin.put_contract("t", ["id INTEGER", "name STRING", "x DOUBLE"])
    keep_few(admin, "t", 10)
    dice = random.Random(3)
    for turn in range(120):
        admin.post_rows("t", "id,name,x\n" + "".join(f"{turn * 1000 + i},{dice.random()},{dice.random()}\n" for i in range(1000)))
    location = wait_until_tidy(admin, "t")
    told = admin.describe("t")
    assert told["rows"] == 120_000 and told["files"] < 40
    assert len(admin.versions("t")) <= 10
    data = [path for path in on_disk(location) if not is_metadata(path)]
    assert bytes_of(data) <= 1.5 * told["bytes"]


@pytest.mark.timeout(120)
def test_nothing_is_done_when_it_is_off(make_server):
    admin = make_server(args=("--maintenance", "off", "--maintenance-every", "50ms", "--file-grace", "0s")).start().admin()
    for n in range(20):
        admin.post_rows("t", f"id\n{n}\n")
    keep_few(admin, "t", 1)
    time.sleep(0.5)
    assert admin.describe("t")["files"] == 20 and len(admin.versions("t")) == 20
    assert admin.get("/v1/jobs?kind=maintain").json()["jobs"] == []


@pytest.mark.timeout(120)
def test_what_a_dropped_table_left_goes(make_server):
    server = make_server(args=EAGER).start()
    admin = server.admin()
    admin.put_contract("t", ["id INTEGER"])
    admin.post_rows("t", "id\n1\nx\n")
    admin.post_rows("other", "id\n1\n")
    there = on_disk(admin.describe("t")["metadata_location"])
    admin.delete(admin.table_path("t"), expect=204)
    deadline = time.monotonic() + 30
    while any(os.path.exists(path) for path in there):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert admin.sql("SELECT * FROM other") == [(1,)]


def test_expired_versions_are_gone_for_everybody(make_server):
    admin = make_server(args=EAGER).start().admin()
    first = admin.post_rows("t", "id\n1\n").json()["version"]
    tagged = admin.post_rows("t", "id\n2\n").json()["version"]
    admin.post(admin.table_path("t", "/tags"), json={"name": "kept"}, expect=201)
    for n in range(3, 6):
        admin.post_rows("t", f"id\n{n}\n")
    keep_few(admin, "t", 1)
    deadline = time.monotonic() + 30
    while len(admin.versions("t")) != 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [version["version"] for version in admin.versions("t")][1] == tagged
    assert admin.sql('SELECT count(*) FROM "t@kept"') == [(2,)]
    assert admin.sql_answer(f'SELECT * FROM "t@{first}"').status_code == 400
    admin.post(admin.table_path("t", "/rollback"), json={"version": first}, expect=404)
    admin.post(admin.table_path("t", "/rollback"), json={"version": tagged}, expect=200)
    assert admin.sql("SELECT * FROM t ORDER BY id") == [(1,), (2,)]
