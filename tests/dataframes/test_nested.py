# SPDX-License-Identifier: Apache-2.0
"""Lists, structs and maps of a Parquet upload: JSON in the table, and what they were in the frame."""

import datetime as dt
import decimal
import json

import boathouse
import pandas as pd
import pyarrow as pa
import pytest
from pyiceberg.table import StaticTable

from dataframes.test_readers import table_path
from support.readers import read_with_duckdb

POINT = pa.struct([("x", pa.int32()), ("the y", pa.string())])
COLUMNS = {
    "list": pa.array([[1, None, 2], None, []], pa.list_(pa.int64())),
    "large": pa.array([[2**62 + 1, -1], [], None], pa.list_(pa.int64())),
    "struct": pa.array([{"x": 1, "the y": "ü\"\n"}, None, {"x": None, "the y": None}], POINT),
    "deep": pa.array([[{"a": [1]}], None, [{"a": None}, None, {"a": []}]], pa.list_(pa.struct([("a", pa.list_(pa.int32()))]))),
    "map": pa.array([[("b", 1), ("a", None)], None, []], pa.map_(pa.string(), pa.int64())),
    "fractions": pa.array([[0.1, 1e300, -0.0], [1.0], None], pa.list_(pa.float64())),
    "days": pa.array([[dt.date(2024, 2, 29)], None, []], pa.list_(pa.date32())),
    "times": pa.array([[dt.datetime(2024, 1, 1, 1, 2, 3, 456789, dt.timezone.utc)], None, []], pa.list_(pa.timestamp("us", "UTC"))),
    "flags": pa.array([[True, None], None, [False]], pa.list_(pa.bool_())),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_nested_values_come_back_as_they_came(frames, name):
    table = pa.table({"n": [1, 2, 3], "v": COLUMNS[name]})
    frames.save_parquet(table, "f")
    frames.save_parquet(table, "f")
    twice = pa.concat_tables([table, table])
    assert frames.load_table("f").to_pylist() == twice.to_pylist()
    assert frames.load_table("f", columns="v", where="n > 1").to_pylist() == twice.select(["v"]).filter(pa.compute.greater(twice["n"], 1)).to_pylist()
    assert frames.load_table("f", limit=0).schema.field("v").type.id == COLUMNS[name].type.id
    assert [r["n"] for r in frames.records("f")] == [1, 2, 3] * 2


def test_everybody_reads_their_json(frames):
    table = pa.table({"list": COLUMNS["list"], "struct": COLUMNS["struct"], "map": COLUMNS["map"]})
    frames.save_parquet(table, "f")
    records = [{"list": [1, None, 2], "struct": {"x": 1, "the y": "ü\"\n"}, "map": {"b": 1, "a": None}},
               {"list": None, "struct": None, "map": None}, {"list": [], "struct": {"x": None, "the y": None}, "map": {}}]
    assert frames.records("f") == records
    workspace, location = table_path(frames, "f")
    assert frames.api.value("SELECT sum(CAST(struct->>'x' AS INT)) FROM f", workspace=workspace) == 1
    for read in (StaticTable.from_metadata(location).scan().to_arrow(), read_with_duckdb(location)):
        told = [{name: None if text is None else json.loads(text) for name, text in row.items()} for row in read.to_pylist()]
        assert told == records


@pytest.mark.parametrize("column", [
    pa.array([[float("nan")]], pa.list_(pa.float64())), pa.array([[decimal.Decimal("12345678901234567.89")]], pa.list_(pa.decimal128(38, 2))),
    pa.array([[b"\x00\xff"]], pa.list_(pa.binary())),
])
def test_what_json_would_change_is_refused(frames, column):
    error = frames.save_parquet(pa.table({"good": [1], "bad": column}), "f", expect=400)["error"]
    assert "bad" in error and "boathouse" in error
    assert frames.list() == []


def test_a_column_keeps_its_nested_type(frames):
    frames.save_parquet(pa.table({"v": COLUMNS["list"]}), "f")
    for other in (COLUMNS["struct"], pa.array(["text"]), pa.array([5])):
        assert '"v"' in frames.save_parquet(pa.table({"v": other}), "f", expect=400)["error"]
    assert '"v"' in frames.upload([{"v": [1, 2]}], "f", expect=400)["error"]
    frames.upload([{"v": None}, {"w": 1}], "f")
    frames.save_parquet(pa.table({"w": [2]}), "f")
    assert frames.load_table("f")["v"].to_pylist() == COLUMNS["list"].to_pylist() + [None] * 3
    frames.upload([{"v": "text"}], "f", keep_last=True)
    assert '"v"' in frames.save_parquet(pa.table({"v": COLUMNS["list"]}), "f", expect=400)["error"]


def test_a_column_without_values_may_become_nested(frames):
    frames.upload([{"v": None, "n": 1}], "f")
    frames.save_parquet(pa.table({"v": COLUMNS["struct"]}), "f")
    assert frames.load_table("f")["v"].to_pylist() == [None] + COLUMNS["struct"].to_pylist()


def test_keys_of_other_nested_types_are_read_one_by_one(frames):
    frames.save_parquet(pa.table({"v": COLUMNS["list"]}), "f")
    frames.save_parquet(pa.table({"v": COLUMNS["struct"]}), "f", external_key="k")
    assert '"v"' in frames.parquet("f", expect=400).json()["error"]
    assert frames.load_table("f", external_key="k")["v"].to_pylist() == COLUMNS["struct"].to_pylist()
    assert len(frames.records("f")) == 6


def test_the_sdk_loads_them(server, frames):
    rows = 300_000
    table = pa.table({"n": range(rows), "v": pa.array([[n, n + 1] for n in range(rows)], pa.list_(pa.int64()))})
    frames.save_parquet(table, "f")
    client = boathouse.Client(server.url, token=frames.api.session.headers["Authorization"].split()[1])
    assert client.load("f", as_="pyarrow").to_pylist()[-1] == {"n": rows - 1, "v": [rows - 1, rows]}
    loaded = client.load("f", columns=["v"], where="n = 7")
    assert isinstance(loaded, pd.DataFrame) and list(loaded["v"][0]) == [7, 8]
