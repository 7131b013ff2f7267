# SPDX-License-Identifier: Apache-2.0
"""The client: frames in, any version of them out.

>>> import boathouse, pandas as pd
>>> client = boathouse.Client()                       # BOATHOUSE_URL and BOATHOUSE_TOKEN; or Client(url, token="bh_...")
>>> ports = pd.DataFrame({"port": ["Oslo", "Bergen"], "depth": [12.5, 9.0]})
>>> saved = client.save(ports, "harbour/ports")
>>> client.load("harbour/ports").equals(ports)
True
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import io
import json
import os
import pathlib
import time
import uuid
import warnings
from typing import IO, Any, Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from boathouse import _diff, _frame, _params, _progress, _rejected
from boathouse._download import Answer, fetched
from boathouse._http import PARQUET, TIMEOUT, Transport, from_environment, segment
from boathouse._profile import Profile, ProfileDiff
from boathouse._upload import body_of
from boathouse.errors import BoathouseError, FrameError, NotFoundError
from boathouse.flows import Flows
from boathouse.results import Diff, Saved, Table, Version, saved_of, table_of, version_of

NOW = "NOW"
LONG = 500_000  # rows from which a whole version is loaded as it lies on the server's disk


class RejectedRowsWarning(UserWarning):
    """Some rows did not keep the table's contract and wait in its quarantine."""


class Client:
    """One user's way to a server.

    `url` and `token` (an access or an API token) default to BOATHOUSE_URL and BOATHOUSE_TOKEN; with `username` and `password` the
    client logs in when it needs to, and again when that has ended. Frames live in the user's personal workspace; with `workspace`
    the client works on the tables of that one, under their contracts. `progress`: bars for long transfers, None for on a terminal.
    `retries`: how often a request is sent again that found no server or a busy one; writes carry a key, so that none counts twice.
    May be used from several threads.
    """

    def __init__(self, url: str | None = None, token: str | None = None, username: str | None = None, password: str | None = None, *,
                 workspace: str | None = None, progress: bool | None = None, retries: int = 6,
                 timeout: tuple[float, float] = TIMEOUT):
        found, credentials = from_environment(url, token, username, password)
        self._http = Transport(found, credentials, retries, timeout)
        self._given_workspace = workspace
        self._progress = progress

    def __repr__(self) -> str:
        where = f", workspace={self._given_workspace!r}" if self._given_workspace else ""
        return f"Client({self._http.url!r}{where})"

    @property
    def url(self) -> str:
        return self._http.url

    @functools.cached_property
    def workspace(self) -> str:
        """The workspace that this client works in: the one that was given, else the user's own."""
        return self._given_workspace or str(self.me()["workspace"])

    def me(self) -> dict[str, Any]:
        """Who these credentials are: {"name", "email", "workspace", "workspaces": [..]}."""
        return self._json("GET", "/v1/me")

    @functools.cached_property
    def flows(self) -> Flows:
        """Pieces of data work with tasks, people and one dataset each."""
        return Flows(self._http)

    # Writing

    def save(self, df: Any, name: str, external_key: str = NOW, columns_keys: Mapping[str, str] | None = None) -> Saved:
        """Keeps a frame under a name: the content of its key is what this frame is, in a new version; older ones stay.

        `df` is a pandas or Polars DataFrame or a pyarrow Table. `columns_keys` says what files are laid out by: {"day": "Date"},
        {"n": "ID"}.

        >>> client.save(pd.DataFrame({"n": [1, 2, 3]}), "numbers").rows
        3
        """
        return self._send(_frame.encode(df), name, "replace", external_key, columns_keys)

    def append(self, df: Any, name: str, external_key: str = NOW, columns_keys: Mapping[str, str] | None = None) -> Saved:
        """Adds rows to a frame, or begins one. Columns of another dtype than the stored ones, where rows of both could not come back
        as they were, are refused.

        >>> _ = client.save(pd.DataFrame({"n": [1]}), "growing")
        >>> _ = client.append(pd.DataFrame({"n": [2]}), "growing")
        >>> client.load("growing")["n"].tolist()
        [1, 2]
        """
        return self._send(self._joined(df, name, external_key), name, "append", external_key, columns_keys)

    def upsert(self, df: Any, name: str, key: Hashable | Sequence[Hashable], external_key: str = NOW) -> Saved:
        """Replaces the rows whose key columns are those of a row in `df`, and adds the rest. Of a key twice in `df` the last row wins.

        >>> _ = client.save(pd.DataFrame({"id": [1, 2], "v": ["a", "b"]}), "keyed")
        >>> _ = client.upsert(pd.DataFrame({"id": [2, 3], "v": ["B", "c"]}), "keyed", key="id")
        >>> client.load("keyed").sort_values("id")["v"].tolist()
        ['a', 'B', 'c']
        """
        keys = list(key) if isinstance(key, (list, tuple)) else [key]
        if not keys:
            raise FrameError("No key", "key= names at least one column")
        told, there = self._stored_frame(name, external_key)
        encoded = _frame.encode(_frame.without_index(df, told, keys) if there else df, told)
        stored = _frame.key_columns(encoded.told, keys)
        if not there:  # the columns first, so that a frame that others begin at the same time is one frame
            self._send(encoded.without_rows(), name, "append", external_key, None)
        return self._send(encoded, name, "upsert", external_key, None, stored)

    def _joined(self, df: Any, name: str, external_key: str) -> _frame.Encoded:
        """The frame encoded so that it goes with what is stored."""
        told, _ = self._stored_frame(name, external_key)
        return _frame.encode(df, told, self._rows_before(df, name, external_key, told))

    def _stored_frame(self, name: str, external_key: str) -> tuple[Any, bool]:
        """The newest version's metadata, and whether there is one."""
        try:
            with self._fetched(name, {"external_key": external_key, "limit": 0}) as answer:
                return answer.told, True
        except NotFoundError:
            return None, False

    def _rows_before(self, df: Any, name: str, external_key: str, told: Any) -> int | None:
        """How many rows are stored, where that is of importance: when a slice's index may go on where they end."""
        if told is None or not getattr(getattr(df, "index", None), "start", 0):
            return None
        branch = _params.branch_of(external_key)
        branches = self._pages(self._table_path(name) + "/branches", "branches")
        return next((int(one["rows"]) for one in branches if one["name"] == branch), None)

    def _send(self, frame: _frame.Encoded, name: str, mode: str, external_key: str, columns_keys: Mapping[str, str] | None,
              key: list[str] | None = None) -> Saved:
        asked: dict[str, Any]
        checked = self._has_contract(name)
        if mode == "upsert" or checked:
            if columns_keys:
                raise FrameError("No columns_keys here", "a table under a contract is laid out by its `partition`")
            path = self._table_path(name) + "/rows"
            branch = _params.branch_of(external_key)
            asked = {"mode": mode, "key": _params.listed(key), "branch": None if branch == "main" else branch,
                     "on_reject": None if checked else "fail"}
        else:
            path = _params.frame_path(name)
            asked = {"external_key": external_key, "keep_last": "true" if mode == "replace" else None,
                     "columns_keys": _params.columns_keys(columns_keys), "workspace": self._given_workspace}
        size = sum(getattr(part.values, "nbytes", 0) for part in frame.parts)
        told = self._post(path, asked, lambda: body_of(frame), {"Content-Type": PARQUET}, f"save {name}", size)
        return _warned(saved_of(name, frame.rows, told))

    def _has_contract(self, name: str) -> bool:
        """Tables of a given workspace may be under a contract: then rows are checked, and those that break it go to quarantine."""
        if self._given_workspace is None:
            return False
        try:
            return bool(self._json("GET", self._table_path(name)).get("contract"))
        except NotFoundError:
            return False

    def _post(self, path: str, params: Mapping[str, Any], body: Callable[[], Any], headers: Mapping[str, str], what: str,
              size: int | None) -> dict[str, Any]:
        """Sends a body under a key of its own, so that it may be sent again."""
        sent = dict(headers) | {"Idempotency-Key": uuid.uuid4().hex}
        with _progress.bar(self._progress, what, None, size) as advance:
            answer = self._http.request("POST", path, params=params, headers=sent, body=lambda: _counted(body(), advance), retry=True)
        return answer.json()  # type: ignore[no-any-return]

    def upload_csv(self, source: str | os.PathLike[str] | bytes | IO[bytes], name: str, mode: str = "append",
                   key: Hashable | Sequence[Hashable] | None = None, on_reject: str = "quarantine", header: bool = True) -> Saved:
        """Sends a CSV file (a path, also of .gz and .zst; an open file; or the text itself) to a table, as it is: the server checks
        every row. `mode` is append, replace or upsert; `on_reject="fail"` writes nothing if any row is rejected.

        >>> client.upload_csv("port,depth\\nOslo,12.5\\n", "csv/ports").rows_accepted
        1
        """
        keys = None if key is None else [str(one) for one in (key if isinstance(key, (list, tuple)) else [key])]
        asked = {"mode": mode, "key": _params.listed(keys), "on_reject": on_reject if on_reject != "quarantine" else None,
                 "header": None if header else "false"}
        opened, headers, size = _csv_source(source)
        told = self._post(self._table_path(name) + "/rows", asked, opened, {"Content-Type": "text/csv"} | headers, f"upload {name}", size)
        return _warned(saved_of(name, 0, told))

    # Reading

    def load(self, name: str, external_key: str | None = None, version: str | Version | Saved | None = None,
             as_of: dt.datetime | str | None = None, columns: Sequence[Hashable] | None = None, where: str | None = None,
             as_: str = "pandas", limit: int | None = None) -> Any:
        """A frame as it was saved: its newest version, a `version`, or the one that was current at `as_of` (a datetime, where one
        without a zone is local time, or RFC 3339 text).

        `columns` are labels, in the order wanted; `where` is an SQL condition on the stored columns; both are worked out by the
        server. `as_` is "pandas", "polars" or "pyarrow", whatever it was saved from.

        >>> _ = client.save(pd.DataFrame({"n": [1, 2, 3], "v": list("abc")}), "letters")
        >>> client.load("letters", columns=["v"], where="n > 1")["v"].tolist()
        ['b', 'c']
        """
        if version is not None and as_of is not None:
            raise FrameError("Two versions", "give version= or as_of=, not both")
        asked = {"external_key": external_key or NOW, "version": None if version is None else str(version),
                 "as_of": None if as_of is None else _params.moment(as_of), "where": where, "limit": limit}
        if columns is not None:
            asked["columns"] = self._stored(name, asked, columns)
        with self._whole_or_part(name, asked) as answer:
            return _frame.decode(answer.table(), answer.told, as_, None if columns is None else list(columns))

    def _stored(self, name: str, asked: Mapping[str, Any], columns: Sequence[Hashable]) -> str:
        """What to ask for so that these columns and the index come."""
        if isinstance(columns, (str, bytes)):
            raise FrameError("Not a list of columns", f"columns=[{columns!r}] is meant")
        twice = next((one for position, one in enumerate(columns) if one in columns[:position]), None)
        if twice is not None:
            raise FrameError("A column twice", f"columns= names {twice!r} more than once")
        with self._fetched(name, dict(asked) | {"limit": 0, "where": None}) as answer:
            if answer.told is None:
                return json.dumps([str(one) for one in columns])
            here = set(answer.table().column_names)
            return json.dumps([one for one in _frame.stored_columns(answer.told, list(columns), here) if one in here])

    @contextlib.contextmanager
    def _whole_or_part(self, name: str, asked: Mapping[str, Any]) -> Iterator[Answer]:
        """What was asked for: of a long version that is one file, all of it, that file as it lies on the server's disk."""
        raw = self._raw_file(name, asked) if {one for one, value in asked.items() if value is not None} <= {"external_key", "version"} else None
        if raw is not None:
            url, version, names = raw
            with self._fetched(name, {"version": version, "limit": 0}) as empty:
                told, is_nested = empty.told, empty.is_nested
            if not is_nested:  # else the file has JSON
                with fetched(self._http, url, progress=self._progress, what=f"load {name}") as answer:
                    if answer.names_by_id() == names:
                        answer.told = told
                        yield answer
                        return
        with self._fetched(name, asked) as answer:
            yield answer

    def _raw_file(self, name: str, asked: Mapping[str, Any]) -> tuple[str, str, dict[int, str]] | None:
        """Where the one file of a version of many rows is, that version, and the names of its columns by their ids."""
        branch = _params.branch_of(asked["external_key"])
        sought = {"version": asked["version"]} if asked["version"] else {"branch": branch}
        try:
            scan = self._http.request("GET", self._table_path(name) + "/scan", params=sought).json()
        except (BoathouseError, ValueError):
            return None  # the door says better what is wrong
        if len(scan["files"]) != 1 or scan["deletes"] or scan["files"][0]["rows"] < LONG:
            return None
        return scan["files"][0]["url"], scan["version"], {field["id"]: field["name"] for field in scan["schema"]["fields"]}

    @contextlib.contextmanager
    def _fetched(self, name: str, asked: Mapping[str, Any]) -> Iterator[Answer]:
        """A frame's Parquet file."""
        sought = dict(asked) | {"workspace": self._given_workspace}
        with fetched(self._http, _params.frame_path(name), params=sought, progress=self._progress, what=f"load {name}") as answer:
            yield answer

    def sql(self, query: str, params: Sequence[Any] | Mapping[str, Any] | None = None, as_: str = "pandas") -> Any:
        """The result of one SELECT as a frame. Frames and tables go by name, `"name@<version>"`, `"name@<time>"` and, for a key K,
        `"name@key-K"`; `params` fill `?`, `$1` or `$name`.

        >>> _ = client.save(pd.DataFrame({"n": [1, 2, 3]}), "counted")
        >>> client.sql("SELECT count(*) AS c FROM counted WHERE n > ?", [1])["c"].tolist()
        [2]
        """
        body: dict[str, Any] = {"sql": query, "workspace": self.workspace}
        if params is not None:
            body["params"] = _params.values(params)
        with fetched(self._http, "/v1/sql", method="POST", json=body, progress=self._progress, what="sql") as answer:
            return _frame.decode(_frame.whole_numbers(answer.table()), None, as_)

    # Versions

    def versions(self, name: str, external_key: str | None = None, limit: int | None = None) -> list[Version]:
        """The versions of a frame, newest first; of one key, or of all.

        >>> first = client.save(pd.DataFrame({"n": [1]}), "twice")
        >>> second = client.save(pd.DataFrame({"n": [1, 2]}), "twice")
        >>> [v.rows for v in client.versions("twice")][:2]
        [2, 1]
        """
        every = (version_of(told) for told in self._pages(self._table_path(name) + "/versions", "versions"))
        found: list[Version] = []
        for one in every:
            if limit is not None and len(found) >= limit:
                break
            if external_key is None or one.external_key == external_key:
                found.append(one)
        return found

    def diff(self, name: str, v1: str | Version | Saved, v2: str | Version | Saved, key: Hashable | Sequence[Hashable] | None = None) -> Diff:
        """How a frame's version `v2` differs from `v1`: frames `.added`, `.removed` and `.changed`, the rows as they are in `v2`
        (`.changed_from`: as they were). `key` are columns, or names of index levels, that name each row; without it the frame's
        index does, or, where that only counts, rows are compared whole.

        >>> one = client.save(pd.DataFrame({"id": [1, 2], "v": ["a", "b"]}), "moving")
        >>> two = client.save(pd.DataFrame({"id": [2, 3], "v": ["B", "c"]}), "moving")
        >>> print(client.diff("moving", one, two, key="id"))
        1 added, 1 removed, 1 changed
        """
        keys = None if key is None else list(key) if isinstance(key, (list, tuple)) else [key]
        return _diff.diff(self.load(name, version=v1), self.load(name, version=v2), keys)

    def rollback(self, name: str, version: str | Version | Saved, external_key: str | None = None) -> str:
        """Makes an older version current again, as a new one, whose version this returns. A `Version` knows its key; of another
        key than NOW the older version's rows are saved again.

        >>> first = client.save(pd.DataFrame({"n": [1]}), "undone")
        >>> _ = client.save(pd.DataFrame({"n": [2]}), "undone")
        >>> _ = client.rollback("undone", first)
        >>> client.load("undone")["n"].tolist()
        [1]
        """
        key = external_key or (version.external_key if isinstance(version, Version) else None) or NOW
        if key == NOW:
            return str(self._json("POST", self._table_path(name) + "/rollback", {"version": str(version)})["version"])
        with self._fetched(name, {"version": str(version)}) as answer:
            kind = answer.told["from"] if answer.told else "pandas"
            older = _frame.decode(answer.table(), answer.told, kind)
        return self.save(older, name, key).version

    # Tables and what became of their rows

    def tables(self, prefix: str | None = None) -> list[Table]:
        """The frames and tables of the workspace, by name.

        >>> _ = client.save(pd.DataFrame({"n": [1]}), "shelf/one")
        >>> [table.name for table in client.tables("shelf/")]
        ['shelf/one']
        """
        asked = {"prefix": prefix}
        return [table_of(told) for told in self._pages(f"/v1/workspaces/{segment(self.workspace)}/tables", "tables", asked)]

    def profile(self, name: str, version: str | Version | Saved | None = None) -> Profile:
        """What a version's columns are like, the newest's unless said: figures, histograms and findings. Notebooks show it.

        >>> _ = client.save(pd.DataFrame({"n": [1, 2, 3, 4]}), "profiled")
        >>> client.profile("profiled").rows
        4
        """
        asked = {"version": None if version is None else str(version)}
        path = self._table_path(name) + "/profile"
        told = self._awaited(path, asked).json()
        shown = asked | {"version": told["version"]}
        return Profile(told, lambda kind, column: self._awaited(path + "/plot", shown | {"kind": kind, "column": column}).text)

    def profile_diff(self, name: str, from_: str | Version | Saved | None = None, to: str | Version | Saved | None = None,
                     threshold: float | None = None) -> ProfileDiff:
        """How the columns of version `to`, the newest unless said, differ from those of `from_`, the one that it came after: distances,
        values that came and went, and whether that is drift. `threshold`: the PSI from which it is.

        >>> _ = client.save(pd.DataFrame({"n": range(500)}), "drifting")
        >>> _ = client.save(pd.DataFrame({"n": [7] * 500}), "drifting")
        >>> client.profile_diff("drifting").drift
        True
        """
        asked = {"from": None if from_ is None else str(from_), "to": None if to is None else str(to), "threshold": threshold}
        return ProfileDiff(self._awaited(self._table_path(name) + "/profile/diff", asked).json())

    def _awaited(self, path: str, asked: Mapping[str, Any]) -> Any:
        """An answer that a job may have to make first."""
        while True:
            answer = self._http.request("GET", path, params=asked)
            if answer.status_code != 202:
                return answer
            time.sleep(float(answer.headers.get("Retry-After", 1)))

    def quarantine(self, name: str) -> Any:
        """The rejected rows of a table as a DataFrame: their data as it came, and beside it `reasons`, `row`, `at`, `file`,
        `request_id` and `batch_id`. Correct the data in place and give the frame to `resubmit`."""
        return _rejected.frame_of(list(self._pages(self._table_path(name) + "/quarantine", "rows")))

    def resubmit(self, name: str, rows: Any) -> Saved:
        """Tries corrected rows again: a frame that `quarantine` made, or part of it, or a list of {"id", "data"}. What is accepted
        enters the table and leaves the quarantine in one commit."""
        body = {"rows": _rejected.corrections_of(rows)}
        return saved_of(name, len(body["rows"]), self._json("POST", self._table_path(name) + "/quarantine/resubmit", body))

    # How it is asked

    def _table_path(self, name: str) -> str:
        _params.check_name(name)
        return f"/v1/workspaces/{segment(self.workspace)}/tables/{segment(name)}"

    def _json(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return self._http.request(method, path, json=body).json()  # type: ignore[no-any-return]

    def _pages(self, path: str, what: str, asked: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        token = None
        while True:
            told = self._http.request("GET", path, params=dict(asked or {}) | {"limit": 1000, "page_token": token}).json()
            yield from told[what]
            token = told.get("next_page_token")
            if not token:
                return


def _warned(saved: Saved) -> Saved:
    if saved.rows_rejected:
        warnings.warn(f"{saved.rows_rejected} of {saved.rows} rows were rejected by {saved.name}; see quarantine({saved.name!r})",
                      RejectedRowsWarning, stacklevel=4)
    return saved


def _counted(body: bytes | Iterable[bytes] | IO[bytes], advance: _progress.Advance) -> Any:
    if isinstance(body, bytes):
        advance(len(body))
        return body
    return _counted_pieces(body, advance)


def _counted_pieces(body: Any, advance: _progress.Advance) -> Iterator[bytes]:
    pieces = body if not hasattr(body, "read") else iter(lambda: body.read(1 << 20), b"")
    with contextlib.closing(body) if hasattr(body, "close") else contextlib.nullcontext():
        for piece in pieces:
            advance(len(piece))
            yield piece


def _csv_source(source: Any) -> tuple[Callable[[], Any], dict[str, str], int | None]:
    """What opens the body anew for each try, headers, and the size where it is known."""
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        source = source.encode()
    if isinstance(source, bytes):
        return lambda: source, {}, len(source)
    if hasattr(source, "read"):
        content = source.read()
        as_bytes = content.encode() if isinstance(content, str) else content
        return lambda: as_bytes, {}, len(as_bytes)
    path = pathlib.Path(source)
    coding = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    return lambda: io.FileIO(path), {"Content-Encoding": coding} if coding else {}, path.stat().st_size
