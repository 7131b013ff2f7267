# SPDX-License-Identifier: Apache-2.0
"""Rows of every common type, sent here and read back with their types, to compare engines with."""

import datetime
import io

import pyarrow.parquet as pq

COLUMNS = ["id INTEGER required", "name STRING", "at TIMESTAMPTZ", "fare DECIMAL(10,2)", "day DATE", "ok BOOLEAN", "big BIGINT",
           "x DOUBLE"]


def row(n, name=None):
    return {"id": n, "name": name or f"row {n} ü", "at": f"2024-06-{n % 28 + 1:02}T10:00:00.{n:06}Z", "fare": f"{n}.25",
            "day": f"2024-{n % 12 + 1:02}-01", "ok": n % 2 == 0, "big": n * 10 ** 15, "x": n / 7}


def ours(admin, table, columns="*"):
    """Rows by /v1/sql in Parquet, which carries types."""
    answer = admin.sql_answer(f'SELECT {columns} FROM "{table}"', accept="application/vnd.apache.parquet")
    assert answer.status_code == 200, answer.text
    return pq.read_table(io.BytesIO(answer.content))


def plain(rows):
    """Times compared as instants, whatever zone object a reader uses."""
    def value(v):
        return v.astimezone(datetime.timezone.utc).replace(tzinfo=None) if isinstance(v, datetime.datetime) and v.tzinfo else v
    return [tuple(map(value, row)) for row in rows]


def send(admin, table, rows, **query):
    return admin.post_rows(table, rows, "application/json", **query).json()
