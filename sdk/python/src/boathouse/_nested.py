# SPDX-License-Identifier: Apache-2.0
"""Lists, structs and maps as JSON text, which every engine reads, and back by their Arrow type: every leaf exactly.

Whole numbers and floats are JSON numbers (what JSON has no number for is "NaN", "Infinity", "-Infinity"), decimals text, bytes base64,
days and times ISO 8601 as far as microseconds tell them and counts of nanoseconds otherwise, a map a list of [key, value]."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import json
import math
from typing import Any, Callable

import pyarrow as pa

Turn = Callable[[Any], Any]
t = pa.types


def is_nested(kind: pa.DataType) -> bool:
    return bool(t.is_nested(kind)) and not t.is_dictionary(kind) and not t.is_union(kind)


def to_texts(column: pa.ChunkedArray | pa.Array, plain: pa.DataType) -> pa.Array:
    """JSON texts of a column, of which `plain` is the type with plain leaves."""
    turn = _to_json(plain)
    return pa.array([None if cell is None else json.dumps(turn(cell), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
                     for cell in column.cast(plain).to_pylist()], pa.string())


def from_texts(texts: pa.ChunkedArray, plain: pa.DataType, kind: pa.DataType) -> pa.ChunkedArray:
    """The column of type `kind` that these texts were made of."""
    turn = _from_json(plain)
    cells = [None if text is None else turn(json.loads(text)) for text in texts.to_pylist()]
    return pa.chunked_array([pa.array(cells, plain)]).cast(kind)


def _each(turn: Turn) -> Turn:
    return lambda value: None if value is None else turn(value)


def _to_json(kind: pa.DataType) -> Turn:
    if t.is_list(kind):
        item = _each(_to_json(kind.value_type))
        return lambda cell: [item(one) for one in cell]
    if t.is_map(kind):
        key, value = _to_json(kind.key_type), _each(_to_json(kind.item_type))
        return lambda cell: [[key(k), value(v)] for k, v in cell]
    if t.is_struct(kind):
        members = [(field.name, _each(_to_json(field.type))) for field in kind]
        return lambda cell: {name: turn(cell[name]) for name, turn in members}
    if t.is_floating(kind):
        return lambda number: number if math.isfinite(number) else "NaN" if number != number else f"{'-' * (number < 0)}Infinity"
    if t.is_binary(kind):
        return lambda data: base64.b64encode(data).decode()
    if t.is_decimal(kind):
        return str
    if t.is_temporal(kind):
        return lambda moment: moment.isoformat()
    return lambda value: value


def _from_json(kind: pa.DataType) -> Turn:
    if t.is_list(kind):
        item = _each(_from_json(kind.value_type))
        return lambda cell: [item(one) for one in cell]
    if t.is_map(kind):
        key, value = _from_json(kind.key_type), _each(_from_json(kind.item_type))
        return lambda cell: [(key(k), value(v)) for k, v in cell]
    if t.is_struct(kind):
        members = [(field.name, _each(_from_json(field.type))) for field in kind]
        return lambda cell: {name: turn(cell[name]) for name, turn in members}
    if t.is_floating(kind):
        return float
    if t.is_binary(kind):
        return base64.b64decode
    if t.is_decimal(kind):
        return decimal.Decimal
    if t.is_date(kind):
        return dt.date.fromisoformat
    if t.is_time(kind):
        return dt.time.fromisoformat
    if t.is_timestamp(kind):
        return dt.datetime.fromisoformat
    return lambda value: value
