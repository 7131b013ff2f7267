# SPDX-License-Identifier: Apache-2.0
"""Rows come back in the order in which they were uploaded, whatever maintenance does to their files."""

import time
import uuid

import boathouse
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyiceberg.table import StaticTable

from dataframes.frames import Frames
from dataframes.test_readers import table_path
from support.readers import read_with_duckdb
from support.server import Server


@pytest.fixture(scope="module")
def eager(tmp_path_factory):
    """A server that looks after its tables all the time."""
    server = Server(tmp_path_factory.mktemp("order") / "data", args=["--maintenance-every", "200ms"]).start()
    yield server
    server.end()


class Kept:
    """A frame `f` of one column `n` of a user of its own, and what it must hold by now."""

    def __init__(self, server):
        user, self.server = "keeper-" + uuid.uuid4().hex[:12], server
        self.frames = Frames(server.admin().make_user(user))
        self.client = boathouse.Client(server.url, token=self.frames.api.session.headers["Authorization"].split()[1])
        self.expected = {}

    def upload(self, values, key="NOW", **fields):
        self.frames.upload(pd.DataFrame({"n": values}), "f", external_key=key, **fields)
        self.expected.setdefault(key, []).extend(values)

    def versions(self):
        workspace = self.frames.api.get("/v1/me", expect=200).json()["workspace"]
        return self.frames.api.get(self.frames.api.table_path("f", ws=workspace) + "/versions", params={"limit": 1000}, expect=200).json()["versions"]

    def files(self, key="NOW"):
        branch = "main" if key == "NOW" else "key-" + key
        workspace = self.frames.api.get("/v1/me", expect=200).json()["workspace"]
        return self.frames.api.get(self.frames.api.table_path("f", ws=workspace) + "/scan", params={"branch": branch}, expect=200).json()["files"]

    def wait_for_files(self, count, key="NOW"):
        deadline = time.monotonic() + 60
        while len(files := self.files(key)) > count:
            assert time.monotonic() < deadline, f"still {len(files)} files"
            time.sleep(0.05)

    def check(self):
        for key, values in self.expected.items():
            assert [r["n"] for r in self.frames.records("f", external_key=key)] == values
            assert self.frames.load_table("f", external_key=key)["n"].to_pylist() == values
            assert self.client.load("f", key)["n"].tolist() == values
        # Other engines promise no order.
        _, location = table_path(self.frames, "f")
        values = sorted(self.expected["NOW"])
        assert sorted(StaticTable.from_metadata(location).scan().to_arrow()["n"].to_pylist()) == values
        assert sorted(read_with_duckdb(location)["n"].to_pylist()) == values


@pytest.fixture()
def kept(eager):
    return Kept(eager)


def test_merged_files_keep_their_place(kept):
    for i in range(37):
        kept.upload([1000 - i, i, -i])
    kept.wait_for_files(37 - 15)
    for i in range(3):
        kept.upload([7, 5, i])
    kept.check()
    assert [r["n"] for r in kept.frames.records("f", use_last="true")] == [7, 5, 2]
    oldest = kept.versions()[-1]["version"]
    assert [r["n"] for r in kept.frames.records("f", version=oldest)] == [1000, 0, 0]


def test_files_of_all_sizes_keep_their_place(kept):
    values = np.random.default_rng(5)
    for i in range(60):
        kept.upload(values.integers(0, 1 << 60, int(values.integers(1, 8) ** 6)).tolist())
    kept.wait_for_files(45)
    kept.check()


def test_an_upload_of_many_files_keeps_them_around_one_that_was_merged(kept):
    # Twenty small uploads, then one of several files: their merged file goes before the first, and stays there.
    for i in range(20):
        kept.upload([i])
    kept.upload(list(range(250_000, 0, -1)))
    kept.upload([-1])
    kept.wait_for_files(9)
    kept.check()


def test_fractions_leave_rows_where_they_are(kept):
    for i in range(20):
        kept.upload([i, 100 - i], key="NOW" if i % 5 else "k")
    kept.upload([0.5])
    kept.upload([3])
    kept.check()
    together = [r["n"] for r in kept.frames.records("f")]
    assert together[:6] == [0, 100, 1, 99, 2, 98] and together[-2:] == [0.5, 3]
    assert sorted(together[:40]) == sorted([*range(20), *range(81, 101)])


def test_all_keys_are_read_in_the_order_of_their_uploads(kept):
    sent = []
    for i in range(60):
        kept.upload([i], key="k" if 20 <= i < 40 else "NOW")
        sent.append(i)
    kept.wait_for_files(12)
    kept.wait_for_files(12, "k")
    kept.check()
    assert [r["n"] for r in kept.frames.records("f")] == sent


def test_rows_stay_in_order_past_deleted_ones(kept):
    kept.frames.save_parquet(pa.table({"n": range(400_000)}), "f")
    kept.frames.save_parquet(pa.table({"n": range(400_000, 800_000)}), "f")
    workspace = kept.frames.api.get("/v1/me", expect=200).json()["workspace"]
    rows = kept.frames.api.table_path("f", ws=workspace) + "/rows"
    kept.frames.api.delete(rows, params={"where": "n % 10007 = 3"}, expect=200)
    kept.expected["NOW"] = [n for n in range(800_000) if n % 10007 != 3]
    kept.check()
    # So many that the files are written anew without them.
    kept.frames.api.delete(rows, params={"where": "n < 200000"}, expect=200)
    kept.expected["NOW"] = [n for n in kept.expected["NOW"] if n >= 200_000]
    kept.check()
    deadline = time.monotonic() + 60
    while kept.files()[0]["rows"] == 400_000:
        assert time.monotonic() < deadline, "the file still has the deleted rows"
        time.sleep(0.05)
    kept.check()
