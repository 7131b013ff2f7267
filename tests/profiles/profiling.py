# SPDX-License-Identifier: Apache-2.0
"""How tests ask for profiles, and the same figures worked out by pandas."""

import io
import math
import time
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from support.api import PARQUET, TIMEOUT

QUANTILES = {"1%": 0.01, "5%": 0.05, "25%": 0.25, "50%": 0.5, "75%": 0.75, "95%": 0.95, "99%": 0.99}


def as_parquet(table):
    if not isinstance(table, pa.Table):
        table = pa.table(table)
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def send(admin, name, table, **query):
    """Rows of an Arrow table; their version."""
    return admin.post_rows(name, as_parquet(table), PARQUET, **query).json()["version"]


def profile(admin, name, ws="main", **query):
    """The profile, waiting for the job where one makes it."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        answer = admin.get(admin.table_path(name, "/profile", ws), params=query)
        if answer.status_code == 200:
            return answer.json()
        assert answer.status_code == 202, answer.text
        assert answer.headers["Retry-After"] and answer.headers["Location"] == f"/v1/jobs/{answer.json()['id']}"
        assert time.monotonic() < deadline
        time.sleep(0.05)


def columns(admin, name, **query):
    return {column["name"]: column for column in profile(admin, name, **query)["columns"]}


def close(ours, theirs):
    if theirs is None or not math.isfinite(theirs):
        return ours is None
    return ours is not None and math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-300)


def check_number(column, series):
    """`series`: a float or integer pandas series, NaN where nothing is."""
    values = series.dropna()
    assert column["missing"] + column.get("nan", 0) == len(series) - len(values)
    floats = values.astype("float64")
    # Squares of huge numbers are past what a double holds, those of tiny ones nothing, which no figure of them is.
    largest = floats.abs().max() if len(floats) else 0.0
    scale = largest if math.isfinite(largest) and largest > 0 and not 1e-100 < largest < 1.0 else 1.0
    scaled = floats / scale
    for figure, theirs in {"mean": scaled.mean() * scale, "std": scaled.std() * scale, "min": floats.min(), "max": floats.max()}.items():
        ours = column[figure]
        assert close(float(ours) if ours is not None else None, theirs), (column["name"], figure, ours, theirs)
    with np.errstate(invalid="ignore"):
        for name, at in QUANTILES.items():
            theirs = floats.quantile(at) if len(floats) else math.nan
            assert close(column["quantiles"][name], theirs), (column["name"], name, column["quantiles"][name], theirs)
    assert column["zeros"] == (floats == 0).sum() and column["negatives"] == (floats < 0).sum()
    finite = floats[np.isfinite(floats)]
    if len(finite):
        edges, counts = column["histogram"]["edges"], column["histogram"]["counts"]
        assert len(edges) == len(counts) + 1 and sum(counts) == len(finite)
        assert close(edges[0], finite.min()) and close(edges[-1], finite.max())
    check_values(column, values)


def check_values(column, values):
    """Distinct and frequent values; `values` without missing ones."""
    counts = values.value_counts()
    assert column["distinct"] == len(counts) and column["distinct_exact"] is True
    assert [one["rows"] for one in column["top"]] == list(counts.head(10))
    if len(values):
        assert column["unique"] == (len(counts) == len(values))


def pattern(text):
    def sort_of(character):
        return {"Nd": "9", "Lu": "A", "Ll": "a"}.get(unicodedata.category(character), character)

    return "".join(map(sort_of, text[:40])) + ("…" if len(text) > 40 else "")


def check_text(column, series):
    values = series.dropna()
    lengths = values.str.len()
    assert column["missing"] == len(series) - len(values) and column["empty"] == (values == "").sum()
    if len(values):
        assert column["lengths"]["min"] == lengths.min() and column["lengths"]["max"] == lengths.max()
        assert close(column["lengths"]["mean"], lengths.mean())
        counts = values.map(pattern).value_counts()
        assert [one["rows"] for one in column["patterns"]] == list(counts.head(5))
        assert all(counts[one["pattern"]] == one["rows"] for one in column["patterns"])
        by_value = values.value_counts()
        for one in column["top"]:
            assert one.get("cut") or by_value[one["value"]] == one["rows"]
    check_values(column, values)


