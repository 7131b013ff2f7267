# SPDX-License-Identifier: Apache-2.0
"""Parquet bodies that become data files as they are, while the server is killed (a full disk: test_faults.py)."""

import io
import random
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests

from support.api import PARQUET
from support.readers import read_with_pyiceberg

ROWS = 20_000
KILLS = 4


def body(batch, rows=ROWS):
    out = io.BytesIO()
    columns = {"batch": pa.array([batch] * rows, pa.int64()), "n": pa.array(range(rows), pa.int64()), "text": [f"{n * 7919:040}" for n in range(rows)]}
    pq.write_table(pa.table(columns), out, compression="none", use_dictionary=False)
    return out.getvalue()


def send(api, batch, expect=200):
    return api.post_rows("t", body(batch), PARQUET, expect=expect, headers={"Idempotency-Key": str(batch)})


def check(api, batches):
    said = api.sql("SELECT batch, count(*), count(DISTINCT n) FROM t GROUP BY batch ORDER BY batch")
    assert said == [(batch, ROWS, ROWS) for batch in sorted(batches)]
    location = api.describe("t")["metadata_location"]
    assert read_with_pyiceberg(location, selected_fields=("batch",)).num_rows == ROWS * len(batches)


@pytest.mark.timeout(600)
def test_kill_9_leaves_whole_batches_once(make_server):
    server = make_server().start()
    dice, sent = random.Random(), [0]
    send(server.admin(), 0)
    for _ in range(KILLS):
        api = server.admin()
        api.allow_5xx = True
        killer = threading.Timer(dice.uniform(0.05, 0.8), server.kill)
        killer.start()
        try:
            while True:
                sent.append(sent[-1] + 1)
                send(api, sent[-1])
        except requests.RequestException:
            pass
        killer.join()
        server.start()
        # The last one may have happened or not; with its key it is made true once.
        send(server.admin(), sent[-1])
        check(server.admin(), sent)
