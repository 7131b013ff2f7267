# SPDX-License-Identifier: Apache-2.0
"""Other engines reading our tables: pyiceberg and DuckDB's Iceberg extension, by metadata file and by catalog."""

import importlib
import pathlib
import shutil

import duckdb
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import StaticTable


def read_with_pyiceberg(metadata_location, **scan):
    """The table as a pyarrow Table."""
    return StaticTable.from_metadata(metadata_location).scan(**scan).to_arrow()


def duckdb_with_iceberg():
    connection = duckdb.connect()
    for name in ("avro", "iceberg"):
        package = importlib.import_module(f"duckdb_extension_{name}")
        extension = next(pathlib.Path(package.__path__[0]).rglob(f"{name}.duckdb_extension"))
        connection.execute(f"LOAD '{extension}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def plain_path(metadata_location):
    return metadata_location.removeprefix("file://")


def read_with_duckdb(metadata_location, select="*"):
    """The table as a pyarrow Table."""
    path = plain_path(metadata_location).replace("'", "''")
    return duckdb_with_iceberg().execute(f"SELECT {select} FROM iceberg_scan('{path}')").to_arrow_table()


def catalog_of(data, copy_to):
    """pyiceberg's SqlCatalog over a copy of the metadata store of a running server."""
    for suffix in ("", "-wal", "-shm"):
        source = pathlib.Path(data) / f"boathouse.db{suffix}"
        if source.exists():
            shutil.copy(source, pathlib.Path(copy_to) / f"copy.db{suffix}")
    return SqlCatalog("boathouse", uri=f"sqlite:///{copy_to}/copy.db", init_catalog_tables="false")


def rows_of(table, order_by):
    """A pyarrow Table's rows as tuples, ordered by a column."""
    rows = table.sort_by([(order_by, "ascending")]).to_pylist()
    return [tuple(row.values()) for row in rows]
