# SPDX-License-Identifier: Apache-2.0
"""Frames appended to what is stored: every row comes back as it was, or the frame is refused."""

import cases
import numpy as np
import pandas as pd
import pytest
from kept import joined
from pandas.testing import assert_frame_equal

from boathouse import FrameError

MIXED = {"object int huge", "dict ragged"}  # their last cells are of one kind and stored so, which the first are not


@pytest.mark.parametrize("name", [name for name in cases.columns() if name != "uint64"])
def test_halves_of_a_column_join(name):
    frame = pd.DataFrame({name: cases.columns()[name]})
    assert_frame_equal(joined(frame.iloc[:3], frame.iloc[3:]), frame)
    back = frame.iloc[::-1].reset_index(drop=True)
    if name in MIXED:
        with pytest.raises(FrameError, match="same dtype"):
            joined(back.iloc[:3], back.iloc[3:])
    else:
        assert_frame_equal(joined(back.iloc[:3], back.iloc[3:]), back)


@pytest.mark.parametrize("name", ["text index", "MultiIndex", "other range", "category index", "same names", "odd names"])
def test_frames_with_other_axes_join_themselves(name):
    frame = cases.frames()[name]
    both = joined(frame, frame)
    assert_frame_equal(both, pd.concat([frame, frame], ignore_index=isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0))


def test_categories_and_missing_things_unite():
    one = pd.DataFrame({"c": pd.Categorical(["a", "b"]), "t": pd.Series(["x", None], dtype=object)})
    two = pd.DataFrame({"c": pd.Categorical(["c", "a"]), "t": pd.Series(["y", np.nan], dtype=object)})
    both = joined(one, two)
    assert list(both.c) == ["a", "b", "c", "a"] and list(both.c.cat.categories) == ["a", "b", "c"]
    assert both.t[1] is None and type(both.t[3]) is float


def test_numbers_join_the_wider_type():
    whole, broken = pd.DataFrame({"n": [1, 2]}), pd.DataFrame({"n": [0.5, np.nan]})
    narrow = pd.DataFrame({"n": np.array([1, 2], dtype="i1")})
    for frames in ((whole, broken), (broken, whole), (whole, narrow), (narrow, whole)):
        assert_frame_equal(joined(*frames), pd.concat(frames, ignore_index=True))


def test_new_columns_and_lacking_ones_are_missing_values():
    both = joined(pd.DataFrame({"a": [1], "b": ["x"]}), pd.DataFrame({"b": ["y"], "c": [2.5]}))
    assert list(both.columns) == ["a", "b", "c"] and list(both.b) == ["x", "y"]
    assert both.a.tolist() == [1, pd.NA] and str(both.a.dtype) == "Int64"
    assert np.isnan(both.c[0]) and both.c[1] == 2.5


@pytest.mark.parametrize("one, two, word", [
    ([1], ["x"], "same dtype"),
    (pd.to_datetime(["2020"]), pd.to_timedelta([1]), "same dtype"),
    (pd.Categorical(["x"], ordered=True), pd.Categorical(["y"], ordered=True), "category"),
    ([0.5], [(1 << 53) + 1], "2\\^53"),
    (pd.period_range("2020", periods=1, freq="M"), pd.period_range("2020", periods=1, freq="D"), "same dtype"),
    (pd.Series([b"x"]), pd.Series([(1, 2)]), "same dtype"),
])
def test_what_does_not_join_is_refused(one, two, word):
    with pytest.raises(FrameError, match=word) as caught:
        joined(pd.DataFrame({"a": one}), pd.DataFrame({"a": two}))
    assert "'a'" in str(caught.value)


def test_another_index_does_not_join():
    plain, named = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1]}, index=["x"])
    for one, two in ((plain, named), (plain, pd.DataFrame({"a": [1]}, index=[7])), (named, plain)):
        with pytest.raises(FrameError, match="reset_index"):
            joined(one, two)


def test_a_slice_goes_on_where_the_stored_rows_end():
    frame = pd.DataFrame({"a": range(5)})
    assert_frame_equal(joined(frame.iloc[:2], frame.iloc[2:4], frame.iloc[4:]), frame)
    with pytest.raises(FrameError, match="reset_index"):
        joined(frame.iloc[:2], frame.iloc[3:])
