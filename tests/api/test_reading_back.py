# SPDX-License-Identifier: Apache-2.0
"""Rows that come back as they went in, through other formats and odd modes."""
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PARQUET = "application/vnd.apache.parquet"


def parquet(**columns):
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def post_parquet(admin, table, body, **params):
    return admin.post(admin.table_path(table, "/rows"), params=params, data=body, headers={"Content-Type": PARQUET}, expect=200).json()


def test_parquet_of_every_type_can_be_sent_back(admin, table):
    columns = ["i INTEGER", "b BIGINT", "d DOUBLE", "n DECIMAL(10,2)", "s STRING", "o BOOLEAN", "a DATE", "t TIME", "w TIMESTAMP",
               "z TIMESTAMPTZ", "u UUID", "x BINARY", "j JSON", "q ISO_DATE"]
    admin.put_contract(table, columns)
    admin.post_rows(table, "i,b,d,n,s,o,a,t,w,z,u,x,j,q\n"
                    "1,2,0.5,1.25,x,true,2024-01-02,03:04:05,2024-01-02T03:04:05,2024-01-02T03:04:05+02:00,"
                    "6f1e8a52-7f61-4b52-9d15-1f2f3a4b5c6d,aGk=,[1],2021-11-07T02:48:42Z\n,,,,,,,,,,,,,\n")
    body = admin.get(admin.table_path(table, "/rows"), params={"format": "parquet"}, expect=200).content
    said = post_parquet(admin, table, body, mode="replace")
    assert (said["rows_accepted"], said["rows_rejected"]) == (2, 0), said["rejected"]
    again = admin.get(admin.table_path(table, "/rows"), params={"format": "parquet"}, expect=200).content
    assert pq.read_table(io.BytesIO(again)).equals(pq.read_table(io.BytesIO(body)))


def test_a_table_of_its_own_keeps_zoned_times_and_wider_decimals(admin, table):
    from decimal import Decimal
    post_parquet(admin, table, parquet(z=pa.array([0], pa.timestamp("us", "UTC")), n=pa.array([Decimal("1.50")], pa.decimal128(3, 2)),
                                       e=pa.nulls(1)))
    said = post_parquet(admin, table, parquet(z=pa.array([1000], pa.timestamp("ns", "Europe/Berlin")),
                                              n=pa.array([Decimal("12345.50")], pa.decimal128(7, 2)), e=pa.array(["x"])))
    assert said["rows_rejected"] == 0, said["rejected"]
    types = {c["name"]: c["type"] for c in admin.describe(table)["columns"]}
    assert types == {"z": "TIMESTAMPTZ", "n": "DECIMAL(7,2)", "e": "STRING"}


def test_a_replace_does_not_collide_with_what_it_replaces(admin, table):
    admin.put_contract(table, ["i INTEGER unique"])
    admin.post_rows(table, "i\n1\n2\n")
    said = admin.post_rows(table, "i\n1\n2\n", mode="replace").json()
    assert said["rows_accepted"] == 2
    assert admin.value(f"SELECT count(*) FROM {table}") == 2


@pytest.mark.parametrize("partition", ["x", "truncate[2](x)", "bucket[3](x)"])
def test_tables_can_be_partitioned_by_bytes(admin, table, partition):
    admin.put_contract(table, ["x BINARY"], partition=[partition])
    admin.post_rows(table, "x\naGVsbG8=\nAP8=\n\n", header="true")
    assert admin.value(f"SELECT count(*) FROM {table}") == 2


@pytest.mark.parametrize("kind, fits, below", [
    ("DECIMAL(38,0)", "-" + "9" * 37 + "0", "-" + "9" * 38), ("DECIMAL(4,2)", "-99.90", "-99.91"),
])
def test_truncated_decimals_at_the_end_of_their_range(admin, table, kind, fits, below):
    """Of the least values the next multiple below is out of the type's range: those rows are rejected, no others."""
    admin.put_contract(table, ["x " + kind], partition=["truncate[10](x)"])
    highest = fits.replace("-", "").replace("90", "99") if "." in fits else "9" * 38
    told = admin.post_rows(table, f"x\n{below}\n{fits}\n{highest}\n").json()
    assert (told["rows_accepted"], told["rows_rejected"]) == (2, 1)
    [reason] = told["rejected"][0]["reasons"]
    assert (told["rejected"][0]["row"], reason["column"], reason["rule"], reason["value"]) == (1, "x", "partition", below)
    assert fits in reason["message"]
    assert admin.sql(f"SELECT x::VARCHAR FROM {table} ORDER BY x") == [(fits,), (highest,)]


@pytest.mark.parametrize("where", ["i=1) or (i=2", "1=1) --", "i=1], [i=2", "i IN (SELECT 1)"])
def test_a_where_is_one_expression(admin, table, where):
    admin.post_rows(table, "i\n1\n2\n")
    for call in (admin.get, admin.delete):
        assert call(admin.table_path(table, "/rows"), params={"where": where}).status_code in (400, 403)
    assert admin.value(f"SELECT count(*) FROM {table}") == 2


def test_rows_of_a_table_that_is_not_there_are_404(admin):
    assert admin.get(admin.table_path("nope", "/rows")).status_code == 404


def test_large_integers_in_json_are_never_rounded(admin, table):
    admin.post(admin.table_path(table, "/rows"), json=[{"a": 9007199254740993}, {"a": 1.5}], expect=200)
    assert admin.value(f"SELECT count(*) FROM {table} WHERE CAST(a AS VARCHAR) = '9007199254740993'") == 1


def test_short_lists_page_too(admin, table):
    first = admin.get("/v1/workspaces/main/insights", params={"limit": 1}, expect=200).json()
    assert len(first["insights"]) <= 1
    for path, name in (("/v1/workspaces", "workspaces"), ("/v1/tokens", "tokens"), ("/v1/workspaces/main/members", "members")):
        assert name in admin.get(path, params={"limit": 1}, expect=200).json()
        assert admin.get(path, params={"limit": 0}).status_code == 400
