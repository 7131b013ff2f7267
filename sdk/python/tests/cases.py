# SPDX-License-Identifier: Apache-2.0
"""Columns and frames of every dtype, and random frames made of them: what every test of keeping frames goes through."""

import datetime as dt
import decimal
import uuid
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa

D = decimal.Decimal
ROWS = 7


def objects(*cells):
    return pd.Series(list(cells), dtype=object)


def numbers():
    n = ROWS
    return {
        **{f"int{bits}": np.array([-(1 << bits - 1), -1, 0, 1, 2, 3, (1 << bits - 1) - 1], dtype=f"i{bits // 8}") for bits in (8, 16, 32, 64)},
        **{f"uint{bits}": np.array([0, 1, 2, 3, 4, 5, (1 << bits) - 1], dtype=f"u{bits // 8}") for bits in (8, 16, 32, 64)},
        "uint64 small": np.arange(n, dtype="u8"),
        "float16": np.array([0.5, -1, 65504, 6e-8, np.nan, np.inf, 2], dtype="f2"),
        "float32": np.array([0.1, -1, 3.4e38, 1e-45, np.nan, -np.inf, 2], dtype="f4"),
        "float64": [1.5, np.nan, np.inf, -np.inf, -0.0, 1.7976931348623157e308, 5e-324],
        "complex64": np.arange(n, dtype="c8") * (1 + 2j),
        "complex128": np.array([1 + 2j, complex(np.nan, 1), complex(1, np.inf), 0, -1j, 5, 6]),
        "bool": [True, False, True, True, False, False, True],
        "big endian": np.arange(n, dtype=">i4"),
        **{name: pd.array([1, None, 3, 4, 5, 6, 7], dtype=name) for name in
           ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")},
        "Float32": pd.array([0.5, None, 3, 4, 5, 6, 7], dtype="Float32"),
        "Float64": pd.array([1.5, None, 3, 4, 5, 6, -0.0], dtype="Float64"),
        "boolean": pd.array([True, None, False, None, True, True, False], dtype="boolean"),
        "sparse": pd.arrays.SparseArray([0.0, 0, 1, 0, 0, 2, np.nan], fill_value=0.0),
        "sparse nan": pd.arrays.SparseArray([np.nan] * 6 + [1.0]),
        "sparse int": pd.arrays.SparseArray([0, 0, 5, 0, 0, 0, 1], fill_value=0),
    }


def times():
    n = ROWS
    return {
        "datetime ns": pd.to_datetime(np.arange(n) * 1_234_567_891 - 3),
        "datetime ns even": pd.date_range("1999-12-31", periods=n, freq="h"),
        "datetime ns far": pd.to_datetime([pd.Timestamp.min, pd.Timestamp.max, pd.NaT] + [pd.Timestamp("2020-01-01")] * 4).as_unit("ns"),
        **{f"datetime {unit}": pd.date_range("2020-02-29", periods=n).as_unit(unit) for unit in ("s", "ms", "us")},
        "datetime old": np.array(["0001-01-01", "1582-10-15", "1969-12-31T23:59:59.999999", "9999-12-31", "NaT", "1970-01-01", "2000-01-01"],
                                 dtype="M8[us]"),
        "zone": pd.date_range("2024-10-26 22:00", periods=n, freq="h", tz="Europe/Oslo"),
        "zone ns": pd.to_datetime(np.arange(n) * 1_000_000_007, utc=True).tz_convert("America/New_York"),
        "zoneinfo": pd.date_range("2024-03-31", periods=n, freq="h", tz=zoneinfo.ZoneInfo("Asia/Tokyo")),
        "offset": pd.date_range("2020-01-01", periods=n, tz="+02:30"),
        "utc us": pd.date_range("2020-01-01", periods=n, tz="UTC").as_unit("us"),
        "timezone.utc": pd.date_range("2020-01-01", periods=n, tz=dt.timezone.utc),
        **{f"timedelta {unit}": pd.to_timedelta([0, -1, 1, 86_400, None, 7, 8], unit="s").as_unit(unit) for unit in ("s", "ms", "us", "ns")},
        "timedelta exact": pd.to_timedelta(np.arange(n) * 1001, unit="ns"),
        **{f"period {freq}": pd.period_range("2020-01-31", periods=n, freq=freq) for freq in ("D", "M", "Q-NOV", "Y", "W-TUE", "h", "min")},
        "period missing": pd.PeriodIndex(["2020-01", None] * 3 + ["2021-05"], freq="M"),
        "interval": pd.interval_range(0, n, closed="left"),
        "interval float": pd.arrays.IntervalArray.from_tuples([(0.5, 1.5), None, (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)], closed="both"),
        "interval time": pd.interval_range(pd.Timestamp("2020-01-01", tz="UTC"), periods=n),
    }


def texts():
    n = ROWS
    return {
        "string": pd.array(["a", None, "", "ü", "\U0001f6f6", "line\nbreak", "\x01"], dtype="string"),
        "string pyarrow": pd.array(["a", None, "", "ü", "d", "e", "f"], dtype="string[pyarrow]"),
        "category": pd.Categorical(list("abcabca"), categories=list("zcba"), ordered=True),
        "category missing": pd.Categorical(["x", None, "y", None, "x", "x", "y"]),
        "category int": pd.Categorical([3, 1, 2, 3, 1, 2, None]),
        "category time": pd.Categorical(pd.date_range("2020", periods=n)),
        "category period": pd.Categorical(pd.period_range("2020", periods=n, freq="M")),
        "category interval": pd.cut(np.arange(n), 3),
        "category bool": pd.Categorical([True, False] * 3 + [None]),
        "category mixed": pd.Categorical([1, "a", 1, "a", None, 1, 1]),
        "category empty": pd.Categorical([None] * n, categories=["unused"]),
        "text": objects(*"abcdefg"),
        "text None": objects("a", None, "b", "", None, "ü", "g"),
        "text nan": objects("a", np.nan, "b", "", np.nan, "ü", "g"),
        "text all missing": objects("a", None, np.nan, pd.NA, pd.NaT, "x", "y"),
        "numbers as text": objects("1", "007", "1e5", "NaN", "null", "true", " "),
    }


def arrow():
    of = lambda cells, kind: pd.array(cells, dtype=pd.ArrowDtype(kind))  # noqa: E731
    return {
        "arrow int": of([1, None, 3, 4, 5, 6, 7], pa.int16()),
        "arrow text": of(["a", None, "c", "d", "e", "f", "g"], pa.string()),
        "arrow list": of([[1], None, [2, None], [], None, [4], [5]], pa.list_(pa.int32())),
        "arrow struct": of([{"a": 1, "b": "x"}, None] * 3 + [{"a": None, "b": None}], pa.struct([("a", pa.int8()), ("b", pa.string())])),
        "arrow duration": pd.array(range(ROWS), dtype="duration[ns][pyarrow]"),
        "arrow time ns": of([pd.Timestamp(123_456_789 * k) for k in range(ROWS)], pa.timestamp("ns", tz="Europe/Rome")),
        "arrow decimal": of([D("1.50"), None] * 3 + [D("-2.25")], pa.decimal128(10, 2)),
        "arrow map": of([[("k", 1)], None] * 3 + [[]], pa.map_(pa.string(), pa.int64())),
    }


def things():
    """Columns of Python objects."""
    n, few = ROWS, range(ROWS)
    return {
        "bytes": objects(b"a", b"", None, b"\0\xff", b"x", b"y", b"z"),
        "object bool": objects(True, None, False, None, True, True, False),
        "object int": objects(1, None, 2 ** 62, 3, 4, 5, -6),
        "object int huge": objects(2 ** 70, 1, None, 3, 4, 5, 6),
        "object float": objects(1.5, None, 2.5, np.nan, np.inf, 1.0, -0.0),
        "decimal": objects(D("1.10"), D("22.33"), None, D("3.00"), D("4.00"), D("-5.01"), D("0.00")),
        "decimal scales": objects(D("1.1"), D("22.335"), None, D("3"), D("1E+3"), D("5.00"), D("7")),
        "decimal odd": objects(D("NaN"), D("1"), None, D("Infinity"), D("-0"), D(1), D(2)),
        "decimal long": objects(*[D("12345678901234567890123456789012345.678")] * n),
        "decimal too long": objects(*[D("1" * 60 + ".5")] * n),
        "date": objects(*[dt.date(1900 + 20 * k, 2, 28) for k in few]),
        "date missing": objects(dt.date(2020, 1, 1), None, pd.NaT, dt.date(1, 1, 1), None, None, None),
        "time": objects(*[dt.time(23, 59, k, 999_999 - k) for k in few]),
        "datetime": objects(*[dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)] * n),
        "uuid": objects(None, *[uuid.UUID(int=k << 64) for k in range(n - 1)]),
        "list": objects([1, 2], [3], None, [], [4], [5], [6]),
        "list text": objects(["a", None], ["ü"], [], [], [], [], []),
        "list deep": objects([[1.5], []], [[np.nan, np.inf]], None, [], [[-0.0]], [], []),
        "dict": objects(*[{"a": k, "b": [1.5], "c": {"d": "x"}} for k in few]),
        "dict ragged": objects({"a": 1}, {"b": 2}, {}, {1: 2}, None, {"a": None}, {"a": [1]}),
        "array": objects(*[np.arange(k) for k in few]),
        "array float": objects(None, *[np.array([1.5, np.nan])] * (n - 1)),
        "array time": objects(*[np.array(["2020-01-01", "NaT"], dtype="M8[ns]")] * n),
        "array square": objects(*[np.eye(2)] * n),
        "tuple": objects(*[(k, str(k)) for k in few]),
        "mixed": objects(1, "a", 2.5, None, (1, 2), {"x": {3}}, pd.Timestamp("2020-01-01", tz="UTC")),
        "mixed numbers": objects(1, 1.0, True, np.int8(1), np.float32(0.1), 1j, D(1)),
        "nothing": objects(*[None] * n),
        "nothing NaT": pd.Series([pd.NaT] * n),
        "nothing nan": [np.nan] * n,
    }


def columns():
    """One column of each kind, by name; values that are hard to keep where there are such."""
    return numbers() | times() | texts() | arrow() | things()


def frames():
    """Frames with other axes than the usual ones, by what is odd about them."""
    two = {"a": [1, 2]}
    flags = pd.DataFrame(two).set_flags(allows_duplicate_labels=False)
    noted = pd.DataFrame(two)
    noted.attrs = {"source": "harbour", "when": (2020, dt.date(2020, 1, 1)), "limits": {"low": 1.5}}
    month = pd.date_range("2020", periods=2, freq="MS", name="month")
    return {
        "text index": pd.DataFrame(two, index=["x", "y"]),
        "named range": pd.DataFrame(two, index=pd.RangeIndex(2, name="q")),
        "other range": pd.DataFrame(two, index=pd.RangeIndex(5, 9, 2)),
        "falling range": pd.DataFrame(two, index=pd.RangeIndex(1, -1, -1)),
        "int index": pd.DataFrame(two, index=[7, 7]),
        "index with a freq": pd.DataFrame(two, index=month),
        "index with a zone": pd.DataFrame(two, index=pd.date_range("2020", periods=2, freq="D", tz="Europe/Oslo")),
        "index of ns": pd.DataFrame(two, index=pd.to_datetime([1, 2])),
        "timedelta index": pd.DataFrame(two, index=pd.timedelta_range("1D", periods=2)),
        "period index": pd.DataFrame(two, index=pd.period_range("2020", periods=2, freq="Q")),
        "interval index": pd.DataFrame(two, index=pd.interval_range(0, 2)),
        "category index": pd.DataFrame(two, index=pd.CategoricalIndex(["x", "y"], name="c")),
        "float index": pd.DataFrame(two, index=pd.Index([1.5, np.nan], name=("t", 1))),
        "index of nothing": pd.DataFrame({"a": [1]}, index=pd.Index([None], dtype=object)),
        "nullable index": pd.DataFrame(two, index=pd.Index([1, None], dtype="Int64")),
        "index named as a column": pd.DataFrame(two, index=pd.Index(["p", "q"], name="a")),
        "MultiIndex": pd.DataFrame(two, index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["p", None])),
        "MultiIndex with holes": pd.DataFrame(two, index=pd.MultiIndex(levels=[[1], ["a"], [True]], codes=[[0, -1], [0, -1], [-1, 0]])),
        "MultiIndex of times": pd.DataFrame(two, index=pd.MultiIndex.from_arrays([month, pd.Categorical(["u", "v"])], names=["m", "c"])),
        "MultiIndex of one": pd.DataFrame(two, index=pd.MultiIndex.from_arrays([["a", "b"]], names=["only"])),
        "only an index": pd.DataFrame(index=["a", "b"]),
        "numbered columns": pd.DataFrame(np.eye(3)),
        "named columns": pd.DataFrame([[1, 2]], columns=pd.Index(["x", "y"], name="axis")),
        "columns of every type": pd.DataFrame([[1] * 5], columns=[1, "1", None, 2.5, (1, 2)]),
        "MultiIndex columns": pd.DataFrame(np.eye(3), columns=pd.MultiIndex.from_product([["a"], [1, 2, 3]], names=["u", "v"])),
        "times as columns": pd.DataFrame([[1, 2]], columns=pd.date_range("2020", periods=2)),
        "intervals as columns": pd.DataFrame([[1, 2]], columns=pd.interval_range(0, 2)),
        "categories as columns": pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(["a", "b"], name="cc")),
        "string columns": pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], dtype="string")),
        "same names": pd.DataFrame([[1, "x", 2.5]], columns=["a", "a", "a"]),
        "names but for case": pd.DataFrame([[1, 2, 3, 4]], columns=["a", "A", "a__2", "Ä"]),
        "odd names": pd.DataFrame([[1] * 7], columns=["", "  ", "a,b", 'q"uote', "new\nline", "x" * 300, "$ @/.."]),
        "the server's names": pd.DataFrame([[1, 2, 3]], columns=["file_row_number", "_row", "_id"]),
        "names of companions": pd.DataFrame({"t": pd.to_datetime([1, 2]), "t__ns": [3, 4]}),
        "no rows": pd.DataFrame({"a": pd.Series([], dtype="int8"), "b": pd.Series([], dtype=object),
                                 "c": pd.Categorical([], categories=["x"]), "d": pd.to_datetime([])}),
        "attrs": noted,
        "flags": flags,
    }


def random_frame(seed):
    """A frame of some rows, some columns of any dtype and any kind of index, the same for the same seed."""
    chance = np.random.default_rng(seed)
    all_columns = columns()
    names = chance.choice(list(all_columns), size=chance.integers(1, 12), replace=False)
    take = chance.integers(0, ROWS, size=int(chance.choice([0, 1, 5, 50, 2000], p=[0.06, 0.1, 0.4, 0.34, 0.1])))
    frame = pd.DataFrame({name: pd.Series(all_columns[name]).iloc[take].reset_index(drop=True) for name in names})
    levels = {"text": lambda n: [f"r{k}" for k in range(n)], "int": lambda n: chance.integers(-9, 9, n),
              "time": lambda n: pd.date_range("2020", periods=n, freq="h"), "category": lambda n: pd.Categorical(chance.choice(list("xyz"), n)),
              "float": lambda n: chance.random(n), "zone": lambda n: pd.date_range("2020", periods=n, tz="Asia/Kolkata")}
    kinds = chance.choice(list(levels), size=int(chance.choice([0, 0, 1, 2])), replace=False)
    if len(kinds) == 1:
        frame.index = pd.Index(levels[kinds[0]](len(frame)), name=str(chance.choice(["when", "key"])))
    elif len(kinds) == 2:
        frame.index = pd.MultiIndex.from_arrays([levels[kind](len(frame)) for kind in kinds], names=["one", None])
    elif chance.random() < 0.3:
        frame.index = pd.RangeIndex(3, 3 + 2 * len(frame), 2)
    return frame
