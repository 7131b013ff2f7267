# SPDX-License-Identifier: Apache-2.0
"""Python values as JSON and back, exactly: the same type and the same value, or a FrameError.

JSON's own values stand for themselves (a list for a list, 1.0 for a float, 1 for an int); everything else is an object of one
member that names its type: {"tuple": [..]}, {"decimal": "1.50"}, {"dict": [[key, value], ..]}.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import math
import uuid
import zoneinfo
from typing import Any, Callable

import numpy as np
import pandas as pd

from boathouse.errors import FrameError

Json = Any


def refuse(what: str) -> FrameError:
    return FrameError("The frame cannot be kept exactly", what)


# Time zones

def dump_zone(zone: dt.tzinfo) -> Json:
    """A time zone with its kind, since pandas tells zones of the standard library and of pytz apart."""
    module = type(zone).__module__
    if zone is dt.timezone.utc:
        return {"kind": "utc"}
    if isinstance(zone, zoneinfo.ZoneInfo) and zone.key:
        return {"kind": "zoneinfo", "name": zone.key}
    if type(zone) is dt.timezone and str(zone) == str(dt.timezone(offset := zone.utcoffset(None))):  # not one with a name of its own
        return {"kind": "fixed", "seconds": offset.total_seconds()}
    if module.startswith("pytz"):
        if name := getattr(zone, "zone", None):
            return {"kind": "pytz", "name": name}
        if hasattr(zone, "_minutes"):
            return {"kind": "pytz fixed", "minutes": zone._minutes}
    if module.startswith("dateutil"):
        if type(zone).__name__ == "tzutc":
            return {"kind": "dateutil utc"}
        if type(zone).__name__ == "tzfile" and (name := getattr(zone, "_filename", "")):
            return {"kind": "dateutil", "name": name}
    raise refuse(f"the time zone {zone!r} is of a kind that has no name; use zoneinfo.ZoneInfo or an offset")


def load_zone(told: Json) -> dt.tzinfo:
    kind = told["kind"]
    if kind == "utc":
        return dt.timezone.utc
    if kind == "zoneinfo":
        return zoneinfo.ZoneInfo(told["name"])
    if kind == "fixed":
        return dt.timezone(dt.timedelta(seconds=told["seconds"]))
    if kind.startswith("pytz"):
        return _pytz_zone(told)
    import dateutil.tz
    found: dt.tzinfo | None = dateutil.tz.tzutc() if kind == "dateutil utc" else dateutil.tz.gettz(told["name"])
    if found is None:
        raise FrameError("The frame cannot be restored", f"this machine has no time zone {told['name']}")
    return found


def _pytz_zone(told: Json) -> dt.tzinfo:
    try:
        import pytz
    except ImportError:  # pandas 3 does without it; the standard library has the same zones
        if "minutes" in told:
            return dt.timezone(dt.timedelta(minutes=told["minutes"]))
        return dt.timezone.utc if told["name"] == "UTC" else zoneinfo.ZoneInfo(told["name"])
    zone: dt.tzinfo = pytz.FixedOffset(told["minutes"]) if "minutes" in told else pytz.timezone(told["name"])
    return zone


# Values

def dump(value: Any) -> Json:
    """The JSON of a value; FrameError for a type that has none."""
    kind = type(value)
    if value is None or kind in (bool, int):
        return value
    if kind is str:
        _check_text(value)
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is list:
        return [dump(item) for item in value]
    if value is pd.NA or value is pd.NaT:
        return {"missing": "NA" if value is pd.NA else "NaT"}
    dumper = _DUMPERS.get(kind)
    if dumper is not None:
        name, as_json = dumper
        return {name: as_json(value)}
    if isinstance(value, np.generic):
        return {"numpy": [value.dtype.str, _dump_numpy(value)]}
    raise refuse(f"a value of type {kind.__module__}.{kind.__qualname__} ({_short(value)}) has no exact form")


def load(told: Json) -> Any:
    """The value of a JSON that `dump` made."""
    if isinstance(told, list):
        return [load(item) for item in told]
    if not isinstance(told, dict):
        return told
    (name, inner), = told.items()
    return _LOADERS[name](inner)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise refuse(f"the text {_short(text)} has half a surrogate pair, which no UTF-8 holds") from None


def _dump_numpy(value: np.generic) -> Json:
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return int(value.astype("int64"))
    if isinstance(value, np.longdouble) and value.dtype.itemsize > 8:
        raise refuse("numbers of more than 64 bits have no column type")
    return dump(value.item())


def _load_numpy(told: Json) -> Any:
    dtype = np.dtype(told[0])
    if dtype.kind in "mM":
        return np.array(told[1], dtype="int64").astype(dtype)[()]
    return dtype.type(load(told[1]))


def _dump_datetime(value: dt.datetime) -> Json:
    if value.fold:
        raise refuse(f"{value!r} has fold=1, which text does not tell")
    return [value.replace(tzinfo=None).isoformat(), dump_zone(value.tzinfo) if value.tzinfo else None]


def _load_datetime(told: Json) -> dt.datetime:
    value = dt.datetime.fromisoformat(told[0])
    if told[1] is None:
        return value
    zone: Any = load_zone(told[1])
    moment: dt.datetime = zone.localize(value) if hasattr(zone, "localize") else value.replace(tzinfo=zone)
    return moment


def _dump_time(value: dt.time) -> Json:
    if value.tzinfo or value.fold:
        raise refuse(f"{value!r} has a time zone or fold=1")
    return value.isoformat()


def _dump_timestamp(value: pd.Timestamp) -> Json:
    return [value.asm8.astype("int64").item(), value.unit, dump_zone(value.tzinfo) if value.tzinfo else None]


def _load_timestamp(told: Json) -> pd.Timestamp:
    plain = pd.Timestamp(np.datetime64(told[0], told[1]))
    return plain if told[2] is None else plain.tz_localize("UTC").tz_convert(load_zone(told[2]))


def _dump_array(value: np.ndarray[Any, Any]) -> Json:
    if value.dtype.kind not in "biufSUmMO" or value.dtype.itemsize > 8 and value.dtype.kind == "f" or value.dtype.names:
        raise refuse(f"an array of dtype {value.dtype} has no exact form")
    flat = value.ravel()
    items = flat.astype("int64") if value.dtype.kind in "mM" else flat
    return [value.dtype.str, list(value.shape), [dump(item) for item in items.tolist()]]


def _load_array(told: Json) -> np.ndarray[Any, Any]:
    dtype, shape, items = np.dtype(told[0]), tuple(told[1]), [load(item) for item in told[2]]
    if dtype.kind in "mM":
        return np.array(items, dtype="int64").astype(dtype).reshape(shape)
    flat = np.empty(len(items), dtype=dtype)
    for position, item in enumerate(items):
        flat[position] = item
    return flat.reshape(shape)


_DUMPERS: dict[type, tuple[str, Callable[[Any], Json]]] = {
    tuple: ("tuple", lambda v: [dump(item) for item in v]),
    set: ("set", lambda v: [dump(item) for item in v]),
    frozenset: ("frozenset", lambda v: [dump(item) for item in v]),
    dict: ("dict", lambda v: [[dump(key), dump(item)] for key, item in v.items()]),
    bytes: ("bytes", lambda v: base64.b64encode(v).decode()),
    bytearray: ("bytearray", lambda v: base64.b64encode(v).decode()),
    complex: ("complex", lambda v: [dump(v.real), dump(v.imag)]),
    decimal.Decimal: ("decimal", str),
    uuid.UUID: ("uuid", str),
    dt.date: ("date", lambda v: v.isoformat()),
    dt.time: ("time", _dump_time),
    dt.datetime: ("datetime", _dump_datetime),
    dt.timedelta: ("timedelta", lambda v: [v.days, v.seconds, v.microseconds]),
    pd.Timestamp: ("timestamp", _dump_timestamp),
    pd.Timedelta: ("pandas timedelta", lambda v: [v.asm8.astype("int64").item(), v.unit]),
    pd.Period: ("period", lambda v: [v.ordinal, v.freqstr]),
    pd.Interval: ("interval", lambda v: [dump(v.left), dump(v.right), v.closed]),
    range: ("range", lambda v: [v.start, v.stop, v.step]),
    slice: ("slice", lambda v: [dump(v.start), dump(v.stop), dump(v.step)]),
    np.ndarray: ("array", _dump_array),
}

_LOADERS: dict[str, Callable[[Json], Any]] = {
    "float": float,
    "missing": lambda t: pd.NA if t == "NA" else pd.NaT,
    "numpy": _load_numpy,
    "tuple": lambda t: tuple(load(item) for item in t),
    "set": lambda t: {load(item) for item in t},
    "frozenset": lambda t: frozenset(load(item) for item in t),
    "dict": lambda t: {load(key): load(item) for key, item in t},
    "bytes": base64.b64decode,
    "bytearray": lambda t: bytearray(base64.b64decode(t)),
    "complex": lambda t: complex(load(t[0]), load(t[1])),
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "datetime": _load_datetime,
    "timedelta": lambda t: dt.timedelta(*t),
    "timestamp": _load_timestamp,
    "pandas timedelta": lambda t: pd.Timedelta(np.timedelta64(t[0], t[1])),
    "period": lambda t: pd.Period(ordinal=t[0], freq=t[1]),
    "interval": lambda t: pd.Interval(load(t[0]), load(t[1]), closed=t[2]),
    "range": lambda t: range(*t),
    "slice": lambda t: slice(*map(load, t)),
    "array": _load_array,
}
