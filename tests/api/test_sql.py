# SPDX-License-Identifier: Apache-2.0
"""POST /v1/sql: formats, parameters, versions of tables, and what must be refused."""

import io
import json
import os
import socket
import threading
import time

import pyarrow.parquet as pq
import pytest

from support.api import NDJSON, PARQUET


@pytest.fixture(scope="module")
def trips(admin):
    """A small table that the tests of this file only read."""
    admin.put_contract("sql_trips", ["id INTEGER required", "port STRING", "fare DECIMAL(8,2)", "moment TIMESTAMPTZ"])
    admin.post_rows("sql_trips", "id,port,fare,moment\n1,Oslo,10.50,2024-06-01T12:00:00Z\n2,Bergen,,2024-06-02T00:00:00.25Z\n"
                                 '3,"Å, ""x""",0.05,\n')
    return "sql_trips"


# Answers

def test_json_is_the_default(admin, trips):
    answer = admin.sql_answer(f"SELECT id, port, fare, moment FROM {trips} ORDER BY id")
    assert answer.headers["Content-Type"].startswith("application/json")
    told = answer.json()
    assert [c["name"] for c in told["columns"]] == ["id", "port", "fare", "moment"]
    assert all(c["type"] for c in told["columns"])
    assert [row[:3] for row in told["rows"]] == [[1, "Oslo", "10.50"], [2, "Bergen", None], [3, 'Å, "x"', "0.05"]]
    assert told["rows"][2][3] is None and all(isinstance(row[3], str) for row in told["rows"][:2])
    assert (told["row_count"], told["truncated"]) == (3, False)
    assert told["duration_ms"] >= 0


def test_ndjson_is_one_object_a_line(admin, trips):
    answer = admin.sql_answer(f"SELECT id, port FROM {trips} ORDER BY id", accept=NDJSON)
    assert answer.headers["Content-Type"].startswith(NDJSON)
    assert [json.loads(line) for line in answer.text.splitlines()] == \
        [{"id": 1, "port": "Oslo"}, {"id": 2, "port": "Bergen"}, {"id": 3, "port": 'Å, "x"'}]


def test_csv_has_a_header_and_quotes(admin, trips):
    answer = admin.sql_answer(f"SELECT id, port FROM {trips} ORDER BY id", accept="text/csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.decode().replace("\r\n", "\n") == 'id,port\n1,Oslo\n2,Bergen\n3,"Å, ""x"""\n'


def test_parquet_can_be_read_by_pyarrow(admin, trips):
    answer = admin.sql_answer(f"SELECT id, port FROM {trips} ORDER BY id", accept=PARQUET)
    assert answer.headers["Content-Type"].startswith(PARQUET)
    assert pq.read_table(io.BytesIO(answer.content)).to_pydict() == {"id": [1, 2, 3], "port": ["Oslo", "Bergen", 'Å, "x"']}


@pytest.mark.parametrize("accept", [NDJSON, "text/csv", PARQUET])
def test_an_empty_result_is_still_a_result(admin, trips, accept):
    answer = admin.sql_answer(f"SELECT id FROM {trips} WHERE false", accept=accept)
    assert answer.status_code == 200
    if accept == PARQUET:
        assert pq.read_table(io.BytesIO(answer.content)).num_rows == 0


@pytest.mark.parametrize("accept, rows_of", [
    (NDJSON, lambda body: body.count(b"\n")), ("text/csv", lambda body: body.count(b"\n") - 1),
    (PARQUET, lambda body: pq.read_metadata(io.BytesIO(body)).num_rows)])
def test_large_results_stream_whole(admin, accept, rows_of):
    answer = admin.sql_answer("SELECT range AS n, 'row ' || range AS t FROM range(500000)", accept=accept)
    assert rows_of(answer.content) == 500_000


@pytest.mark.parametrize("expression, shown", [
    ("9007199254740992::BIGINT", 9007199254740992), ("9007199254740993::BIGINT", "9007199254740993"),
    ("(-9223372036854775808)::BIGINT", "-9223372036854775808"), ("18446744073709551615::UBIGINT", "18446744073709551615"),
    ("5::HUGEINT", 5), ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
    ("1.50::DECIMAL(6,2)", "1.50"), ("true", True), ("NULL", None), ("1.5::DOUBLE", 1.5), ("'x'", "x"), ("''", ""),
    ("DATE '2024-02-29'", "2024-02-29"), ("sum(x) FROM (VALUES (1::INTEGER), (2::INTEGER)) t(x)", 3),
    ("'a' || chr(10) || '\"' || chr(128674)", 'a\n"\U0001F6A2'),
])
def test_values_in_json(admin, expression, shown):
    assert admin.value("SELECT " + expression) == shown


def test_nested_values_and_odd_numbers_are_legal_json(admin):
    answer = admin.sql_answer("SELECT [1, 2] AS l, {'a': 1} AS s, MAP {'k': 1} AS m, 'NaN'::DOUBLE AS nan, 'inf'::DOUBLE AS inf")
    assert answer.status_code == 200
    json.loads(answer.text, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))


def test_the_time_zone_is_utc(admin):
    assert admin.value("SELECT TIMESTAMPTZ '2024-06-01T12:00:00+02:00'::VARCHAR") == "2024-06-01 10:00:00+00"


def test_limit_cuts_json_and_says_so(admin):
    told = admin.sql_answer("SELECT * FROM range(20)", limit=5).json()
    assert (told["row_count"], told["truncated"]) == (5, True)
    told = admin.sql_answer("SELECT * FROM range(5)", limit=5).json()
    assert (told["row_count"], told["truncated"]) == (5, False)
    told = admin.sql_answer("SELECT * FROM range(10001)").json()
    assert (told["row_count"], told["truncated"]) == (10_000, True)


@pytest.mark.parametrize("limit", [0, -1, 1_000_001, "ten", 1.5])
def test_a_limit_out_of_range_is_400(admin, limit):
    answer = admin.sql_answer("SELECT 1", limit=limit)
    assert answer.status_code == 400 or (limit == 0 and answer.status_code == 200)


# Parameters

def test_parameters_by_position_and_name(admin, trips):
    assert admin.sql(f"SELECT id FROM {trips} WHERE port = ? AND id < ?", params=["Oslo", 9]) == [(1,)]
    assert admin.sql(f"SELECT id FROM {trips} WHERE port = $port", params={"port": "Bergen"}) == [(2,)]
    assert admin.sql("SELECT $1, $2, $3", params=[None, True, 1.5]) == [(None, True, 1.5)]
    assert admin.sql("SELECT ?", params=["'; DROP TABLE x; --"]) == [("'; DROP TABLE x; --",)]


@pytest.mark.parametrize("expression, value, shown", [
    ("?", None, None), ("?", True, True), ("?", False, False), ("?", 0, 0), ("?", -(2 ** 63), str(-(2 ** 63))),
    ("?", 2 ** 63 - 1, str(2 ** 63 - 1)), ("?", 2 ** 64 - 1, str(2 ** 64 - 1)), ("?", 2 ** 53, 2 ** 53), ("?", 0.1, 0.1), ("?", -1e300, -1e300),
    ("?", "", ""), ("?", "Å \"x\" 'y'", "Å \"x\" 'y'"), ("?::DATE", "2024-02-29", "2024-02-29"), ("?::DECIMAL(20,2)", "12345678901234567.89", "12345678901234567.89"),
    ("?::HUGEINT", str(2 ** 100), str(2 ** 100)), ("?::TIMESTAMPTZ", "2024-06-01T12:00:00+02:00", "2024-06-01T10:00:00Z"),
    ("?::UUID", "019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a", "019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a"), ("?", [1, 2, None], [1, 2, None]),
    ("?", ["a", "b"], ["a", "b"]), ("list_contains(?, 2)", [1, 2], True), ("?", [], []), ("typeof(?)", 1, "BIGINT"), ("typeof(?)", 1.0, "DOUBLE")])
def test_values_of_parameters(admin, expression, value, shown):
    told = admin.value("SELECT " + expression, params=[value])
    assert (told, type(told)) == (shown, type(shown))


def test_a_parameter_may_come_again_and_out_of_order(admin):
    assert admin.sql("SELECT $2, $1, $2", params=["a", "b"]) == [("b", "a", "b")]
    assert admin.sql("SELECT $x || $y || $x", params={"x": "a", "y": "b"}) == [("aba",)]
    assert admin.sql("SELECT 1", params=[]) == admin.sql("SELECT 1", params={}) == admin.sql("SELECT 1", params=None) == [(1,)]


@pytest.mark.parametrize("value", ["'; DROP TABLE sql_trips; --", "1 OR 1=1", "$1", "\\' OR 1=1 --", "sql_trips"])
def test_a_value_is_never_sql(admin, trips, value):
    assert admin.sql(f"SELECT id FROM {trips} WHERE port = ?", params=[value]) == []
    assert admin.sql("SELECT ?", params=[value]) == [(value,)]
    assert admin.sql_answer("SELECT * FROM ?", params=[value]).status_code in (400, 403)
    assert admin.value(f"SELECT count(*) FROM {trips}") == 3


@pytest.mark.parametrize("sql, params, word", [
    ("SELECT ?, ?", [1], "$2"), ("SELECT ?", [1, 2], "2 values"), ("SELECT $a", {"b": 1}, "$a"), ("SELECT $a", {"a": 1, "b": 2}, "$b"),
    ("SELECT $a", [1], "$a"), ("SELECT ?", {"a": 1}, "$1"), ("SELECT ?", None, "$1"), ("SELECT ?", [{"a": 1}], "$1"), ("SELECT ?", [[[1]]], "$1"),
    ("SELECT ?", [[1, "a"]], "$1"), ("SELECT 1", "x", "params"), ("SELECT 1", 5, "params"), ("SELECT ?::INTEGER", ["x"], "x")])
def test_a_wrong_parameter_is_named(admin, sql, params, word):
    answer = admin.sql_answer(sql, params=params)
    assert answer.status_code == 400 and word in answer.json()["detail"], answer.text


@pytest.mark.parametrize("consistency, status", [("latest", 200), ("committed", 200), (None, 200), ("eventual", 400), (1, 400), ("", 400)])
def test_consistency(admin, consistency, status):
    answer = admin.sql_answer("SELECT 1", consistency=consistency)
    assert answer.status_code == status
    assert status == 200 or "consistency" in answer.json()["detail"]


@pytest.mark.parametrize("sql, params", [("SELECT ?", []), ("SELECT ?", [1, 2]), ("SELECT $a", {"b": 1}), ("SELECT 1", "x")])
def test_parameters_that_do_not_fit_are_400(admin, sql, params):
    assert admin.sql_answer(sql, params=params).status_code == 400


@pytest.mark.parametrize("body", ["", "{", "[]", '{"sql": 5}', "{}", '{"sql": "SELECT 1", "colour": "red"}', '{"sql": ""}'])
def test_a_wrong_body_is_400(admin, body):
    answer = admin.post("/v1/sql", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    if "colour" in body:
        assert "colour" in answer.json()["detail"]


# Statements that read

@pytest.mark.parametrize("sql", [
    "SELECT 1", "WITH a AS (SELECT 1 AS x) SELECT * FROM a", "FROM sql_trips SELECT id", "DESCRIBE sql_trips", "SUMMARIZE sql_trips",
    "EXPLAIN SELECT * FROM sql_trips", "SHOW TABLES", "VALUES (1), (2)", "SELECT * FROM range(3)", "SELECT unnest([1, 2])",
    "SELECT * FROM generate_series(1, 3)", "SELECT 1; ", "SELECT /* a; b */ 1 -- end", "SELECT id FROM main.sql_trips",
    'SELECT * FROM (SELECT id FROM "sql_trips") ORDER BY ALL', "SELECT t.* FROM sql_trips t JOIN sql_trips u USING (id)",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT max(n) FROM r",
    "SELECT * FROM sql_trips TABLESAMPLE 50%", "SELECT count(*) FILTER (id > 1) OVER () FROM sql_trips",
    "SELECT date_trunc('month', moment), list(port) FROM sql_trips GROUP BY ALL", "SELECT ID FROM SQL_TRIPS",
    "WITH sql_trips AS (SELECT 'mine' AS port) SELECT port FROM sql_trips",
])
def test_statements_that_read_are_answered(admin, trips, sql):
    answer = admin.sql_answer(sql)
    assert answer.status_code == 200, answer.text


def test_show_tables_shows_this_workspaces_tables(admin, trips):
    names = {row[0] for row in admin.sql("SHOW TABLES")}
    assert {trips, "departments", "hired_employees"} <= names


# Statements that do not

REFUSED = [
    "CREATE TABLE x (a INTEGER)", "DROP TABLE sql_trips", "INSERT INTO sql_trips VALUES (1)", "UPDATE sql_trips SET id = 1",
    "DELETE FROM sql_trips", "TRUNCATE sql_trips", "ALTER TABLE sql_trips ADD COLUMN x INTEGER", "CREATE VIEW v AS SELECT 1",
    "CREATE MACRO m(a) AS a", "COPY sql_trips TO '/tmp/x.csv'", "COPY (SELECT 1) TO '/tmp/x.parquet'", "COPY sql_trips FROM '/etc/passwd'",
    "ATTACH '/tmp/x.db'", "ATTACH ':memory:' AS m", "DETACH main", "USE main", "INSTALL httpfs", "LOAD httpfs", "SET memory_limit = '90GB'",
    "SET VARIABLE x = 1", "RESET memory_limit", "PRAGMA database_list", "PRAGMA version", "CALL pragma_version()",
    "EXPORT DATABASE '/tmp/x'", "IMPORT DATABASE '/tmp/x'", "CHECKPOINT", "VACUUM", "BEGIN", "COMMIT", "ROLLBACK",
    "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "EXPLAIN ANALYZE DELETE FROM sql_trips", "EXPLAIN DROP TABLE sql_trips",
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE sql_trips", "CREATE SECRET s (TYPE s3)",
    "WITH x AS (SELECT 1) INSERT INTO sql_trips SELECT * FROM x",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_anything_but_one_reading_statement_is_403(admin, trips, sql):
    answer = admin.sql_answer(sql)
    assert answer.status_code == 403, f"{answer.status_code} {answer.text}"
    assert admin.value(f"SELECT count(*) FROM {trips}") == 3


def reaching_out(secret):
    """Statements that try to see outside of the workspace; {} stands for a file that holds a secret."""
    return [sql.replace("{}", str(secret)) for sql in [
        "SELECT * FROM read_text('{}')", "SELECT * FROM read_blob('{}')", "SELECT * FROM read_csv('{}')",
        "SELECT * FROM read_csv_auto('{}')", "SELECT * FROM read_parquet('{}')", "SELECT * FROM read_json('{}')",
        "SELECT * FROM read_json_auto('{}')", "SELECT * FROM read_ndjson('{}')", "SELECT * FROM read_json_objects('{}')",
        "SELECT * FROM '{}'", "FROM '{}'", "SELECT * FROM \"{}\"", "SELECT * FROM glob('{}*')", "SELECT * FROM glob('/**')",
        "SELECT * FROM sniff_csv('{}')", "SELECT * FROM parquet_metadata('{}')", "SELECT * FROM parquet_schema('{}')",
        "SELECT * FROM parquet_scan('{}')", "SELECT getenv('HOME')", "SELECT getenv('BOATHOUSE_ADMIN_PASSWORD')",
        "SELECT * FROM query('SELECT * FROM read_text(''{}'')')", "SELECT * FROM query_table('{}')",
        "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_extensions()",
        "SELECT * FROM pragma_database_list()", "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{}'')'))",
        "WITH t AS (SELECT * FROM read_text('{}')) SELECT * FROM t", "SELECT (SELECT content FROM read_text('{}'))",
        "SELECT * FROM sql_trips WHERE port IN (SELECT content FROM read_text('{}'))", "EXPLAIN SELECT * FROM read_text('{}')",
        "EXPLAIN ANALYZE SELECT * FROM read_text('{}')", "DESCRIBE SELECT * FROM read_text('{}')", "SUMMARIZE SELECT * FROM read_text('{}')",
        "DESCRIBE '{}'", "SUMMARIZE '{}'", "SHOW ALL TABLES", "SELECT * FROM information_schema.tables, read_text('{}')",
        "PIVOT (SELECT * FROM read_text('{}')) ON filename USING count(*)", "SELECT * FROM which_secret('{}', 's3')",
        "SELECT * FROM read_text(['{}'])", "SELECT * FROM sql_trips UNION ALL SELECT 1, content, NULL, NULL FROM read_text('{}')",
        "SELECT * FROM iceberg_scan('{}')", "SELECT * FROM sqlite_scan('{}', 'users')", "SELECT * FROM read_xlsx('{}')",
        "SELECT * FROM read_csv('/proc/self/environ')", "SELECT * FROM read_text('/proc/1/cmdline')",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x')", "SELECT * FROM read_parquet('s3://bucket/x')",
        "SELECT content FROM read_text('../../../keys/*')", "SELECT * FROM test_all_types()", "SELECT * FROM summary((SELECT 1))",
        "SELECT current_setting('home_directory')", "SELECT * FROM duckdb_logs()", "SELECT * FROM seq_scan('sql_trips')",
    ]]


@pytest.fixture(scope="module")
def secret_file(house):
    path = house.data.parent / "outside.csv"
    path.write_text("treasure-map\n1\n")
    return path


@pytest.mark.parametrize("number", range(len(reaching_out("x"))))
def test_no_way_leads_outside(admin, trips, secret_file, number):
    answer = admin.sql_answer(reaching_out(secret_file)[number])
    assert "treasure-map" not in answer.text or answer.status_code != 200
    assert os.environ.get("HOME", "/root") not in answer.text
    if answer.status_code == 200:
        # Listing commands may answer; what they show must be of this workspace only.
        sql = reaching_out("x")[number]
        assert sql in ("SHOW ALL TABLES", "SELECT * FROM test_all_types()", "SELECT * FROM summary((SELECT 1))",
                       "SELECT current_setting('home_directory')", "SELECT getenv('HOME')"), f"{sql}: {answer.text[:500]}"
        assert str(secret_file.parent) not in answer.text
    else:
        assert answer.status_code in (400, 403), answer.text


def test_symlinks_inside_the_warehouse_lead_nowhere(admin, house, trips, secret_file):
    folder = next((house.data / "warehouse").rglob("data"))
    link = folder / "link.csv"
    link.symlink_to(secret_file)
    try:
        for sql in (f"SELECT * FROM read_csv('{link}')", f"SELECT * FROM '{link}'"):
            assert admin.sql_answer(sql).status_code in (400, 403)
    finally:
        link.unlink()


# Other workspaces

def test_a_workspace_is_read_only_by_its_members(admin, house, trips, user_name):
    stranger = admin.make_user(user_name)
    own = stranger.get("/v1/me").json()["workspace"]
    stranger.post_rows("own_table", "id\n1\n", ws=own)
    assert stranger.sql("SELECT id FROM own_table", workspace=own) == [(1,)]
    for sql in (f"SELECT * FROM main.{trips}", f'SELECT * FROM main."{trips}$quarantine"', f"DESCRIBE main.{trips}"):
        answer = stranger.sql_answer(sql, workspace=own)
        assert answer.status_code in (400, 403, 404), answer.text
        assert "Oslo" not in answer.text
    assert stranger.sql_answer("SELECT 1", workspace="main").status_code == 404
    assert admin.sql_answer(f'SELECT * FROM "{own}".own_table').status_code in (400, 403, 404)


def test_a_member_of_two_workspaces_may_join_them(admin, trips, user_name):
    member = admin.make_user(user_name, workspace="main", role="viewer")
    own = member.get("/v1/me").json()["workspace"]
    member.post_rows("boats", "id,boat\n1,Argo\n", ws=own)
    sql = f'SELECT t.port, b.boat FROM main.{trips} t JOIN "{own}".boats b ON t.id = b.id'
    assert member.sql(sql) == [("Oslo", "Argo")]


def test_how_another_workspaces_tables_are_named(admin, table, user_name):
    member = admin.make_user(user_name + "@example.org", workspace="main", role="viewer")
    own = member.get("/v1/me").json()["workspace"]
    assert own != user_name + "@example.org"
    admin.put_contract(table + "/of a Kind", ["id INTEGER required"])
    first = admin.post_rows(table + "/of a Kind", "id\n1\nx\n").json()["version"]
    admin.post_rows(table + "/of a Kind", "id\n2\n")
    member.post_rows(table, "id\n7\n", ws=own)
    count = lambda name, ws: member.value(f"SELECT count(*) FROM {name}", workspace=ws)  # noqa: E731
    for ws in (own, "main"):
        assert count(f'main."{table}/of a Kind"', ws) == count(f'MAIN."{table}/OF A KIND"', ws) == 2
        assert count(f'main."{table}/of a Kind@{first}"', ws) == 1
        assert count(f'main."{table}/of a Kind$quarantine"', ws) == 1
        assert count(f'"{own}".{table}', ws) == count(f'"{user_name}@example.org".{table}', ws) == 1
    assert member.sql("SHOW TABLES FROM main", workspace=own) == admin.sql("SHOW TABLES")


def test_a_token_of_one_workspace_reads_no_other(admin, house, trips, user_name):
    admin.post("/v1/workspaces", json={"name": user_name}, expect=201)
    token = admin.post("/v1/tokens", json={"name": "t", "workspace": user_name, "role": "viewer"}, expect=201).json()["token"]
    narrow = house.api().with_token(token)
    assert narrow.value("SELECT 1") == 1
    told = [narrow.sql_answer(sql) for sql in (f"SELECT * FROM main.{trips}", f'SELECT * FROM main."{trips}$quarantine"', "SHOW TABLES FROM main",
                                               "SELECT * FROM nosuchspace.t")]
    assert [answer.status_code for answer in told] == [404] * 4
    assert told[0].json()["detail"].replace("main", "nosuchspace") == told[3].json()["detail"]
    assert narrow.sql_answer("SELECT 1", workspace="main").status_code == 404


# Errors

@pytest.mark.parametrize("sql, word", [("SELEC 1", "SELEC"), ("SELECT nosuch FROM sql_trips", "nosuch"),
                                       ("SELECT * FROM no_such_table", "no_such_table"), ("SELECT 1 +", None),
                                       ("SELECT 'x'::INTEGER", None), ("SELECT no_such_function(1)", "no_such_function")])
def test_mistakes_are_400_and_told(admin, trips, sql, word):
    answer = admin.sql_answer(sql)
    assert answer.status_code in (400, 404) if "table" in sql else answer.status_code == 400
    problem = answer.json()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail", "request_id"} <= problem.keys()
    assert word is None or word in problem["detail"]


def test_a_nul_in_the_text_is_400(admin):
    assert admin.sql_answer("SELECT 1 \0 --").status_code == 400


def test_without_credentials_it_is_401(anyone):
    answer = anyone.post("/v1/sql", json={"sql": "SELECT 1"})
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


# Versions of tables

def test_older_versions_stay_readable(admin, table):
    versions, times = [], []
    for n in (1, 2, 3):
        versions.append(admin.post_rows(table, f"id\n{n}\n").json()["version"])
        times.append(next(v["at"] for v in admin.versions(table) if v["version"] == versions[-1]))
        time.sleep(0.02)
    for count, version in enumerate(versions, 1):
        assert admin.value(f'SELECT count(*) FROM "{table}@{version}"') == count
        assert admin.value(f'SELECT count(*) FROM "{table}@version:{version}"') == count
    assert admin.value(f'SELECT count(*) FROM "{table}@{times[1]}"') == 2
    assert admin.value(f'SELECT count(*) FROM "{table}@time:2100-01-01T00:00:00Z"') == 3
    for suffix in ("@1", "@2001-01-01T00:00:00Z", "@nosuch", "@branch:nosuch"):
        assert admin.sql_answer(f'SELECT * FROM "{table}{suffix}"').status_code in (400, 404)


def test_the_versions_are_a_table(admin, table):
    for n in (1, 2):
        admin.post_rows(table, f"id\n{n}\n")
    listed = admin.versions(table)
    told = admin.sql_answer(f'SELECT * FROM "{table}$versions"').json()
    column = [c["name"] for c in told["columns"]].index("version")
    assert {str(row[column]) for row in told["rows"]} == {v["version"] for v in listed}


def test_the_files_are_a_table(admin, table):
    admin.post_rows(table, "id\n1\n2\n")
    admin.post_rows(table, "id\n3\n")
    told = admin.sql_answer(f'SELECT * FROM "{table}$files"').json()
    names = [c["name"] for c in told["columns"]]
    assert told["row_count"] == admin.describe(table)["files"]
    assert sum(int(row[names.index("rows")]) for row in told["rows"]) == 3


def test_the_quarantine_is_a_table(admin, table):
    admin.put_contract(table, ["id INTEGER required"])
    admin.post_rows(table, "id\n1\nx\n")
    told = admin.sql_answer(f'SELECT * FROM "{table}$quarantine"').json()
    assert told["row_count"] == 1
    assert {"row", "data", "reasons"} <= {c["name"] for c in told["columns"]}


def test_a_query_sees_the_write_that_was_just_answered(admin, table):
    for n in range(10):
        admin.post_rows(table, f"id\n{n}\n")
        assert admin.value(f"SELECT count(*) FROM {table}") == n + 1


# Bounds

@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A server with a short time limit."""
    from support.server import Server
    server = Server(tmp_path_factory.mktemp("strict") / "data", args=["--query-timeout", "2s"]).start()
    yield server
    server.end()


BOMBS = [
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = -1",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "SELECT length(repeat('x', 1000000000) || repeat('y', 1000000000) || repeat('z', 4000000000))",
    "SELECT list(a.range) FROM range(100000000) a, range(100) b",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "SELECT " + "-" + " -" * 20000 + "1",
    "SELECT sum(length(repeat(a.range::VARCHAR, 100000))) FROM range(100000000) a",
    "SELECT * FROM range(1000000000000) ORDER BY hash(range)",
]


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_a_bomb_ends_and_the_house_stands(strict, number):
    admin = strict.admin()
    answer = admin.sql_answer(BOMBS[number])
    assert answer.status_code in (200, 400, 403, 408, 413, 422), answer.text
    assert admin.value("SELECT 1") == 1
    assert strict.process.poll() is None


def test_past_the_time_limit_it_is_408(strict):
    assert strict.admin().sql_answer(BOMBS[0]).status_code == 408


def test_one_bomber_does_not_stop_the_others(strict):
    """Everyone else is answered while one user keeps throwing bombs."""
    admin = strict.admin()
    bomber = admin.make_user("bomber")
    stop = time.monotonic() + 4

    def throw():
        while time.monotonic() < stop:
            bomber.__class__(bomber.url, dict(bomber.session.headers)).sql_answer(BOMBS[0])

    threads = [threading.Thread(target=throw) for _ in range(8)]
    for thread in threads:
        thread.start()
    answered = 0
    while time.monotonic() < stop:
        assert admin.value("SELECT 42") == 42
        answered += 1
    for thread in threads:
        thread.join()
    assert answered >= 3


# Clients that leave

@pytest.mark.parametrize("accept", ["application/json", NDJSON])
def test_a_query_ends_with_its_client(make_server, accept):
    """Nobody waits for the answer: the statement is stopped long before its time limit. (In a house of its own, where no
    other worker is busy: not with the profiles of other tests' tables either.)"""
    house = make_server(args=["--query-timeout", "10m"]).start()
    host, port = house.url.removeprefix("http://").split(":")
    token = house.admin().session.headers["Authorization"]
    body = json.dumps({"sql": "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"})
    with socket.create_connection((host, int(port))) as client:
        client.sendall(f"POST /v1/sql HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nAccept: {accept}\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        wait_for(lambda: busy_workers(house) > 0)
    wait_for(lambda: busy_workers(house) == 0, patience=120)


def busy_workers(house):
    [line] = [line for line in house.api().get("/metrics").text.splitlines()
              if line.startswith('boathouse_workers{state="busy"}')]
    return float(line.split()[-1])


def wait_for(condition, patience=30):
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.02)
