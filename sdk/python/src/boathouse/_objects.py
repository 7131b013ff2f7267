# SPDX-License-Identifier: Apache-2.0
"""Columns of Python objects: what their cells are, as Arrow, and back to the same objects.

Cells of one kind become a column of that kind (text, bytes, decimals, dates, lists, dicts, ..). Anything else, and any mixture,
becomes text: JSON that names each cell's type. What stands for a missing cell (None, NaN, NA, NaT) is remembered, for each
cell where a column has several.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from typing import Any, Callable, Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from boathouse import _values
from boathouse._arrow import MOST_DIGITS
from boathouse._values import Json

MISSING: dict[str, Any] = {"None": None, "nan": float("nan"), "NA": pd.NA, "NaT": pd.NaT}
_NAMES = list(MISSING)
_EXACT = decimal.Context(prec=200, traps=[decimal.InvalidOperation, decimal.Inexact])

_SIMPLE: dict[type, tuple[str, pa.DataType]] = {
    str: ("str", pa.string()), bytes: ("bytes", pa.binary()), bool: ("bool", pa.bool_()), int: ("int", pa.int64()),
    dt.date: ("date", pa.date32()), uuid.UUID: ("uuid", pa.string()),
}


def plan(cells: np.ndarray[Any, Any], like: Json | None = None, nested: pa.DataType | None = None) -> Json:
    """How an object column is kept; looks at every cell. `like`: how a column is kept that it will be appended to, and its type
    where it is nested."""
    told = _plan(cells, nested if like is not None and like["cells"] == "nested" else None)
    if like is None or told == like:
        return told
    if "json" in (told["cells"], like["cells"]):
        return {"cells": "json"} if like["cells"] == "json" else told
    missing = like.get("missing", []) + [name for name in told.get("missing", []) if name not in like.get("missing", [])]
    if told["cells"] == "none":
        told = like
    elif told["cells"] == like["cells"] == "decimal" and told["digits"] - told["scale"] <= like["digits"] - like["scale"] \
            and told["scale"] <= like["scale"]:
        told = like | ({"scales": True} if told != like else {})
    return {key: value for key, value in told.items() if key != "missing"} | ({"missing": missing} if missing else {})


def _plan(cells: np.ndarray[Any, Any], nested: pa.DataType | None) -> Json:
    kinds = set(map(type, cells))
    present = {kind for kind in kinds if kind not in (type(None), type(pd.NA), type(pd.NaT))}
    missing = [name for name in ("None", "NA", "NaT") if type(MISSING[name]) in kinds]
    if float in present and (len(present) > 1 or all(cell != cell for cell in cells if type(cell) is float)):
        if any(type(cell) is float and cell == cell for cell in cells):
            return {"cells": "json"}
        present.discard(float)
        missing.append("nan")
    told = _plan_of(present, cells, nested)
    if told["cells"] != "json" and missing:
        told["missing"] = missing
    return told


def _plan_of(present: set[type], cells: np.ndarray[Any, Any], nested: pa.DataType | None) -> Json:
    if not present:
        return {"cells": "none"}
    if len(present) > 1:
        return {"cells": "json"}
    (kind,) = present
    if kind is str:
        return {"cells": "str"}
    given: list[Any] = [cell for cell in cells if type(cell) is kind]
    if kind is int:
        return {"cells": "int" if -(1 << 63) <= min(given) and max(given) < 1 << 63 else "json"}
    if kind in _SIMPLE:
        return {"cells": _SIMPLE[kind][0]}
    if kind is float:
        return {"cells": "float"}
    if kind is dt.time and not any(cell.tzinfo or cell.fold for cell in given):
        return {"cells": "time"}
    if kind is decimal.Decimal:
        return _plan_decimals(given)
    if kind in (list, dict, np.ndarray):
        return _plan_nested(kind, given, nested)
    return {"cells": "json"}


def _plan_decimals(given: list[decimal.Decimal]) -> Json:
    if not all(cell.is_finite() and not (cell.is_signed() and cell.is_zero()) for cell in given):
        return {"cells": "json"}
    exponents = {int(cell.as_tuple().exponent) for cell in given}
    scale = max(0, -min(exponents))
    whole = max(1, max(cell.adjusted() + 1 for cell in given))
    if whole + scale > MOST_DIGITS:
        return {"cells": "json"}
    return {"cells": "decimal", "scale": scale, "digits": MOST_DIGITS if whole + scale > 18 else max(whole + scale, 18)} | (
        {"scales": True} if exponents != {-scale} else {})


def _plan_nested(kind: type, given: list[Any], like: pa.DataType | None) -> Json:
    """Lists, dicts and arrays as Arrow's lists and structs, where these give back the same cells."""
    told: Json = {"cells": "nested", "of": kind.__name__}
    if kind is np.ndarray:
        dtypes = {cell.dtype for cell in given}
        if len(dtypes) != 1 or any(cell.ndim != 1 for cell in given) or next(iter(dtypes)).kind not in "biufmM":
            return {"cells": "json"}
        told["dtype"] = next(iter(dtypes)).str
        if not next(iter(dtypes)).isnative:
            return {"cells": "json"}
    try:
        column = pa.array(given, like)
    except (pa.ArrowException, TypeError, OverflowError):
        return {"cells": "json"} if like is None else _plan_nested(kind, given, None)
    if _has_null_type(column.type) or kind is np.ndarray and column.null_count:
        return {"cells": "json"}
    if kind is not np.ndarray and not all(map(_same, column.to_pylist(), given)):
        return {"cells": "json"}
    return told


def _has_null_type(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(_has_null_type(field.type) for field in kind)
    if pa.types.is_list(kind):
        return _has_null_type(kind.value_type)
    return bool(pa.types.is_null(kind))


def _same(a: Any, b: Any) -> bool:
    """Equal and of the same types all the way down; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, decimal.Decimal):
        return bool(a.as_tuple() == b.as_tuple())
    if isinstance(a, float):
        return bool(a == b and np.signbit(a) == np.signbit(b) or a != a and b != b)
    if isinstance(a, (dt.datetime, dt.time)):
        return bool(a == b and str(a.tzinfo) == str(b.tzinfo) and type(a.tzinfo) is type(b.tzinfo) and a.fold == b.fold)
    return bool(a == b)


# To Arrow

def encode(told: Json, cells: np.ndarray[Any, Any], kind: pa.DataType | None = None) -> list[tuple[str, pa.Array]]:
    """Suffixes and arrays of these cells. `kind` is the nested type of the whole column."""
    if told["cells"] == "json":
        texts = [None if cell is None else json.dumps(_values.dump(cell), ensure_ascii=False) for cell in cells]
        return [("", pa.array(texts, pa.string()))]
    absent = _absent(told, cells)
    parts = _encode_cells(told, cells, absent, kind)
    names = told.get("missing", [])
    if len(names) > 1:
        codes = [_NAMES.index(_missing_name(cell)) if gone else None for cell, gone in zip(cells, absent)]
        parts.append(("__missing", pa.array(codes, pa.int32())))
    return parts


def _absent(told: Json, cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if not told.get("missing"):
        return np.zeros(len(cells), dtype=bool)
    if told["cells"] == "float":
        return np.fromiter((type(cell) is not float for cell in cells), bool, len(cells))
    if told["cells"] == "nested":
        return np.fromiter((type(cell).__name__ != told["of"] for cell in cells), bool, len(cells))
    return np.asarray(pd.isna(cells))


def _missing_name(cell: Any) -> str:
    return "None" if cell is None else "NA" if cell is pd.NA else "NaT" if cell is pd.NaT else "nan"


def _encode_cells(told: Json, cells: np.ndarray[Any, Any], absent: np.ndarray[Any, Any],
                  kind: pa.DataType | None) -> list[tuple[str, pa.Array]]:
    what = told["cells"]
    if what == "none":
        return [("", pa.nulls(len(cells)))]
    if what == "str":
        return [("", texts(cells))]
    if what in ("bytes", "bool", "int", "date", "float", "time"):
        types = {"bytes": pa.binary(), "bool": pa.bool_(), "int": pa.int64(), "date": pa.date32(), "float": pa.float64(),
                 "time": pa.time64("us")}
        return [("", pa.array(cells, types[what], mask=absent, from_pandas=False))]
    if what == "uuid":
        return [("", pa.array([None if gone else str(cell) for cell, gone in zip(cells, absent)], pa.string()))]
    if what == "decimal":
        return _encode_decimals(told, [None if gone else cell for cell, gone in zip(cells, absent)])
    return [("", pa.array([None if gone else cell for cell, gone in zip(cells, absent)], kind, from_pandas=False))]


def texts(cells: np.ndarray[Any, Any]) -> pa.Array:
    """Texts as Arrow's, null where there is none."""
    try:
        return pa.array(cells, pa.string(), from_pandas=True)
    except (pa.ArrowException, UnicodeEncodeError, ValueError):
        for cell in cells:
            _values.dump(cell)  # names the text that no UTF-8 holds
        raise


def _encode_decimals(told: Json, cells: list[decimal.Decimal | None]) -> list[tuple[str, pa.Array]]:
    unit = decimal.Decimal(1).scaleb(-told["scale"])
    even = [None if cell is None else cell.quantize(unit, context=_EXACT) for cell in cells]
    parts = [("", pa.array(even, pa.decimal128(told["digits"], told["scale"])))]
    if told.get("scales"):
        scales = [None if cell is None else -int(cell.as_tuple().exponent) for cell in cells]
        parts.append(("__scale", pa.array(scales, pa.int32())))
    return parts


def suffixes(told: Json) -> list[str]:
    return [""] + ["__scale"] * bool(told.get("scales")) + ["__missing"] * (len(told.get("missing", [])) > 1)


# And back

def decode(told: Json, columns: Sequence[pa.ChunkedArray]) -> np.ndarray[Any, Any]:
    """The cells of a column whose parts came back, in the order of `suffixes`."""
    what, column = told["cells"], columns[0]
    names = told.get("missing", [])
    alone = MISSING[names[0]] if len(names) == 1 else None
    if what == "json":
        return _filled(None if text is None else _values.load(json.loads(text)) for text in column.to_pylist())
    if what == "str" and column.type == pa.string():
        cells = _objects(column)
        if alone is not None and column.null_count:
            cells[np.asarray(pd.isna(cells))] = alone
    elif what == "decimal" and told.get("scales"):
        cells = _filled(map(_rescaled, column.to_pylist(), columns[1].to_pylist()))
    else:
        cells = _filled(_cells_of(told, column))
    if what not in ("str",) and alone is not None:
        for position, cell in enumerate(cells):
            if cell is None:
                cells[position] = alone
    if len(names) > 1:
        for position, code in enumerate(columns[-1].to_pylist()):
            if code is not None:
                cells[position] = MISSING[_NAMES[code]]
            elif cells[position] is None:  # stored when only the first kind was known
                cells[position] = MISSING[names[0]]
    return cells


def _objects(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    cells: np.ndarray[Any, Any] = column.to_numpy()
    return cells if cells.flags.writeable else cells.copy()


def _cells_of(told: Json, column: pa.ChunkedArray) -> Iterable[Any]:
    if told["cells"] == "uuid" and column.type == pa.string():
        return (None if text is None else uuid.UUID(text) for text in column.to_pylist())
    if told["cells"] == "nested" and told["of"] == "ndarray":
        dtype = np.dtype(told["dtype"])
        return (cell for chunk in column.chunks for cell in _arrays_of(chunk, dtype))
    return list(column.to_pylist())


def _arrays_of(chunk: pa.Array, dtype: np.dtype[Any]) -> Iterable[np.ndarray[Any, Any] | None]:
    # The lists' own numbers, from the right offset on; times come as numbers.
    numbers = chunk.values
    if dtype.kind in "mM":
        numbers = numbers.view(pa.int64()).fill_null(np.iinfo("int64").min)
    flat = np.asarray(numbers.to_numpy(zero_copy_only=False))
    flat = flat.astype("int64").astype(dtype) if dtype.kind in "mM" else flat.astype(dtype)
    offsets = chunk.offsets.to_numpy()
    valid = chunk.is_valid().to_numpy(zero_copy_only=False)
    return (flat[offsets[i]:offsets[i + 1]].copy() if valid[i] else None for i in range(len(chunk)))


def _rescaled(cell: decimal.Decimal | None, scale: int | None) -> decimal.Decimal | None:
    if cell is None or scale is None:
        return cell
    return cell.quantize(decimal.Decimal(1).scaleb(-scale), context=_EXACT)


def _filled(cells: Iterable[Any]) -> np.ndarray[Any, Any]:
    listed = list(cells)
    filled = np.empty(len(listed), dtype=object)
    for position, cell in enumerate(listed):
        filled[position] = cell
    return filled


def nested_type(told: Json, cells: np.ndarray[Any, Any]) -> pa.DataType | None:
    """The Arrow type of a nested column, found over the whole of it."""
    if told["cells"] != "nested":
        return None
    kind: Callable[[Any], bool] = lambda cell: type(cell).__name__ == told["of"]  # noqa: E731
    return pa.array([cell for cell in cells if kind(cell)]).type
