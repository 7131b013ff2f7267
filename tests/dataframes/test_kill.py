# SPDX-License-Identifier: Apache-2.0
"""kill -9 while frames are saved: what was acknowledged is there, whole, once."""

import collections
import os
import random
import threading
import time

import pytest
import requests

from dataframes.frames import Frames
from support.api import Api

ROUNDS = int(os.environ.get("BOATHOUSE_KILL_ROUNDS", "6")) // 2 or 1
ROWS = 20


@pytest.mark.timeout(300)
def test_acknowledged_frames_survive_kills(make_server):
    server = make_server().start()
    acknowledged, doubtful = set(), set()
    numbers = iter(range(1, 1_000_000))

    def client(key, stop, header):
        frames = Frames(Api(server.url, header, allow_5xx=True))
        while not stop.is_set():
            batch = next(numbers)
            records = [{"batch": batch, "n": n, "day": f"2024-01-{1 + n % 3:02}"} for n in range(ROWS)]
            try:
                answer = frames.api.post("/dataframes/upload", headers={"Idempotency-Key": str(batch)}, json={
                    "dataframe": records, "dataframe_name": "f", "external_key": key, "columns_keys": {"day": "Date"}})
            except requests.RequestException:
                doubtful.add((key, batch))
                return
            if answer.status_code == 503:
                doubtful.add((key, batch))
                return
            assert answer.status_code == 200, answer.text
            acknowledged.add((key, batch))

    for _ in range(ROUNDS):
        stop = threading.Event()
        header = dict(server.admin().session.headers)
        clients = [threading.Thread(target=client, args=(key, stop, header)) for key in ("NOW", "NOW", "k", "k")]
        for thread in clients:
            thread.start()
        time.sleep(random.uniform(0.2, 1.0))
        server.kill()
        stop.set()
        for thread in clients:
            thread.join()
        server.start()
    frames = Frames(server.admin())
    assert acknowledged
    for key in ("NOW", "k"):
        there = collections.Counter(r["batch"] for r in frames.records("f", external_key=key))
        assert {b for k, b in acknowledged if k == key} <= there.keys() <= {b for k, b in acknowledged | doubtful if k == key}
        assert set(there.values()) == {ROWS}
