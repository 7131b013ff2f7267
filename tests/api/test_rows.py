# SPDX-License-Identifier: Apache-2.0
"""POST/GET/DELETE .../rows: modes, formats, compressions, idempotency, limits and hostile bodies."""

import decimal
import gzip
import io
import json
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from support.api import NDJSON, PARQUET, Api

COLUMNS = ["id INTEGER required", "name STRING", "amount DOUBLE"]
ROWS = [(1, "a", 1.5), (2, "b", None), (3, "ü,\"q\"", -2.0)]


@pytest.fixture
def goods(admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    return table


def stored(admin, table, columns="id, name, amount"):
    return admin.sql(f"SELECT {columns} FROM \"{table}\" ORDER BY id")


def parquet_of(rows):
    out = io.BytesIO()
    ids, names, amounts = zip(*rows)
    pq.write_table(pa.table({"id": pa.array(ids, pa.int32()), "name": list(names), "amount": list(amounts)}), out)
    return out.getvalue()


BODIES = {
    "csv": ("text/csv", 'id,name,amount\n1,a,1.5\n2,b,\n3,"ü,""q""",-2.0\n'.encode()),
    "csv with charset": ("text/csv; charset=utf-8", 'id,name,amount\n1,a,1.5\n2,b,\n3,"ü,""q""",-2.0\n'.encode()),
    "csv, other order": ("text/csv", 'amount,id,name\n1.5,1,a\n,2,b\n-2.0,3,"ü,""q"""'.encode()),
    "json": ("application/json", json.dumps([{"id": i, "name": n, "amount": a} for i, n, a in ROWS]).encode()),
    "ndjson": (NDJSON, "\n".join(json.dumps({"id": i, "name": n, "amount": a}) for i, n, a in ROWS).encode()),
    "parquet": (PARQUET, parquet_of(ROWS)),
}
CODINGS = {"identity": lambda b: b, "gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}


def parquet_bytes(table):
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@pytest.mark.parametrize("column, text", [
    (pa.array([[1, None]], pa.list_(pa.int64())), "[1,null]"),
    (pa.array([{"x": 1, "y": "a"}], pa.struct([("x", pa.int32()), ("y", pa.string())])), '{"x":1,"y":"a"}'),
    (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), '{"k":1}'),
    (pa.array([[0]], pa.list_(pa.timestamp("us"))), '["1970-01-01 00:00:00"]'),
    (pa.array([[decimal.Decimal("1.50")]], pa.list_(pa.decimal128(38, 2))), "[1.50]"),
])
def test_nested_parquet_is_json_in_a_table_without_a_contract(admin, table, column, text):
    admin.post_rows(table, parquet_bytes(pa.table({"id": [1], "v": column})), PARQUET)
    admin.post_rows(table, parquet_bytes(pa.table({"id": [2], "v": column})), PARQUET)
    assert admin.sql(f'SELECT v FROM "{table}"') == [(text,), (text,)]


@pytest.mark.parametrize("sent, words", [
    (pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), "rename"),
    (pa.table({"a": [1], "A": [2]}), "letter case"),
    (pa.table({"": [1]}), "no name"),
    (pa.table({"a": pa.array([1], pa.decimal256(60, 0))}), "38"),
])
def test_parquet_columns_that_no_table_has_are_refused(admin, table, sent, words):
    assert words in admin.post_rows(table, parquet_bytes(sent), PARQUET, expect=400).json()["detail"]


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("kind", BODIES)
def test_every_format_in_every_coding_says_the_same(admin, goods, kind, coding):
    content_type, body = BODIES[kind]
    headers = {} if coding == "identity" else {"Content-Encoding": coding}
    answer = admin.post_rows(goods, CODINGS[coding](body), content_type, headers=headers)
    told = answer.json()
    assert (told["rows_received"], told["rows_accepted"], told["rows_rejected"], told["rejected"]) == (3, 3, 0, [])
    assert told["table"] == goods
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert told["version"] == admin.describe(goods)["version"] and isinstance(told["version"], str)
    assert told["duration_ms"] >= 0
    assert stored(admin, goods) == ROWS


def test_a_single_object_is_one_row(admin, goods):
    assert admin.post_rows(goods, {"id": 1, "name": "a"}, "application/json").json()["rows_accepted"] == 1


def test_a_csv_without_header_is_read_by_position(admin, goods):
    admin.post_rows(goods, "1,a,1.5\n2,b,\n", header="false")
    assert stored(admin, goods) == ROWS[:2]


@pytest.mark.parametrize("charset, status", [("utf-8", 200), ('"UTF-8"', 200), ("us-ascii", 200), ("latin1", 415),
                                             ("utf-16", 415)])
def test_bodies_are_utf8_and_nothing_else(admin, table, charset, status):
    told = admin.post_rows(table, b"id\n1\n", f"text/csv; charset={charset}", expect=status).json()
    if status == 415:
        assert "UTF-8" in told["detail"] and charset in told["detail"]


def test_an_object_with_a_key_twice_is_a_rejected_row(admin, table):
    admin.put_contract(table, ["id INTEGER", "name STRING"])
    body = '{"id":1,"name":"a"}\n{"id":2,"name":"b","id":3}\n'
    told = admin.post_rows(table, body, NDJSON).json()
    assert (told["rows_accepted"], told["rows_rejected"]) == (1, 1)
    [rejected] = told["rejected"]
    [reason] = rejected["reasons"]
    assert (rejected["row"], reason["rule"]) == (2, "fields") and '"id"' in reason["message"]
    assert rejected["data"] == {"_raw": '{"id":2,"name":"b","id":3}'}
    assert admin.quarantine(table)[0]["data"] == rejected["data"]


@pytest.mark.parametrize("content_type", ["application/xml", "image/png", "text/plain", "nonsense"])
def test_another_content_type_is_415(admin, goods, content_type):
    admin.post_rows(goods, b"x", content_type, expect=415)


def test_an_unknown_coding_is_refused(admin, goods):
    answer = admin.post_rows(goods, b"x", headers={"Content-Encoding": "br"}, expect=None)
    assert 400 <= answer.status_code < 500


# Modes

def test_append_is_the_default_also_with_a_key(admin, goods):
    for _ in range(2):
        admin.post_rows(goods, "id\n1\n")
    assert stored(admin, goods, "id") == [(1,), (1,)]


def test_replace_leaves_only_the_new_rows(admin, goods):
    admin.post_rows(goods, "id,name\n1,a\n2,b\n")
    admin.post_rows(goods, "id,name\n3,c\n", mode="replace")
    assert stored(admin, goods, "id, name") == [(3, "c")]


def test_upsert_replaces_whole_rows_by_key(admin, goods):
    admin.post_rows(goods, "id,name,amount\n1,a,1\n2,b,2\n3,c,3\n")
    answer = admin.post_rows(goods, "id,name\n2,B\n4,d\n", mode="upsert").json()
    assert (answer["rows_received"], answer["rows_accepted"]) == (2, 2)
    assert stored(admin, goods) == [(1, "a", 1.0), (2, "B", None), (3, "c", 3.0), (4, "d", None)]


def test_upsert_many_times_keeps_one_row_a_key(admin, goods):
    for turn in range(8):
        body = "".join(f"{n},turn {turn}\n" for n in range(turn, turn + 20))
        admin.post_rows(goods, "id,name\n" + body, mode="upsert")
    assert stored(admin, goods, "id, name") == [(n, f"turn {min(n, 7)}") for n in range(27)]
    assert admin.describe(goods)["rows"] == 27


def test_the_last_row_of_a_key_wins(admin, goods):
    admin.post_rows(goods, "id,name\n1,first\n2,x\n1,second\n1,last\n", mode="upsert")
    assert stored(admin, goods, "id, name") == [(1, "last"), (2, "x")]


def test_the_key_can_be_said_with_the_request(admin, table):
    admin.put_contract(table, ["region STRING", "id INTEGER", "v STRING"])
    admin.post_rows(table, "region,id,v\neu,1,a\nus,1,b\n")
    admin.post_rows(table, "region,id,v\neu,1,A\nus,2,c\n", mode="upsert", key="region,id")
    assert sorted(admin.sql(f"SELECT region, id, v FROM {table}")) == [("eu", 1, "A"), ("us", 1, "b"), ("us", 2, "c")]


@pytest.mark.parametrize("query", [{"mode": "merge"}, {"mode": "upsert"}, {"mode": "upsert", "key": "nosuch"}, {"colour": "red"}])
def test_a_wrong_query_is_400_and_named(admin, table, query):
    admin.put_contract(table, ["id INTEGER"])
    answer = admin.post_rows(table, "id\n1\n", expect=400, **query)
    assert any(word in answer.text for word in [*query.values(), *query])
    assert admin.value(f"SELECT count(*) FROM {table}") == 0


# Rejected rows

def test_good_rows_go_in_and_bad_ones_to_quarantine(admin, goods):
    answer = admin.post_rows(goods, "id,name,amount\n1,a,1\nx,b,y\n3,c,3\n").json()
    assert (answer["rows_received"], answer["rows_accepted"], answer["rows_rejected"]) == (3, 2, 1)
    rejected = answer["rejected"][0]
    assert rejected["row"] == 2
    assert rejected["data"] == {"id": "x", "name": "b", "amount": "y"}
    assert {(r["column"], r["rule"], r["value"]) for r in rejected["reasons"]} == {("id", "type", "x"), ("amount", "type", "y")}
    waiting = admin.quarantine(goods)
    assert len(waiting) == 1
    assert waiting[0]["request_id"] == answer["request_id"]
    assert waiting[0]["data"] == rejected["data"]
    assert waiting[0]["row"] == 2
    assert {r["column"] for r in waiting[0]["reasons"]} == {"id", "amount"}
    assert waiting[0]["id"] and waiting[0]["batch_id"] and waiting[0]["at"].endswith("Z")


def test_the_first_100_rejected_come_back_and_all_are_kept(admin, goods):
    answer = admin.post_rows(goods, "id\n" + "x\n" * 250 + "7\n").json()
    assert (answer["rows_accepted"], answer["rows_rejected"]) == (1, 250)
    assert [row["row"] for row in answer["rejected"]] == list(range(1, 101))
    assert admin.value(f'SELECT count(*) FROM "{goods}$quarantine"') == 250


def test_quarantine_grows_with_each_batch_and_can_be_paged(admin, goods):
    for _ in range(3):
        admin.post_rows(goods, "id\n1\n" + "x\n" * 5)
    seen, token = [], None
    for _ in range(20):
        query = "?limit=4" + (f"&page_token={token}" if token else "")
        page = admin.get(admin.table_path(goods, "/quarantine" + query), expect=200).json()
        assert len(page["rows"]) <= 4
        seen += [row["id"] for row in page["rows"]]
        token = page.get("next_page_token")
        if not token:
            break
    assert len(seen) == len(set(seen)) == 15


def test_only_bad_rows_leave_the_table_as_it_was(admin, goods):
    admin.post_rows(goods, "id\n1\n")
    answer = admin.post_rows(goods, "id\nx\n").json()
    assert (answer["rows_accepted"], answer["rows_rejected"]) == (0, 1)
    assert stored(admin, goods, "id") == [(1,)]


def test_on_reject_fail_writes_nothing_at_all(admin, goods):
    admin.post_rows(goods, "id\n1\n")
    before = admin.describe(goods)["version"]
    answer = admin.post_rows(goods, "id\n2\nx\n", on_reject="fail", expect=422).json()
    assert (answer["rows_received"], answer["rows_rejected"]) == (2, 1)
    assert answer["rejected"][0]["row"] == 2
    assert stored(admin, goods, "id") == [(1,)]
    assert admin.describe(goods)["version"] == before
    assert admin.quarantine(goods) == []
    assert admin.post_rows(goods, "id\n2\n3\n", on_reject="fail").json()["rows_accepted"] == 2


@pytest.mark.parametrize("body, bad", [("id,name\n1,a\n2\n3,c\n", [2]), ("id,name\n1,a\n2,b,c\n3,c\n", [2]),
                                       ("id,name\n1\n2,b\n3\n", [1, 3])])
def test_a_ragged_row_is_rejected_for_its_fields_alone(admin, goods, body, bad):
    answer = admin.post_rows(goods, body).json()
    assert [row["row"] for row in answer["rejected"]] == bad
    assert all([reason["rule"] for reason in row["reasons"]] == ["fields"] for row in answer["rejected"])
    kept = admin.quarantine(goods)
    assert sorted(row["row"] for row in kept) == bad
    assert all("_raw" in row["data"] for row in kept)


# Idempotency

def test_the_same_key_and_body_give_the_first_answer_again(admin, goods):
    first = admin.post_rows(goods, "id\n1\nx\n", headers={"Idempotency-Key": goods})
    again = admin.post_rows(goods, "id\n1\nx\n", headers={"Idempotency-Key": goods})
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == first.json()
    assert stored(admin, goods, "id") == [(1,)]
    assert len(admin.quarantine(goods)) == 1


def test_the_same_key_with_another_body_is_422(admin, goods):
    admin.post_rows(goods, "id\n1\n", headers={"Idempotency-Key": goods})
    admin.post_rows(goods, "id\n2\n", headers={"Idempotency-Key": goods}, expect=422)
    assert stored(admin, goods, "id") == [(1,)]


def test_a_key_belongs_to_one_user_path_and_query(admin, goods, table, user_name):
    key = {"Idempotency-Key": goods + "-scope"}
    other = admin.make_user(user_name, workspace="main", role="editor")
    admin.post_rows(goods, "id\n1\n", headers=key)
    assert "Idempotent-Replay" not in other.post_rows(goods, "id\n1\n", headers=key).headers
    assert "Idempotent-Replay" not in admin.post_rows(goods, "id\n1\n", mode="append", headers=key).headers
    assert stored(admin, goods, "id") == [(1,)] * 3


def test_a_key_outlives_kill_and_restart(make_server):
    server = make_server().start()
    key = {"Idempotency-Key": "k1"}
    first = server.admin().post_rows("t", "id\n1\n", headers=key).json()
    server.restart(kill=True)
    again = server.admin().post_rows("t", "id\n1\n", headers=key)
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == first
    assert server.admin().value("SELECT count(*) FROM t") == 1


def test_deleting_with_a_key_happens_once(admin, goods):
    def delete(expect=200, **query):
        return admin.delete(admin.rows_path(goods), params=query, headers={"Idempotency-Key": goods}, expect=expect)

    admin.post_rows(goods, "id\n1\n2\n3\n")
    first = delete(where="id >= 2")
    assert first.json()["rows_deleted"] == 2 and "Idempotent-Replay" not in first.headers
    admin.post_rows(goods, "id\n4\n")
    again = delete(where="id >= 2")
    assert again.json() == first.json() and again.headers["Idempotent-Replay"] == "true"
    assert stored(admin, goods, "id") == [(1,), (4,)]
    assert delete(where="id >= 4").json()["rows_deleted"] == 1  # the query belongs to the key's scope


def test_deleting_nothing_with_a_key_is_remembered_too(admin, goods):
    admin.post_rows(goods, "id\n1\n")
    version = admin.describe(goods)["version"]
    answers = []
    for _ in range(2):
        answers.append(admin.delete(admin.rows_path(goods), params={"where": "id = 2"}, headers={"Idempotency-Key": goods}, expect=200))
        admin.post_rows(goods, "id\n2\n")
    assert [answer.json() for answer in answers] == [{"version": version, "rows_deleted": 0}] * 2
    assert stored(admin, goods, "id") == [(1,), (2,), (2,)]


def test_a_key_of_a_delete_has_one_body_and_a_length(admin, goods):
    admin.post_rows(goods, "id\n1\n")

    def delete(key, expect, **options):
        return admin.delete(admin.rows_path(goods), params={"all": "true"}, headers={"Idempotency-Key": key}, expect=expect, **options)

    delete("k" * 256, 400)
    assert stored(admin, goods, "id") == [(1,)]
    delete("k" * 255, 200)
    delete("k" * 255, 422, data=b"{}")


def test_deletes_with_one_key_at_once_delete_once(admin, goods):
    admin.post_rows(goods, "id\n1\n2\n")
    path = admin.rows_path(goods)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Api(admin.url, dict(admin.session.headers)).delete(path, params={"all": "true"}, headers={"Idempotency-Key": goods}), range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    done = [answer for answer in answers if answer.status_code == 200]
    assert {answer.text for answer in done} == {done[0].text} and done[0].json()["rows_deleted"] == 2
    assert sum("Idempotent-Replay" not in answer.headers for answer in done) == 1


# Tables without a contract

@pytest.mark.parametrize("texts, kind", [
    (["1", "-5", ""], "BIGINT"), (["1", "2.5"], "DOUBLE"), (["true", "false"], "BOOLEAN"), (["2024-02-29", ""], "DATE"),
    (["2024-06-01T12:00:00Z", "2024-06-01T12:00:00+02:00"], "TIMESTAMPTZ"), (["a", "1"], "STRING"), (["007", "12"], "STRING"),
    (["2024-02-30", "2024-02-29"], "STRING"), (["9223372036854775808", "1"], None),
])
def test_types_are_inferred_over_the_whole_batch(admin, table, texts, kind):
    body = "n,v\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts))
    assert admin.post_rows(table, body).json()["rows_accepted"] == len(texts)
    if kind:
        assert {c["name"]: c["type"] for c in admin.describe(table)["columns"]} == {"n": "BIGINT", "v": kind}


def test_inference_looks_at_the_last_row_too(admin, table):
    admin.post_rows(table, "v\n" + "1\n" * 30_000 + "x\n")
    assert [c["type"] for c in admin.describe(table)["columns"]] == ["STRING"]
    assert admin.value(f"SELECT count(*) FROM {table}") == 30_001


def test_later_batches_may_add_columns(admin, table):
    admin.post_rows(table, [{"id": 1, "a": "x"}], NDJSON)
    admin.post_rows(table, [{"id": 2, "b": 5}], NDJSON)
    assert admin.sql(f"SELECT id, a, b FROM {table} ORDER BY id") == [(1, "x", None), (2, None, 5)]


def test_what_does_not_fit_an_inferred_column_is_rejected_by_type(admin, table):
    admin.post_rows(table, "id,v\n1,10\n")
    answer = admin.post_rows(table, "id,v\n2,20\n3,many\n").json()
    assert answer["rows_accepted"] == 1
    assert [(r["column"], r["rule"]) for r in answer["rejected"][0]["reasons"]] == [("v", "type")]
    assert "BIGINT" in answer["rejected"][0]["reasons"][0]["message"]


# Reading and deleting rows

def test_rows_can_be_read_by_column_filter_and_order(admin, goods):
    admin.post_rows(goods, "id,name\n1,a\n2,b\n3,c\n4,d\n")
    path = admin.rows_path(goods)
    answer = admin.get(path, params={"columns": "id,name", "where": "id > 1", "order": "id desc", "limit": 2}, expect=200).json()
    assert [c["name"] for c in answer["columns"]] == ["id", "name"]
    assert answer["rows"] == [[4, "d"], [3, "c"]]


@pytest.mark.parametrize("where", ["id IN (SELECT 1)", "1=1; DROP TABLE x", "id = (SELECT count(*) FROM jobs)", "nosuch = 1", "id >"])
def test_where_is_one_expression_without_subqueries(admin, goods, where):
    admin.post_rows(goods, "id\n1\n")
    for method in ("GET", "DELETE"):
        answer = admin.request(method, admin.rows_path(goods), params={"where": where})
        assert answer.status_code in (400, 403), answer.text
    assert stored(admin, goods, "id") == [(1,)]


def test_rows_can_be_deleted_by_condition(admin, goods):
    admin.post_rows(goods, "id,name\n1,a\n2,b\n3,\n")
    answer = admin.delete(admin.rows_path(goods), params={"where": "name = 'b'"}, expect=200).json()
    assert answer["rows_deleted"] == 1
    assert stored(admin, goods, "id") == [(1,), (3,)]
    assert answer["version"] == admin.describe(goods)["version"]


def test_deleting_all_rows_must_be_said(admin, goods):
    admin.post_rows(goods, "id\n1\n2\n")
    admin.delete(admin.rows_path(goods), expect=400)
    assert admin.delete(admin.rows_path(goods), params={"all": "true"}, expect=200).json()["rows_deleted"] == 2
    assert stored(admin, goods, "id") == []
    admin.post_rows(goods, "id\n3\n")
    assert stored(admin, goods, "id") == [(3,)]


# Limits

def test_past_max_rows_nothing_is_written(admin, table):
    admin.put_contract(table, ["id INTEGER"], max_rows=5)
    admin.post_rows(table, "id\n" + "1\n" * 6, expect=413)
    assert admin.value(f"SELECT count(*) FROM {table}") == 0
    assert admin.post_rows(table, "id\n" + "1\n" * 5).json()["rows_accepted"] == 5


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_bomb_is_refused(admin, goods, coding):
    bomb = CODINGS[coding](b"1,,\n" * 50_000_000)
    answer = admin.post_rows(goods, bomb, headers={"Content-Encoding": coding}, header="false", expect=413)
    assert answer.json()["detail"]
    assert stored(admin, goods, "id") == []


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("damage", ["garbage", "cut"])
def test_a_damaged_coding_is_400(admin, goods, coding, damage):
    body = b"not compressed at all" if damage == "garbage" else CODINGS[coding](b"id\n" + b"".join(b"%d\n" % n for n in range(9999)))[:-20]
    admin.post_rows(goods, body, headers={"Content-Encoding": coding}, expect=400)
    assert stored(admin, goods, "id") == []


def test_a_line_past_the_limit_is_refused(admin, goods):
    answer = admin.post_rows(goods, b"id,name\n1,a\n2," + b"x" * (17 << 20) + b"\n", expect=None)
    assert answer.status_code in (400, 413)
    assert stored(admin, goods, "id") == []


def test_a_long_line_within_the_limit_is_taken(admin, goods):
    admin.post_rows(goods, b"id,name\n1," + b"x" * (15 << 20) + b"\n")
    assert admin.sql(f"SELECT length(name) FROM {goods}") == [(15 << 20,)]


@pytest.mark.parametrize("columns, taken", [(5000, True), (5001, False), (1_000_000, False)])
def test_more_columns_than_the_limit_are_refused(admin, table, columns, taken):
    body = ",".join(f"c{n}" for n in range(columns)) + "\n" + ",".join(["1"] * columns) + "\n"
    answer = admin.post_rows(table, body, expect=None)
    assert (answer.status_code == 200) if taken else (400 <= answer.status_code < 500), answer.text[:300]


# Bodies that cannot be parsed

@pytest.mark.parametrize("body, line", [
    (b"id,name\n1,a\n2,b\0c\n", 3), (b"id,name\n1,\xff\n", 2), (b"id,name\n1,a\n2,\xed\xa0\x80\n", 3), (b'id,name\n1,"a\n2,b\n', None),
], ids=["nul", "utf-8", "surrogate", "open quote"])
def test_bytes_that_are_no_csv_are_400_and_located(admin, goods, body, line):
    problem = admin.post_rows(goods, body, expect=400).json()
    assert {"line", "column", "byte"} <= problem.keys()
    if line:
        assert problem["line"] == line
    assert stored(admin, goods, "id") == []


@pytest.mark.parametrize("content_type, body", [
    ("application/json", "{"), ("application/json", "[1, 2]"), ("application/json", "[{}"), ("application/json", "3"),
    (NDJSON, '{"id":1}\n{"id":'), (NDJSON, "[1]\n"), (PARQUET, "PAR1 not really PAR1"), (PARQUET, ""),
    ("text/csv", ""), ("text/csv", "id,id\n1,2\n"), ("text/csv", "id,\n1,2\n"),
])
def test_a_broken_body_is_400_and_stores_nothing(admin, goods, content_type, body):
    answer = admin.post_rows(goods, body, content_type, expect=400)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"]
    assert stored(admin, goods, "id") == []


def test_a_header_alone_is_no_rows(admin, goods):
    answer = admin.post_rows(goods, "id,name\n").json()
    assert (answer["rows_received"], answer["rows_accepted"]) == (0, 0)


@pytest.mark.parametrize("body", [b"\xef\xbb\xbfid,name\n1,a\n", b"id,name\r\n1,a\r\n", b"id,name\r1,a\r", b"id,name\n\n1,a\n\n\n",
                                  b'"id","name"\n"1","a"', b"ID,Name\n1,a\n"],
                         ids=["bom", "crlf", "cr", "blank lines", "quoted", "other case"])
def test_odd_but_legal_csv_is_read_right(admin, goods, body):
    admin.post_rows(goods, body)
    assert stored(admin, goods, "id, name") == [(1, "a")]
