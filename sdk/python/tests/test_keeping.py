# SPDX-License-Identifier: Apache-2.0
"""pandas frames as plain columns and back: nothing of them is lost, whatever they are made of."""

import io

import cases
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kept import parquet_of, read, table_of, told_of
from pandas.testing import assert_frame_equal

from boathouse import FrameError, _frame, _pandas

PLAIN = {pa.bool_(), pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.string(), pa.binary(), pa.date32(), pa.time64("us"),
         pa.timestamp("us"), pa.timestamp("us", tz="UTC")}


def check(frame):
    back = read(parquet_of(frame))
    assert_frame_equal(back, frame)
    assert type(back.index) is type(frame.index) and type(back.columns) is type(frame.columns)
    assert back.attrs == frame.attrs and back.flags == frame.flags
    for position in range(frame.shape[1]):
        if frame.dtypes.iloc[position] == object:
            here, there = (list(map(type, one.iloc[:, position])) for one in (back, frame))
            assert here == there


@pytest.mark.parametrize("name", list(cases.columns()))
def test_every_column_comes_back(name):
    check(pd.DataFrame({name: cases.columns()[name]}))


@pytest.mark.parametrize("name", list(cases.frames()))
def test_every_frame_comes_back(name):
    check(cases.frames()[name])


def test_all_columns_together_with_rows_and_without():
    whole = pd.DataFrame(cases.columns())
    check(whole)
    empty = whole.iloc[:0]
    assert_frame_equal(read(parquet_of(empty)), empty)


@pytest.mark.parametrize("seed", range(50))
def test_random_frames_come_back(seed):
    check(cases.random_frame(seed))


def test_the_columns_are_plain_for_other_engines():
    schema = table_of(parquet_of(pd.DataFrame(cases.columns()))).schema
    odd = [field for field in schema if field.type not in PLAIN and not pa.types.is_decimal(field.type) and not pa.types.is_null(field.type)]
    assert odd == []
    wanted = {"category": "string", "text": "string", "decimal": "decimal128(18, 2)", "zone": "timestamp[us, tz=UTC]",
              "datetime ns": "timestamp[us]", "timedelta ns": "int64", "list": "string", "uint64": "decimal128(20, 0)",
              "uint64 small": "int64", "period M": "int64", "Int8__2": "int32", "boolean": "bool"}
    assert {name: str(schema.field(name).type) for name in wanted} == wanted


def test_a_category_is_its_text_and_a_list_is_json():
    frame = pd.DataFrame({"c": pd.Categorical(["x", None]), "l": [[1, 2], None], "d": [{"a": 1.5}, {"a": None}]})
    table = table_of(parquet_of(frame))
    assert table.column("c").to_pylist() == ["x", None]
    assert table.column("l").to_pylist() == ["[1,2]", None]
    assert table.column("d").to_pylist() == ['{"a":1.5}', '{"a":null}']


def test_frames_of_one_shape_share_their_metadata():
    told = [parquet_of(pd.DataFrame({"a": range(rows), "s": ["x"] * rows})) for rows in (1, 5, 1000)]
    assert len({str(told_of(one)) for one in told}) == 1


@pytest.mark.parametrize("column, word", [
    ([object()], "object"), ([open], "no exact form"), (["\ud800"], "surrogate"), (np.array([1], dtype="g"), "column type"),
    ([np.array([(1, 2)], dtype=[("a", "i4"), ("b", "i4")])], "no exact form"),
])
def test_what_cannot_be_kept_is_refused_by_name(column, word):
    frame = pd.DataFrame({"odd": pd.Series(column, dtype=None if isinstance(column, np.ndarray) else object)})
    with pytest.raises(FrameError, match=word) as caught:
        parquet_of(frame)
    assert caught.value.status == 0 and "'odd'" in str(caught.value)


def repeated_texts():
    """Columns of 40,000 texts by what is odd about them, and whether their cells are told apart by where they lie."""
    n, few = 40_000, objects_of(f"customer {k}" for k in range(500))
    places = np.random.default_rng(5).integers(0, 500, n)
    some = few[places]
    odd = {
        "few": (some, True),
        "one": (np.repeat(few[:1], n), True),
        "None": (np.where(places % 7, some, None), True),
        "nan": (np.where(places % 7, some, np.nan), True),
        "all missing": (np.repeat(objects_of([None]), n), False),
        "None and nan": (np.where(places % 7, np.where(places % 5, some, None), np.nan), False),
        "equal texts": (objects_of(str(k % 3) + "!" for k in range(1000))[places], True),
        "long": (objects_of("x" * 20_000 + str(k) for k in range(500))[places], False),
        "each another": (objects_of(f"row {k}" for k in range(n)), False),
        "mixed": (np.where(places % 7, some, 1), False),
        "numbers": (objects_of(range(500))[places], False),
        "no rows together": (np.stack([some, some], axis=1)[:, 0], False),
        "too few": (some[:1000], False),
        "surrogates": (objects_of(["\U0001f6f6", "ü", "", "a\0b"])[places % 4], True),
    }
    return [pytest.param(*one, id=name) for name, one in odd.items()]


def objects_of(cells):
    cells = list(cells)
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return column


@pytest.mark.parametrize("cells, by_place", repeated_texts())
def test_texts_that_are_there_often_come_back(cells, by_place):
    # A newer pandas would copy them, and so put them next to each other.
    assert (_pandas.plan(pd.Series(cells, dtype=object, copy=False)).texts is not None) == by_place
    frame = pd.DataFrame({"v": pd.Series(cells, dtype=object), "n": range(len(cells))})
    frame.index = pd.Index(cells, dtype=object)
    back = read(parquet_of(frame, piece=15_000))
    assert_frame_equal(back, frame)
    assert [type(one) for one in back["v"]] == [type(one) for one in cells]
    part = frame.iloc[100:-100]
    assert_frame_equal(read(parquet_of(part, piece=15_000)), part)


def test_a_text_that_no_utf8_holds_is_refused_among_many():
    with pytest.raises(FrameError, match="surrogate"):
        parquet_of(pd.DataFrame({"odd": pd.Series(objects_of(["a", "\ud800"])[np.arange(30_000) % 2], dtype=object)}))


def test_sparse_columns_of_objects_are_refused():
    frame = pd.DataFrame({"odd": pd.arrays.SparseArray(["a", None], dtype=pd.SparseDtype(object))})
    with pytest.raises(FrameError, match="to_dense") as caught:
        parquet_of(frame)
    assert "'odd'" in str(caught.value)


def test_a_frame_of_nothing_is_refused():
    with pytest.raises(FrameError, match="neither columns nor an index"):
        parquet_of(pd.DataFrame(index=range(3)))
    with pytest.raises(FrameError, match="is needed, not dict"):
        parquet_of({"a": [1]})


def test_an_index_whose_frequency_has_no_text_is_refused():
    holidays = pd.offsets.CustomBusinessDay(holidays=["2020-01-01"])
    with pytest.raises(FrameError, match="freq"):
        parquet_of(pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2020", periods=2, freq=holidays)))


def test_metadata_past_its_limit_is_refused_and_long_ones_are_compressed():
    def of(count):
        text = np.random.default_rng(1).bytes(count * 16).hex()
        return parquet_of(pd.DataFrame({"c": pd.Categorical([text[i * 32:(i + 1) * 32] for i in range(count)])}))
    assert len(read(of(2_000)).c.cat.categories) == 2_000
    with pytest.raises(FrameError, match="categories"):
        of(60_000)


def test_metadata_of_a_later_format_is_refused():
    with pytest.raises(FrameError, match="update this package"):
        _frame.load_metadata('{"format":2}')


def test_columns_come_in_the_order_asked_with_the_index():
    frame = cases.frames()["MultiIndex"].assign(b=["x", "y"], A=[1.5, 2])
    parquet = parquet_of(frame)
    assert_frame_equal(read(parquet, columns=["A", "a"]), frame[["A", "a"]])
    told, here = told_of(parquet), set(table_of(parquet).column_names)
    assert [one for one in _frame.stored_columns(told, ["A"], here) if one in here] == ["A__2", "p", "__index_level_1__"]
    with pytest.raises(FrameError, match="no column 'zz'"):
        _frame.stored_columns(told, ["zz"], here)


def test_a_key_may_be_a_column_or_a_level():
    told = told_of(parquet_of(cases.frames()["MultiIndex"].assign(A=[1.5, 2], i=pd.interval_range(0, 2))))
    assert _frame.key_columns(told, ["A", "p"]) == ["A__2", "p"]
    for wrong, word in (("zz", "not among"), ("i", "several columns")):
        with pytest.raises(FrameError, match=word):
            _frame.key_columns(told, [wrong])


def test_what_another_writer_added_comes_as_it_is():
    parquet = parquet_of(pd.DataFrame({"a": [1, 2]}, index=["x", "y"]))
    table = table_of(parquet).append_column("more", pa.array(["p", None]))
    back = _frame.decode(table, told_of(parquet), "pandas")
    assert list(back.columns) == ["a", "more"] and back.more.isna().tolist() == [False, True] and list(back.index) == ["x", "y"]


def test_nanoseconds_that_another_writer_added_are_found():
    frame = pd.DataFrame({"t": pd.to_datetime([1_000, 2_001])})
    assert_frame_equal(_frame.decode(table_of(parquet_of(frame)), told_of(parquet_of(frame.iloc[:1])), "pandas"), frame)


def test_widened_columns_keep_every_value():
    told = told_of(parquet_of(pd.DataFrame({"n": np.array([1, 2], dtype="i2")})))
    assert _frame.decode(pa.table({"n": pa.array([1, 1 << 40])}), told, "pandas").n.tolist() == [1, 1 << 40]


def test_a_parquet_file_of_pandas_own_keeps_its_index():
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="i"))
    sink = io.BytesIO()
    frame.to_parquet(sink)
    assert_frame_equal(_frame.decode(pq.read_table(sink), None, "pandas"), frame)
