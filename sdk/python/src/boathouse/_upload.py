# SPDX-License-Identifier: Apache-2.0
"""A frame as a Parquet body that is sent while it is still being written, in bounded memory."""

from __future__ import annotations

import io
import queue
import threading
from typing import Any, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from boathouse._frame import KEY, PIECE, Encoded

BLOCK = 1 << 20  # bytes of one piece of the body
AHEAD = 8        # blocks written before the socket took them
SMALL = 4 << 20  # bytes of columns below which a body is made whole, so that its length is told


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


def _writer(frame: Encoded, sink: Any) -> pq.ParquetWriter:
    schema = frame.schema
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)]
    # Numbers that rarely repeat cost time to look up; text repeats.
    return pq.ParquetWriter(sink, schema.remove_metadata(), store_schema=False, compression="snappy", use_dictionary=texts or False)


def _write(frame: Encoded, pieces: Any, sink: Any) -> None:
    plain = frame.schema.remove_metadata()
    with _writer(frame, sink) as writer:
        for piece in pieces:
            if not piece.num_rows:
                continue  # a row group of nothing has no pages to point at
            writer.write_table(piece if piece.schema.equals(plain) else _as_dictionary_or(piece, plain))
        writer.add_key_value_metadata({KEY: frame.metadata})


def _as_dictionary_or(piece: pa.Table, plain: pa.Schema) -> pa.Table:
    """Categories of text may come as dictionaries; the file's column is plain text all the same."""
    return pa.Table.from_arrays([column if column.type == field.type else column.cast(field.type)
                                 for column, field in zip(piece.columns, plain)], schema=plain)


class _Pipe(io.RawIOBase):
    """What Parquet's writer writes into: full blocks go to a queue."""

    def __init__(self, blocks: queue.Queue[Any], stopped: threading.Event):
        self._blocks, self._stopped = blocks, stopped
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
            self.give(b"".join(self._parts))
            self._parts, self._waiting = [], 0

    def give(self, item: Any) -> None:
        while not self._stopped.is_set():
            try:
                return self._blocks.put(item, timeout=0.1)
            except queue.Full:
                continue
        raise _Stopped


def _streamed(frame: Encoded) -> Iterator[bytes]:
    blocks: queue.Queue[Any] = queue.Queue(AHEAD)
    stopped = threading.Event()
    pipe = _Pipe(blocks, stopped)

    def work() -> None:
        try:
            _write(frame, frame.pieces(), pipe)
            pipe.flush()
            pipe.give(None)
        except _Stopped:
            pass
        except BaseException as problem:  # it is raised where the body is taken
            try:
                pipe.give(problem)
            except _Stopped:
                pass

    thread = threading.Thread(target=work, name="boathouse-upload", daemon=True)
    thread.start()
    try:
        while (item := blocks.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
