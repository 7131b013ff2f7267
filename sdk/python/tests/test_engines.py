# SPDX-License-Identifier: Apache-2.0
"""What other engines read of a frame's table: plain columns with the same values, on every branch."""

import cases
import pandas as pd
import pyarrow as pa
import pytest
from kept import parquet_of, table_of
from pyiceberg.table import StaticTable
from support.readers import read_with_duckdb

WHOLE = pd.DataFrame(cases.columns()).drop(columns=["nothing", "nothing NaT", "nothing nan", "float16", "float32", "Float32"])


def values(table):
    """Columns by name, each as Python values; NaN as a text, since it equals nothing."""
    return {name: ["NaN" if value != value else value for value in table.column(name).to_pylist()] for name in table.column_names}


def expected(frame):
    return values(table_of(parquet_of(frame)))


@pytest.fixture
def location(house, user):
    """Where the table of a frame is described."""
    api = house.api().login(*user)
    workspace = api.get("/v1/me").json()["workspace"]
    return lambda name: api.describe(name, ws=workspace)["metadata_location"]


def test_pyiceberg_and_duckdb_read_the_same_values(client, name, location):
    client.save(WHOLE, name)
    want = expected(WHOLE)
    assert values(StaticTable.from_metadata(location(name)).scan().to_arrow()) == want
    assert values(read_with_duckdb(location(name))) == want


def test_pyiceberg_reads_every_key(client, name, location):
    other = pd.DataFrame({"more": [1.5, None], "c": pd.Categorical(["x", "y"])})
    client.save(WHOLE[["int8", "text None", "zone"]], name)
    client.save(other, name, external_key="k/1")
    table = StaticTable.from_metadata(location(name))
    assert values(table.scan().to_arrow().select(["int8", "text None", "zone"])) == expected(WHOLE[["int8", "text None", "zone"]])
    branch = table.snapshot_by_name("key-k%2F1")
    read = table.scan(snapshot_id=branch.snapshot_id).to_arrow()
    assert values(read.select(["more", "c"])) == expected(other)
    assert isinstance(read, pa.Table)
