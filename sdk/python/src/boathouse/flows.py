# SPDX-License-Identifier: Apache-2.0
"""Flows: pieces of data work with tasks, people and one dataset each.

>>> flow = client.flows.create("Churn of the year", "Who leaves, and why")
>>> _ = flow.upload("name,age\\nAda,36\\nGrace,85\\n")
>>> float(flow.summary().loc["mean", "age"])
60.5
>>> task = flow.add_task("Ask Grace", "Is 85 right?", due="2030-01-31")
>>> flow.close(task)["status"]
'done'
"""

from __future__ import annotations

import builtins
import dataclasses
import datetime as dt
import io
import os
import pathlib
import time
import uuid
from typing import IO, Any, Callable, Iterator, Mapping

from boathouse._http import Transport
from boathouse.errors import BoathouseError, NotFoundError

SUMMARY_PATIENCE = 600.0  # seconds
PIECE = 1 << 20

Source = Any  # a path, bytes, CSV as text, an open file, a pandas DataFrame


class Flows:
    """The flows that one is a member of: `client.flows`."""

    def __init__(self, http: Transport):
        self._http = http

    def create(self, title: str, description: str | None = None) -> Flow:
        """A new flow, in the user's personal workspace, with a title that no other one of the user's has."""
        return _flow(self._http, _json(self._http, "POST", "/flows", {"title": title, "description": description}))

    def list(self, search: str | None = None) -> builtins.list[Flow]:
        """All of them, oldest first; with `search` those that have it in title or description.

        >>> _ = client.flows.create("A flow to be found")
        >>> [flow.title for flow in client.flows.list("TO BE FOUND")]
        ['A flow to be found']
        """
        return [_flow(self._http, row) for row in _rows(self._http, "/flows", {"search": search})]

    def get(self, which: int | str) -> Flow:
        """The flow of that number, or one's own of that title."""
        if isinstance(which, int):
            return _flow(self._http, _json(self._http, "GET", f"/flows/{which}"))
        for flow in self.list(which):
            if flow.title == which:
                return flow
        raise NotFoundError("No flow", f"there is no flow called {which!r}", 404, "", {})


@dataclasses.dataclass(frozen=True)
class Flow:
    """One flow as it was when it was asked for. Tasks, comments and members are dicts with the server's fields."""
    fid: int
    title: str
    description: str | None
    dataset: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    _http: Transport = dataclasses.field(repr=False, compare=False)

    # Tasks

    def tasks(self, status: str | None = None, assignee: str | None = None, search: str | None = None) -> list[dict[str, Any]]:
        asked = {"fid": self.fid, "status": status, "assignee": assignee, "search": search}
        return list(_rows(self._http, "/flows/tasks", asked))

    def add_task(self, title: str, description: str, **fields: Any) -> dict[str, Any]:
        """A new task. `fields`: status, assignee (a member), due, target ({"table": .., "version": ..})."""
        return self._change("POST", "/flows/tasks", title=title, description=description, **fields)

    def change_task(self, task: int | Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        """Changes what is said; None clears description, assignee, due or target."""
        return self._change("PATCH", "/flows/tasks", tid=_tid(task), **fields)

    def close(self, task: int | Mapping[str, Any], mended_version: str | None = None) -> dict[str, Any]:
        """The task is done; of a task with a target the version that mended it is noted, the table's current one unless said."""
        said = {} if mended_version is None else {"mended_version": str(mended_version)}
        return self.change_task(task, status="done", **said)

    def remove_task(self, task: int | Mapping[str, Any]) -> dict[str, Any]:
        return self._change("DELETE", "/flows/tasks", tid=_tid(task))

    # Dataset

    def upload(self, source: Source, *, header: bool = False) -> dict[str, Any]:
        """Gives the flow its dataset, or a new version of it: a path, an open file, CSV as bytes or text, or a DataFrame.

        Its first line holds the columns' names. Where these look like values the server doubts that: `header=True` says
        that they are names. Those of a DataFrame always are.
        """
        said = {"header": "true"} if header or hasattr(source, "to_csv") else {}
        opened = _source(source)
        boundary = uuid.uuid4().hex
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = self._http.request("PUT", "/flows/dataset", params={"fid": self.fid} | said, headers=headers,
                                    body=lambda: _form(opened(), boundary))
        return answer.json()[0]  # type: ignore[no-any-return]

    def download(self, number: int | None = None) -> bytes:
        """The dataset as it came; with `number` an older one (1 is the first)."""
        return self._http.request("GET", "/flows/dataset", params={"fid": self.fid, "number": number}).content  # type: ignore[no-any-return]

    def summary(self, patience: float = SUMMARY_PATIENCE) -> Any:
        """The exact summary of the dataset as a DataFrame: figures down, columns across. Waits until it is computed."""
        import pandas as pd

        end = time.monotonic() + patience
        wait = 0.02
        while True:
            answer = self._http.request("GET", "/flows/summary", params={"fid": self.fid})
            if answer.status_code != 202:
                return pd.DataFrame(answer.json())
            if time.monotonic() > end:
                raise BoathouseError("No summary yet", f"it was not computed within {patience} s", 202, "", answer.json())
            time.sleep(wait)
            wait = min(wait * 1.5, 1.0)

    # People and what they say

    def members(self) -> list[dict[str, Any]]:
        return list(_rows(self._http, "/flows/members", {"fid": self.fid}))

    def add_member(self, who: str) -> dict[str, Any]:
        """By e-mail or name."""
        return self._change("POST", "/flows/members", name=who)

    def remove_member(self, who: str) -> dict[str, Any]:
        return self._change("DELETE", "/flows/members", name=who)

    def comments(self, task: int | Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return list(_rows(self._http, "/flows/comments", {"fid": self.fid, "tid": None if task is None else _tid(task)}))

    def comment(self, text: str, task: int | Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._change("POST", "/flows/comments", text=text, **({} if task is None else {"tid": _tid(task)}))

    def activity(self) -> list[dict[str, Any]]:
        """What was done, newest first."""
        return list(_rows(self._http, "/flows/activity", {"fid": self.fid}))

    # Itself

    def rename(self, title: str) -> Flow:
        return _flow(self._http, _json(self._http, "PATCH", f"/flows/{self.fid}", {"title": title}))

    def delete(self) -> None:
        """Its tasks go with it; its dataset stays as a table and a file of the workspace."""
        self._http.request("DELETE", f"/flows/{self.fid}")

    def _change(self, method: str, path: str, **fields: Any) -> dict[str, Any]:
        return _json(self._http, method, path, {"fid": self.fid} | fields)[0]  # type: ignore[no-any-return]


def _flow(http: Transport, row: Mapping[str, Any]) -> Flow:
    return Flow(fid=row["fid"], title=row["title"], description=row["description"], dataset=row["dataset_s3_key"],
                created_at=_time(row["created_at"]), updated_at=_time(row["updated_at"]), _http=http)


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _tid(task: int | Mapping[str, Any]) -> int:
    return task if isinstance(task, int) else int(task["tid"])


def _json(http: Transport, method: str, path: str, body: Any = None) -> Any:
    return http.request(method, path, json=body).json()


def _rows(http: Transport, path: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Of all pages: each names the next one in its Link."""
    answer = http.request("GET", path, params=asked)
    while True:
        yield from answer.json()
        if "next" not in answer.links:
            return
        answer = http.request("GET", answer.links["next"]["url"])


def _source(source: Source) -> Callable[[], IO[bytes]]:
    """What opens the dataset."""
    if hasattr(source, "to_csv"):
        source = source.to_csv(index=False)
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        source = source.encode()
    if isinstance(source, (bytes, bytearray)):
        return lambda: io.BytesIO(source)
    if hasattr(source, "read"):
        content = source.read()
        return lambda: io.BytesIO(content.encode() if isinstance(content, str) else content)
    path = pathlib.Path(os.fspath(source))
    return lambda: path.open("rb")


def _form(file: IO[bytes], boundary: str) -> Iterator[bytes]:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="dataset"; filename="dataset.csv"\r\nContent-Type: text/csv\r\n\r\n'
    yield head.encode()
    with file:
        yield from iter(lambda: file.read(PIECE), b"")
    yield f"\r\n--{boundary}--\r\n".encode()
