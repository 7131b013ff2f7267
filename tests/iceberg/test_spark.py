# SPDX-License-Identifier: Apache-2.0
"""Spark 3.5 reads every table, after upserts, partitions, evolution, compaction and restore, and agrees with /v1/sql."""

import decimal
import io
import os
import random
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.api import PARQUET
from support.rows import COLUMNS, ours, plain, row, send
from support.readers import rows_of
from support.spark import read_with_spark, start_spark


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    # Python's times of collected rows are local times; instants compare alike only in UTC.
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    session = start_spark(tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def assert_spark_agrees(spark, admin, table, expected_rows, order_by="id"):
    said = plain(rows_of(ours(admin, table), order_by))
    assert len(said) == expected_rows
    assert plain(read_with_spark(spark, admin.describe(table)["metadata_location"], order_by)) == said
    return said


def test_after_upserts_and_deletes(spark, admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    dice, expected = random.Random(3), {}
    for turn in range(8):
        numbers = dice.sample(range(60), 20)
        send(admin, table, [row(n, f"turn {turn}") for n in numbers], mode="upsert")
        expected |= {n: f"turn {turn}" for n in numbers}
    said = assert_spark_agrees(spark, admin, table, len(expected))
    assert {r[0]: r[1] for r in said} == expected
    admin.delete(admin.rows_path(table), params={"where": "id % 4 = 0"}, expect=200)
    assert_spark_agrees(spark, admin, table, sum(n % 4 != 0 for n in expected))


def test_after_the_schema_changed(spark, admin, table):
    admin.put_contract(table, ["id INTEGER", "a INTEGER", "gone STRING"])
    send(admin, table, [{"id": 1, "a": 1, "gone": "x"}])
    admin.put_contract(table, ["b STRING", "id BIGINT", "a INTEGER"])
    send(admin, table, [{"id": 2 ** 40, "a": 2, "b": "x"}])
    assert assert_spark_agrees(spark, admin, table, 2) == [(None, 1, 1), ("x", 2 ** 40, 2)]


@pytest.mark.parametrize("partition", [["day(at)"], ["bucket[8](id)"], ["truncate[3](name)"], ["hour(at)", "bucket[2](name)"],
                                       ["name"], ["bucket[4](fare)"]], ids=lambda p: ",".join(p))
def test_partitioned_tables(spark, admin, table, partition):
    admin.put_contract(table, COLUMNS, key=["id"], partition=partition)
    send(admin, table, [row(n, f"a/b=%{n % 7}..") for n in range(40)] + [{"id": 99}])
    send(admin, table, [row(n, "again") for n in range(10, 20)] + [{"id": 99, "name": "now"}], mode="upsert")
    assert_spark_agrees(spark, admin, table, 41)
    # Spark prunes by partition and bounds: filtered, it finds the same.
    location = admin.describe(table)["metadata_location"]
    frame = spark.read.format("iceberg").load(location)
    for condition in ("id = 15", "id = 99", "name = 'again'", "at >= TIMESTAMP '2024-06-20 00:00:00'", "fare = 12.25"):
        ours_too = condition.replace("at >= TIMESTAMP", '"at" >= TIMESTAMPTZ').replace("00:00'", "00:00Z'")
        assert frame.where(condition).count() == admin.value(f'SELECT count(*) FROM "{table}" WHERE {ours_too}'), condition


def test_older_versions(spark, admin, table):
    versions = [send(admin, table, [row(n)])["version"] for n in range(4)]
    location = admin.describe(table)["metadata_location"]
    for number, version in enumerate(versions, 1):
        frame = spark.read.format("iceberg").option("snapshot-id", version).load(location)
        assert frame.count() == number == admin.value(f'SELECT count(*) FROM "{table}@{version}"')


def test_parquet_bodies_that_became_data_files(spark, admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    for first in (0, 20_000):
        rows = 20_000
        body = io.BytesIO()
        pq.write_table(pa.table({
            "id": pa.array(range(first, first + rows), pa.int32()), "name": [f"n {n % 100} ü" for n in range(rows)],
            "at": pa.array([n * 1_000_003 for n in range(rows)], pa.timestamp("us", "UTC")),
            "fare": pa.array([decimal.Decimal(n) / 100 for n in range(rows)], pa.decimal128(10, 2)),
            "day": pa.array(range(rows), pa.date32()), "ok": [n % 2 == 0 for n in range(rows)], "x": [n / 7 for n in range(rows)],
        }), body, row_group_size=10_000, compression="zstd" if first else "snappy")
        assert admin.post_rows(table, body.getvalue(), PARQUET).json()["rows_accepted"] == rows
    send(admin, table, [row(n, "new") for n in range(19_990, 20_010)], mode="upsert")
    assert_spark_agrees(spark, admin, table, 40_000)
