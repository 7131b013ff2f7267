# SPDX-License-Identifier: Apache-2.0
"""Objects of buckets: a large one in and out beside what the disk and MD5 allow, small ones beside another server of S3's API, and a
CSV that a trigger makes rows of."""

import concurrent.futures
import contextlib
import filecmp
import multiprocessing
import os
import pathlib
import random
import socket
import statistics
import subprocess
import time

import boto3
from botocore.config import Config

from bench.measures import BYTES_PER_ROW, COLUMNS, exchange, make_csv, ms, post_file, timed
from bench.report import Line
from support.aws import make_key
from support.paths import ROOT
from support.runs import ended_runs
from support.s3 import s3

BIG = 1 << 30
ROUNDS = 9
ROUNDS_TO_TABLE = 3
SMALL = 4096
SMALL_SECONDS = 5
PROCESSES = 4
MOTO = ROOT / "build" / "venv-bench" / "bin" / "moto_server"


def run(command):
    subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, stdout=subprocess.DEVNULL)


def send(url, source):
    """PUT of a file by a client that costs as little as it can: curl's own copies are about what is measured."""
    with open(source, "rb") as file, exchange("PUT", url, {"Content-Length": os.fstat(file.fileno()).st_size}) as connection:
        connection.sendfile(file)
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer


def fetch(url, out):
    """GET into a file, the same."""
    buffer = memoryview(bytearray(1 << 20))
    with open(out, "wb", buffering=0) as file, exchange("GET", url, {}) as connection:
        begun = connection.recv(65536)
        head, _, first = begun.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), begun
        file.write(first)
        while count := connection.recv_into(buffer):
            file.write(buffer[:count])


def large(client, folder):
    source, out = folder / "object", folder / "copy"
    with source.open("wb") as file:
        for _ in range(BIG >> 20):
            file.write(os.urandom(1 << 20))
    put = client.generate_presigned_url("put_object", Params={"Bucket": "bench", "Key": "big"})
    get = client.generate_presigned_url("get_object", Params={"Bucket": "bench", "Key": "big"})
    calls = {"put": lambda: send(put, source), "md5": lambda: run(f"tee '{out}' < '{source}' | openssl md5 && sync '{out}'"),
             "get": lambda: fetch(get, out), "cat": lambda: run(f"cat '{source}' | cat > '{out}'")}
    times = {name: [] for name in calls}
    send(put, source)
    for _ in range(ROUNDS):
        # Writing takes three times as long into memory that a virtual machine's host took back: what came before decides about it.
        for name in random.sample(sorted(calls), len(calls)):
            out.unlink(missing_ok=True)
            os.sync()
            times[name].append(timed(calls[name])[0])
    fetch(get, out)
    assert filecmp.cmp(source, out, shallow=False)
    client.delete_object(Bucket="bench", Key="big")
    source.unlink()
    out.unlink()
    took = {name: statistics.median(each) for name, each in times.items()}
    for ours, floor, what in (("put", "md5", "tee into openssl md5, then sync"), ("get", "cat", "cat into a pipe, from there to a file")):
        ratio = took[ours] / took[floor]
        yield Line(f"{ours} of an object of 1 GiB", ms(took[ours]), f"{what}: {ms(took[floor])}", f"{ratio:.2f}", "at most 1.3", ratio <= 1.3)


def work_small(endpoint, key, number, way):
    """How many objects this process put or got in SMALL_SECONDS."""
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key[0], aws_secret_access_key=key[1],
                          config=config)
    body, done, end = os.urandom(SMALL), 0, time.monotonic() + SMALL_SECONDS
    while time.monotonic() < end:
        if way == "put":
            client.put_object(Bucket="bench", Key=f"small/{number}/{done}", Body=body)
        else:
            assert len(client.get_object(Bucket="bench", Key=f"small/{number}/{done % 100}")["Body"].read()) == SMALL
        done += 1
    return done


def small(endpoint, key):
    with concurrent.futures.ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        def rate(way):
            return sum(pool.map(work_small, [endpoint] * PROCESSES, [key] * PROCESSES, range(PROCESSES), [way] * PROCESSES)) / SMALL_SECONDS
        return {way: rate(way) for way in ("put", "get")}


@contextlib.contextmanager
def moto():
    """The address of a moto server, which keeps objects in memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def objects(server, folder, megabytes):
    key = make_key(server.admin())
    client = s3(server, key)
    client.create_bucket(Bucket="bench")
    yield from large(client, pathlib.Path(folder))
    ours, theirs = small(server.url + "/s3", key), {}
    if MOTO.exists():
        with moto() as endpoint:
            boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b").create_bucket(
                Bucket="bench")
            theirs = small(endpoint, ("a", "b"))
    for way in ("put", "get"):
        against = f"moto, in memory: {theirs[way]:.0f}/s" if theirs else "moto: not there (scripts/test-venv --bench)"
        ratio = f"{ours[way] / theirs[way]:.1f}" if theirs else "-"
        yield Line(f"{way} of objects of 4 KB, {PROCESSES} boto3 clients", f"{ours[way]:.0f}/s", against, ratio, "-", True)


def put_to_table(server, folder, megabytes):
    """The CSV that `csv` sends by POST .../rows, put into a bucket whose trigger makes it that table's rows."""
    path, admin = make_csv(folder, megabytes), server.admin()
    admin.put_contract("orders", COLUMNS, key=["id"])
    admin.put("/v1/workspaces/main/triggers/orders", json={"bucket": "put-to-table", "prefix": "", "table": "orders", "mode": "replace"}, expect=201)
    client = s3(server, make_key(admin))
    client.create_bucket(Bucket="put-to-table")
    put = client.generate_presigned_url("put_object", Params={"Bucket": "put-to-table", "Key": "orders.csv"})
    ours, native = [], []

    def put_and_wait(count):
        run(f"curl -sSf -o /dev/null -T '{path}' '{put}'")
        runs = ended_runs(admin, "put-to-table", "orders.csv", count)
        assert runs[0]["state"] == "succeeded", runs

    for turn in range(ROUNDS_TO_TABLE):
        native.append(timed(lambda: post_file(admin, path, admin.rows_path("orders") + "?mode=replace"))[0])
        ours.append(timed(lambda: put_and_wait(turn + 1))[0])
    rows = admin.value("SELECT count(*) FROM orders")
    assert rows == (megabytes << 20) // BYTES_PER_ROW, rows
    ratio = statistics.median(ours) / statistics.median(native)
    yield Line(f"{megabytes} MB of CSV from put to table", ms(statistics.median(ours)), f"by POST .../rows: {ms(statistics.median(native))}",
               f"{ratio:.2f}", "at most 1.4", ratio <= 1.4)
