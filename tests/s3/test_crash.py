# SPDX-License-Identifier: Apache-2.0
"""Many clients at once, and the process killed among them: what was acknowledged is whole, what was not is gone."""

import hashlib
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from support.aws import make_key
from support.s3 import body_of, files_of, keys_of, s3


def test_64_clients_put_overwrite_delete_and_list(house, key, client, bucket):
    names = [f"k/{i}" for i in range(20)]
    bodies = [bytes([i]) * (1000 + 5000 * i) for i in range(8)]
    known = {hashlib.md5(body).hexdigest() for body in bodies}

    def work(seed):
        mine, choice = s3(house, key), random.Random(seed)
        for _ in range(12):
            name = choice.choice(names)
            what = choice.choice(["put", "put", "get", "get", "delete", "list"])
            if what == "put":
                mine.put_object(Bucket=bucket, Key=name, Body=choice.choice(bodies))
            elif what == "delete":
                mine.delete_object(Bucket=bucket, Key=name)
            elif what == "list":
                assert set(keys_of(mine, bucket)) <= set(names)
            else:
                try:
                    assert hashlib.md5(body_of(mine, bucket, name)).hexdigest() in known
                except ClientError as error:
                    assert error.response["Error"]["Code"] == "NoSuchKey"

    before = len(files_of(house))
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(work, range(64)))
    left = keys_of(client, bucket)
    assert len(files_of(house)) - before == len(left)


def test_kill_9_in_the_middle(make_server):
    server = make_server().start()
    key = make_key(server.admin())
    s3(server, key).create_bucket(Bucket="files")
    acknowledged, lock = {}, threading.Lock()
    for turn in range(4):
        def write(number, turn=turn, client=s3(server, key)):
            name = f"k{number % 40}"
            for _ in range(100):
                body = os.urandom(random.choice([100, 70_000]))
                try:
                    with lock:
                        acknowledged.setdefault(name, []).append((hashlib.md5(body).hexdigest(), False))
                        place = len(acknowledged[name]) - 1
                    client.put_object(Bucket="files", Key=name, Body=body)
                    acknowledged[name][place] = (acknowledged[name][place][0], True)
                except (BotoCoreError, HTTPClientError, ClientError):
                    return
        threads = [threading.Thread(target=write, args=(turn * 40 + i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        threads[0].join(timeout=0.7)
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
        client = s3(server, key)
        for name, tries in acknowledged.items():
            done = [i for i, (_, is_done) in enumerate(tries) if is_done]
            if not done:
                continue
            found = hashlib.md5(body_of(client, "files", name)).hexdigest()
            # Each key has one writer at a time: the last acknowledged one, or one begun after it.
            assert found in {md5 for md5, _ in tries[done[-1]:]}, name
    wait_for_sweep(server, len(keys_of(client, "files")))


def test_a_start_removes_the_folder_of_a_bucket_that_is_gone(make_server):
    server = make_server().start()
    key = make_key(server.admin())
    client = s3(server, key)
    client.create_bucket(Bucket="files")
    client.put_object(Bucket="files", Key="k", Body=b"kept")
    server.stop()
    [file] = files_of(server)
    gone = file.parent.parent.with_name("01a202fe-c222-7002-a45f-0cfdaf02cca7")
    (gone / "ab").mkdir(parents=True)
    server.start()
    wait_until(gone.exists, False)
    assert body_of(s3(server, key), "files", "k") == b"kept"


def wait_for_sweep(server, expected):
    """The job that every start queues removes what the kill left."""
    wait_until(lambda: len(files_of(server)), expected)


def wait_until(told, expected):
    deadline = time.monotonic() + 60
    while (now := told()) != expected:
        assert time.monotonic() < deadline, (now, expected)
        time.sleep(0.05)
