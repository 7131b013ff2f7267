# SPDX-License-Identifier: Apache-2.0
"""Keeping frames in local Parquet files, as the server would keep them."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from boathouse import _frame, _upload


def parquet_of(frame, like=None, rows=None, piece=3):
    encoded = _frame.encode(frame, like, rows)
    sink = io.BytesIO()
    _upload._write(encoded, encoded.pieces(piece), sink)
    return sink.getvalue()


def told_of(parquet):
    return _frame.load_metadata((pq.ParquetFile(io.BytesIO(parquet)).metadata.metadata or {}).get(_frame.KEY))


def table_of(parquet):
    return pq.read_table(io.BytesIO(parquet))


def read(parquet, kind="pandas", columns=None):
    return _frame.decode(table_of(parquet), told_of(parquet), kind, columns)


def joined(*frames):
    """The frames stored one after the other, and read with the newest metadata."""
    like, tables = None, []
    for frame in frames:
        parquet = parquet_of(frame, like, sum(table.num_rows for table in tables))
        like = told_of(parquet)
        tables.append(table_of(parquet))
    return _frame.decode(pa.concat_tables(tables, promote_options="permissive"), like, "pandas")
