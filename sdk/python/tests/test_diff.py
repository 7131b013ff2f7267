# SPDX-License-Identifier: Apache-2.0
"""Rows added, removed and changed between two frames."""

import numpy as np
import pandas as pd
import pytest

from boathouse import FrameError
from boathouse._diff import diff

ONE = pd.DataFrame({"id": [1, 2, 3], "v": ["a", None, "c"], "x": [1.0, np.nan, 3.0]})
TWO = pd.DataFrame({"id": [4, 3, 2], "v": ["d", "c", None], "x": [4.0, 3.5, np.nan]})


def ids(frame):
    return frame["id"].tolist()


def test_by_a_key():
    found = diff(ONE, TWO, ["id"])
    assert (ids(found.added), ids(found.removed), ids(found.changed)) == ([4], [1], [3])
    assert found.changed.x.tolist() == [3.5] and found.changed_from.x.tolist() == [3.0]
    assert found and str(found) == "1 added, 1 removed, 1 changed"
    assert not diff(ONE, ONE.iloc[::-1], ["id"])


def test_by_several_keys_and_by_the_index():
    many = diff(ONE.assign(k="p"), TWO.assign(k="p"), ["k", "id"])
    assert (len(many.added), len(many.removed), len(many.changed)) == (1, 1, 1)
    indexed = diff(ONE.set_index("id"), TWO.set_index("id"), None)
    assert (list(indexed.added.index), list(indexed.removed.index), list(indexed.changed.index)) == ([4], [1], [3])
    assert len(diff(ONE.set_index("id"), TWO.set_index("id"), ["id"]).changed) == 1


def test_whole_rows_where_nothing_names_them():
    found = diff(pd.concat([ONE, ONE.iloc[:1]]).reset_index(drop=True), pd.concat([ONE, TWO.iloc[:1]]).reset_index(drop=True), None)
    assert (ids(found.added), ids(found.removed), len(found.changed)) == ([4], [1], 0)


def test_columns_that_only_one_has():
    found = diff(ONE, ONE.assign(new=[None, "n", None]), ["id"])
    assert ids(found.changed) == [2]
    assert ids(diff(ONE.assign(old=[1, 2, 3]), ONE, ["id"]).changed) == [1, 2, 3]


def test_cells_without_a_hash():
    lists, others = pd.DataFrame({"id": [1, 2], "l": [[1], [2]]}), pd.DataFrame({"id": [1, 2], "l": [[1], [3]]})
    assert ids(diff(lists, others, ["id"]).changed) == [2]
    assert ids(diff(lists, others, None).added) == [2]
    arrays = pd.DataFrame({"id": [1], "l": [np.array([1, 2])]})
    assert not diff(arrays, arrays.copy(), ["id"])


def test_categories_and_types_compare_by_value():
    one, two = pd.DataFrame({"id": [1, 2], "c": pd.Categorical(["x", "y"])}), pd.DataFrame({"id": [1, 2], "c": ["x", "z"]})
    assert ids(diff(one, two, ["id"]).changed) == [2]
    assert not diff(pd.DataFrame({"id": [1], "n": [1]}), pd.DataFrame({"id": [1], "n": [1.0]}), ["id"])


def test_a_key_that_names_no_single_row():
    with pytest.raises(FrameError, match="more than once in the second"):
        diff(ONE, pd.concat([TWO, TWO]), ["id"])
    with pytest.raises(FrameError, match="no column 'zz'"):
        diff(ONE, TWO, ["zz"])
