# SPDX-License-Identifier: Apache-2.0
"""Rejected rows: listed, counted, corrected and sent again, thrown away."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.server import ADMIN_PASSWORD

COLUMNS = [{"name": "id", "type": "INTEGER", "required": True}, {"name": "name", "type": "STRING", "min_length": 1},
           {"name": "amount", "type": "DECIMAL(8,2)", "min": 0}]


@pytest.fixture
def goods(admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    return table


def resubmit(api, table, rows, expect=200, ws="main", headers=None, **query):
    return api.post(api.table_path(table, "/quarantine/resubmit", ws), json={"rows": rows}, params=query, expect=expect,
                    headers=headers or {})


def reasons(admin, table):
    told = admin.get(admin.table_path(table, "/quarantine/reasons"), expect=200).json()
    return told["rows"], {(r["column"], r["rule"]): r["rows"] for r in told["reasons"]}


def stored(admin, table):
    return admin.sql(f'SELECT id, name, amount FROM "{table}" ORDER BY id')


def test_corrected_rows_enter_the_table_and_leave_the_quarantine(admin, goods):
    admin.post_rows(goods, "id,name,amount\n1,ann,1.00\nx,bob,2.00\n3,cid,-1\n4,dan,0.001\n")
    waiting = {row["data"]["name"]: row for row in admin.quarantine(goods)}
    assert set(waiting) == {"bob", "cid", "dan"}
    told = resubmit(admin, goods, [{"id": waiting["bob"]["id"], "data": waiting["bob"]["data"] | {"id": "2"}},
                                   {"id": waiting["cid"]["id"], "data": {"id": 3, "name": "cid", "amount": -2}},
                                   {"id": waiting["dan"]["id"], "data": {"id": 4, "name": "dan", "amount": None}}]).json()
    assert (told["rows_received"], told["rows_accepted"], told["rows_rejected"]) == (3, 2, 1)
    assert [(r["row"], r["reasons"][0]["column"], r["reasons"][0]["rule"]) for r in told["rejected"]] == [(2, "amount", "min")]
    assert stored(admin, goods) == [(1, "ann", "1.00"), (2, "bob", "2.00"), (4, "dan", None)]
    assert told["version"] == admin.describe(goods)["version"]
    left = admin.quarantine(goods)
    assert left == [waiting["cid"]], "a row refused again stays as it came, once"


def test_one_commit_moves_the_table_and_its_quarantine(admin, goods):
    admin.post_rows(goods, "id,name\n1,ann\n,bob\n")
    [row] = admin.quarantine(goods)
    before = len(admin.versions(goods))
    answer = resubmit(admin, goods, [{"id": row["id"], "data": {"id": "2", "name": "bob"}}])
    newest = admin.versions(goods)
    assert len(newest) == before + 1 and newest[0]["request_id"] == answer.headers["X-Request-Id"]
    assert admin.value(f'SELECT count(*) FROM "{goods}$quarantine"') == 0


def test_rows_are_tried_as_they_came_when_the_contract_has_changed(admin, goods):
    admin.post_rows(goods, "id,name,amount\n1,ann,-5\n2,bob,-6\n")
    ids = [{"id": row["id"]} for row in admin.quarantine(goods)]
    assert resubmit(admin, goods, ids).json()["rows_accepted"] == 0
    admin.put_contract(goods, COLUMNS[:2] + [{"name": "amount", "type": "DECIMAL(8,2)"}], key=["id"])
    assert resubmit(admin, goods, ids).json()["rows_accepted"] == 2
    assert stored(admin, goods) == [(1, "ann", "-5.00"), (2, "bob", "-6.00")]
    assert admin.quarantine(goods) == []


def test_missing_and_empty_values_come_back_as_they_were(admin, table):
    admin.put_contract(table, [{"name": "a", "type": "STRING"}, {"name": "b", "type": "STRING"},
                               {"name": "n", "type": "INTEGER", "max": 5}])
    admin.post_rows(table, 'a,b,n\n,"",9\n"q""u,o\nte",x,9\n')
    ids = [{"id": row["id"]} for row in sorted(admin.quarantine(table), key=lambda row: row["row"])]
    admin.put_contract(table, ["a STRING", "b STRING", "n INTEGER"])
    assert resubmit(admin, table, ids).json()["rows_accepted"] == 2
    assert admin.sql(f'SELECT a, b, n FROM "{table}" ORDER BY b') == [(None, "", 9), ('q"u,o\nte', "x", 9)]


def test_a_table_of_one_column_takes_a_missing_value_again(admin, table):
    admin.put_contract(table, [{"name": "n", "type": "INTEGER", "max": 5}])
    admin.post_rows(table, "n\n9\n8\n")
    rows = admin.quarantine(table)
    told = resubmit(admin, table, [{"id": rows[0]["id"], "data": {"n": None}}, {"id": rows[1]["id"], "data": {"n": 1}}]).json()
    assert (told["rows_received"], told["rows_accepted"]) == (2, 2)


def test_rows_of_an_upload_are_upserted(admin, table):
    admin.put_contract(table, COLUMNS, key=["id"])
    admin.upload(f"{table}.csv", "1,ann,1\n2,bob,2\n", password=ADMIN_PASSWORD)
    admin.upload(f"{table}.csv", '2,"",3\n2,eve,-3\n', password=ADMIN_PASSWORD)
    rows = sorted(admin.quarantine(table), key=lambda row: row["row"])
    assert len(rows) == 2
    resubmit(admin, table, [{"id": rows[1]["id"], "data": {"id": "2", "name": "eve", "amount": "3"}}])
    assert stored(admin, table) == [(1, "ann", "1.00"), (2, "eve", "3.00")]
    resubmit(admin, table, [{"id": rows[0]["id"], "data": {"id": "2", "name": "fay", "amount": "4"}}], mode="append")
    assert sorted(name for _, name, _ in stored(admin, table)) == ["ann", "eve", "fay"]


def test_the_same_key_gives_the_first_answer_again(admin, goods):
    admin.post_rows(goods, "id,name\n,ann\n")
    [row] = admin.quarantine(goods)
    rows = [{"id": row["id"], "data": {"id": 1, "name": "ann"}}]
    first = resubmit(admin, goods, rows, headers={"Idempotency-Key": "once"})
    again = resubmit(admin, goods, rows, headers={"Idempotency-Key": "once"})
    assert again.json() == first.json() and again.headers["Idempotent-Replay"] == "true"
    other = [{"id": row["id"], "data": {"id": 2, "name": "ann"}}]
    resubmit(admin, goods, other, headers={"Idempotency-Key": "once"}, expect=422)
    assert stored(admin, goods) == [(1, "ann", None)]


def test_the_same_key_throws_away_only_once(admin, goods):
    def throw_away(key, expect=200, **options):
        return admin.delete(admin.table_path(goods, "/quarantine"), headers={"Idempotency-Key": goods + key}, expect=expect, **options)

    # Also that there was nothing is remembered, where there is no quarantine yet and where it is empty.
    assert throw_away("none").json() == {"rows_deleted": 0}
    admin.post_rows(goods, "id,name\n,ann\n,bob\n")
    again = throw_away("none")
    assert again.json() == {"rows_deleted": 0} and again.headers["Idempotent-Replay"] == "true"
    first = throw_away("all")
    assert first.json() == {"rows_deleted": 2} and "Idempotent-Replay" not in first.headers
    admin.post_rows(goods, "id,name\n,eve\n")
    [row] = admin.quarantine(goods)
    assert throw_away("all").json() == {"rows_deleted": 2} and len(admin.quarantine(goods)) == 1
    throw_away("all", expect=422, json={"ids": [row["id"]]})
    assert throw_away("one", json={"ids": [row["id"]]}).json() == {"rows_deleted": 1}
    assert throw_away("one", json={"ids": [row["id"]]}).json() == {"rows_deleted": 1}
    assert throw_away("x" * 256, expect=400).json()["detail"]


def test_of_many_who_resubmit_the_same_row_one_wins(admin, goods):
    admin.post_rows(goods, "id,name\n,ann\n,bob\n")
    rows = [{"id": row["id"], "data": {"id": i, "name": row["data"]["name"]}} for i, row in enumerate(admin.quarantine(goods))]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: resubmit(admin, goods, rows, expect=None, mode="append").status_code, range(8)))
    assert answers.count(200) == 1 and set(answers) <= {200, 404, 409}
    assert len(stored(admin, goods)) == 2


@pytest.mark.parametrize("body, field", [
    ({}, "rows"), ({"rows": []}, "rows"), ({"rows": {}}, "rows"), ({"rows": [{"data": {}}]}, "id"),
    ({"rows": [{"id": "x", "data": []}]}, "data"), ({"rows": [{"id": "x", "other": 1}]}, "other"),
    ({"rows": [{"id": "x"}], "table": "y"}, "table"), ({"rows": [{"id": "x"}, {"id": "x"}]}, "rows"),
    ({"rows": [{"id": str(i)} for i in range(10_001)]}, "rows"),
])
def test_wrong_bodies_are_named(admin, goods, body, field):
    admin.post_rows(goods, "id,name\n,ann\n")
    told = admin.post(admin.table_path(goods, "/quarantine/resubmit"), json=body, expect=400).json()
    assert told["field"] == field, told
    assert len(admin.quarantine(goods)) == 1


def test_unknown_ids_and_columns_change_nothing(admin, goods):
    admin.post_rows(goods, "id,name\n,ann\n")
    [row] = admin.quarantine(goods)
    fine = {"id": row["id"], "data": {"id": 1, "name": "ann"}}
    told = resubmit(admin, goods, [fine, {"id": "no-such"}], expect=404).json()
    assert told["ids"] == ["no-such"]
    assert resubmit(admin, goods, [fine | {"data": {"id": 1, "nmae": "ann"}}], expect=400).json()["column"] == "nmae"
    resubmit(admin, goods, [fine], expect=400, mode="replace")
    assert stored(admin, goods) == [] and len(admin.quarantine(goods)) == 1


def test_a_row_without_told_apart_fields_needs_its_columns(admin, goods):
    admin.post_rows(goods, "id,name\n1,ann,3,4\n")
    [row] = admin.quarantine(goods)
    assert row["data"] == {"_raw": "1,ann,3,4"}
    assert "data" in resubmit(admin, goods, [{"id": row["id"]}], expect=400).json()["detail"]
    resubmit(admin, goods, [{"id": row["id"], "data": {"id": "1", "name": "ann"}}])
    assert stored(admin, goods) == [(1, "ann", None)]


def test_reasons_are_counted(admin, goods):
    assert reasons(admin, goods) == (0, {})
    admin.post_rows(goods, "id,name,amount\nx,ann,-1\n,bob,-1\n3,cid,-1\n4\n")
    assert reasons(admin, goods) == (4, {("amount", "min"): 3, ("id", "type"): 1, ("id", "required"): 1, (None, "fields"): 1})


def test_rows_are_thrown_away_by_id_or_all(admin, goods):
    admin.post_rows(goods, "id,name\n,a\n,b\n,c\n")
    path = admin.table_path(goods, "/quarantine")
    ids = {row["data"]["name"]: row["id"] for row in admin.quarantine(goods)}
    assert admin.delete(path, json={"ids": [ids["a"], "no-such"]}, expect=200).json() == {"rows_deleted": 1}
    assert {row["data"]["name"] for row in admin.quarantine(goods)} == {"b", "c"}
    assert admin.delete(path, json={"ids": []}, expect=200).json() == {"rows_deleted": 0}
    assert admin.delete(path, json={"ids": "all"}, expect=400).json()["field"] == "ids"
    assert admin.delete(path, expect=200).json() == {"rows_deleted": 2}
    assert admin.delete(path, expect=200).json() == {"rows_deleted": 0}
    assert admin.quarantine(goods) == []


def test_pages_hold_while_rows_come(admin, goods):
    for batch in range(3):
        admin.post_rows(goods, "id,name\n" + "".join(f",r{batch}-{i}\n" for i in range(4)))
    path, seen, query = admin.table_path(goods, "/quarantine"), [], {"limit": 5}
    while True:
        page = admin.get(path, params=query, expect=200).json()
        seen += [row["data"]["name"] for row in page["rows"]]
        if "next_page_token" not in page:
            break
        query["page_token"] = page["next_page_token"]
        admin.post_rows(goods, "id,name\n,late\n")
    assert seen == [f"r{batch}-{i}" for batch in (2, 1, 0) for i in range(4)]
    for wrong in ("x", "5", "W10", "e30"):
        assert admin.get(path, params={"page_token": wrong}, expect=400).json()["parameter"] == "page_token"


def test_a_request_s_rows_are_found_by_its_id(admin, goods):
    admin.post_rows(goods, "id,name\n,a\n")
    answer = admin.post_rows(goods, "id,name\n,b\n,c\n").json()
    path = admin.table_path(goods, "/quarantine")
    found = admin.get(path, params={"request_id": answer["request_id"]}, expect=200).json()["rows"]
    assert [row["data"]["name"] for row in found] == ["b", "c"]
    same = admin.get(path, params={"batch_id": found[0]["batch_id"]}, expect=200).json()["rows"]
    assert same == found
    assert admin.get(path, params={"request_id": "' OR true --"}, expect=200).json()["rows"] == []


def test_who_may(admin, anyone, goods, user_name):
    admin.post_rows(goods, "id,name\n,ann\n")
    [row] = admin.quarantine(goods)
    rows = [{"id": row["id"], "data": {"id": 1, "name": "ann"}}]
    viewer = admin.make_user(user_name, workspace="main", role="viewer")
    stranger = admin.make_user(user_name + "x")
    path = admin.table_path(goods, "/quarantine")
    for api, read, write in ((anyone, 401, 401), (viewer, 200, 403), (stranger, 404, 404)):
        api.get(path, expect=read)
        api.get(path + "/reasons", expect=read)
        api.delete(path, expect=write)
        resubmit(api, goods, rows, expect=write)
    assert len(admin.quarantine(goods)) == 1


def test_a_quarantine_has_no_quarantine(admin, goods):
    admin.post_rows(goods, "id,name\n,ann\n")
    for method, rest in (("GET", ""), ("GET", "/reasons"), ("DELETE", "")):
        admin.request(method, admin.table_path(goods + "__quarantine", "/quarantine" + rest), expect=404)
