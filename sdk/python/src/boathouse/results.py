# SPDX-License-Identifier: Apache-2.0
"""What the client's calls answer beside frames: small values, whose fields are the server's."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Mapping
from urllib.parse import unquote


@dataclasses.dataclass(frozen=True)
class Version:
    """One version of a frame. `version` is what `load`, `diff` and `rollback` take; they take the object too."""
    version: str
    at: dt.datetime
    operation: str = ""
    rows: int = 0
    added: int = 0
    deleted: int = 0
    by: str = ""
    request_id: str = ""
    parent: str | None = None
    branch: str | None = None

    @property
    def external_key(self) -> str | None:
        """The key whose branch this is a version of: NOW for `main`; None for a branch that is no key's."""
        if self.branch in (None, "main"):
            return "NOW"
        return unquote(self.branch[4:]) if self.branch and self.branch.startswith("key-") else None

    def __str__(self) -> str:
        return self.version


@dataclasses.dataclass(frozen=True)
class Saved:
    """What an upload came to: the new version, and of how many rows what became."""
    name: str
    version: str
    rows: int
    rows_accepted: int
    rows_rejected: int = 0
    rejected: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    request_id: str = ""
    answer: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.version


@dataclasses.dataclass(frozen=True)
class Table:
    """A table or frame of a workspace."""
    name: str
    rows: int
    bytes: int
    version: str | None
    updated_at: dt.datetime | None
    answer: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.name


@dataclasses.dataclass(frozen=True)
class Diff:
    """How two versions differ: rows only in the second, rows only in the first, and rows of both with other values, as they are
    in the second (`changed`) and were in the first (`changed_from`, in the same order)."""
    added: Any
    removed: Any
    changed: Any
    changed_from: Any

    def __bool__(self) -> bool:
        return bool(len(self.added) or len(self.removed) or len(self.changed))

    def __str__(self) -> str:
        return f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed"


def time_of(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def version_of(told: Mapping[str, Any]) -> Version:
    at = time_of(told.get("at"))
    assert at is not None
    return Version(str(told["version"]), at, told.get("operation", ""), told.get("rows", 0), told.get("added", 0), told.get("deleted", 0),
                   told.get("by") or "", told.get("request_id") or "", told.get("parent"), told.get("branch"))


def saved_of(name: str, rows: int, told: Mapping[str, Any]) -> Saved:
    return Saved(name, str(told.get("version", "")), int(told.get("rows_received", told.get("total_rows", rows))),
                 int(told.get("rows_accepted", rows)), int(told.get("rows_rejected", 0)), list(told.get("rejected", [])),
                 str(told.get("request_id", "")), told)


def table_of(told: Mapping[str, Any]) -> Table:
    return Table(told["name"], told.get("rows") or 0, told.get("bytes") or 0, told.get("version"), time_of(told.get("updated_at")), told)
