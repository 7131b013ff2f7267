# SPDX-License-Identifier: Apache-2.0
"""How two frames differ, row by row."""

from __future__ import annotations

from typing import Any, Hashable, Sequence

import numpy as np
import pandas as pd

from boathouse.errors import FrameError
from boathouse.results import Diff


def diff(before: pd.DataFrame, after: pd.DataFrame, key: Sequence[Hashable] | None) -> Diff:
    """By `key`: columns, or names of index levels, that name each row once in either frame. Without one, by the index where it is
    not just a count; else whole rows, of which one may be there several times, and then no row counts as changed."""
    if key is None and not _named_by_index(before, after):
        return _by_rows(before, after)
    old, new = _keys(before, key, "the first version"), _keys(after, key, "the second version")
    both = new.intersection(old, sort=False)
    there, here = old.get_indexer(both), new.get_indexer(both)
    added, removed = np.flatnonzero(old.get_indexer(new) < 0), np.flatnonzero(new.get_indexer(old) < 0)
    changed = _differ(before, after, there, here, key)
    return Diff(after.iloc[added], before.iloc[removed], after.iloc[here[changed]], before.iloc[there[changed]])


def _named_by_index(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    return list(before.index.names) == list(after.index.names) and not any(_only_counts(frame.index) for frame in (before, after))


def _only_counts(index: pd.Index) -> bool:
    return isinstance(index, pd.RangeIndex) and (index.start, index.step, index.name) == (0, 1, None)


def _keys(frame: pd.DataFrame, key: Sequence[Hashable] | None, which: str) -> pd.Index:
    columns = list(key or [])
    levels = [frame.index] if key is None else [_key_column(frame, one, which) for one in columns]
    index = pd.MultiIndex.from_arrays(levels) if len(levels) > 1 else pd.Index(levels[0])
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise FrameError("The key names no single row", f"{columns or 'the index'} is {twice!r} more than once in {which}: give more columns")
    return index


def _key_column(frame: pd.DataFrame, one: Hashable, which: str) -> Any:
    if one in frame.columns:
        return frame[one]
    if one in frame.index.names:
        return frame.index.get_level_values(one)
    raise FrameError("No such column", f"{which} has no column {one!r} to be a key; it has {list(frame.columns)}")


def _differ(before: pd.DataFrame, after: pd.DataFrame, there: Any, here: Any, key: Any) -> Any:
    """Positions in `here` of the rows that have another value in some column."""
    columns = list(key or [])
    changed = np.zeros(len(here), dtype=bool)
    names = list(dict.fromkeys([*after.columns, *before.columns]))
    for name in names:
        if name in columns:
            continue
        if name in before.columns and name in after.columns:
            changed |= ~_equal(before[name].iloc[there], after[name].iloc[here])
        else:  # a column that only one has: what is in it is new, or gone
            one = after[name].iloc[here] if name in after.columns else before[name].iloc[there]
            changed |= np.asarray(one.notna())
    return np.flatnonzero(changed)


def _equal(old: pd.Series, new: pd.Series) -> Any:
    missing_old, missing_new = np.asarray(old.isna()), np.asarray(new.isna())
    if old.dtype == new.dtype and isinstance(old.dtype, np.dtype) and old.dtype != object:
        same = np.asarray(old) == np.asarray(new)
    else:
        pairs = zip(old.astype(object).array, new.astype(object).array, missing_old | missing_new)
        same = np.fromiter((not gone and _same(a, b) for a, b, gone in pairs), bool, len(old))
    return np.where(missing_old | missing_new, missing_old & missing_new, same)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)


def _by_rows(before: pd.DataFrame, after: pd.DataFrame) -> Diff:
    names = list(dict.fromkeys([*before.columns, *after.columns]))
    old, new = _numbered(before, names), _numbered(after, names)
    added, removed = np.flatnonzero(old.get_indexer(new) < 0), np.flatnonzero(new.get_indexer(old) < 0)
    return Diff(after.iloc[added], before.iloc[removed], after.iloc[:0], before.iloc[:0])


def _numbered(frame: pd.DataFrame, names: list[Any]) -> pd.Index:
    """Each row as a tuple, and which of its equals it is."""
    cells = [[_hashable(cell) for cell in frame[name].astype(object).array] if name in frame.columns else [None] * len(frame) for name in names]
    rows = list(zip(*cells)) if cells else [()] * len(frame)
    seen: dict[tuple[Any, ...], int] = {}
    numbered = np.empty(len(rows), dtype=object)
    for position, row in enumerate(rows):
        seen[row] = seen.get(row, 0) + 1
        numbered[position] = (row, seen[row])
    return pd.Index(numbered, dtype=object, tupleize_cols=False)


def _hashable(cell: Any) -> Any:
    """The cell, or what stands for it where it has no hash; what is missing is equal to what is missing."""
    if isinstance(cell, (list, tuple, np.ndarray)):
        return ("list", *map(_hashable, cell))
    if isinstance(cell, dict):
        return ("dict", *((name, _hashable(value)) for name, value in cell.items()))
    if isinstance(cell, (set, frozenset)):
        return frozenset(cell)
    return None if pd.isna(cell) else cell
