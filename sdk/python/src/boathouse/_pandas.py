# SPDX-License-Identifier: Apache-2.0
"""One pandas column or index level of any dtype as typed Arrow columns, and back equal by assert_frame_equal.

A column's `told` is JSON: {"kind": .., what that kind needs, "parts": [how each Arrow column is kept]}.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from boathouse import _arrow, _objects, _repeated, _values
from boathouse._values import Json, refuse

MASKED = {"boolean", "Float32", "Float64", *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))}
PIECE = 1 << 18  # rows looked at in one go where a whole column must be looked at


@dataclasses.dataclass
class Column:
    """How one pandas column is kept: `told` says what it was, `parts` how each of its Arrow columns is kept."""
    told: Json
    parts: list[tuple[str, _arrow.Plain]]
    nested: pa.DataType | None = None
    texts: pa.DictionaryArray | None = None  # what to encode in place of the values that were planned: the same, found faster

    def suffixes(self) -> list[str]:
        return [suffix + inner for suffix, plain in self.parts for inner in plain.suffixes()]

    def types(self) -> list[pa.DataType]:
        return [kind for _, plain in self.parts for kind in plain.types()]

    def encode(self, values: Any) -> list[Any]:
        """The plain columns of these values, in the order of `suffixes`."""
        arrays = [("", values)] if isinstance(values, pa.Array) else _arrays(self.told, values, self.nested)
        return [stored for (_, plain), (_, array) in zip(self.parts, arrays) for stored in plain.encode(_fit_to_write(array, plain))]

    def decode(self, columns: Sequence[pa.ChunkedArray]) -> Any:
        """numpy or pandas array of what came back."""
        typed, rest = [], list(columns)
        for _, plain in self.parts:
            count = len(plain.suffixes())
            typed.append(plain.decode(rest[:count]) if self.told["kind"] != "category" else _dense(plain, rest[:count]))
            rest = rest[count:]
        return _restore(self.told, typed)

    def to_json(self) -> Json:
        return self.told | {"parts": [[suffix, plain.to_json()] for suffix, plain in self.parts]}


def load_column(told: Json) -> Column:
    return Column({key: value for key, value in told.items() if key != "parts"},
                  [(suffix, _arrow.load_plain(plain)) for suffix, plain in told["parts"]])


def plan(values: Any, like: Column | None = None) -> Column:
    """How the values of a Series or an Index are kept; looks at all of them. `like`: as in _arrow.plan."""
    told = _kind_of(values.dtype, values)
    if told["kind"] == "category" and like is not None and like.told["kind"] == "category":
        told = _united_categories(told, like.told)
    nested = repeated = None
    if told["kind"] == "object":
        cells = np.asarray(values, dtype=object)
        repeated = _repeated.find(cells)
        cells = cells if repeated is None else repeated.objects
        same = like if like is not None and like.told["kind"] == "object" else None
        stored = same.parts[0][1].type if same is not None else None
        told |= _objects.plan(cells, same.told if same is not None else None, stored)
        joins = same is not None and told["cells"] == same.told["cells"] == "nested"
        nested = stored if joins else _objects.nested_type(told, cells)
    if told["kind"] == "numpy" and like is not None and like.told["kind"] == "numpy":
        told = _wide_enough(told, like.told, values)
    column = Column(told, _plan_parts(told, values, nested, like), nested)
    if repeated is not None and told["cells"] == "str" and column.suffixes() == [""]:
        column.texts = repeated.as_dictionary(_objects.texts(repeated.objects))
    return column


def _plan_parts(told: Json, values: Any, nested: pa.DataType | None, like: Column | None) -> list[tuple[str, _arrow.Plain]]:
    kept = dict(like.parts) if like is not None else {}
    if told["kind"] == "category":  # the categories tell, however many rows there are
        inner = load_categories(told)
        return [(suffix, _arrow.plan(array, kept.get(suffix))) for suffix, array in _arrays(inner.told, categories_of(told), inner.nested)]
    needs_all = told["kind"] in ("numpy", "zoned", "arrow") and np.dtype(told.get("dtype", "i8")).kind in "Mu" or told["kind"] == "arrow" \
        or told["kind"] == "interval"
    looked_at = _arrays(told, values if needs_all or len(values) <= PIECE else values[:PIECE], nested)
    return [(suffix, _arrow.plan(array, kept.get(suffix))) for suffix, array in looked_at]


# dtypes

def _wide_enough(told: Json, like: Json, values: Any) -> Json:
    """Whole numbers that join a column of floating ones, exactly, are kept as these."""
    mine, stored = np.dtype(told["dtype"]), np.dtype(like["dtype"])
    if mine.kind not in "iu" or stored.kind != "f":
        return told
    numbers = np.asarray(values)
    if len(numbers) and max(abs(int(numbers.min())), abs(int(numbers.max()))) > 1 << np.finfo(stored).nmant + 1:
        raise refuse(f"whole numbers past 2^{np.finfo(stored).nmant + 1} do not fit into the stored column of {stored} exactly")
    return like


def _kind_of(dtype: Any, values: Any) -> Json:
    if isinstance(dtype, np.dtype):
        return _numpy_kind(dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return {"kind": "zoned", "dtype": f"M8[{dtype.unit}]", "zone": _values.dump_zone(dtype.tz)}
    if isinstance(dtype, pd.CategoricalDtype):
        return _category_kind(dtype.categories, bool(dtype.ordered))
    if isinstance(dtype, pd.PeriodDtype):
        return {"kind": "period", "freq": str(dtype)[len("period["):-1]}
    if isinstance(dtype, pd.IntervalDtype):
        return {"kind": "interval", "closed": dtype.closed, "sides": _kind_of(dtype.subtype, values)}
    if isinstance(dtype, pd.SparseDtype):
        if dtype.subtype.kind == "O":
            raise refuse(f"the dtype {dtype} has no column type; make it dense first: df[name].sparse.to_dense()")
        return {"kind": "sparse", "dense": _numpy_kind(dtype.subtype), "fill": _values.dump(dtype.fill_value)}
    if isinstance(dtype, pd.StringDtype):
        return {"kind": "string", "storage": dtype.storage, "missing": "nan" if dtype.na_value is not pd.NA else "NA"}
    if isinstance(dtype, pd.ArrowDtype):
        return {"kind": "arrow", "type": _arrow.dump_type(dtype.pyarrow_dtype)}
    if str(dtype) in MASKED and pd.api.types.pandas_dtype(str(dtype)) == dtype:
        return {"kind": "masked", "dtype": str(dtype)}
    raise refuse(f"the dtype {dtype} is not known here; turn the column into a known one first")


def _numpy_kind(dtype: np.dtype[Any]) -> Json:
    if dtype.kind == "O":
        return {"kind": "object"}
    if dtype.kind in "biufcmM" and dtype.itemsize <= (16 if dtype.kind == "c" else 8):
        return {"kind": "numpy", "dtype": dtype.str}
    raise refuse(f"the dtype {dtype} has no column type")


def _category_kind(categories: pd.Index, ordered: bool) -> Json:
    inner = plan(categories)
    parts = [_arrow.dump_array(array) for array in inner.encode(_raw(categories))]
    return {"kind": "category", "ordered": ordered, "categories": inner.to_json(), "values": parts}


def load_categories(told: Json) -> Column:
    inner = load_column(told["categories"])
    if inner.told.get("cells") == "nested":
        inner.nested = inner.parts[0][1].type
    return inner


def categories_of(told: Json) -> Any:
    """The categories of a category column, as an Index."""
    inner = load_categories(told)
    return as_index(inner.decode([pa.chunked_array([_arrow.load_array(part)]) for part in told["values"]]))


def _united_categories(told: Json, like: Json) -> Json:
    if told["categories"] == like["categories"] and told["values"] == like["values"] and told["ordered"] == like["ordered"]:
        return told
    mine, stored = categories_of(told), categories_of(like)
    if mine.dtype != stored.dtype or told["ordered"] != like["ordered"] or told["ordered"]:
        raise refuse(f"a category of {list(mine)} is appended to one of {list(stored)}; give the column the stored categories first")
    return _category_kind(stored.append(mine[~mine.isin(stored)]), False)


# To Arrow

def _raw(values: Any) -> Any:
    """The array behind a Series or an Index, or the values themselves."""
    return values.array if isinstance(values, (pd.Series, pd.Index)) else values


def _arrays(told: Json, values: Any, nested: pa.DataType | None = None) -> list[tuple[str, Any]]:
    """Suffixes and typed Arrow arrays of a piece."""
    kind = told["kind"]
    values = _raw(values)
    if kind == "numpy":
        return _numpy_arrays(told, np.asarray(values))
    if kind == "object":
        return _objects.encode(told, np.asarray(values, dtype=object), nested)
    if kind == "zoned":
        moments = values.asi8
        array = pa.array(moments, mask=_mask_of(values)).view(pa.timestamp(_unit(told["dtype"]), tz="UTC"))
        return [("", array)]
    if kind == "category":
        return _category_arrays(told, values)
    if kind == "period":
        return [("", pa.array(values.asi8, pa.int64(), mask=_mask_of(values)))]
    if kind == "interval":
        return [("__" + side, array) for side in ("left", "right")
                for _, array in _arrays(told["sides"], _side(values, side, told["sides"]))]
    if kind == "sparse":
        return _numpy_arrays(told["dense"], np.asarray(values), keep_nan=True)
    array = pa.array(values)
    return [("", _as_type(array, _arrow.load_type(told["type"])) if kind == "arrow" else array)]


def _as_type(array: Any, kind: pa.DataType) -> Any:
    return array if array.type == kind else array.cast(kind)


def _mask_of(values: Any) -> Any:
    mask = np.asarray(pd.isna(values))
    return mask if mask.any() else None


def _unit(dtype: str) -> str:
    return np.datetime_data(np.dtype(dtype))[0]


def _numpy_arrays(told: Json, values: np.ndarray[Any, Any], keep_nan: bool = False) -> list[tuple[str, Any]]:
    wanted = np.dtype(told["dtype"]).newbyteorder("=")
    native = values if values.dtype == wanted else values.astype(wanted)
    if native.dtype.kind == "c":
        return [("__real", pa.array(np.ascontiguousarray(native.real), from_pandas=False)),
                ("__imag", pa.array(np.ascontiguousarray(native.imag), from_pandas=False))]
    if native.dtype.kind == "f" and not keep_nan:
        return [("", pa.array(native, mask=_mask_of(native)))]
    return [("", pa.array(native, from_pandas=False))]


def _category_arrays(told: Json, values: Any) -> list[tuple[str, Any]]:
    inner, wanted = load_categories(told), categories_of(told)
    codes = values.codes
    if not values.categories.equals(wanted):
        codes = wanted.get_indexer(values.categories)[codes] if len(values.categories) else codes
        codes = np.where(values.codes < 0, -1, codes)
    indices = pa.array(codes.astype("int32"), mask=codes < 0)
    return [(suffix, pa.DictionaryArray.from_arrays(indices, _one_chunk(array)))
            for suffix, array in _arrays(inner.told, wanted, inner.nested)]


def _fit_to_write(array: Any, plain: _arrow.Plain) -> Any:
    """Categories of text stay a dictionary, as Parquet's writer likes them; others are written out."""
    if pa.types.is_dictionary(array.type) and not array.type.value_type == plain.stored == pa.string() and plain.dictionary is None:
        return array.cast(array.type.value_type)
    return array


def _one_chunk(array: Any) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _side(values: Any, side: str, told: Json) -> Any:
    return getattr(values, side).array if told["kind"] == "zoned" else np.asarray(getattr(values, side))


# And back

def _dense(plain: _arrow.Plain, columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """A category's values: as the dictionary that Parquet's reader made, where it made one."""
    if pa.types.is_dictionary(columns[0].type) and plain.type == plain.stored == columns[0].type.value_type:
        return columns[0].unify_dictionaries()
    return plain.decode(columns)


def _restore(told: Json, columns: list[pa.ChunkedArray]) -> Any:
    kind = told["kind"]
    if kind == "numpy":
        return _numpy_values(told, columns)
    if kind == "object":
        return _objects.decode(told, columns)
    if kind == "zoned":
        return _zoned_values(told, columns[0])
    if kind == "category":
        return _category_values(told, columns)
    if kind == "period":
        ordinals = pc.fill_null(columns[0], np.iinfo("int64").min).to_numpy()
        return pd.arrays.PeriodArray(ordinals.astype("int64"), dtype=pd.PeriodDtype(told["freq"]))
    if kind == "interval":
        left, right = (_restore(told["sides"], [column]) for column in columns)
        return pd.arrays.IntervalArray.from_arrays(as_index(left), as_index(right), closed=told["closed"])
    if kind == "sparse":
        dense = _numpy_values(told["dense"], columns)
        return pd.arrays.SparseArray(dense, dtype=pd.SparseDtype(dense.dtype, _values.load(told["fill"])))
    if kind == "arrow":
        return pd.arrays.ArrowExtensionArray(columns[0])
    return _dtype_of(told).__from_arrow__(columns[0])


def _dtype_of(told: Json) -> Any:
    if told["kind"] == "masked":
        return pd.api.types.pandas_dtype(told["dtype"])
    if told["missing"] == "NA":
        return pd.StringDtype(told["storage"])
    return pd.StringDtype(told["storage"], na_value=np.nan)


def _numpy_values(told: Json, columns: list[pa.ChunkedArray]) -> Any:
    dtype = np.dtype(told["dtype"])
    column = columns[0]
    if dtype.kind == "c":
        both = np.empty(len(column), dtype=dtype)
        both.real, both.imag = column.to_numpy(), columns[1].to_numpy()
        return both
    if dtype.kind in "mM":
        return _times(column, dtype)
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        if column.null_count:  # rows of another writer, which lacked the column: nullable, so that no number changes
            return _masked(column)
        return column.to_numpy().astype(dtype, copy=False) if _fits(column, dtype) else column.to_numpy()
    if pa.types.is_floating(column.type):
        return column.to_numpy().astype(dtype, copy=False)
    return column.to_pandas().array


def _fits(column: pa.ChunkedArray, dtype: np.dtype[Any]) -> bool:
    return dtype.kind in "bf" or bool(dtype.kind in "iu" and column.type.bit_width <= dtype.itemsize * 8)


def _masked(column: pa.ChunkedArray) -> Any:
    name = "boolean" if pa.types.is_boolean(column.type) else str(column.type).replace("i", "I", 1).replace("uI", "UI", 1)
    return pd.api.types.pandas_dtype(name).__from_arrow__(column)


def _times(column: pa.ChunkedArray, dtype: np.dtype[Any]) -> Any:
    unit = _unit(dtype.str)
    wanted = pa.duration(unit) if dtype.kind == "m" else pa.timestamp(unit)
    if column.type != wanted:
        return column.to_pandas().array
    numbers = pa.chunked_array([chunk.view(pa.int64()) for chunk in column.chunks], pa.int64())
    if numbers.null_count:
        numbers = pc.fill_null(numbers, np.iinfo("int64").min)
    return numbers.to_numpy().view(dtype.newbyteorder("=")).astype(dtype, copy=False)


def _zoned_values(told: Json, column: pa.ChunkedArray) -> Any:
    if not pa.types.is_timestamp(column.type):
        return column.to_pandas().array
    naive = _times(column.cast(pa.timestamp(column.type.unit)), np.dtype(f"M8[{column.type.unit}]"))
    zone = _values.load_zone(told["zone"])
    return pd.Series(naive).dt.tz_localize("UTC").dt.tz_convert(zone).array


def _category_values(told: Json, columns: list[pa.ChunkedArray]) -> Any:
    wanted = categories_of(told)
    column = columns[0]
    if pa.types.is_dictionary(column.type):
        chunks = [chunk for chunk in column.chunks if len(chunk)] or column.chunks[:1]
        if not chunks:
            return pd.Categorical.from_codes(np.array([], "int8"), categories=wanted, ordered=told["ordered"])
        present = as_index(_restore(load_categories(told).told, [pa.chunked_array([chunks[0].dictionary])]))
        wanted = wanted.append(present[~present.isin(wanted)])
        position = np.append(wanted.get_indexer(present), -1)
        codes = np.concatenate([position[pc.fill_null(chunk.indices, len(present)).to_numpy()] for chunk in chunks])
        return pd.Categorical.from_codes(codes, categories=wanted, ordered=told["ordered"])
    dense = as_index(_restore(load_categories(told).told, columns))
    more = dense[~dense.isin(wanted) & ~dense.isna()].unique()
    wanted = wanted.append(more) if len(more) else wanted
    return pd.Categorical(dense, categories=wanted, ordered=told["ordered"])


def as_index(values: Any) -> pd.Index:
    """An Index of exactly these values."""
    if isinstance(values, np.ndarray) and values.dtype == object:
        return pd.Index(values, dtype=object, tupleize_cols=False)
    return pd.Index(values)
