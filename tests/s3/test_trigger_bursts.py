# SPDX-License-Identifier: Apache-2.0
"""Many files at once, and the process killed among their runs: every created version becomes rows, once."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from support.aws import make_key
from support.runs import ended_run, runs_of, wait_until_idle
from support.s3 import s3

# BOATHOUSE_FILES=10000 for the whole number.
FILES = int(os.environ.get("BOATHOUSE_FILES", "1000"))


def append_to(admin, bucket, table):
    admin.put(f"/v1/workspaces/main/triggers/into-{table}", json={"bucket": bucket, "prefix": "", "table": table, "mode": "append"}, expect=201)


@pytest.mark.timeout(180 + FILES // 10)
def test_a_burst_of_small_files_becomes_rows_exactly_once(make_server):
    server = make_server().start()
    admin = server.admin()
    key = make_key(admin)
    s3(server, key).create_bucket(Bucket="burst")
    append_to(admin, "burst", "burst")

    def put(numbers):
        client = s3(server, key)
        for n in numbers:
            client.put_object(Bucket="burst", Key=f"{n}.csv", Body=f"n\n{n}\n".encode())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, [range(FILES)[i::8] for i in range(8)]))
        # Another workspace's file does not wait behind them.
        other = admin.make_user("other")
        theirs = s3(server, make_key(other))
        theirs.create_bucket(Bucket="mine")
        theirs.put_object(Bucket="mine", Key="data/t.csv", Body=b"id\n1\n")
        assert ended_run(other, "mine", "data/t.csv")["state"] == "succeeded"
    wait_until_idle(admin)
    assert admin.sql("SELECT count(*), count(DISTINCT n), min(n), max(n) FROM burst") == [(FILES, FILES, 0, FILES - 1)]
    assert admin.get("/v1/jobs", params={"kind": "ingest", "state": "failed"}, expect=200).json()["jobs"] == []


def test_past_the_limit_a_put_is_asked_to_come_again(make_server):
    server = make_server(env={"BOATHOUSE_MAX_QUEUED_FILES": "3", "BOATHOUSE_JOB_WORKERS": "1"}).start()
    admin = server.admin()
    client = s3(server, make_key(admin))
    client.create_bucket(Bucket="files")
    # The first run is long, and those of its key wait for it.
    client.put_object(Bucket="files", Key="data/t.csv", Body=b"id,n\n" + b"".join(b"%d,%d\n" % (n, n) for n in range(2_000_000)))
    refused = 0
    for n in range(20):
        try:
            client.put_object(Bucket="files", Key="data/t.csv", Body=f"id,n\n{n},{n}\n".encode())
        except ClientError as error:
            assert (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]) == ("SlowDown", 503)
            refused += 1
            client.put_object(Bucket="files", Key=f"elsewhere/{n}.csv", Body=b"id\n1\n")
    assert refused > 0 and len(runs_of(admin, "files", "data/t.csv")) == 21 - refused
    wait_until_idle(admin)
    client.put_object(Bucket="files", Key="data/t.csv", Body=b"id,n\n1,1\n")
    wait_until_idle(admin)
    assert {run["state"] for run in runs_of(admin, "files", "data/t.csv")} == {"succeeded"}


def test_kill_9_among_the_runs(make_server):
    server = make_server().start()
    admin = server.admin()
    key = make_key(admin)
    s3(server, key).create_bucket(Bucket="files")
    append_to(admin, "files", "t")
    acknowledged, lock, numbers = [], threading.Lock(), iter(range(1_000_000))
    for turn in range(3):
        stop = threading.Event()

        def write(_, stop=stop):
            client = s3(server, key)
            while not stop.is_set():
                with lock:
                    n = next(numbers)
                try:
                    # A few keys only, so that most puts overwrite what a run has still to read.
                    client.put_object(Bucket="files", Key=f"{n % 5}.csv", Body=f"n\n{n}\n".encode())
                except (BotoCoreError, ClientError, HTTPClientError):
                    return
                with lock:
                    acknowledged.append(n)

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, i) for i in range(4)]
            while len(acknowledged) < 40 * (turn + 1):
                assert not all(writer.done() for writer in writers), [writer.exception() for writer in writers]
            server.kill()
            stop.set()
        server.start()
    admin = server.admin()
    wait_until_idle(admin)
    seen = [n for (n,) in admin.sql("SELECT n FROM t ORDER BY n", limit=100_000)]
    assert len(seen) == len(set(seen)), "no row is there twice"
    assert set(acknowledged) <= set(seen), "every acknowledged file is there"
    states = {run["state"] for k in range(5) for run in runs_of(admin, "files", f"{k}.csv")}
    assert states == {"succeeded"}
    server.restart()
    admin = server.admin()
    wait_for_sweep(admin)
    left = [path for path in (server.data / "buckets").rglob("*") if path.is_file()]
    assert len(left) == 5, "the bytes of versions that are gone went with their runs"


def wait_for_sweep(admin):
    deadline = time.monotonic() + 60
    while True:
        jobs = admin.get("/v1/jobs", params={"kind": "sweep-objects"}, expect=200).json()["jobs"]
        if jobs and all(job["state"] == "succeeded" for job in jobs):
            return
        assert time.monotonic() < deadline, jobs
        time.sleep(0.1)
