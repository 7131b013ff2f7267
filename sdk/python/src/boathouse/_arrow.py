# SPDX-License-Identifier: Apache-2.0
"""One Arrow column of any type as plain columns that Iceberg v2 holds, and back exactly.

`plan` looks at a whole column and answers a `Plain`, which encodes it piece by piece and decodes what comes back. Nothing is
rounded: a cast that would lose something raises FrameError.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
from typing import Any, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boathouse import _nested
from boathouse._values import Json, refuse

MOST_DIGITS = 38
BIG_UNSIGNED = pa.decimal128(20, 0)
NANOSECONDS = "__ns"  # suffix of the column of nanoseconds past the microsecond

_WIDER = {
    pa.int8(): pa.int32(), pa.int16(): pa.int32(), pa.uint8(): pa.int32(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(),
    pa.uint64(): pa.int64(), pa.float16(): pa.float32(), pa.large_string(): pa.string(), pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(), pa.binary_view(): pa.binary(), pa.date64(): pa.date32(),
}
_PLAIN = {pa.bool_(), pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.string(), pa.binary(), pa.date32()}


# Types as text

def dump_type(kind: pa.DataType) -> str:
    """A type as text: Arrow's own serialized form, which holds every parameter."""
    return base64.b64encode(pa.schema([pa.field("", kind)]).serialize().to_pybytes()).decode()


@functools.lru_cache(maxsize=1024)
def load_type(told: str) -> pa.DataType:
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(told))).field(0).type


def dump_array(values: pa.Array | pa.ChunkedArray) -> str:
    """A small array as text."""
    sink = pa.BufferOutputStream()
    table = pa.table({"": values})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return base64.b64encode(sink.getvalue().to_pybytes()).decode()


def load_array(told: str) -> pa.Array:
    chunked = pa.ipc.open_stream(pa.py_buffer(base64.b64decode(told))).read_all().column(0)
    return chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)


# Columns

@dataclasses.dataclass(frozen=True)
class Plain:
    """How a column of `type` is kept: as one column of type `stored`, and what else it takes.

    `nanoseconds`: a second column with suffix NANOSECONDS; `leaves`: JSON text; `dictionary`: the values of a dictionary type, `inner` their plan."""
    type: pa.DataType
    stored: pa.DataType
    nanoseconds: bool = False
    leaves: pa.DataType | None = None  # of a nested type: the type with plain leaves, whose JSON is stored
    dictionary: pa.Array | None = None
    inner: Plain | None = None

    def suffixes(self) -> list[str]:
        if self.inner is not None:
            return self.inner.suffixes()
        return ["", NANOSECONDS] if self.nanoseconds else [""]

    def types(self) -> list[pa.DataType]:
        if self.inner is not None:
            return self.inner.types()
        return [self.stored, pa.int32()] if self.nanoseconds else [self.stored]

    def encode(self, column: pa.ChunkedArray | pa.Array) -> list[Any]:
        if self.inner is not None:
            dense = self.inner.stored != pa.string() or not pa.types.is_dictionary(column.type)
            return self.inner.encode(_without_wrapping(column) if dense else column)
        if pa.types.is_dictionary(column.type):  # of text, which Parquet's writer takes as it is
            return [column if column.type.value_type == self.stored else column.cast(pa.dictionary(column.type.index_type, self.stored))]
        if _is_nanos(self.type):
            return _split_nanos(column, self.stored, self.nanoseconds)
        if self.leaves is not None:
            return [_nested.to_texts(column, self.leaves)]
        return [_cast(column, self.stored)]

    def decode(self, columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
        """What was encoded. A column that has come to hold more than `type` does comes back in the type that holds it."""
        if self.inner is not None:
            return self._wrap(self.inner.decode(columns))
        column = columns[0]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if _is_nanos(self.type):
            return _join_nanos(column, columns[1] if len(columns) > 1 else None, self.type)
        try:
            if self.leaves is not None:
                return _nested.from_texts(column, self.leaves, self.type)
            return _back(column, self.stored, self.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
            return column  # written by somebody else, and of another kind

    def _wrap(self, dense: pa.ChunkedArray) -> pa.ChunkedArray:
        if isinstance(self.type, pa.BaseExtensionType):
            return pa.chunked_array([pa.ExtensionArray.from_storage(self.type, chunk) for chunk in dense.chunks], self.type)
        if pa.types.is_run_end_encoded(self.type):
            encoded = [pc.run_end_encode(chunk, run_end_type=self.type.run_end_type) for chunk in dense.chunks]
            return pa.chunked_array(encoded, self.type)
        assert self.dictionary is not None
        known = pc.index_in(dense, value_set=self.dictionary)
        more = dense.filter(pc.and_(pc.is_null(known), pc.is_valid(dense))).unique()
        values = self.dictionary
        if len(more):
            values = pa.concat_arrays([values, more])
            known = pc.index_in(dense, value_set=values)
        codes = known.cast(self.type.index_type)
        chunks = [pa.DictionaryArray.from_arrays(chunk, values, ordered=self.type.ordered) for chunk in codes.chunks]
        return pa.chunked_array(chunks, pa.dictionary(self.type.index_type, values.type, self.type.ordered))

    def to_json(self) -> Json:
        told: dict[str, Json] = {"type": dump_type(self.type), "stored": dump_type(self.stored)}
        if self.nanoseconds:
            told["nanoseconds"] = True
        if self.leaves is not None:
            told["leaves"] = dump_type(self.leaves)
        if self.dictionary is not None:
            told["dictionary"] = dump_array(self.dictionary)
        if self.inner is not None:
            told["inner"] = self.inner.to_json()
        return told


def load_plain(told: Json) -> Plain:
    return Plain(load_type(told["type"]), load_type(told["stored"]), told.get("nanoseconds", False),
                 load_type(told["leaves"]) if "leaves" in told else None,
                 load_array(told["dictionary"]) if "dictionary" in told else None,
                 load_plain(told["inner"]) if "inner" in told else None)


def plan(column: pa.ChunkedArray | pa.Array, like: Plain | None = None) -> Plain:
    """How the column is kept. `like` is how a column that it will be appended to is kept: where there is a choice, the same."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        values = _dictionary_of(column)
        same = like if like is not None and like.dictionary is not None and like.type.value_type == kind.value_type else None
        inner = plan(values, same.inner if same else None)
        return Plain(kind, inner.stored, dictionary=values if same is None else _united(same, values, kind), inner=inner)
    if isinstance(kind, pa.BaseExtensionType) or pa.types.is_run_end_encoded(kind):
        inner = plan(_without_wrapping(column), like.inner if like else None)
        return Plain(kind, inner.stored, inner=inner)
    if _is_nanos(kind):
        needed = like is not None and like.nanoseconds or _has_nanos(column)
        return Plain(kind, pa.time64("us") if pa.types.is_time(kind) else _micros(kind), nanoseconds=needed)
    if kind == pa.uint64():
        past = (like is not None and like.stored == BIG_UNSIGNED) or (pc.max(column).as_py() or 0) >= 1 << 63
        return Plain(kind, BIG_UNSIGNED if past else pa.int64())
    if pa.types.is_decimal(kind):
        return Plain(kind, _decimal_for(column, like))
    if _nested.is_nested(kind):
        return Plain(kind, pa.string(), leaves=storable(kind))
    return Plain(kind, storable(kind))


def storable(kind: pa.DataType) -> pa.DataType:
    """The plain type that holds every value of `kind` that it will be given, by Arrow's checked casts; of a nested type the one
    with plain leaves."""
    if kind in _PLAIN or kind == pa.time64("us"):
        return kind
    if kind in _WIDER:
        return _WIDER[kind]
    t = pa.types
    if t.is_timestamp(kind):
        return pa.int64() if kind.unit == "ns" else _micros(kind)
    if t.is_time(kind):
        return pa.int64() if kind.unit == "ns" else pa.time64("us")
    if t.is_duration(kind):
        return pa.int64()
    if t.is_fixed_size_binary(kind):
        return pa.binary()
    if t.is_decimal(kind) and kind.precision <= MOST_DIGITS and 0 <= kind.scale <= kind.precision:
        return pa.decimal128(kind.precision, kind.scale)
    if t.is_null(kind):
        return kind  # it takes the type of its first value
    if t.is_dictionary(kind):
        return storable(kind.value_type)
    return _storable_nested(kind)


def _storable_nested(kind: pa.DataType) -> pa.DataType:
    t = pa.types
    if t.is_struct(kind) and kind.num_fields:
        return pa.struct([pa.field(f.name, storable(f.type)) for f in kind])
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind) or t.is_list_view(kind) or t.is_large_list_view(kind):
        return pa.list_(storable(kind.value_type))
    if t.is_map(kind):
        return pa.map_(storable(kind.key_type), storable(kind.item_type))
    raise refuse(f"the type {kind} has no plain column type")


def _micros(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp("us", tz="UTC" if kind.tz is not None else None)


def _cast(column: Any, wanted: pa.DataType) -> Any:
    if column.type == wanted:
        return column
    try:
        return column.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise refuse(f"{column.type} does not fit into {wanted}: {error}") from None


def _back(column: pa.ChunkedArray, stored: pa.DataType, wanted: pa.DataType) -> pa.ChunkedArray:
    if column.type == wanted:
        return column
    if pa.types.is_null(wanted):
        return pa.chunked_array([pa.nulls(len(column))]) if column.null_count == len(column) else column
    if pa.types.is_timestamp(wanted) and pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp(wanted.unit, tz=column.type.tz)).cast(wanted)
    return column.cast(stored).cast(wanted)


def _without_wrapping(column: Any) -> Any:
    """The values of a dictionary, run-end or extension column, written out."""
    if isinstance(column.type, pa.BaseExtensionType):
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        return pa.chunked_array([chunk.storage for chunk in chunks], column.type.storage_type)
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if pa.types.is_run_end_encoded(column.type):
        return pc.run_end_decode(column)
    return column


# Dictionaries

def _dictionary_of(column: Any) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        if column.num_chunks == 0:
            return pa.array([], column.type.value_type)
        column = column.unify_dictionaries().chunk(0)
    return column.dictionary


def _united(like: Plain, values: pa.Array, kind: pa.DataType) -> pa.Array:
    assert like.dictionary is not None
    if like.dictionary.equals(values):
        return values
    if kind.ordered:
        raise refuse(f"an ordered category with the values {values.to_pylist()} is appended to one with {like.dictionary.to_pylist()}")
    known = pc.is_in(values, value_set=like.dictionary)
    return pa.concat_arrays([like.dictionary, values.filter(pc.invert(known))])


# Nanoseconds

def _is_nanos(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_time64(kind)) and kind.unit == "ns"


def _as_int64(column: Any) -> pa.ChunkedArray:
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    return pa.chunked_array([chunk.view(pa.int64()) for chunk in chunked.chunks], pa.int64())


def _numbers_and_mask(column: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    numbers = _as_int64(column)
    mask = pc.is_null(numbers).to_numpy() if numbers.null_count else None
    return (pc.fill_null(numbers, 0) if mask is not None else numbers).to_numpy(), mask


def _has_nanos(column: Any) -> bool:
    numbers, _ = _numbers_and_mask(column)
    return bool((numbers % 1000).any())


def _split_nanos(column: Any, stored: pa.DataType, with_rest: bool) -> list[pa.Array]:
    numbers, mask = _numbers_and_mask(column)
    whole, rest = np.divmod(numbers, 1000)
    parts = [pa.array(whole, mask=mask).view(stored)]
    if with_rest:
        parts.append(pa.array(rest.astype("int32"), mask=mask))
    elif rest.any():
        raise refuse("nanoseconds appeared in a column that had none when it was looked at: was it changed meanwhile?")
    return parts


def _join_nanos(column: pa.ChunkedArray, rest: pa.ChunkedArray | None, kind: pa.DataType) -> pa.ChunkedArray:
    if not pa.types.is_timestamp(column.type) and not pa.types.is_time64(column.type):
        return column
    micros = pa.timestamp("us", tz=column.type.tz) if pa.types.is_timestamp(column.type) else pa.time64("us")
    numbers, mask = _numbers_and_mask(column.cast(micros))
    extra = np.int64(0) if rest is None else pc.fill_null(rest.cast(pa.int64()), 0).to_numpy()
    joined = numbers * 1000 + extra
    if (joined // 1000 != numbers).any():
        return column  # written by somebody else: no nanoseconds reach that far
    return pa.chunked_array([pa.array(joined, mask=mask).view(kind)])


# Decimals

def _decimal_for(column: Any, like: Plain | None) -> pa.DataType:
    kind = column.type
    if like is not None and pa.types.is_decimal(like.type) and like.type == kind:
        return like.stored
    if kind.precision <= MOST_DIGITS and 0 <= kind.scale <= kind.precision:
        return pa.decimal128(kind.precision, kind.scale)
    scale = max(kind.scale, 0)
    wanted = pa.decimal128(MOST_DIGITS, scale) if scale <= MOST_DIGITS else None
    if wanted is None:
        raise refuse(f"{kind} has more than {MOST_DIGITS} digits after the point")
    _cast(column, wanted)  # raises where a value has too many digits
    return wanted
