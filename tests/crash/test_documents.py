# SPDX-License-Identifier: Apache-2.0
"""Documents under kill -9, full disks and failing syncs: what was acknowledged is in its table or its quarantine, once."""

import itertools
import json
import os
import random
import re
import threading
import time

import pytest
import requests

from crash.test_faults import fill, on_small_disk, small_disk, sync_breaker  # noqa: F401 (fixtures)
from support.readers import read_with_pyiceberg

ROUNDS = int(os.environ.get("BOATHOUSE_KILL_ROUNDS", "6"))
CLIENTS = 6
TABLES = ("a", "b")


class Load:
    """Clients that post until they are told to stop or the server dies. A third of the documents are misfits; requests whose
    answer was lost are sent again under their key after the restart, half of them."""

    def __init__(self, refusals=(503, 507)):
        self.refusals = refusals
        self.numbers = itertools.count(1)
        self.acknowledged = {}  # number: id
        self.in_doubt = []      # (table, numbers)

    def run_until(self, admin, kill):
        self.stop = threading.Event()
        threads = [threading.Thread(target=self._client, args=(admin, n)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        kill()
        self.stop.set()
        for thread in threads:
            thread.join()

    def _client(self, admin, client):
        api = type(admin)(admin.url, dict(admin.session.headers), allow_5xx=True)
        while not self.stop.is_set():
            count = 1 if client % 2 else random.randint(1, 50)
            request = (TABLES[client % len(TABLES)], [next(self.numbers) for _ in range(count)])
            try:
                if not self.send(api, *request):
                    self.in_doubt.append(request)
                    return
            except requests.RequestException:
                self.in_doubt.append(request)
                return

    def send(self, api, table, numbers):
        documents = [{"n": n if n % 3 else f"no {n}", f"k{n % 7}": True, "number": n} for n in numbers]
        headers = {"Idempotency-Key": str(numbers[0]), "Content-Type": "application/json"}
        if len(numbers) == 1:
            answer = api.post(f"/table/{table}/object", data=json.dumps(documents[0]), headers=headers)
            ids = [answer.json()["data"]["id"]] if answer.status_code == 200 else []
        else:
            answer = api.post(f"/table/{table}/objects", data=json.dumps(documents), headers=headers)
            ids = answer.json()["data"]["ids"] if answer.status_code == 200 else []
        if answer.status_code in self.refusals:
            return False
        assert answer.status_code == 200, answer.text
        self.acknowledged |= dict(zip(numbers, ids))
        return True


def seed(admin):
    for table in TABLES:
        admin.post(f"/table/{table}/object?wait=true", data='{"n":0,"number":0}', headers={"Content-Type": "application/json"}, expect=200)


def check(admin, load):
    there = {}
    for table in TABLES:
        for row in admin.sql(f"SELECT _id, number, n FROM {table}", limit=1_000_000):
            assert row[1] not in there or row[1] == 0, f"{row[1]} is there twice"
            assert row[2] == row[1]
            there[row[1]] = row[0]
        for row in admin.sql(f"SELECT id, CAST(json_extract(data, '$.number') AS BIGINT) FROM \"{table}$quarantine\"", limit=1_000_000):
            assert row[1] not in there and row[1] % 3 == 0, f"{row[1]} is there twice"
            there[row[1]] = row[0]
        told = admin.describe(table)
        assert read_with_pyiceberg(told["metadata_location"]).num_rows == told["rows"]
    for number, ident in load.acknowledged.items():
        assert there.get(number) == ident, f"document {number} was acknowledged as {ident} and is {there.get(number)}"
    for _, numbers in load.in_doubt:
        assert len({n in there for n in numbers}) == 1, "a request is there whole or not at all"
    unknown = there.keys() - load.acknowledged.keys() - {n for _, numbers in load.in_doubt for n in numbers} - {0}
    assert not unknown


@pytest.mark.timeout(900)
def test_acknowledged_documents_survive_kill_9_exactly_once(make_server):
    server = make_server(env={"BOATHOUSE_DOCUMENTS_COMMIT_EVERY": "100ms"}).start()
    seed(server.admin())
    load = Load()
    for _ in range(ROUNDS):
        before = len(load.acknowledged)

        def kill():
            deadline = time.monotonic() + 30
            while len(load.acknowledged) < before + 20 and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(random.uniform(0, 0.3))
            server.kill()

        load.run_until(server.admin(), kill)
        assert len(load.acknowledged) > before
        admin = server.start().admin()
        admin.allow_5xx = True
        again, load.in_doubt = load.in_doubt, []
        for request in again:
            if random.random() < 0.5 and load.send(admin, *request):
                continue
            load.in_doubt.append(request)
        admin.allow_5xx = False
        check(admin, load)
    server.restart()
    check(server.admin(), load)


def test_documents_on_a_full_disk(on_small_disk, small_disk):  # noqa: F811
    """The log's room is its own, so documents are still taken; they reach their table once there is room for that."""
    server, api = on_small_disk, on_small_disk.admin()
    seed(api)
    load = Load()
    fill(small_disk, 0)
    api.allow_5xx = True
    for _ in range(50):
        numbers = [next(load.numbers) for _ in range(20)]
        if not load.send(api, "a", numbers):
            load.in_doubt.append(("a", numbers))
    assert load.acknowledged
    asked = {"sql": "SELECT count(*) FROM a"}
    assert api.post("/v1/sql", json=asked | {"consistency": "committed"}).json()["rows"] == [[1]]
    answer = api.post("/v1/sql", json=asked)
    assert answer.status_code in (503, 507) and "committed" in answer.text
    answer = api.post("/table/a/object?wait=true", data='{"n":1000001,"number":1000001}', headers={"Content-Type": "application/json"})
    assert answer.status_code in (503, 507) and "do not send it again" in answer.text
    ident = re.search("/object/([0-9a-f-]{36})", answer.json()["error"])[1]
    answer = api.get(f"/table/a/object/{ident}")
    assert answer.status_code == 200 and answer.json()["data"]["stage"] == "received", answer.text
    load.acknowledged[1000001] = ident
    waiting = api.get("/metrics").text
    assert "boathouse_documents_tables_failing 1" in waiting
    (small_disk / "ballast").unlink()
    deadline = time.monotonic() + 60
    while api.post("/v1/sql", json=asked).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    api.allow_5xx = False
    check(api, load)


def test_a_failing_sync_stops_documents_until_a_restart(make_server, sync_breaker):  # noqa: F811
    library, switch = sync_breaker
    server = make_server(env={"LD_PRELOAD": str(library), "FAIL_SYNC_WHILE": str(switch)}).start()
    api = server.admin()
    seed(api)
    switch.touch()
    api.allow_5xx = True
    answer = api.post("/table/a/object", data='{"n":1,"number":1}', headers={"Content-Type": "application/json"})
    assert answer.status_code == 503 and answer.json()["success"] is False
    switch.unlink()
    assert requests.get(server.url + "/readyz", timeout=10).status_code == 503
    assert api.post("/table/a/object", data="{}", headers={"Content-Type": "application/json"}).status_code == 503
    assert "boathouse_landing_failed 1" in api.get("/metrics").text
    assert api.value("SELECT count(*) FROM a") == 1, "reads go on"
    server.restart()
    api = server.admin()
    api.post("/table/a/object", data='{"n":2,"number":2}', headers={"Content-Type": "application/json"}, expect=200)
    assert (2,) in api.sql("SELECT n FROM a")
