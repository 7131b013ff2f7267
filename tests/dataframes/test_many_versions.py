# SPDX-License-Identifier: Apache-2.0
"""Many versions of a frame: each is there, the newest is no more to read than the first, and retention gives the space back."""

import contextlib
import os
import time
import uuid

import boathouse
import numpy as np
import pandas as pd
import pytest

from dataframes.frames import Frames
from support.table_files import on_disk

VERSIONS, ROWS = 60, 50_000


def make_frame(seed):
    dice = np.random.default_rng(seed)
    return pd.DataFrame({"id": np.arange(ROWS), "v": dice.integers(0, 1 << 40, ROWS), "x": dice.random(ROWS)})


class House:
    def __init__(self, server):
        self.frames = Frames(server.admin().make_user("many-" + uuid.uuid4().hex[:12]))
        self.api = self.frames.api
        self.workspace = self.api.get("/v1/me", expect=200).json()["workspace"]
        self.client = boathouse.Client(server.url, token=self.api.session.headers["Authorization"].split()[1])

    def files(self, **which):
        return self.api.get(self.api.table_path("f", ws=self.workspace) + "/scan", params=which, expect=200).json()["files"]

    def space(self):
        """Bytes in the table's folder, but for the newest metadata files."""
        told = self.api.get(self.api.table_path("f", ws=self.workspace), expect=200).json()
        total = 0
        for path in on_disk(told["metadata_location"]):
            with contextlib.suppress(FileNotFoundError):  # it goes just now
                total += 0 if path.endswith(".metadata.json") else os.path.getsize(path)
        return total

    def data_on_disk(self):
        told = self.api.get(self.api.table_path("f", ws=self.workspace), expect=200).json()
        return {"file://" + path for path in on_disk(told["metadata_location"]) if path.endswith(".parquet")}

    def data_of_versions(self):
        path = self.api.table_path("f", ws=self.workspace) + "/scan"
        scans = [self.api.get(path, params={"version": version.version}) for version in self.client.versions("f")]
        return {file["path"] for scan in scans if scan.status_code == 200 for file in scan.json()["files"]}  # one may be gone by now

    def keep(self, versions):
        self.api.patch(self.api.table_path("f", ws=self.workspace), json={"keep_versions": versions, "keep_for": "0s"}, expect=200)

    def wait_until(self, done):
        deadline = time.monotonic() + 60
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture()
def house(make_server):
    return House(make_server(args=("--maintenance-every", "200ms", "--file-grace", "0s")).start())


def test_versions_that_replace_each_other(house):
    versions = [house.client.save(make_frame(n), "f").version for n in range(VERSIONS)]
    first, newest = house.files(version=versions[0]), house.files()
    assert len(first) == len(newest) == 1
    assert newest[0]["bytes"] < 1.01 * first[0]["bytes"]
    for n in (0, VERSIONS // 2, VERSIONS - 1):
        pd.testing.assert_frame_equal(house.client.load("f", version=versions[n]), make_frame(n))
    assert house.space() > VERSIONS * 0.99 * first[0]["bytes"]

    house.keep(2)
    house.wait_until(lambda: house.space() < 2.2 * first[0]["bytes"])
    assert [v.version for v in house.client.versions("f")] == versions[:-3:-1]
    pd.testing.assert_frame_equal(house.client.load("f"), make_frame(VERSIONS - 1))
    with pytest.raises(boathouse.NotFoundError):
        house.client.load("f", version=versions[0])


def test_versions_that_append(house):
    versions = [house.client.append(make_frame(n).head(500), "f").version for n in range(VERSIONS)]
    house.wait_until(lambda: len(house.files()) < VERSIONS // 2)
    every = pd.concat([make_frame(n).head(500) for n in range(VERSIONS)], ignore_index=True)
    pd.testing.assert_frame_equal(house.client.load("f"), every)
    pd.testing.assert_frame_equal(house.client.load("f", version=versions[9]), every.head(5000))
    house.keep(1)
    # The version of the last upload stays too where files were merged after it.
    house.wait_until(lambda: len(house.client.versions("f")) <= 2)
    house.wait_until(lambda: house.data_on_disk() == house.data_of_versions())
    pd.testing.assert_frame_equal(house.client.load("f"), every)
