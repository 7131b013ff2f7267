# SPDX-License-Identifier: Apache-2.0
"""A Parquet answer to a temporary file, going on where it was cut."""

from __future__ import annotations

import contextlib
import io
import tempfile
from typing import IO, Any, Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet as pq
import requests

from boathouse import _progress
from boathouse._frame import KEY, load_metadata
from boathouse._http import PARQUET, Transport, pause
from boathouse._values import Json
from boathouse.errors import BoathouseError, UnreachableError

BLOCK = 1 << 18  # bytes: what came of a piece that broke off is asked for again
IN_MEMORY = 16 << 20  # bytes up to which no file is made

_CUT = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class Answer:
    """A Parquet file that came, its footer's frame metadata, and the answer's headers."""

    def __init__(self, source: str | IO[bytes], headers: Mapping[str, str]):
        self.headers = headers
        self._source = source
        try:
            self._parquet = pq.ParquetFile(source)
        except pa.ArrowException as problem:
            raise BoathouseError("The answer is no Parquet file", str(problem), request_id=headers.get("X-Request-Id", "")) from problem
        footer = self._parquet.metadata.metadata or {}
        self.told: Json | None = load_metadata(footer.get(KEY))

    @property
    def rows(self) -> int:
        return int(self._parquet.metadata.num_rows)

    @property
    def is_nested(self) -> bool:
        """Whether a column holds lists, structs or maps."""
        return any(pa.types.is_nested(kind) for kind in self._parquet.schema_arrow.types)

    def names_by_id(self) -> dict[int, str]:
        """The columns by the ids that Iceberg gave them."""
        return {int((field.metadata or {}).get(b"PARQUET:field_id", -1)): field.name for field in self._parquet.schema_arrow}

    def table(self) -> pa.Table:
        """The whole file; categories of text as dictionaries."""
        here = set(self._parquet.schema_arrow.names)
        texts = [name for name in _text_categories(self.told) if name in here]
        if not texts:
            return self._parquet.read()
        return pq.ParquetFile(self._source, read_dictionary=texts).read()


def _text_categories(told: Json | None) -> list[str]:
    if told is None:
        return []
    return [part["stored"][0] for part in told["columns"]
            if part["column"].get("kind") == "category" and part["column"]["categories"].get("cells", "str") == "str"]


@contextlib.contextmanager
def fetched(transport: Transport, path: str, *, params: Mapping[str, Any] | None = None, method: str = "GET", json: Any = None,
            progress: bool | None = None, what: str = "download") -> Iterator[Answer]:
    """The answer to a request, whole. Where the connection breaks, the rest is asked for; where the server cannot go on from there,
    or has another version by now, everything again."""
    with tempfile.TemporaryDirectory(prefix="boathouse-") as folder:
        file = _Received(folder)
        with contextlib.closing(file):
            headers = _receive(transport, file, path, params, method, json, progress, what)
            yield Answer(file.source(), headers)


class _Received:
    """What came so far: in memory while it is little, else in a file of this folder."""

    def __init__(self, folder: str):
        self._folder = folder
        self._stream: IO[bytes] = io.BytesIO()
        self.size = 0

    def write(self, block: bytes) -> None:
        if isinstance(self._stream, io.BytesIO) and self.size + len(block) > IN_MEMORY:
            little = self._stream.getbuffer()
            self._stream = open(f"{self._folder}/answer.parquet", "wb")
            self._stream.write(little)
        self._stream.write(block)
        self.size += len(block)

    def restart(self) -> None:
        self._stream.seek(0)
        self._stream.truncate()
        self.size = 0

    def source(self) -> str | IO[bytes]:
        """What Parquet's reader opens: a path is read in parallel."""
        self._stream.flush()
        if isinstance(self._stream, io.BytesIO):
            self._stream.seek(0)
            return self._stream
        return self._stream.name

    def close(self) -> None:
        self._stream.close()


def _receive(transport: Transport, file: _Received, path: str, params: Any, method: str, json: Any, progress: bool | None,
             what: str) -> Mapping[str, str]:
    tries, tag = 0, None
    with contextlib.ExitStack() as stack:
        advance: _progress.Advance | None = None
        while True:
            headers = {"Accept": PARQUET, "Accept-Encoding": "identity"}
            if file.size and tag:
                headers |= {"Range": f"bytes={file.size}-", "If-Range": tag}
            answer = transport.request(method, path, params=params, headers=headers, json=json, stream=True, retry=True)
            with answer:
                if not _goes_on(answer, file.size):
                    file.restart()
                tag = _strong_tag(answer.headers)
                length = answer.headers.get("Content-Length")
                total = file.size + int(length) if length else None
                if advance is None:
                    advance = stack.enter_context(_progress.bar(progress, what, total))
                before = file.size
                try:
                    for block in answer.iter_content(BLOCK):
                        file.write(block)
                        advance(len(block))
                    if total is not None and file.size < total:
                        raise requests.ConnectionError(f"{file.size} of {total} bytes came")
                    return dict(answer.headers)
                except _CUT as problem:
                    tries = 0 if file.size > before and tag else tries + 1
                    if tries > transport.retries:
                        raise UnreachableError(f"{method} {path} broke off", f"after {file.size} bytes: {problem}",
                                               request_id=answer.headers.get("X-Request-Id", "")) from problem
            pause(tries, None)


def _goes_on(answer: requests.Response, have: int) -> bool:
    return bool(answer.status_code == 206) and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _strong_tag(headers: Mapping[str, str]) -> str | None:
    tag = headers.get("ETag")
    return tag if tag and not tag.startswith("W/") and "bytes" in headers.get("Accept-Ranges", "bytes") else None
