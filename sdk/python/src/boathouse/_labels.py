# SPDX-License-Identifier: Apache-2.0
"""The two axes of a pandas frame: its index, whose levels are stored as columns, and the labels of its columns, which are
metadata. Also what else a frame carries: attrs and flags."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from boathouse import _arrow, _pandas, _values
from boathouse._values import Json, refuse
from boathouse.errors import FrameError


# The index

def plan_index(index: pd.Index) -> tuple[Json, list[pd.Index]]:
    """What the index was, and the levels that are stored. RangeIndex(0, n) is stored by nothing but its name."""
    if type(index) is pd.RangeIndex:
        name = {"name": _values.dump(index.name)}
        if index.start == 0 and index.step == 1:
            return {"kind": "default"} | name, []
        return {"kind": "range", "start": index.start, "step": index.step} | name, [index]
    if isinstance(index, pd.MultiIndex):
        levels = [_level(index, number) for number in range(index.nlevels)]
        return {"kind": "multi", "names": [_values.dump(name) for name in index.names],
                "dtypes": [_lost_dtype(index, number) for number in range(index.nlevels)]}, levels
    return {"kind": "single", "name": _values.dump(index.name)} | _freq(index), [index]


def restore_index(told: Json, levels: Sequence[Any], rows: int) -> pd.Index:
    kind = told["kind"]
    if kind == "default":
        return pd.RangeIndex(rows, name=_values.load(told["name"]))
    if kind == "multi":
        restored = pd.MultiIndex.from_arrays([_pandas.as_index(level) for level in levels], names=[_values.load(n) for n in told["names"]])
        for number, dtype in enumerate(told["dtypes"]):
            if dtype is not None:
                restored = restored.set_levels(restored.levels[number].astype(dtype), level=number)
        return restored
    index = _pandas.as_index(levels[0])
    index.name = _values.load(told["name"])
    if kind == "range":
        return _as_range(index, told, rows)
    return _with_freq(index, told.get("freq"))


def _as_range(index: pd.Index, told: Json, rows: int) -> pd.Index:
    """The RangeIndex again, if its rows are all there and in order."""
    start, step = told["start"], told["step"]
    made = pd.RangeIndex(start, start + step * rows, step, name=index.name)
    return made if len(made) == len(index) and bool((np.asarray(index) == np.asarray(made)).all()) else index


def _lost_dtype(index: pd.MultiIndex, number: int) -> str | None:
    """The dtype of a level whose values, some of them missing, are of another."""
    level = index.levels[number]
    return str(level.dtype) if level.dtype.kind in "iub" and (index.codes[number] < 0).any() else None


def _level(index: pd.MultiIndex, number: int) -> pd.Index:
    lost = _lost_dtype(index, number)
    if lost is None:
        return index.get_level_values(number)
    nullable = "boolean" if lost == "bool" else lost.replace("i", "I", 1).replace("uI", "UI", 1)
    values = index.levels[number].astype(nullable).array.take(index.codes[number], allow_fill=True)
    return pd.Index(values, name=index.names[number])


def _freq(index: pd.Index) -> Json:
    freq = getattr(index, "freq", None)
    if freq is None or isinstance(index, pd.PeriodIndex):
        return {}
    if pd.tseries.frequencies.to_offset(freq.freqstr) != freq:
        raise refuse(f"the index has the frequency {freq!r}, which its text {freq.freqstr!r} does not tell whole; set index.freq = None first")
    return {"freq": freq.freqstr}


def _with_freq(index: pd.Index, freq: str | None) -> pd.Index:
    if freq is None or not isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)):
        return index
    offset = pd.tseries.frequencies.to_offset(freq)
    try:
        index.freq = offset
    except ValueError:
        pass  # only some of the rows are here
    return index


# The columns' labels

def at(labels: pd.Index, position: int) -> Any:
    """The label of a column; numpy's own text and numbers as Python's."""
    label = labels[position]
    return label.item() if isinstance(label, np.generic) and not isinstance(label, (np.datetime64, np.timedelta64)) else label


def is_plain(labels: pd.Index) -> bool:
    return not isinstance(labels, pd.MultiIndex) and (labels.dtype == object or isinstance(labels.dtype, pd.StringDtype))


def dump(labels: pd.Index) -> Json:
    """How labels are kept. Of plain ones each column tells its own, others are kept here whole."""
    if is_plain(labels):
        dtype = None if labels.dtype == object else _pandas.plan(labels[:0]).to_json()
        return {"kind": "plain", "name": _values.dump(labels.name), "dtype": dtype}
    index, levels = plan_index(labels)
    columns = [_pandas.plan(level) for level in levels]
    arrays = [[_arrow.dump_array(array) for array in column.encode(level)] for column, level in zip(columns, levels)]
    return {"kind": "coded", "index": index, "columns": [column.to_json() for column in columns], "arrays": arrays, "count": len(labels)}


def restore(told: Json, own: Sequence[Any], positions: Sequence[int]) -> pd.Index:
    """The labels of these columns; `own` are those that the columns told themselves."""
    if told["kind"] == "plain":
        labels: pd.Index = pd.Index(_filled(own), dtype=object, tupleize_cols=False, name=_values.load(told["name"]))
        if told["dtype"] is not None:
            column = _pandas.load_column(told["dtype"])
            labels = pd.Index(column.decode([pa.chunked_array([pa.array(list(own), pa.string())])]), name=labels.name)
        return labels
    levels = [_pandas.load_column(column).decode([pa.chunked_array([_arrow.load_array(part)]) for part in parts])
              for column, parts in zip(told["columns"], told["arrays"])]
    whole = restore_index(told["index"], levels, told["count"])
    if list(positions) == list(range(len(whole))):
        return whole
    return whole.take([position for position in positions if position < len(whole)])


def _filled(labels: Sequence[Any]) -> np.ndarray[Any, Any]:
    filled = np.empty(len(labels), dtype=object)
    for position, label in enumerate(labels):
        filled[position] = label
    return filled


# What else a frame carries

def dump_rest(frame: pd.DataFrame) -> Json:
    rest: dict[str, Json] = {}
    if frame.attrs:
        try:
            rest["attrs"] = _values.dump(dict(frame.attrs))
        except FrameError as error:
            raise FrameError(error.title, f"attrs: {error.detail}") from None
    if not frame.flags.allows_duplicate_labels:
        rest["flags"] = {"allows_duplicate_labels": False}
    return rest


def restore_rest(frame: pd.DataFrame, told: Json) -> pd.DataFrame:
    if "attrs" in told:
        frame.attrs = _values.load(told["attrs"])
    if "flags" in told:
        frame = frame.set_flags(allows_duplicate_labels=False)
    return frame
