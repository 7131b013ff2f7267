# SPDX-License-Identifier: Apache-2.0
"""Whole frames: what is stored for a pandas or Polars frame or a pyarrow table, and the same frame back.

What plain columns cannot hold is JSON in the Parquet footer under the key `boathouse`, which the server keeps for each version:

    {"format": 1, "from": "pandas|polars|pyarrow",
     "columns": [{"stored": [names], "label": text?, "column": how it is kept}],
     "pandas": {"index": .., "labels": .., "attrs"?: .., "flags"?: ..},
     "schema"?: an Arrow schema (polars, pyarrow)}

It does not say how many rows there are, so that versions of one shape share it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib
from typing import Any, Iterator

import pandas as pd
import pyarrow as pa

from boathouse import _arrow, _join, _labels, _pandas, _values
from boathouse._names import RESERVED, Names, text_of
from boathouse._values import Json, refuse
from boathouse.errors import FrameError

KEY = b"boathouse"
PIECE = 1 << 18       # rows of a row group
MOST_METADATA = 1 << 20
_LONG = 1 << 14       # metadata past this is compressed


@dataclasses.dataclass
class Part:
    """One column or index level of a frame, and the names that it is stored under."""
    stored: list[str]
    column: Any          # _pandas.Column or _arrow.Plain
    values: Any = None   # what is to be encoded
    told: Json = dataclasses.field(default_factory=dict)

    def to_json(self) -> Json:
        return {"stored": self.stored, "column": self.column.to_json()} | self.told


@dataclasses.dataclass
class Encoded:
    """A frame ready to be written: the schema of what is stored, and its pieces one after the other."""
    parts: list[Part]
    told: Json
    rows: int

    @property
    def schema(self) -> pa.Schema:
        fields = [pa.field(name, kind) for part in self.parts for name, kind in zip(part.stored, part.column.types())]
        return pa.schema(fields, metadata={KEY: self.metadata})

    @property
    def metadata(self) -> bytes:
        text = dump_metadata(self.told)
        if len(text) > MOST_METADATA - 1024:
            raise refuse(f"what the frame's columns cannot hold comes to {len(text):,} bytes, more than {MOST_METADATA:,}: "
                         "are there categories by the ten thousands? Store them as plain text")
        return text

    def pieces(self, rows: int = PIECE) -> Iterator[pa.Table]:
        """Tables of the stored columns, at least one. May be called again: every time the same."""
        names = [name for part in self.parts for name in part.stored]
        for first in range(0, max(self.rows, 1), rows):
            columns = [array for part in self.parts for array in part.column.encode(_slice(part.values, first, rows))]
            yield pa.Table.from_arrays(columns, names)


    def without_rows(self) -> Encoded:
        """The same columns without a row."""
        return Encoded([dataclasses.replace(part, values=_slice(part.values, 0, 0)) for part in self.parts], self.told, 0)


def _slice(values: Any, first: int, rows: int) -> Any:
    if isinstance(values, (pa.ChunkedArray, pa.Array)):
        return values.slice(first, rows)
    if not first and len(values) <= rows:
        return values
    return values.iloc[first:first + rows] if isinstance(values, pd.Series) else values[first:first + rows]


def dump_metadata(told: Json) -> bytes:
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > _LONG:
        text = json.dumps({"deflated": base64.b64encode(zlib.compress(text, 6)).decode()}).encode()
    return text


def load_metadata(text: bytes | str | None) -> Json | None:
    """What the footer said, or nothing where it says nothing of ours."""
    if not text:
        return None
    told = json.loads(text)
    if "deflated" in told:
        told = json.loads(zlib.decompress(base64.b64decode(told["deflated"])))
    if told.get("format") != 1:
        raise FrameError("The frame cannot be restored", f"its metadata has the format {told.get('format')}: update this package")
    return told


def kind_of(frame: Any) -> str:
    if isinstance(frame, pd.DataFrame):
        return "pandas"
    if isinstance(frame, pa.Table):
        return "pyarrow"
    if type(frame).__module__.split(".")[0] == "polars" and type(frame).__name__ in ("DataFrame", "LazyFrame"):
        return "polars"
    raise FrameError("Not a frame", f"a pandas or Polars DataFrame or a pyarrow Table is needed, not {type(frame).__name__}")


# In

def encode(frame: Any, like: Json | None = None, rows: int | None = None) -> Encoded:
    """What is stored for a frame. `like` is the metadata of what it will be appended to, `rows` how many rows that has: columns
    are kept the same way, and the frame must have the same kind of index."""
    kind = kind_of(frame)
    return _encode_pandas(frame, like, rows) if kind == "pandas" else _encode_arrow(frame, kind, like)


def _encode_pandas(frame: pd.DataFrame, like: Json | None, rows: int | None) -> Encoded:
    names, known = Names(RESERVED), _known_columns(like)
    plain = _labels.is_plain(frame.columns)
    labels = [_labels.at(frame.columns, position) for position in range(frame.shape[1])]
    wanted = [names.take(text_of(label)) for label in labels]
    parts = []
    for position, (name, label) in enumerate(zip(wanted, labels)):
        own = {"label": _values.dump(label)} if plain and label != name else {}
        parts.append(_planned(name, frame.iloc[:, position], known, names, own))
    index, levels = _labels.plan_index(frame.index)
    if not (like and like["from"] == "pandas" and like["pandas"]["index"]["kind"] == "default" and index.get("start") == rows):
        for number, level in enumerate(levels):
            label = level.name if isinstance(level.name, str) and level.name.strip() else f"__index_level_{number}__"
            parts.append(_planned(names.take(text_of(label)), level, known, names, {"level": number}))
    if not parts:
        raise refuse("the frame has neither columns nor an index of its own, so nothing could be stored of its rows")
    told = {"format": 1, "from": "pandas", "columns": [part.to_json() for part in parts],
            "pandas": {"index": index, "labels": _labels.dump(frame.columns)} | _labels.dump_rest(frame)}
    return Encoded(parts, told if like is None else _join.join(told, like, frame, rows), len(frame))


def _encode_arrow(frame: Any, kind: str, like: Json | None) -> Encoded:
    table = _polars_table(frame) if kind == "polars" else frame
    names, known = Names(RESERVED), _known_columns(like)
    wanted = [names.take(text_of(name)) for name in table.column_names]
    parts = [_planned(name, values, known, names, {}) for name, values in zip(wanted, table.columns)]
    if not parts:
        raise refuse("the table has no columns")
    told = {"format": 1, "from": kind, "columns": [part.to_json() for part in parts], "schema": _dump_schema(table.schema)}
    return Encoded(parts, told if like is None else _join.join(told, like, None, None), table.num_rows)


def _planned(name: str, values: Any, known: dict[str, Any], names: Names, told: Json) -> Part:
    """How one column is kept; what is refused is said of this column."""
    like = known.get(name)
    arrow = isinstance(values, (pa.ChunkedArray, pa.Array))
    if like is not None and isinstance(like, _arrow.Plain) != arrow:
        like = None
    try:
        column: Any = _arrow.plan(values, like) if arrow else _pandas.plan(values, like)
    except FrameError as error:
        raise FrameError(error.title, f"column {name!r}: {error.detail}") from None
    if not arrow and column.texts is not None:
        values = column.texts
    stored = [name if suffix == "" else names.take(name + suffix) for suffix in column.suffixes()]
    return Part(stored, column, values, told if stored[0] == name else told | {"name": name})


def _polars_table(frame: Any) -> pa.Table:
    import polars as pl
    eager = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    odd = [name for name, kind in eager.schema.items() if kind == pl.Object]
    if odd:
        raise refuse(f"column {odd[0]!r}: Polars' own Python objects have no Arrow type; give it another")
    try:
        return eager.to_arrow()
    except (pa.ArrowException, pl.exceptions.PolarsError, TypeError) as error:
        raise refuse(f"Polars cannot give it to Arrow: {error}") from None


def _dump_schema(schema: pa.Schema) -> str:
    kept = {key: value for key, value in (schema.metadata or {}).items() if key not in (KEY, b"ARROW:schema")}
    # Types and dictionaries are with the columns; this keeps names, nullability and metadata.
    return base64.b64encode(schema.with_metadata(kept or None).serialize().to_pybytes()).decode()


def without_index(frame: Any, like: Json | None, keys: list[Any]) -> Any:
    """Rows that others are replaced by are known by their key: an index without a name is none, where the stored frame has none."""
    if not isinstance(frame, pd.DataFrame) or like is None or like["from"] != "pandas" or like["pandas"]["index"]["kind"] != "default":
        return frame
    if frame.index.nlevels > 1 or frame.index.name is not None or any(key not in frame.columns for key in keys):
        return frame
    return frame.reset_index(drop=True)


def _known_columns(like: Json | None) -> dict[str, Any]:
    return {} if like is None else {_join.name_of(part): load_part(part).column for part in like["columns"]}


def load_part(told: Json) -> Part:
    column: Any = _pandas.load_column(told["column"]) if "kind" in told["column"] else _arrow.load_plain(told["column"])
    return Part(told["stored"], column, None, {key: value for key, value in told.items() if key not in ("stored", "column")})


# Out

def whole_numbers(table: pa.Table) -> pa.Table:
    """SQL's sums are whole numbers of 38 digits: as 64 bits, where all of them fit."""
    for position, field in enumerate(table.schema):
        if field.type == pa.decimal128(38, 0):
            try:
                table = table.set_column(position, field.name, table.column(position).cast(pa.int64()))
            except pa.ArrowInvalid:
                continue
    return table


def key_columns(told: Json, labels: list[Any]) -> list[str]:
    """The stored names of the columns, or index levels, of these labels."""
    picked = []
    for one in labels:
        found = [part["stored"] for part, label in _labelled(told) if _is(one, label)]
        if len(found) != 1 or len(found[0]) != 1:
            raise FrameError("Not a key", f"{one!r} is " + ("not among the frame's columns" if not found else "kept as several columns")
                             + f", which are {[label for _, label in _labelled(told)]}")
        picked += found[0]
    return picked


def stored_columns(told: Json, labels: list[Any], here: set[str]) -> list[str]:
    """The stored names that hold these columns and the index; `labels` are labels of the frame, or names of index levels, `here` the
    names that are stored, of which somebody else may have added some."""
    wanted = list(labels)
    picked, known = [], set()
    found = set()
    for part, label in _labelled(told):
        known.update(part["stored"])
        hits = [number for number, one in enumerate(wanted) if _is(one, label)]
        found.update(hits)
        if hits or "level" in part:
            picked += [*part["stored"], part["stored"][0] + _arrow.NANOSECONDS]
    for number, one in enumerate(wanted):
        if number not in found and one in here - known:
            found.add(number)
            picked.append(one)
    lost = [one for number, one in enumerate(wanted) if number not in found]
    if lost:
        raise FrameError("No such column", f"the frame has no column {', '.join(map(repr, lost))}; it has "
                         f"{[label for part, label in _labelled(told) if 'level' not in part]}")
    return list(dict.fromkeys(picked))


def _is(one: Any, label: Any) -> bool:
    return type(one) is type(label) and bool(one == label) or isinstance(one, str) and one == label


def _labelled(told: Json) -> list[tuple[Json, Any]]:
    """The stored columns, each with the label or the level's name that it has in the frame."""
    if told["from"] != "pandas":
        schema = _load_schema(told)
        return list(zip(told["columns"], schema.names))
    names = told["pandas"]["index"].get("names") or [told["pandas"]["index"].get("name")]
    own = [part for part in told["columns"] if "level" not in part]
    labels = _all_labels(told, own)
    return [(part, labels[position]) for position, part in enumerate(own)] + \
        [(part, _values.load(names[part["level"]])) for part in told["columns"] if "level" in part]


def _all_labels(told: Json, own: list[Json], positions: list[int] | None = None) -> pd.Index:
    said = [_values.load(part["label"]) if "label" in part else _join.name_of(part) for part in own]
    return _labels.restore(told["pandas"]["labels"], said, positions if positions is not None else list(range(len(own))))


def _load_schema(told: Json) -> pa.Schema:
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(told["schema"])))


def decode(table: pa.Table, told: Json | None, kind: str = "pandas", columns: list[Any] | None = None) -> Any:
    """The frame that was stored as this table, as pandas, Polars or pyarrow; `columns` are wanted labels in their order."""
    if kind not in ("pandas", "polars", "pyarrow"):
        raise FrameError("Unknown kind of frame", f"as_ is 'pandas', 'polars' or 'pyarrow', not {kind!r}")
    if told is None:
        plain = table if columns is None else table.select(columns)
        return plain.to_pandas() if kind == "pandas" else _as(plain, kind)
    if told["from"] == "pandas" and kind == "pandas":
        return _decode_pandas(table, told, columns)
    decoded = _decode_arrow(table, told, columns)
    return decoded.to_pandas() if kind == "pandas" else _as(decoded, kind)


def _as(table: pa.Table, kind: str) -> Any:
    if kind == "pyarrow":
        return table
    import polars as pl
    return pl.from_arrow(table)


def _part_columns(table: pa.Table, part: Part) -> list[pa.ChunkedArray]:
    """The stored columns of a part; those that this version lacks are empty."""
    named = zip(part.stored, part.column.types())
    return [table.column(name) if name in table.column_names else pa.chunked_array([pa.nulls(table.num_rows, kind)])
            for name, kind in named]


def _parts_of(table: pa.Table, told: Json) -> list[Part]:
    """The parts of this table: those it knows of, then what somebody else added."""
    parts = [load_part(part) for part in told["columns"]]
    known = {name for part in parts for name in part.stored}
    for part in parts:
        late = part.stored[0] + _arrow.NANOSECONDS
        if late in table.column_names and late not in known and _takes_nanoseconds(part):
            part.stored, part.column = [part.stored[0], late], _with_nanoseconds(part.column)
            known.add(late)
    here = [part for part in parts if part.stored[0] in table.column_names]
    return here + [Part([name], None) for name in table.column_names if name not in known]


def _takes_nanoseconds(part: Part) -> bool:
    return len(part.stored) == 1 and [kind for kind in part.column.types() if pa.types.is_timestamp(kind)] != []


def _with_nanoseconds(column: Any) -> Any:
    if isinstance(column, _arrow.Plain):
        return dataclasses.replace(column, nanoseconds=True)
    return dataclasses.replace(column, parts=[(suffix, dataclasses.replace(plain, nanoseconds=True)) for suffix, plain in column.parts])


def _decode_pandas(table: pa.Table, told: Json, columns: list[Any] | None) -> pd.DataFrame:
    parts = _parts_of(table, told)
    own = [part for part in told["columns"] if "level" not in part]
    position = {part["stored"][0]: number for number, part in enumerate(own)}
    data = [part for part in parts if part.column is None or part.stored[0] in position]
    levels = sorted((part for part in parts if part.column is not None and "level" in part.told), key=lambda part: part.told["level"])
    index = _labels.restore_index(told["pandas"]["index"], [part.column.decode(_part_columns(table, part)) for part in levels],
                                  table.num_rows)
    known = [part for part in data if part.column is not None]
    labels = _all_labels(told, own, None)
    here = labels.take([position[part.stored[0]] for part in known]) if len(known) != len(own) else labels
    arrays = [table.column(part.stored[0]).to_pandas().array if part.column is None else part.column.decode(_part_columns(table, part))
              for part in data]
    added = [part.stored[0] for part in data if part.column is None]
    frame = _frame_of(arrays, index, here.append(pd.Index(added, dtype=object)) if added else here)
    frame = _labels.restore_rest(frame, told["pandas"])
    return frame if columns is None else _picked(frame, columns)


def _frame_of(arrays: list[Any], index: pd.Index, labels: pd.Index) -> pd.DataFrame:
    if not arrays:
        return pd.DataFrame(index=index, columns=labels)
    # Objects as they are: left alone, pandas would make text, times, .. of them.
    exact = (pd.Series(array, index, dtype=object, copy=False) if getattr(array, "dtype", None) == object else array for array in arrays)
    frame = pd.DataFrame(dict(enumerate(exact)), index=index, copy=False)
    frame.columns = labels
    return frame


def _picked(frame: pd.DataFrame, columns: list[Any]) -> pd.DataFrame:
    """The wanted columns in the order in which they were asked; names of index levels stay in the index."""
    labels = list(frame.columns)
    positions = [number for one in columns for number, label in enumerate(labels) if _is(one, label)]
    return frame.iloc[:, positions] if positions != list(range(len(labels))) else frame


def _decode_arrow(table: pa.Table, told: Json, columns: list[Any] | None) -> pa.Table:
    names = {part["stored"][0]: str(label) if isinstance(label, str) else part["stored"][0] for part, label in _labelled(told)}
    schema = _load_schema(told) if told["from"] != "pandas" else None
    fields, arrays = [], []
    for part in _parts_of(table, told):
        for name, array in _typed(table, part):
            field = pa.field(names.get(name, name), array.type)
            place = list(names).index(name) if schema is not None and name in names else None
            if schema is not None and place is not None:
                field = schema.field(place).with_type(array.type)
            fields.append(field)
            arrays.append(array)
    made = pa.Table.from_arrays(arrays, schema=pa.schema(fields, schema.metadata if schema is not None else None))
    if columns is None:
        return made
    return made.select([number for one in columns for number, name in enumerate(made.column_names) if name == one])


def _typed(table: pa.Table, part: Part) -> Iterator[tuple[str, pa.ChunkedArray]]:
    if part.column is None:
        yield part.stored[0], table.column(part.stored[0])
    elif isinstance(part.column, _arrow.Plain):
        yield part.stored[0], part.column.decode(_part_columns(table, part))
    else:
        columns, names = _part_columns(table, part), list(part.stored)
        for _, plain in part.column.parts:
            count = len(plain.suffixes())
            yield names[0], plain.decode(columns[:count])
            columns, names = columns[count:], names[count:]
