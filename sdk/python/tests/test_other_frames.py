# SPDX-License-Identifier: Apache-2.0
"""pyarrow tables and Polars frames as plain columns and back, and any kind as any other."""

import datetime as dt

import cases
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from kept import parquet_of, read

from boathouse import FrameError

ARROW = {
    "uint8": pa.array([1, None], pa.uint8()), "uint64": pa.array([2 ** 64 - 1, None], pa.uint64()),
    "dictionary": pa.array(["a", "b"]).dictionary_encode(), "dictionary of int": pa.array([7, None]).dictionary_encode(),
    "large_string": pa.array(["a", None], pa.large_string()), "string_view": pa.array(["a", "b"], pa.string_view()),
    "map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int16())), "time32": pa.array([1, None], pa.time32("s")),
    "time64 ns": pa.array([1, 86_399_999_999_999], pa.time64("ns")), "run ends": pc.run_end_encode(pa.array([1, 1])),
    "fixed binary": pa.array([b"ab", None], pa.binary(2)), "date64": pa.array([0, 86_400_000], pa.date64()),
    "fixed list": pa.array([[1, 2], None], pa.list_(pa.int8(), 2)), "large list": pa.array([[1.5], None], pa.large_list(pa.float32())),
    "uuid": pa.array([b"a" * 16, None], pa.uuid()), "decimal256": pa.array([cases.D("1.5"), None], pa.decimal256(50, 2)),
    "list of ns": pa.array([[1], [None]], pa.list_(pa.timestamp("ns"))), "null": pa.nulls(2),
    "struct of durations": pa.array([{"a": 1}] * 2, pa.struct([("a", pa.duration("ns"))])), "half": pa.array(np.array([1, 2], dtype="f2")),
    "bytes in lists": pa.array([[b"\0", None], None], pa.list_(pa.binary())), "decimals in lists": pa.array([[cases.D("1.50")], []]),
    "days in lists": pa.array([[dt.date(2020, 1, 1)], None]), "zoned": pa.array([1, None], pa.timestamp("ms", tz="Asia/Tokyo")),
    "floats in lists": pa.array([[float("inf"), -float("inf"), None], []]),
}


@pytest.mark.parametrize("name", list(ARROW))
def test_arrow_tables_come_back(name):
    table = pa.table({name: ARROW[name]}).replace_schema_metadata({"made by": "a test"})
    back = read(parquet_of(table), "pyarrow")
    assert back.schema.equals(table.schema, check_metadata=True) and back.equals(table)


def test_arrow_tables_of_same_names_and_not_null_fields_come_back():
    table = pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], schema=pa.schema([pa.field("a", pa.int64(), nullable=False), pa.field("a", pa.string())]))
    back = read(parquet_of(table), "pyarrow")
    assert back.schema.equals(table.schema) and back.equals(table)


def test_arrow_unions_are_refused():
    union = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])])
    with pytest.raises(FrameError, match="'u'"):
        parquet_of(pa.table({"u": union}))


def polars_frame():
    pl = pytest.importorskip("polars")
    day = dt.datetime(2020, 1, 1)
    return pl.DataFrame({"a": [1, 2, None], "s": ["x", None, "z"], "l": [[1], [], None], "st": [{"a": 1}, {"a": None}, None],
                         "d": [day.date()] * 3, "dur": [dt.timedelta(1)] * 3, "t": [dt.time(1, 2, 3, 4)] * 3, "dt": [day] * 3, "n": [None] * 3,
                         "dec": [cases.D("1.5")] * 3, "b": [b"a"] * 3, "bo": [True, None, False]}).with_columns(
        pl.col("s").cast(pl.Categorical).alias("cat"), pl.Series("en", ["a", "b", "a"], dtype=pl.Enum(["b", "a", "c"])),
        (pl.col("dt").cast(pl.Datetime("ns")) + pl.duration(nanoseconds=1, time_unit="ns")).alias("ns"),
        pl.Series("u", [2 ** 64 - 1, 1, 2], dtype=pl.UInt64), pl.Series("i8", [1, 2, 3], dtype=pl.Int8),
        pl.Series("ar", [[1, 2]] * 3, dtype=pl.Array(pl.Int16, 2)), pl.col("dt").dt.replace_time_zone("Europe/Oslo").alias("zone"))


def test_polars_frames_come_back():
    pl = pytest.importorskip("polars")
    frame = polars_frame()
    back = read(parquet_of(frame), "polars")
    assert back.schema == frame.schema and back.equals(frame)
    assert read(parquet_of(frame.lazy()), "polars").equals(frame)
    with pytest.raises(FrameError, match="Polars"):
        parquet_of(pl.DataFrame({"o": [object()]}))


def test_any_kind_comes_out_as_any_other():
    pytest.importorskip("polars")
    frame = pd.DataFrame({"a": [1, 2], "c": pd.Categorical(["x", "y"]), "t": pd.to_datetime([1, 2])}, index=pd.Index([5, 6], name="i"))
    parquet = parquet_of(frame)
    assert read(parquet, "polars").to_dict(as_series=False)["c"] == ["x", "y"]
    assert read(parquet, "pyarrow").column_names == ["a", "c", "t", "i"]
    assert read(parquet_of(polars_frame().select("a", "s")), "pandas").s.dropna().tolist() == ["x", "z"]
    with pytest.raises(FrameError, match="as_"):
        read(parquet, "numpy")
