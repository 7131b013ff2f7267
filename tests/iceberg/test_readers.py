# SPDX-License-Identifier: Apache-2.0
"""Other engines read the same rows: pyiceberg, DuckDB's Iceberg extension and pyiceberg's SQL catalog against /v1/sql, after
every kind of change."""

import datetime
import decimal
import random

import pytest
from pyiceberg.expressions import EqualTo, GreaterThanOrEqual

from support.readers import catalog_of, plain_path, read_with_duckdb, read_with_pyiceberg, rows_of
from support.rows import COLUMNS, ours, plain, row, send

def assert_all_agree(admin, table, expected_rows, order_by="id"):
    location = admin.describe(table)["metadata_location"]
    said = plain(rows_of(ours(admin, table), order_by))
    assert len(said) == expected_rows
    assert plain(rows_of(read_with_pyiceberg(location), order_by)) == said
    assert plain(rows_of(read_with_duckdb(location), order_by)) == said
    return said


def test_every_type_is_read_alike(admin, table):
    admin.put_contract(table, COLUMNS + ["t TIME", "ts TIMESTAMP", "u UUID", "b BINARY", "j JSON"])
    send(admin, table, [row(1) | {"t": "12:34:56.000001", "ts": "2024-06-01T00:00:00.5", "u": "123e4567-e89b-12d3-a456-426614174000",
                                  "b": "aGk=", "j": {"a": [1]}}, {"id": 2}])
    location = admin.describe(table)["metadata_location"]
    arrow = rows_of(read_with_pyiceberg(location), "id")
    assert arrow[0][:4] == (1, "row 1 ü", datetime.datetime(2024, 6, 2, 10, 0, 0, 1, datetime.timezone.utc), decimal.Decimal("1.25"))
    assert arrow[0][8:10] == (datetime.time(12, 34, 56, 1), datetime.datetime(2024, 6, 1, 0, 0, 0, 500000))
    assert arrow[0][11] == b"hi"
    assert arrow[1] == (2,) + (None,) * 12
    assert len(rows_of(read_with_duckdb(location), "id")) == 2


def test_after_appends(admin, table):
    admin.put_contract(table, COLUMNS)
    for start in (0, 10, 20):
        send(admin, table, [row(n) for n in range(start, start + 10)])
    assert_all_agree(admin, table, 30)


def test_after_many_upserts(admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    dice, expected = random.Random(7), {}
    for turn in range(12):
        numbers = dice.sample(range(60), 20)
        send(admin, table, [row(n, f"turn {turn}") for n in numbers], mode="upsert")
        expected |= {n: f"turn {turn}" for n in numbers}
    said = assert_all_agree(admin, table, len(expected))
    assert {r[0]: r[1] for r in said} == expected


def test_after_deletes_and_replace(admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    send(admin, table, [row(n) for n in range(20)])
    admin.delete(admin.rows_path(table), params={"where": "id % 3 = 0"}, expect=200)
    assert_all_agree(admin, table, 13)
    send(admin, table, [row(n, "new") for n in range(5)], mode="replace")
    assert_all_agree(admin, table, 5)
    admin.delete(admin.rows_path(table), params={"all": "true"}, expect=200)
    assert_all_agree(admin, table, 0)


def test_after_the_schema_grew_and_widened(admin, table):
    admin.put_contract(table, ["id INTEGER", "a INTEGER"])
    send(admin, table, [{"id": 1, "a": 1}])
    admin.put_contract(table, ["id BIGINT", "a INTEGER", "b STRING"])
    send(admin, table, [{"id": 2 ** 40, "a": 2, "b": "x"}])
    said = assert_all_agree(admin, table, 2)
    assert said == [(1, 1, None), (2 ** 40, 2, "x")]


def test_inferred_tables_that_grew(admin, table):
    send(admin, table, [{"id": 1, "a": "x"}])
    send(admin, table, [{"id": 2, "b": 2.5}])
    send(admin, table, [{"id": 3, "c": True, "a": "y"}])
    assert_all_agree(admin, table, 3)


PARTITIONS = [["day(at)"], ["month(at)"], ["year(day)"], ["hour(at)"], ["bucket[8](id)"], ["truncate[10](id)"], ["truncate[3](name)"],
              ["name"], ["ok"], ["day"], ["bucket[4](name)"], ["day(at)", "bucket[2](id)"], ["bucket[4](fare)"], ["truncate[2](fare)"],
              ["bucket[3](at)"], ["bucket[3](day)"], ["bucket[3](big)"]]


@pytest.mark.parametrize("partition", PARTITIONS, ids=lambda p: ",".join(p))
def test_partitioned_tables(admin, table, partition):
    admin.put_contract(table, COLUMNS, key=["id"], partition=partition)
    send(admin, table, [row(n) for n in range(40)] + [{"id": 99}])
    send(admin, table, [row(n, "again") for n in range(10, 20)] + [{"id": 99, "name": "now"}], mode="upsert")
    said = assert_all_agree(admin, table, 41)
    assert said[-1][:2] == (99, "now")
    # Pruning must not lose rows: filtered scans agree too.
    location = admin.describe(table)["metadata_location"]
    for number in (0, 15, 39, 99):
        found = read_with_pyiceberg(location, row_filter=EqualTo("id", number))
        assert rows_of(found, "id") == [r for r in rows_of(read_with_pyiceberg(location), "id") if r[0] == number]
        assert admin.value(f"SELECT count(*) FROM {table} WHERE id = {number}") == 1
    later = read_with_pyiceberg(location, row_filter=GreaterThanOrEqual("at", "2024-06-20T00:00:00+00:00"))
    assert later.num_rows == admin.value(f"SELECT count(*) FROM {table} WHERE \"at\" >= TIMESTAMPTZ '2024-06-20T00:00:00Z'")


def test_quarantine_is_a_table_for_them_too(admin, table, house, tmp_path):
    admin.put_contract(table, ["id INTEGER required"])
    admin.post_rows(table, "id\n1\nx\ny\n")
    catalog = catalog_of(house.data, tmp_path)
    quarantine = catalog.load_table(("main", f"{table}__quarantine"))
    assert quarantine.scan().to_arrow().num_rows == 2


def test_the_sql_catalog_of_a_copy_finds_every_table(make_server, tmp_path):
    server = make_server().start()
    admin = server.admin()
    admin.put_contract("trips", COLUMNS, key=["id"])
    send(admin, "trips", [row(n) for n in range(10)])
    send(admin, "trips", [row(n, "again") for n in range(5)], mode="upsert")
    admin.post_rows("a/data", "id\n1\n")
    catalog = catalog_of(server.data, tmp_path)
    assert ("main",) in catalog.list_namespaces()
    assert {("main", "trips"), ("main", "a/data")} <= set(catalog.list_tables("main"))
    loaded = catalog.load_table(("main", "trips"))
    assert plain_path(loaded.metadata_location) == plain_path(admin.describe("trips")["metadata_location"])
    assert plain(rows_of(loaded.scan().to_arrow(), "id")) == plain(rows_of(ours(admin, "trips"), "id"))


def test_older_versions_are_there_for_them(admin, table):
    from pyiceberg.table import StaticTable
    for n in (1, 2, 3):
        admin.post_rows(table, f"id\n{n}\n")
    loaded = StaticTable.from_metadata(admin.describe(table)["metadata_location"])
    for version in admin.versions(table):
        assert loaded.scan(snapshot_id=int(version["version"])).to_arrow().num_rows == version["rows"]


def test_the_figures_of_snapshots_and_manifests_are_true(admin, table):
    from pyiceberg.table import StaticTable
    admin.put_contract(table, ["id INTEGER", "v STRING"], key=["id"])
    admin.post_rows(table, "id,v\n" + "".join(f"{n},v{n}\n" for n in range(100)))
    admin.post_rows(table, "id,v\n5,x\n6,\n", mode="upsert")
    loaded = StaticTable.from_metadata(admin.describe(table)["metadata_location"])
    summary = loaded.current_snapshot().summary
    assert summary["total-records"] == "102" and summary["total-position-deletes"] == "2"
    files = loaded.inspect.files().to_pylist()
    data = [f for f in files if f["content"] == 0]
    assert sum(f["record_count"] for f in data) == 102
    for file in files:
        import os
        assert os.path.getsize(plain_path(file["file_path"])) == file["file_size_in_bytes"]
    newest = min(data, key=lambda f: f["record_count"])
    names = {f.field_id: f.name for f in loaded.schema().fields}
    nulls = {names[i]: n for i, n in newest["null_value_counts"]} if isinstance(newest["null_value_counts"], list) else \
        {names[i]: n for i, n in newest["null_value_counts"].items()}
    assert nulls == {"id": 0, "v": 1}
