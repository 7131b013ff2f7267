# SPDX-License-Identifier: Apache-2.0
"""What a request says: paths, parameters and the SELECT of a table's rows."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from typing import Any, Mapping, Sequence
from urllib.parse import quote

from boathouse._http import segment
from boathouse.errors import FrameError

NOW = "NOW"


def check_name(name: str) -> None:
    """What no path could carry to the server, which judges all other names."""
    if not isinstance(name, str) or not name or any(part in ("", ".", "..") for part in name.split("/")):
        raise FrameError("Not a name", f"{name!r}: names are parts joined by '/', none of them empty, '.' or '..'")


def frame_path(name: str) -> str:
    check_name(name)
    return f"/dataframes/{segment(name)}"


def branch_of(external_key: str) -> str:
    """The Iceberg branch of a key."""
    return "main" if external_key == NOW else "key-" + quote(external_key, safe="")


def columns_keys(keys: Mapping[str, str] | None) -> str | None:
    return json.dumps(dict(keys)) if keys else None


def listed(names: Sequence[str] | None) -> str | None:
    """Names as one parameter of a native route, which separates them by commas."""
    odd = [name for name in names or () if "," in name]
    if odd:
        raise FrameError("Not a key", f"the name {odd[0]!r} has a comma in it, which separates the names of several columns")
    return ",".join(names) if names else None


def moment(when: dt.datetime | str) -> str:
    """RFC 3339 text in UTC; a datetime without a zone is local time."""
    if isinstance(when, str):
        return when
    return when.astimezone(dt.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def values(params: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Parameters of a statement as JSON: days, times and decimals as their text."""
    if isinstance(params, Mapping):
        return {name: _value(value) for name, value in params.items()}
    return [_value(value) for value in params]


def _value(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_value(one) for one in value]
    if isinstance(value, dt.datetime):
        return value.isoformat() if value.tzinfo is None else moment(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    return value.item() if hasattr(value, "item") else value
