# SPDX-License-Identifier: Apache-2.0
"""Parquet bodies that become data files as they are: which do, that what their footers claim is not believed, and that all
engines read them like files that the house wrote."""

import collections
import concurrent.futures
import datetime
import decimal
import io
import random
import struct
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.table import StaticTable

from support.api import PARQUET
from support.readers import plain_path, read_with_duckdb, read_with_pyiceberg, rows_of
from support.rows import ours, plain
from support.server import Server

OURS = "DuckDB"
ROWS = 30_000
GROUP = 10_000


@pytest.fixture(scope="module")
def admin(tmp_path_factory):
    """Of a server that does not merge the files that a test looks at."""
    server = Server(tmp_path_factory.mktemp("adoption") / "data", args=["--maintenance", "off"]).start()
    yield server.admin()
    server.end()


def parquet(table, **options):
    out = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), out, **options)
    return out.getvalue()


def of_every_type(rows=ROWS, seed=1):
    dice = np.random.default_rng(seed)
    at = pa.array((1_700_000_000_000_000 + dice.integers(0, 10**12, rows)).astype("datetime64[us]"))
    number = dice.integers(-10**6, 10**6, rows)
    some = dice.random(rows) < 0.1
    return pa.table({
        "id": pa.array(range(rows), pa.int64()),
        "small": pa.array(number.astype("int32"), mask=some),
        "ratio": pa.array(number / 7, mask=some),
        "ok": pa.array(number % 2 == 0, mask=some),
        "name": pa.array([f"name {n} ü" * (n % 5) for n in number], mask=some),
        "kind": pa.array([f"kind {n % 9}" for n in number]).dictionary_encode(),
        "raw": pa.array([b"\x00\xff" * (n % 30) for n in number], pa.binary()),
        "day": at.cast(pa.date32()) if rows == 0 else pa.array(at.to_numpy().astype("datetime64[D]"), pa.date32()),
        "at": at,
        "zoned": at.cast(pa.timestamp("us", "UTC")),
        "price": pa.array([decimal.Decimal(int(n)) / 100 for n in number], pa.decimal128(9, 2)),
        "large": pa.array([decimal.Decimal(int(n)) * 10**20 for n in number], pa.decimal128(38, 4)),
        "nothing": pa.array([None] * rows, pa.string()),
    })


def files_of(admin, table):
    """The current data files as (path, record count)."""
    tasks = StaticTable.from_metadata(admin.describe(table)["metadata_location"]).scan().plan_files()
    return [(plain_path(task.file.file_path), task.file.record_count) for task in tasks]


def kept_as_sent(admin, table):
    """How many of the current data files were not written by the house."""
    return sum(OURS not in pq.read_metadata(path).created_by for path, _ in files_of(admin, table))


def assert_all_agree(admin, table, expected=None):
    def in_order(rows):  # of several rows with one id too
        return sorted(plain(rows_of(rows, "id")), key=repr)

    location = admin.describe(table)["metadata_location"]
    said = in_order(ours(admin, table))
    assert in_order(read_with_pyiceberg(location)) == said
    assert in_order(read_with_duckdb(location)) == said
    if expected is not None:
        assert said == in_order(expected)
    return said


def send(admin, table, body, expect=200, **query):
    return admin.post_rows(table, body, PARQUET, expect=expect, **query).json()


WRITERS = {
    "as it comes": ({}, True),
    "version 1.0": ({"version": "1.0"}, True),
    "version 2.6": ({"version": "2.6"}, True),
    "pages of version 2": ({"data_page_version": "2.0"}, False),  # their booleans are run lengths
    "no dictionaries": ({"use_dictionary": False}, True),
    "page index": ({"write_page_index": True}, True),
    "page checksums": ({"write_page_checksum": True}, True),
    "small pages": ({"data_page_size": 1000}, True),
    "no statistics": ({"write_statistics": False}, True),
    "no schema of Arrow": ({"store_schema": False}, True),
    "decimals as integers": ({"store_decimal_as_integer": True}, True),
    "uncompressed": ({"compression": "none"}, True),
    "gzip": ({"compression": "gzip"}, True),
    "zstd": ({"compression": "zstd"}, True),
    "brotli": ({"compression": "brotli"}, False),
    "lz4": ({"compression": "lz4"}, False),
    "three row groups": ({"row_group_size": GROUP}, True),
    "uneven row groups": ({"row_group_size": 14_000}, True),
    "tiny row groups": ({"row_group_size": 1000}, False),
    "splits of bytes": ({"use_byte_stream_split": ["ratio"], "use_dictionary": False}, False),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_what_a_writer_may_choose(admin, table, writer):
    options, kept = WRITERS[writer]
    sent = of_every_type()
    told = send(admin, table, parquet(sent, **options))
    assert (told["rows_received"], told["rows_accepted"], told["rows_rejected"]) == (ROWS, ROWS, 0)
    assert kept_as_sent(admin, table) == (1 if kept else 0)
    assert_all_agree(admin, table, sent.set_column(5, "kind", sent["kind"].cast(pa.string())))


def test_an_adopted_file_says_the_truth_of_itself(admin, table):
    sent = pa.table({"id": pa.array([5, 7, None, -3], pa.int64()), "x": pa.array([1.5, float("nan"), None, -0.0]),
                     "s": ["b" * 40, "a", "", None], "n": pa.array([None] * 4, pa.int32())})
    send(admin, table, parquet(sent))
    (path, count), = files_of(admin, table)
    metadata = pq.read_metadata(path)
    group = metadata.row_group(0)
    id, x, s, n = (group.column(i) for i in range(4))
    assert count == 4
    assert (id.statistics.min, id.statistics.max, id.statistics.null_count) == (-3, 7, 1)
    assert (x.statistics.has_min_max, x.statistics.null_count) == (False, 1), "no bound where a NaN is"
    assert (s.statistics.min, s.statistics.max, s.statistics.null_count) == ("", "b" * 15 + "c", 1)
    assert (n.statistics.has_min_max, n.statistics.null_count) == (False, 4)
    assert [metadata.schema.to_arrow_schema().field(i).metadata[b"PARQUET:field_id"] for i in range(4)] == [b"1", b"2", b"3", b"4"]
    task, = StaticTable.from_metadata(admin.describe(table)["metadata_location"]).scan().plan_files()
    assert task.file.value_counts == {1: 4, 2: 4, 3: 4, 4: 4}
    assert task.file.null_value_counts == {1: 1, 2: 1, 3: 1, 4: 4}
    assert task.file.lower_bounds == {1: struct.pack("<q", -3), 3: b""}
    assert task.file.upper_bounds == {1: struct.pack("<q", 7), 3: b"b" * 15 + b"c"}
    assert sum(task.file.column_sizes.values()) < task.file.file_size_in_bytes
    assert admin.sql(f'SELECT min(id), max(id), count(x), min(s), max(s) FROM "{table}"') == [(-3, 7, 3, "", "b" * 40)]
    assert admin.value(f'SELECT count(*) FROM "{table}" WHERE s >= \'{"b" * 39}\'') == 1
    assert admin.value(f'SELECT count(*) FROM "{table}" WHERE x > 1e300') == 1, "NaN is the greatest"


def lying(least, most):
    """Ids from 1000 to 1999 in a file whose statistics tell of other bounds."""
    body = parquet({"id": pa.array(range(1000, 2000), pa.int64())}, use_dictionary=False, compression="none")
    start = len(body) - 8 - struct.unpack("<I", body[-8:-4])[0]
    footer = body[start:].replace(struct.pack("<q", 1000), struct.pack("<q", least)).replace(struct.pack("<q", 1999), struct.pack("<q", most))
    assert footer != body[start:]
    return body[:start] + footer


def test_statistics_are_not_believed(admin, table):
    send(admin, table, lying(5, 6))
    assert kept_as_sent(admin, table) == 1
    assert admin.sql(f'SELECT min(id), max(id), count(*) FROM "{table}" WHERE id > 1500') == [(1501, 1999, 499)]
    location = admin.describe(table)["metadata_location"]
    assert read_with_pyiceberg(location, row_filter="id = 1999").num_rows == 1
    assert read_with_duckdb(location, "max(id)").to_pylist() == [{"max(id)": 1999}]


@pytest.mark.parametrize("rule", [{"max": 1499}, {"min": 1500}])
def test_rules_are_not_kept_by_lying(admin, table, rule):
    admin.put_contract(table, [{"name": "id", "type": "BIGINT"} | rule])
    told = send(admin, table, lying(1499, 1500) if "max" in rule else lying(1500, 1600))
    assert (told["rows_accepted"], told["rows_rejected"]) == (500, 500)
    assert admin.value(f'SELECT count(*) FROM "{table}"') == 500


def test_damaged_pages_are_found(admin, table):
    body = bytearray(parquet(of_every_type(), row_group_size=GROUP))
    body[len(body) // 2:len(body) // 2 + 2000] = bytes(2000)
    answer = admin.post_rows(table, bytes(body), PARQUET, expect=None)
    assert answer.status_code in (400, 422), answer.text
    assert admin.get(admin.table_path(table)).status_code == 404


@pytest.mark.parametrize("cut", [0, 3, 11, 200, 5000])
def test_damaged_files_are_refused(admin, table, cut):
    body = parquet(of_every_type(100))
    for damaged in (body[:len(body) - 1 - cut], body[cut + 1:], body[:-8] + b"\xff\xff\xff\x7fPAR1", b"PAR1" + bytes(cut) + b"PAR1"):
        told = admin.post_rows(table, damaged, PARQUET, expect=400).json()
        assert "Parquet" in told["detail"]
    assert admin.get(admin.table_path(table)).status_code == 404


REWRITTEN = {
    "smaller integers": ({"id": pa.array(range(9), pa.int16())}, ["id INTEGER"], {}),
    "a wider column": ({"id": pa.array(range(9), pa.int32())}, ["id BIGINT"], {}),
    "milliseconds": ({"id": range(9), "at": pa.array([1] * 9, pa.timestamp("ms"))}, ["id BIGINT", "at TIMESTAMP"], {}),
    "other spelling": ({"ID": pa.array(range(9), pa.int64())}, ["id BIGINT"], {}),
    "a default": ({"id": range(9)}, ["id BIGINT", {"name": "k", "type": "STRING", "default": "x"}], {}),
    "a unique column": ({"id": range(9)}, [{"name": "id", "type": "BIGINT", "unique": True}], {}),
    "json": ({"id": range(9), "j": ["{}"] * 9}, ["id BIGINT", "j JSON"], {}),
    "an ignored column": ({"id": range(9), "more": range(9)}, ["id BIGINT"], {"unknown_columns": "ignore"}),
    "partitions": ({"id": range(9)}, ["id BIGINT"], {"partition": ["bucket[2](id)"]}),
}


@pytest.mark.parametrize("why", REWRITTEN)
def test_what_does_not_fit_is_rewritten(admin, table, why):
    columns, contract, fields = REWRITTEN[why]
    admin.put_contract(table, contract, **fields)
    assert send(admin, table, parquet(columns))["rows_accepted"] == 9
    assert kept_as_sent(admin, table) == 0
    assert admin.value(f'SELECT count(DISTINCT id) FROM "{table}"') == 9


def test_a_contract_is_checked_and_rejected_rows_are_told(admin, table):
    admin.put_contract(table, ["id BIGINT required", {"name": "s", "type": "STRING", "pattern": "[a-z]+"}])
    good = parquet({"id": range(ROWS), "s": ["abc"] * ROWS}, row_group_size=GROUP)
    send(admin, table, good)
    assert kept_as_sent(admin, table) == 1
    bad = parquet({"id": [*range(ROWS - 1), None], "s": ["abc"] * 100 + ["A1"] + ["abc"] * (ROWS - 101)}, row_group_size=GROUP)
    told = send(admin, table, bad)
    assert (told["rows_accepted"], told["rows_rejected"]) == (ROWS - 2, 2)
    assert [(r["row"], r["reasons"][0]["rule"]) for r in told["rejected"]] == [(101, "pattern"), (ROWS, "required")]
    assert kept_as_sent(admin, table) == 1, "the second batch was rewritten"
    admin.post_rows(table, bad, PARQUET, expect=422, on_reject="fail")
    assert admin.value(f'SELECT count(*) FROM "{table}"') == 2 * ROWS - 2


def test_columns_may_be_missing_and_come_later(admin, table):
    first = of_every_type(500, seed=1)
    send(admin, table, parquet(first))
    send(admin, table, parquet(first.select(["name", "id"])))
    assert kept_as_sent(admin, table) == 2
    assert admin.sql(f'SELECT count(id), count(raw), count(nothing) FROM "{table}"') == [(1000, 500, 0)]
    assert_all_agree(admin, table)
    send(admin, table, parquet(pa.table({"id": range(1000, 1010), "later": ["x"] * 10})))
    assert kept_as_sent(admin, table) == 3
    assert admin.sql(f'SELECT count(id), count(raw), count(later) FROM "{table}"') == [(1010, 500, 10)]
    assert_all_agree(admin, table)


def test_a_table_of_a_contract_reads_files_without_some_of_its_columns(admin, table):
    admin.put_contract(table, ["id BIGINT", "a STRING", "b DOUBLE"])
    send(admin, table, parquet({"id": range(5)}))
    send(admin, table, parquet({"b": [1.5] * 5, "id": range(5, 10)}))
    assert kept_as_sent(admin, table) == 2
    assert admin.sql(f'SELECT count(*), count(a), count(b) FROM "{table}"') == [(10, 0, 5)]
    assert_all_agree(admin, table)


def test_rows_of_adopted_files_are_replaced_and_deleted(admin, table):
    admin.put_contract(table, ["id BIGINT required", "v STRING"], key=["id"])
    send(admin, table, parquet({"id": range(ROWS), "v": ["old"] * ROWS}, row_group_size=GROUP))
    assert kept_as_sent(admin, table) == 1
    send(admin, table, parquet({"id": range(5000, 15_000), "v": ["new"] * 10_000}), mode="upsert")
    admin.delete(admin.rows_path(table), params={"where": "id % 10 = 0"}, expect=200)
    assert kept_as_sent(admin, table) == 1
    assert admin.sql(f'SELECT v, count(*) FROM "{table}" GROUP BY v ORDER BY v') == [("new", 9000), ("old", 18_000)]
    assert_all_agree(admin, table)
    send(admin, table, parquet({"id": range(3), "v": ["x"] * 3}), mode="replace")
    assert_all_agree(admin, table, pa.table({"id": range(3), "v": ["x"] * 3}))


def test_adopted_files_are_backed_up_and_restored(admin, table):
    sent = of_every_type(2000).drop_columns(["kind"])
    send(admin, table, parquet(sent))
    backup = admin.back_up(table)
    admin.delete(admin.rows_path(table), params={"all": "true"}, expect=200)
    assert admin.restore(table, backup)["state"] == "succeeded"
    assert_all_agree(admin, table, sent)


def test_a_large_body_is_cut_between_its_row_groups(make_server):
    server = make_server(args=["--max-data-file", "400KiB"]).start()
    admin = server.admin()
    sent = pa.table({"id": pa.array(range(200_000), pa.int64()), "x": np.random.default_rng(3).random(200_000)})
    send(admin, "cut", parquet(sent, row_group_size=20_000, compression="none", use_dictionary=False))
    files = files_of(admin, "cut")
    assert [count for _, count in sorted(files, key=lambda f: -f[1])] == [20_000] * 10
    assert kept_as_sent(admin, "cut") == 10
    assert_all_agree(admin, "cut", sent)
    admin.delete(admin.rows_path("cut"), params={"where": "id % 4 <> 0"}, expect=200)
    server.restart(kill=True)
    admin = server.admin()
    assert_all_agree(admin, "cut", sent.filter(pa.compute.equal(pa.compute.bit_wise_and(sent["id"], 3), 0)))
    send(admin, "pairs", parquet(sent, row_group_size=10_000, compression="none", use_dictionary=False))
    assert sorted(count for _, count in files_of(admin, "pairs")) == [20_000] * 10
    send(admin, "whole", parquet(sent, compression="none", use_dictionary=False))
    assert kept_as_sent(admin, "whole") == 0, "one row group is larger than a file may be"
    assert_all_agree(admin, "whole", sent)


def test_a_repeated_request_adopts_nothing(admin, table):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = parquet({"id": range(100)})
    first = admin.post_rows(table, body, PARQUET, headers=key).json()
    again = admin.post_rows(table, body, PARQUET, headers=key).json()
    assert again == first
    assert len(files_of(admin, table)) == 1


def test_writers_at_once_that_change_the_table(admin, table):
    """Each conflict with a change of the schema is planned anew, on a body that was adopted before."""
    admin.post_rows(table, parquet({"id": pa.array([-1], pa.int64())}), PARQUET)

    def one(n):
        columns = {"id": pa.array(range(n * 100, n * 100 + 100), pa.int64()), f"c{n % 4}": [f"v{n}"] * 100}
        return send(admin, table, parquet(columns))["rows_accepted"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(24))) == [100] * 24
    assert kept_as_sent(admin, table) == 25
    assert admin.sql(f'SELECT count(*), count(DISTINCT id), count(c0), count(c3) FROM "{table}"') == [(2401, 2401, 600, 600)]
    assert_all_agree(admin, table)


def test_random_changes_end_with_what_was_sent(admin, table):
    dice = random.Random(11)
    admin.put_contract(table, ["id BIGINT required", "v BIGINT", "s STRING"], key=["id"])
    expected = {}
    for turn in range(12):
        first, count = dice.randrange(0, 400), dice.randrange(1, 200)
        ids = range(first, first + count)
        fresh = [n for n in ids if n not in expected]
        mode = dice.choice(["append", "upsert"])
        chosen = fresh if mode == "append" else list(ids)
        if not chosen:
            continue
        send(admin, table, parquet({"id": pa.array(chosen, pa.int64()), "v": pa.array([turn] * len(chosen), pa.int64())}), mode=mode)
        expected |= {n: turn for n in chosen}
    said = assert_all_agree(admin, table)
    assert collections.Counter((r[0], r[1]) for r in said) == collections.Counter(expected.items())


def test_times_of_every_kind(admin, table):
    moment = datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999)
    sent = pa.table({"id": pa.array([1, 2, 3], pa.int64()),
                     "at": pa.array([moment, datetime.datetime(9999, 12, 31), None], pa.timestamp("us")),
                     "zoned": pa.array([moment, None, moment], pa.timestamp("us", "Europe/Berlin")),
                     "day": pa.array([datetime.date(1, 1, 1), None, datetime.date(9999, 12, 31)], pa.date32())})
    send(admin, table, parquet(sent))
    assert kept_as_sent(admin, table) == 1
    assert_all_agree(admin, table)
    assert admin.value(f'SELECT count(*) FROM "{table}" WHERE day < DATE \'1000-01-01\' OR "at" > TIMESTAMP \'9999-01-01\'') == 2
