# SPDX-License-Identifier: Apache-2.0
"""Appending: the metadata of what is stored and of the frame that joins it, as one. Every row must come back as it was, so what
does not go together is refused with what to do about it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from boathouse._values import Json
from boathouse.errors import FrameError


def _refuse(what: str) -> FrameError:
    return FrameError("The frame does not fit what is stored", what)


def name_of(part: Json) -> str:
    name: str = part.get("name", part["stored"][0])
    return name


def join(told: Json, like: Json, frame: pd.DataFrame | None, rows: int | None) -> Json:
    """The metadata of the version in which the rows of both are. `rows`: how many are stored, where that is known."""
    if (told["from"] == "pandas") != (like["from"] == "pandas"):
        raise _refuse(f"it was saved from {like['from']}, this is from {told['from']}: convert it, or save it under another name")
    mine = {name_of(part): part for part in told["columns"]}
    stored = {name_of(part): part for part in like["columns"]}
    columns = [_joined(part, mine[name]) if (name := name_of(part)) in mine else part for part in like["columns"]]
    columns += [part for part in told["columns"] if name_of(part) not in stored]
    joined = {key: value for key, value in told.items() if key != "columns"} | {"columns": columns}
    if frame is not None:
        _check_axes(told["pandas"], like["pandas"], frame, rows)
        joined["pandas"] = like["pandas"] | {key: told["pandas"][key] for key in ("attrs", "flags") if key in told["pandas"]}
    elif set(mine) - set(stored) or set(stored) - set(mine):
        raise _refuse(f"its columns are {list(stored)}, these are {list(mine)}")
    else:
        joined["schema"] = like["schema"]
    return joined


def _joined(like: Json, mine: Json) -> Json:
    """One column. What `plan` was told to keep the same is in `mine` already."""
    a, b = like["column"], mine["column"]
    if "kind" not in a or "kind" not in b:
        if _bare(a) != _bare(b):
            raise _refuse(f"the column {name_of(like)!r} has another type there")
        return mine
    merged = {"stored": mine["stored"] if len(mine["stored"]) > len(like["stored"]) else like["stored"]}
    if _bare(a) == _bare(b):
        return mine | merged
    if a["kind"] == b["kind"] == "numpy" and (wider := _wider(a["dtype"], b["dtype"])) is not None:
        return mine | {"column": b if wider == b["dtype"] else a} if wider in (a["dtype"], b["dtype"]) else mine
    if a["kind"] == b["kind"] == "category":
        return mine  # planned with the stored categories
    if a["kind"] == b["kind"] == "object" and (a["cells"] == b["cells"] or "none" in (a["cells"], b["cells"])):
        return mine | merged
    raise _refuse(f"the column {name_of(like)!r} is {_words(a)} there and {_words(b)} here: give it the same dtype")


def _bare(column: Json) -> Json:
    """What a column is, without how it happens to be kept."""
    return {key: value for key, value in column.items() if key not in ("parts", "missing", "nanoseconds", "stored", "dictionary", "inner")}


def _words(column: Json) -> str:
    what: Any = column.get("dtype") or column.get("cells") or column.get("freq") or ""
    return f"{column['kind']} {what}".strip()


def _wider(a: str, b: str) -> str | None:
    """The number type that holds both exactly, if one of them does."""
    kinds = {np.dtype(a).kind, np.dtype(b).kind}
    if not kinds <= set("iuf"):
        return None
    wider = np.promote_types(a, b).str
    return wider if wider in (a, b) else None


def _check_axes(mine: Json, stored: Json, frame: pd.DataFrame, rows: int | None) -> None:
    index, there = mine["index"], stored["index"]
    # A frame whose index goes on where the stored one ends is what a slice of a longer frame is.
    goes_on = there["kind"] == "default" and index["kind"] == "range" and index["step"] == 1 and index["start"] == rows
    same_levels = {"single": "single", "range": "single"}.get(index["kind"], index["kind"]) == \
        {"single": "single", "range": "single"}.get(there["kind"], there["kind"])
    if not goes_on and (not same_levels or index.get("name") != there.get("name") or index.get("names") != there.get("names")):
        raise _refuse(f"its index is {_axis_words(there)}, this one's is {_axis_words(index)}: "
                      "use reset_index(drop=True), or set the same index")
    if mine["labels"] != stored["labels"] and (mine["labels"]["kind"], stored["labels"]["kind"]) != ("plain", "plain"):
        raise _refuse(f"its columns are labelled otherwise than {list(frame.columns)}")


def _axis_words(told: Json) -> str:
    names = told.get("names", [told.get("name")])
    kind = {"default": "RangeIndex from 0", "range": "RangeIndex", "single": "an index", "multi": "a MultiIndex"}[told["kind"]]
    return kind if names == [None] else f"{kind} named {names if len(names) > 1 else names[0]!r}"
