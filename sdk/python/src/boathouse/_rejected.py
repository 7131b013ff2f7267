# SPDX-License-Identifier: Apache-2.0
"""A table's quarantine as a frame: a row's data as the columns that it came with, and beside them why it was rejected."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

import pandas as pd

from boathouse.errors import FrameError

INDEX = "quarantine_id"
FACTS = ("row", "reasons", "at", "file", "request_id", "batch_id")  # a column of the data by that name pushes ours to quarantine_<name>


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """`reasons` holds each row's list of {"column", "rule", "value", "message"}."""
    names = list(dict.fromkeys(name for row in rows for name in row["data"]))
    columns: dict[str, list[Any]] = {name: [row["data"].get(name) for row in rows] for name in names}
    for fact in FACTS:
        columns[_called(fact, names)] = [row.get(fact) for row in rows]
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    when = _called("at", names)
    frame[when] = pd.to_datetime(frame[when], format="ISO8601", utc=True)
    frame.index = pd.Index([row["id"] for row in rows], dtype=object, name=INDEX)
    return frame


def _called(fact: str, names: Sequence[str]) -> str:
    return f"quarantine_{fact}" if fact in names else fact


def corrections_of(rows: Any) -> list[dict[str, Any]]:
    """What is sent again of a corrected frame, or of a list of {"id", "data"}."""
    if not isinstance(rows, pd.DataFrame):
        return [{"id": row["id"], "data": dict(row["data"])} if "data" in row else {"id": row["id"]} for row in rows]
    if rows.index.name != INDEX:
        raise FrameError("Not a frame of rejected rows", f"its index must be {INDEX!r}, as quarantine() makes it")
    names = list(rows.columns)
    facts = {f"quarantine_{fact}" if f"quarantine_{fact}" in names else fact for fact in FACTS}
    data = [name for name in names if name not in facts]
    return [{"id": str(row_id), "data": {name: _field(value) for name, value in zip(data, values)}}
            for row_id, values in zip(rows.index, rows[data].astype(object).itertuples(index=False, name=None))]


def _field(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT or isinstance(value, float) and value != value:
        return None
    return value.item() if hasattr(value, "item") else value if isinstance(value, (str, int, float, bool, list, dict)) else str(value)
