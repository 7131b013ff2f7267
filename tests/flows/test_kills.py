# SPDX-License-Identifier: Apache-2.0
"""The server is killed while datasets arrive: a dataset is there whole, with its rows and its summary, or not at all."""

import contextlib
import random
import sqlite3
import threading
import time

import requests

from support.flows import signed_up

ROUNDS = 8
ROWS = 150_000


def csv_of(n):
    return "n,text\n" + "".join(f"{row},round {n}\n" for row in range(ROWS))


def test_a_dataset_is_whole_or_not_there(make_server):
    server = make_server().start()
    user = signed_up(server)
    chance = random.Random(7)
    for n in range(ROUNDS):
        text = csv_of(n)
        fid = user.flow(f"round {n}")
        answers = []

        def upload(fid=fid, text=text, answers=answers):
            try:
                answers.append(user.upload(fid, text)[0])
            except requests.RequestException:
                answers.append(None)

        thread = threading.Thread(target=upload)
        thread.start()
        time.sleep(chance.uniform(0, 0.5))
        server.kill()
        thread.join()
        server.start()
        user.url = server.url
        flow = user.call("GET", f"/flows/{fid}")[1]
        if answers == [201]:
            assert flow["dataset_s3_key"]
        if not flow["dataset_s3_key"]:
            assert user.upload(fid, text)[0] == 201
        answer = user.session.get(f"{server.url}/flows/dataset?fid={fid}", headers={"Authorization": f"Bearer {user.token}"})
        assert answer.text == text
        api = server.api().with_token(user.token)
        ws = api.get("/v1/me", expect=200).json()["workspace"]
        assert api.value(f"SELECT count(*) FROM flow_{fid}", workspace=ws) == ROWS
        assert user.summary(fid)[1]["n"]["count"] == ROWS
    # Files that belong to no object go with the sweep after a start. A kill may leave a version of the object that was never
    # acknowledged.
    server.restart()
    deadline = time.monotonic() + 60
    while True:
        files = [path for path in (server.data / "buckets").rglob("*") if path.is_file()]
        with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as store:
            [versions] = store.execute("SELECT count(*) FROM object_versions WHERE file <> ''").fetchone()
        if len(files) == versions:
            break
        assert time.monotonic() < deadline, f"{len(files)} files, {versions} versions"
        time.sleep(0.1)
    assert ROUNDS <= versions <= 2 * ROUNDS
