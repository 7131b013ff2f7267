# SPDX-License-Identifier: Apache-2.0
"""What other engines and many writers make of frames."""

import threading

import pandas as pd
import pyarrow as pa

from dataframes.frames import Frames


def table_path(frames, name):
    workspace = frames.api.get("/v1/me", expect=200).json()["workspace"]
    return workspace, frames.api.get(frames.api.table_path(name, ws=workspace), expect=200).json()["metadata_location"]


def rows_of(table, branch):
    scan = table.scan(snapshot_id=table.snapshot_by_name(branch).snapshot_id)
    return scan.to_arrow().to_pylist()


def test_pyiceberg_reads_every_key(frames):
    from pyiceberg.table import StaticTable
    frames.upload([{"day": "2024-01-01", "n": 1}, {"day": "2024-01-02", "n": 2}], "f", columns_keys={"day": "Date"})
    frames.upload([{"n": "text", "other": 1.5}], "f", external_key="k")
    frames.upload([{"day": "2024-01-03", "n": 0.5}], "f")
    _, location = table_path(frames, "f")
    table = StaticTable.from_metadata(location)
    main = sorted(rows_of(table, "main"), key=lambda r: str(r["day"]))
    assert [(str(r["day"]), r["n"]) for r in main] == [("2024-01-01", 1.0), ("2024-01-02", 2.0), ("2024-01-03", 0.5)]
    key = rows_of(table, "key-k")
    assert len(key) == 1 and "text" in key[0].values() and key[0]["other"] == 1.5


def test_sql_reads_every_key(frames):
    frames.upload([{"a": 1}, {"a": 2}], "f")
    frames.upload([{"a": "x"}], "f", external_key="k")
    workspace = frames.api.get("/v1/me", expect=200).json()["workspace"]
    assert frames.api.value('SELECT sum(a) FROM f', workspace=workspace) == 3
    assert frames.api.value('SELECT a FROM "f@key-k"', workspace=workspace) == "x"


def test_many_writers_lose_nothing(frames):
    def write(writer):
        mine = Frames(frames.api.with_token(frames.api.session.headers["Authorization"].split()[1]))
        for i in range(5):
            mine.upload([{"writer": writer, "i": i}] * 3, "f", external_key="NOW" if writer % 2 else "k")

    writers = [threading.Thread(target=write, args=(w,)) for w in range(8)]
    seen = []
    for thread in writers:
        thread.start()
    while any(t.is_alive() for t in writers):
        answer = frames.api.get(frames.path("f"))
        seen.append(len(answer.json()) if answer.status_code == 200 else 0)
    for thread in writers:
        thread.join()
    assert all(n % 3 == 0 for n in seen) and seen == sorted(seen)
    rows = pd.DataFrame(frames.records("f"))
    assert len(rows) == 8 * 5 * 3
    assert (rows.groupby(["writer", "i"]).size() == 3).all()


def test_the_newest_of_many_versions_is_whole(frames):
    versions = [frames.save_parquet(pa.table({"a": [i]}), "f")["version"] for i in range(30)]
    assert sorted(frames.load_table("f")["a"].to_pylist()) == list(range(30))
    assert frames.load_table("f", version=versions[9])["a"].to_pylist() == list(range(10))
