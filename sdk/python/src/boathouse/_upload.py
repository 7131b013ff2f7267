# SPDX-License-Identifier: Apache-2.0
"""A frame as a Parquet body that is sent while it is still being written, in bounded memory."""

from __future__ import annotations

import contextlib
import io
import queue
import threading
from typing import Any, Callable, Generator, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from boathouse._frame import KEY, PIECE, Encoded

BLOCK = 1 << 20  # bytes of one piece of the body
AHEAD = 8        # blocks written before the socket took them
PIECES = 2       # pieces of the frame made before they are written
SMALL = 4 << 20  # bytes of columns below which a body is made whole, so that its length is told
SAMPLE = 1 << 14  # values that are looked at to see how a column is best kept

Give = Callable[[Any], None]


class _Stopped(Exception):
    """Nobody takes the body any more."""


def body_of(frame: Encoded) -> bytes | Iterator[bytes]:
    """The Parquet file, the same bytes every time: whole when it is small, else piece by piece."""
    if frame.rows <= PIECE:
        pieces = list(frame.pieces())
        if sum(piece.nbytes for piece in pieces) <= SMALL:
            sink = io.BytesIO()
            _write(frame, pieces, sink)
            return sink.getvalue()
    return _streamed(frame)


def _writer(frame: Encoded, sink: Any, first: pa.Table) -> pq.ParquetWriter:
    schema = frame.schema.remove_metadata()
    repeating = [field.name for field in schema if _repeats(field.type, first.column(field.name))]
    codecs = {field.name: _codec(field.type, first.column(field.name)) for field in schema}
    # Text may come as dictionaries, which are written as they are; the file's column is plain text all the same.
    comes = pa.schema([own if pa.types.is_dictionary(own.type) else field for own, field in zip(first.schema, schema)])
    # The server believes no statistics, it makes its own.
    return pq.ParquetWriter(sink, comes, store_schema=False, write_statistics=False, compression=codecs, use_dictionary=repeating or False)


def _is_number(kind: pa.DataType) -> bool:
    """Days and times too."""
    return bool(pa.types.is_primitive(kind)) and not pa.types.is_boolean(kind)


def _repeats(kind: pa.DataType, column: pa.ChunkedArray) -> bool:
    """Whether a column is kept as places in a dictionary: text is; numbers that rarely repeat cost time to look up."""
    if not _is_number(kind):
        return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))
    sample = column.slice(0, SAMPLE)
    return len(sample) == SAMPLE and pc.count_distinct(sample).as_py() < SAMPLE // 2


def _codec(kind: pa.DataType, column: pa.ChunkedArray) -> str:
    """Numbers that hardly get smaller are not compressed."""
    if not _is_number(kind) or not len(column):
        return "snappy"
    values = column.slice(0, SAMPLE).combine_chunks()
    width = values.type.bit_width // 8
    data = values.buffers()[1].slice(values.offset * width, len(values) * width)
    return "snappy" if len(pa.compress(data, "snappy", asbytes=True)) < 0.9 * data.size else "none"


def _write(frame: Encoded, pieces: Iterable[pa.Table], sink: Any) -> None:
    with contextlib.ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for piece in pieces:
            if writer is None:
                writer = stack.enter_context(_writer(frame, sink, piece))
            if not piece.num_rows:
                continue  # a row group of nothing has no pages to point at
            writer.write_table(piece if piece.schema.equals(writer.schema) else piece.cast(writer.schema))
        assert writer is not None  # there is at least one piece
        writer.add_key_value_metadata({KEY: frame.metadata})


class _Pipe(io.RawIOBase):
    """What Parquet's writer writes into: it gives full blocks away."""

    def __init__(self, give: Give):
        self._give = give
        self._parts: list[bytes] = []
        self._waiting = self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._parts.append(piece)
        self._waiting += len(piece)
        self._written += len(piece)
        if self._waiting >= BLOCK:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        if self._waiting:
            self._give(b"".join(self._parts))
            self._parts, self._waiting = [], 0


def _streamed(frame: Encoded) -> Iterator[bytes]:
    """Three at work: one makes pieces of the frame, one writes them as Parquet, and whoever takes the blocks sends them."""

    def make(give: Give) -> None:
        for piece in frame.pieces():
            give(piece)

    def write(give: Give) -> None:
        pipe = _Pipe(give)
        with contextlib.closing(_made_ahead(make, PIECES)) as pieces:
            _write(frame, pieces, pipe)
        pipe.flush()

    return _made_ahead(write, AHEAD)


def _made_ahead(work: Callable[[Give], None], ahead: int) -> Generator[Any, None, None]:
    """What `work` gives in a thread of its own, up to `ahead` items before they are taken. What it raises is raised here."""
    items: queue.Queue[tuple[bool, Any]] = queue.Queue(ahead)
    stopped = threading.Event()

    def put(item: tuple[bool, Any]) -> None:
        while not stopped.is_set():
            try:
                return items.put(item, timeout=0.1)
            except queue.Full:
                continue
        raise _Stopped

    def run() -> None:
        with contextlib.suppress(_Stopped):
            try:
                work(lambda item: put((True, item)))
                put((False, None))
            except _Stopped:
                raise
            except BaseException as problem:
                put((False, problem))

    thread = threading.Thread(target=run, name="boathouse-upload", daemon=True)
    thread.start()
    try:
        while (given := items.get())[0]:
            yield given[1]
        if given[1] is not None:
            raise given[1]
    finally:
        stopped.set()
        thread.join()
