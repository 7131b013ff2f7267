# SPDX-License-Identifier: Apache-2.0
"""The documents door: what is acknowledged, what it becomes, how it is found again."""

import concurrent.futures
import json
import threading
import uuid

import pytest
import requests

from support.documents import post, post_many
from support.readers import read_with_duckdb, read_with_pyiceberg


def sql(api, statement, **options):
    return [list(row) for row in api.sql(statement, **options)]


def found(api, table, ident, expect=200):
    return api.get(f"/table/{table}/object/{ident}", expect=expect).json()


def test_one_document(admin, table):
    answer = post(admin, table, {"a": 1, "b": {"c": ["x", {"d": 2.5}]}, "ok": True}).json()
    assert answer.keys() == {"success", "data"} and answer["success"] is True and answer["data"].keys() == {"id"}
    assert uuid.UUID(answer["data"]["id"]).version == 7
    assert sql(admin, f"SELECT a, b__c__0, b__c__1__d, ok FROM {table}") == [[1, "x", 2.5, True]]
    [[columns]] = sql(admin, f"SELECT list(column_name) FROM (DESCRIBE {table})")
    assert columns == ["a", "b__c__0", "b__c__1__d", "ok", "_id", "_received_at", "_document", "_rest"]


def test_many_documents_are_all_there_or_none(admin, table):
    data = post_many(admin, table, [{"n": n} for n in range(1000)]).json()["data"]
    assert data["count"] == 1000 and len(set(data["ids"])) == 1000 and data["ids"] == sorted(data["ids"])
    assert post_many(admin, table, '[{"n":1000},\n {"n":1001}]', content_type="application/json").json()["data"]["count"] == 2
    assert post_many(admin, table, "[]").json() == {"success": True, "data": {"count": 0, "ids": []}}
    wrong = post_many(admin, table, '{"n":1}\n{"n":}\n', expect=400).json()
    assert wrong["success"] is False and wrong["error"].startswith("line 2, column 6: ")
    assert sql(admin, f"SELECT count(*), count(DISTINCT n), max(n) FROM {table}") == [[1002, 1002, 1001]]


@pytest.mark.parametrize("body", ["", " ", "[]", "1", '"x"', "null", "{", '{"a"}', '{"a":1,}', "{'a':1}", '{"a":01}', '{"a":NaN}',
                                  '{"a":1} {"b":2}', '{"a":"\x01"}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b"{\x00}", '{"a":+1}',
                                  '{"a":.5}', '{"a":1.}', '{"a":"\\x"}', '{"a":"\\u12"}', '{"a":tru}', '{1:2}', '{"a":[1,]}', '{"a":1]'])
def test_what_is_no_document_is_refused(admin, table, body):
    assert post(admin, table, body, expect=400).json()["success"] is False
    assert post_many(admin, table, body if body != "[]" else "[1]", expect=400).json()["success"] is False
    admin.get(f"/table/{table}", expect=404)


def test_what_a_request_needs(admin, anyone, table):
    assert admin.post(f"/table/{table}/object", data="{}", expect=415).json()["success"] is False
    answer = anyone.post(f"/table/{table}/object", data="{}", headers={"Content-Type": "application/json"}, expect=401)
    assert "WWW-Authenticate" in answer.headers and answer.json()["success"] is False
    for name in ("1a", "a.b", "a" * 129, "a%20b", "%C3%A9", "x__quarantine", "a%2Fb"):
        assert post(admin, name, {}, expect=400).json()["success"] is False, name
    post(admin, "_" + table + "-" + "a" * (126 - len(table)), {"a": 1})
    deep = lambda levels: '{"a":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"
    post(admin, table, deep(64))
    post(admin, table, deep(65), expect=400)
    big = lambda size: '{"a":"' + "x" * (size - 8) + '"}'
    post(admin, table, big(1 << 20))
    post(admin, table, big((1 << 20) + 1), expect=413)
    post_many(admin, table, big(1 << 20) + "\n" + big(1 << 20))
    assert "line 2" in post_many(admin, table, "{}\n" + big((1 << 20) + 1), expect=413).json()["error"]
    admin.get(f"/table/{table}/object", expect=405)


@pytest.mark.timeout(180)
def test_how_much_a_request_may_have(admin, table):
    document = '{"a":"' + "x" * ((1 << 20) - 9) + '"}'
    assert post_many(admin, table, "\n".join([document] * 64) + "\n").json()["data"]["count"] == 64
    assert post_many(admin, table, "\n".join([document] * 64) + "\n ", expect=413).json()["success"] is False
    assert sql(admin, f"SELECT count(*), sum(length(a)) FROM {table}") == [[64, 64 * ((1 << 20) - 9)]]
    assert "1000000" in post_many(admin, table + "n", "{}\n" * 1_000_001, expect=413).json()["error"]
    assert post_many(admin, table + "n", "{}\n" * 1_000_000).json()["data"]["count"] == 1_000_000
    assert sql(admin, f"SELECT count(DISTINCT _id) FROM {table}n") == [[1_000_000]]


def test_a_token_comes_with_or_without_its_scheme(house, admin, table):
    token = admin.post("/v1/tokens", json={"name": "documents"}, expect=201).json()
    for header in (token["token"], "Bearer " + token["token"], "bearer " + token["token"]):
        answer = requests.post(f"{house.url}/table/{table}/object", data="{}", timeout=30,
                               headers={"Content-Type": "application/json", "Authorization": header})
        assert answer.status_code == 200, answer.text
    admin.delete(f"/v1/tokens/{token['id']}", expect=204)
    answer = requests.post(f"{house.url}/table/{table}/object", data="{}", timeout=30,
                           headers={"Content-Type": "application/json", "Authorization": token["token"]})
    assert answer.status_code == 401, "at once"


def test_a_disabled_user_and_a_viewer_stop_at_once(admin, table, user_name):
    user = admin.make_user(user_name, workspace="main", role="editor")
    post(user, table, {"a": 1})
    admin.put(f"/v1/workspaces/main/members/{user_name}", json={"role": "viewer"})
    post(user, table, {"a": 2}, expect=403)
    assert user.get(f"/table/{table}", expect=200).json()["data"]["rows"] == 1
    admin.put(f"/v1/workspaces/main/members/{user_name}", json={"role": "editor"})
    post(user, table, {"a": 3})
    admin.patch(f"/v1/users/{user_name}", json={"disabled": True})
    post(user, table, {"a": 4}, expect=401)
    assert sql(admin, f"SELECT a FROM {table} ORDER BY a") == [[1], [3]]


def test_the_gateways_stage_is_an_alias(admin, table):
    ident = post(admin, table, {"a": 1}).json()["data"]["id"]
    admin.post(f"/main/table/{table}/object", data='{"a":2}', headers={"Content-Type": "application/json"}, expect=200)
    assert admin.get(f"/main/table/{table}/object/{ident}", expect=200).json()["data"]["document"] == {"a": 1}
    assert sql(admin, f"SELECT a FROM {table} ORDER BY a") == [[1], [2]]


def test_a_document_on_its_way(admin, table):
    text = '{ "n" : 12345678901234567890123.50, "m":1e400, "s":"\\ud83d\\ude00" }'
    ident = post(admin, table, text, params={"wait": "true"}).json()["data"]["id"]
    data = found(admin, table, ident)["data"]
    assert data["stage"] == "committed" and data["id"] == ident and data["table"] == table
    assert data["row"]["s"] == "😀" and data["version"] == admin.describe(table)["version"]
    raw = admin.get(f"/table/{table}/object/{ident}").text
    assert '"document":' + text in raw, "byte for byte"
    misfit = post(admin, table, {"s": 5}, params={"wait": "true"}).json()["data"]["id"]
    data = found(admin, table, misfit)["data"]
    assert data["stage"] == "quarantined" and data["document"] == {"s": 5}
    assert [r["column"] for r in data["reasons"]] == ["s"]
    assert found(admin, table, str(uuid.uuid4()), expect=404)["success"] is False
    assert found(admin, table, "x", expect=404)["success"] is False
    fresh = post(admin, table, {"s": "new"}).json()["data"]["id"]
    assert found(admin, table, fresh)["data"]["stage"] in ("received", "committed")


def test_tables(admin, table):
    post(admin, table, {"a": 1})
    data = admin.get(f"/table/{table}", expect=200).json()["data"]
    assert data["name"] == table and data["rows"] == 1 and data["waiting"]["documents"] == 0
    assert data["partition"] == ["hour(_received_at)"] and data["keep_versions"] == 100 and data["keep_for"] == "1h"
    names = [t["name"] for t in admin.get("/table", expect=200).json()["data"]["tables"]]
    assert table in names
    assert admin.get("/table/none-such", expect=404).json()["success"] is False


def test_numbers_keep_their_value(admin, table):
    post_many(admin, table, '{"i":9223372036854775807,"n":0.5}\n{"i":9223372036854775808,"n":1}\n{"i":-9223372036854775808}\n'
                            '{"i":1.5}\n{"i":2.0}\n{"n":9007199254740993}\n{"n":1e400}\n{"n":123456789012345678901234567890}')
    rows = sql(admin, f"SELECT i, n, _document FROM {table} ORDER BY _id")
    assert [[row[0], row[1]] for row in rows] == [
        ["9223372036854775807", 0.5], [None, 1.0], ["-9223372036854775808", None], [2, None], [None, None], [None, None]]
    rejected = [row["data"] for row in admin.quarantine(table)]
    assert {"i": 1.5} in rejected and {"n": 9007199254740993} in rejected and len(rejected) == 2


def test_a_fraction_makes_whole_numbers_double(admin, table):
    post_many(admin, table, [{"n": 1}, {"n": 2}], params={"wait": "true"})
    version = admin.describe(table)["version"]
    post(admin, table, {"n": 2.5}, params={"wait": "true"})
    assert sql(admin, f"SELECT n FROM {table} ORDER BY n") == [[1.0], [2.0], [2.5]]
    assert sql(admin, f'SELECT typeof(n) FROM "{table}@{version}"') == [["BIGINT"], ["BIGINT"]]
    assert admin.quarantine(table) == []


def test_keys_that_can_have_no_column_are_kept(admin, table):
    post(admin, table, '{"a":1,"A":2,"a__b":3,"_id":4,"_row":5,"":6,"x\\u0000y":7,"a b":8,"q\\"r":9,"__z":10,"é":11}')
    [[a, space, quoted, z, accent, rest]] = sql(admin, f'SELECT a, "a b", "q""r", "__z", "é", _rest FROM {table}')
    assert [a, space, quoted, z, accent] == [1, 8, 9, 10, 11]
    assert json.loads(rest) == {"A": 2, "_id": 4, "_row": 5, "": 6, "x\x00y": 7}


def test_ten_thousand_keys(admin, table):
    document = {f"k{n}": n for n in range(10_000)}
    ident = post(admin, table, document, params={"wait": "true"}).json()["data"]["id"]
    assert len(admin.describe(table)["columns"]) == 2004
    data = found(admin, table, ident)["data"]
    assert data["document"] == document
    [[rest]] = sql(admin, f"SELECT _rest FROM {table}")
    assert len(json.loads(rest)) == 8000


def test_a_key_of_only_nulls_gets_its_column_with_its_first_value(admin, table):
    post(admin, table, {"a": 1, "later": None, "list": [], "object": {}}, params={"wait": "true"})
    assert [c["name"] for c in admin.describe(table)["columns"]][:2] == ["a", "_id"]
    post(admin, table, {"later": "x", "list": [True]}, params={"wait": "true"})
    assert sql(admin, f"SELECT a, later, list__0 FROM {table} ORDER BY _id") == [[1, None, None], [None, "x", True]]


def test_half_a_surrogate_pair_is_no_text(admin, table):
    post_many(admin, table, '{"s":"x"}\n{"s":"\\ud800"}\n{"\\udc00":1}')
    assert [row["data"] for row in admin.quarantine(table)] == [{"s": "\ud800"}]
    assert sql(admin, f"SELECT count(*) FROM {table}") == [[2]]


def test_a_contract_rules_documents(admin, table):
    admin.put_contract(table, ["id INTEGER required", {"name": "kind", "type": "STRING", "values": ["a", "b"]}, "at TIMESTAMPTZ"],
                       unknown_columns="ignore")
    post_many(admin, table, [{"id": 1, "kind": "a", "at": "2024-01-31T12:00:00Z", "more": {"x": 1}}, {"kind": "c"}, {"id": "2"}])
    assert sql(admin, f"SELECT id, kind, \"at\" FROM {table}") == [[1, "a", "2024-01-31T12:00:00Z"]]
    rejected = {json.dumps(row["data"]): [r["rule"] for r in row["reasons"]] for row in admin.quarantine(table)}
    assert rejected == {'{"kind": "c"}': ["required", "values"], '{"id": "2"}': ["type"]}


def test_the_quarantine_keeps_ids_and_takes_corrections(admin, table):
    post(admin, table, {"n": 1}, params={"wait": "true"})
    ident = post(admin, table, {"n": "one", "more": {"x": True}}, params={"wait": "true"}).json()["data"]["id"]
    [row] = admin.quarantine(table)
    assert row["id"] == ident and row["data"] == {"n": "one", "more": {"x": True}}
    answer = admin.post(admin.table_path(table, "/quarantine/resubmit"), expect=200,
                        json={"rows": [{"id": ident, "data": {"n": 2, "more": {"x": True}}}]}).json()
    assert answer["rows_accepted"] == 1
    assert admin.quarantine(table) == []
    assert sql(admin, f"SELECT n, more__x, _document FROM {table} WHERE _id = '{ident}'") == [[2, True, '{"n":2,"more":{"x":true}}']]
    assert found(admin, table, ident)["data"]["stage"] == "committed"


def test_one_key_one_document(admin, table):
    headers = {"Idempotency-Key": "once-" + table}
    first = post(admin, table, {"a": 1}, headers=headers)
    assert "Idempotent-Replay" not in first.headers
    again = post(admin, table, {"a": 1}, headers=headers)
    assert again.json() == first.json() and again.headers["Idempotent-Replay"] == "true"
    assert sql(admin, f"SELECT count(*) FROM {table}") == [[1]]
    assert post(admin, table, {"a": 1}, headers=headers).json() == first.json(), "also once it is committed"
    post(admin, table, {"a": 2}, headers=headers, expect=422)
    post(admin, table, {"a": 2}, headers={"Idempotency-Key": ""}, expect=400)
    post(admin, table, {"a": 2}, headers={"Idempotency-Key": "x" * 256}, expect=400)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        tries = list(pool.map(lambda _: admin.post(f"/table/{table}/object", data='{"b":1}', headers={
            "Content-Type": "application/json", "Idempotency-Key": "race-" + table}), range(32)))
    good = {t.json()["data"]["id"] for t in tries if t.status_code == 200}
    assert len(good) == 1 and {t.status_code for t in tries} <= {200, 409}
    assert sql(admin, f"SELECT count(*) FROM {table}") == [[2]]


def test_committed_reads_do_not_wait(make_server):
    server = make_server(env={"BOATHOUSE_DOCUMENTS_COMMIT_EVERY": "1h"}).start()
    api = server.admin()
    post(api, "t", {"a": 1}, params={"wait": "true"})
    ident = post(api, "t", {"a": 2}).json()["data"]["id"]
    asked = {"sql": "SELECT count(*) FROM t"}
    assert api.post("/v1/sql", json=asked | {"consistency": "committed"}, expect=200).json()["rows"] == [[1]]
    assert found(api, "t", ident)["data"]["stage"] == "received"
    assert api.post("/v1/sql", json=asked, expect=200).json()["rows"] == [[2]]
    post(api, "t", {"a": 3})
    assert api.get("/v1/workspaces/main/tables/t/rows?columns=a&order=a", expect=200).json()["rows"] == [[1], [2], [3]]
    post(api, "u", {"a": 3})
    server.stop()
    assert server.start().admin().describe("u")["rows"] == 1, "a stop commits what waits"


def test_an_open_door(make_server):
    api = make_server(env={"BOATHOUSE_DOCUMENTS_AUTHORIZATION": "false"}).start()
    anyone = api.api()
    ident = post(anyone, "t", {"a": 1}).json()["data"]["id"]
    assert found(anyone, "t", ident)["data"]["document"] == {"a": 1}
    assert sql(api.admin(), "SELECT a FROM t") == [[1]]
    anyone.post("/v1/sql", json={"sql": "SELECT 1"}, expect=401)


@pytest.mark.timeout(300)
def test_nothing_fails_and_nothing_is_lost_while_shapes_change(admin, table):
    """200 shapes from 64 connections, while queries run."""
    shapes, senders, rounds = 200, 64, 10
    done = threading.Event()
    acknowledged = []

    def send(sender):
        for n in range(rounds):
            number = sender * rounds + n
            shape = number % shapes
            document = {"n": number, f"k{shape}": [number, str(number), number % 2 == 0][shape % 3], "deep": {"x": [shape, {f"y{shape % 7}": f"v{n}"}]}}
            if n % 2:
                acknowledged.extend(post_many(admin, table, [document, {"n": -number - 1}]).json()["data"]["ids"])
            else:
                acknowledged.append(post(admin, table, document).json()["data"]["id"])

    def ask(statement):
        asked = 0
        while not done.is_set():
            before = len(acknowledged)
            [[count, *_]] = sql(admin, statement.format(table=table))
            assert before < count, "what was acknowledged is there"
            asked += 1
        return asked

    post(admin, table, {"n": 10**6, "k0": 0, "deep": {"x": [0]}}, params={"wait": "true"})
    statements = ("SELECT count(*) FROM {table}", "SELECT count(*), sum(n), max(deep__x__0), min(k0) FROM {table}",
                  "SELECT count(*), count(DISTINCT _id), max(_document) FROM (SELECT * FROM {table})")
    with concurrent.futures.ThreadPoolExecutor(senders + len(statements)) as pool:
        asking = [pool.submit(ask, statement) for statement in statements]
        try:
            for sender in [pool.submit(send, sender) for sender in range(senders)]:
                sender.result()
        finally:
            done.set()
        assert all(each.result() > 0 for each in asking)
    total = 1 + senders * rounds * 3 // 2
    assert sql(admin, f"SELECT count(*), count(DISTINCT n), count(DISTINCT _id) FROM {table}") == [[total, total, total]]
    assert {row[0] for row in sql(admin, f"SELECT _id FROM {table}")} >= set(acknowledged) and len(acknowledged) == total - 1
    assert admin.quarantine(table) == []
    location = admin.describe(table)["metadata_location"]
    columns = [column["name"] for column in admin.describe(table)["columns"]]
    assert {f"k{shape}" for shape in range(shapes)} <= set(columns)
    chosen = ["n", "k0", "k100", "k199", "deep__x__0", "deep__x__1__y3", "_document"]
    ours = sorted(json.dumps(row) for row in sql(admin, f"SELECT {', '.join(chosen)} FROM {table}"))
    for there in (read_with_pyiceberg(location), read_with_duckdb(location)):
        assert sorted(json.dumps([row[column] for column in chosen]) for row in there.select(chosen).to_pylist()) == ours
        assert set(there.column_names) == set(columns)


def test_a_workspaces_limits_hold_at_the_door(make_server):
    admin = make_server().start().admin()
    admin.patch("/v1/workspaces/main", json={"limits": {"rows_per_minute": 10, "tables": 1}}, expect=200)
    post_many(admin, "t", [{"n": n} for n in range(9)])
    post(admin, "t", {"n": 9})
    post_many(admin, "t", [{"n": n} for n in range(2)], expect=429)
    assert sql(admin, "SELECT count(*) FROM t") == [[10]], "what was acknowledged is not asked again"
    admin.patch("/v1/workspaces/main", json={"limits": {"rows_per_minute": None, "tables": 1}}, expect=200)
    admin.allow_5xx = True
    post(admin, "u", {"n": 1}, expect=507)
    post(admin, "t", {"n": 10})
    assert sql(admin, "SELECT count(*) FROM t") == [[11]]


def test_a_backup_has_what_was_acknowledged_before_it(make_server, tmp_path):
    server = make_server(env={"BOATHOUSE_DOCUMENTS_COMMIT_EVERY": "1h"}).start()
    admin = server.admin()
    post(admin, "t", {"n": 1})
    backup = admin.back_up("t")
    post(admin, "t", {"n": 2})
    answer = admin.post("/v1/installation/backups", json={"to": str(tmp_path / "copy")})
    assert answer.status_code in (200, 201), answer.text
    assert [b["rows"] for b in admin.backups("t") if b["id"] == backup] == [1]
    tables = list((tmp_path / "copy").rglob("*.parquet"))
    assert len(tables) >= 2 and admin.describe("t")["rows"] == 2
