# SPDX-License-Identifier: Apache-2.0
"""What is in a table is in PostgreSQL of every version that is spoken to: made, evolved, followed through upserts, deletes, replaces and
rollbacks."""

import json

import pytest

from support.postgres import OTHERS, Postgres

VERSIONS = (None, 13, 14, 16, 17)  # None is Debian's, 15


@pytest.fixture(scope="module", params=VERSIONS, ids=lambda version: str(version or "debian"))
def postgres(request):
    if request.param and not (OTHERS / str(request.param)).exists():
        pytest.skip("PostgreSQL's other versions are built for x86_64 only")
    server = Postgres(request.param).start()
    yield server
    server.end()


def test_the_version_is_what_it_says(request, database):
    [wanted] = [param for name, param in request.node.callspec.params.items() if name == "postgres"]
    assert int(database.value("SHOW server_version_num")) // 10000 == (wanted or 15)


def rows_of(database, table, order="1"):
    return database.sql(f'SELECT * FROM "{table}" ORDER BY {order}')


def test_a_table_is_made_filled_and_followed(admin, database, make_sink, table):
    admin.post_rows(table, "id,name\n1,Ada\n2,Grace\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    seen = sink.settled()
    assert rows_of(database, table) == [("1", "Ada"), ("2", "Grace")]
    assert database.types(table) == {"id": "bigint", "name": "text"}
    assert database.key(table) == ["id"]
    [copy] = seen["copies"]
    assert copy["table"] == table and copy["target"] == table and copy["rows"] == 2 and copy["lag_rows"] == 0
    assert copy["version"] == admin.describe(table)["version"]

    admin.post_rows(table, "id,name\n2,Hopper\n3,Mary\n", mode="upsert", key="id")
    sink.settled()
    assert rows_of(database, table) == [("1", "Ada"), ("2", "Hopper"), ("3", "Mary")]
    assert not any("every row is copied" in line for line in sink.log(table)[-4:]), "only what changed is copied"

    admin.delete(admin.rows_path(table), params={"where": "id = 1"}, expect=200)
    sink.settled()
    assert rows_of(database, table) == [("2", "Hopper"), ("3", "Mary")]


def test_each_type_arrives_as_itself(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER required", "big BIGINT", "x DOUBLE", "amount DECIMAL(12,3)", "t STRING", "ok BOOLEAN",
                               "d DATE", "at_time TIME", "ts TIMESTAMP", "tz TIMESTAMPTZ", "u UUID", "b BINARY", "j JSON"], key=["id"])
    full = {"id": -1, "big": 9007199254740993, "x": 0.1, "amount": "123456789.125", "t": 'a"b,c\n\\.\t\'ü\U0001f600', "ok": True,
            "d": "2024-02-29", "at_time": "23:59:59.999999", "ts": "2024-06-01T12:30:00.5", "tz": "2024-06-01T12:30:00+02:00",
            "u": "123e4567-e89b-12d3-a456-426614174000", "b": "AP8A", "j": {"k": [1, "\\u0041", None]}}
    rows = [full, {"id": 2}, {"id": 3, "t": "", "x": "NaN", "d": "0001-01-01"}, {"id": 4, "t": "\\.", "x": "-Infinity", "d": "9999-12-31"}]
    answer = admin.post_rows(table, rows, "application/json", mode="upsert").json()
    assert answer["rows_rejected"] == 0, answer
    make_sink(tables=[table]).settled()
    assert database.types(table) == {
        "id": "integer", "big": "bigint", "x": "double precision", "amount": "numeric(12,3)", "t": "text", "ok": "boolean",
        "d": "date", "at_time": "time without time zone", "ts": "timestamp without time zone", "tz": "timestamp with time zone",
        "u": "uuid", "b": "bytea", "j": "jsonb"}
    [first, second, third, fourth] = database.sql(
        f"SET timezone = 'UTC'; SELECT * FROM {table} ORDER BY id")
    assert first[:-1] == ("-1", "9007199254740993", "0.1", "123456789.125", full["t"], "t", "2024-02-29", "23:59:59.999999",
                          "2024-06-01 12:30:00.5", "2024-06-01 10:30:00+00", full["u"], "\\x00ff00")
    assert json.loads(first[-1]) == {"k": [1, "\\u0041", None]}
    assert second == ("2",) + (None,) * 12
    assert third[4] == "" and third[2] == "NaN" and third[6] == "0001-01-01"
    assert fourth[4] == "\\." and fourth[2] == "-Infinity" and fourth[6] == "9999-12-31"


def test_simple_types_are_numeric_timestamp_and_text(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER", "x DOUBLE", "ok BOOLEAN", "d DATE", "tz TIMESTAMPTZ", "at_time TIME", "t STRING", "j JSON"])
    admin.post_rows(table, [{"id": 1, "x": 1.5, "ok": True, "d": "2024-02-29", "tz": "2024-06-01T12:30:00+02:00", "at_time": "01:02:03",
                             "t": "text", "j": {"a": 1}}], "application/json")
    make_sink(tables=[table], types="simple").settled()
    assert list(database.types(table).values()) == ["numeric", "numeric", "text", "timestamp without time zone",
                                                    "timestamp without time zone", "text", "text", "text"]
    assert rows_of(database, table) == [("1", "1.5", "true", "2024-02-29 00:00:00", "2024-06-01 10:30:00", "01:02:03", "text", '{"a": 1}')]


def test_infinities_are_null_where_no_numeric_takes_them(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER required", "x DOUBLE"], key=["id"])
    admin.post_rows(table, "id,x\n1,0.5\n2,NaN\n", mode="upsert")
    sink = make_sink(tables=[table], types="simple")
    sink.settled()
    admin.post_rows(table, "id,x\n3,Infinity\n4,-Infinity\n", mode="upsert")
    sink.settled()
    old = int(database.value("SHOW server_version_num")) < 140000
    infinities = [("3", None), ("4", None)] if old else [("3", "Infinity"), ("4", "-Infinity")]
    assert rows_of(database, table) == [("1", "0.5"), ("2", "NaN")] + infinities
    assert any("infinite numbers are NULL" in line for line in sink.log(table)) == old, sink.log(table)
    admin.post_rows(table, "id,x\n1,1.5\n", mode="upsert")
    sink.settled()
    assert rows_of(database, table) == [("1", "1.5"), ("2", "NaN")] + infinities


def test_a_key_of_more_columns_than_an_index_takes_is_none_there(admin, database, make_sink, table):
    for columns in (32, 33):
        name = f"{table}_{columns}"
        names = [f"k{n}" for n in range(columns)]
        admin.post_rows(name, ",".join(names) + "\n" + ",".join("1" * columns) + "\n", mode="upsert", key=",".join(names))
        sink = make_sink(tables=[name])
        sink.settled()
        assert len(database.key(name)) == (32 if columns == 32 else 0)
        admin.post_rows(name, ",".join(names) + "\n" + ",".join("2" * columns) + "\n", mode="upsert", key=",".join(names))
        sink.settled()
        assert len(rows_of(database, name)) == 2


def test_new_columns_and_wider_types_follow(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER", "n INTEGER"], key=["id"])
    admin.post_rows(table, "id,n\n1,1\n2,2\n", mode="upsert")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.put_contract(table, ["id INTEGER", "n BIGINT", "note STRING"], key=["id"])
    admin.post_rows(table, "id,n,note\n2,5000000000,wide\n", mode="upsert")
    sink.settled()
    assert database.types(table) == {"id": "integer", "n": "bigint", "note": "text"}
    assert rows_of(database, table) == [("1", "1", None), ("2", "5000000000", "wide")]


def test_a_replace_and_a_rollback_copy_anew(admin, database, make_sink, table):
    admin.post_rows(table, "id,name\n1,a\n2,b\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    first = sink.settled()["copies"][0]["version"]
    admin.post_rows(table, "id,name\n7,z\n", mode="replace")
    sink.settled()
    assert rows_of(database, table) == [("7", "z")]
    admin.post(admin.table_path(table, "/rollback"), json={"version": first}, expect=200)
    sink.settled()
    assert rows_of(database, table) == [("1", "a"), ("2", "b")]
    assert database.key(table) == ["id"]


def test_rows_without_a_key_are_appended_and_deletes_copy_anew(admin, database, make_sink, table):
    admin.post_rows(table, "v\n1\n1\n2\n")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.post_rows(table, "v\n3\n")
    sink.settled()
    assert rows_of(database, table) == [("1",), ("1",), ("2",), ("3",)]
    assert database.key(table) == []
    assert sum("every row is copied" in line for line in sink.log(table)) == 1
    admin.delete(admin.rows_path(table), params={"where": "v = 1"}, expect=200)
    sink.settled()
    assert rows_of(database, table) == [("2",), ("3",)]


def test_a_key_that_tells_no_rows_apart_is_none_there(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER", "v STRING"], key=["id"])
    admin.post_rows(table, "id,v\n1,a\n1,b\n", mode="append")
    sink = make_sink(tables=[table])
    sink.settled()
    assert rows_of(database, table, "2") == [("1", "a"), ("1", "b")]
    assert database.key(table) == []
    admin.post_rows(table, "id,v\n2,c\n", mode="append")
    sink.settled()
    assert len(rows_of(database, table)) == 3


def test_an_append_of_a_key_that_is_there_leaves_both_rows(admin, database, make_sink, table):
    admin.post_rows(table, "id,v\n1,x\n2,z\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.post_rows(table, "id,v\n1,y\n", mode="append")
    sink.settled()
    assert rows_of(database, table, "1, 2") == [("1", "x"), ("1", "y"), ("2", "z")]
    assert database.key(table) == []
    assert any("does not tell the rows apart" in line for line in sink.log(table)), sink.log(table)


def test_an_append_of_a_key_alone_that_is_there_leaves_both_rows(admin, database, make_sink, table):
    admin.post_rows(table, "id\n1\n2\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.post_rows(table, "id\n2\n", mode="append")
    sink.settled()
    assert rows_of(database, table) == [("1",), ("2",), ("2",)] and database.key(table) == []


def test_upserts_deletes_and_appends_that_are_copied_at_once_keep_the_key(admin, database, make_sink, table):
    admin.post_rows(table, "id,v\n1,a\n2,b\n3,c\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    with database.session(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
        admin.post_rows(table, "id,v\n2,B\n4,d\n", mode="upsert", key="id")
        admin.delete(admin.rows_path(table), params={"where": "id IN (1, 4)"}, expect=200)
        admin.post_rows(table, "id,v\n1,again\n5,e\n", mode="append")
    sink.settled()
    assert rows_of(database, table) == [("1", "again"), ("2", "B"), ("3", "c"), ("5", "e")]
    assert database.key(table) == ["id"]
    assert sum("every row is copied" in line for line in sink.log(table)) == 1


def test_rows_without_the_key_come_after_ones_with_it(admin, database, make_sink, table):
    admin.post_rows(table, "id,v\n1,a\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.post_rows(table, '[{"v":"none"}]', "application/json", mode="append")
    sink.settled()
    assert rows_of(database, table) == [("1", "a"), (None, "none")] and database.key(table) == []
    assert any("does not tell the rows apart" in line for line in sink.log(table)), sink.log(table)
    admin.post_rows(table, "id,v\n2,b\n", mode="append")
    sink.settled()
    assert rows_of(database, table) == [("1", "a"), ("2", "b"), (None, "none")]


def test_branches_are_not_followed(admin, database, make_sink, table):
    admin.post_rows(table, "id\n1\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.post(admin.table_path(table, "/branches"), json={"name": "side"}, expect=201)
    before = len(sink.jobs(object=f"{table}@{sink.name}"))
    admin.post_rows(table, "id\n2\n", mode="upsert", key="id", branch="side")
    assert len(sink.jobs(object=f"{table}@{sink.name}")) == before
    assert rows_of(database, table) == [("1",)]


def test_a_lost_watermark_copies_anew(admin, database, make_sink, table):
    admin.post_rows(table, "id,name\n1,a\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    database.sql(f"DELETE FROM boathouse_watermarks; INSERT INTO {table} VALUES (99, 'stale')")
    admin.post_rows(table, "id,name\n2,b\n", mode="upsert", key="id")
    sink.settled()
    assert rows_of(database, table) == [("1", "a"), ("2", "b")]
    database.sql(f"DROP TABLE {table}")
    admin.post_rows(table, "id,name\n3,c\n", mode="upsert", key="id")
    sink.settled()
    assert rows_of(database, table) == [("1", "a"), ("2", "b"), ("3", "c")]


def test_names_are_exact_and_long_ones_end_in_a_hash(admin, database, make_sink, table):
    name = f'{table} Müller "x" ' + "ä" * 40
    long_column = "c" * 64
    admin.post_rows(name, json.dumps([{"id": 1, long_column: 2, "Weird; \"--": 3, "ctid": 4, "select": 5}]), "application/json", mode="upsert", key="id")
    sink = make_sink(tables=[name])
    target = sink.settled()["copies"][0]["target"]
    assert len(target.encode()) <= 63 and target.startswith(f'{table} Müller "x" ä') and target[-17] == "_"
    quoted = '"' + target.replace('"', '""') + '"'
    columns = list(database.types(quoted))
    assert columns[0] == "id" and columns[2:] == ['Weird; "--', columns[3], "select"]
    assert len(columns[1]) == 63 and columns[1].startswith("c" * 46 + "_") and columns[3].startswith("ctid_")
    assert database.sql(f"SELECT * FROM {quoted}") == [("1", "2", "3", "4", "5")]


def test_a_table_called_like_the_watermarks_has_another_name_there(admin, database, make_sink):
    admin.post_rows("boathouse_watermarks", "id\n1\n", mode="replace")
    sink = make_sink(tables=["boathouse_watermarks"])
    [copy] = sink.settled()["copies"]
    assert copy["target"].startswith("boathouse_watermarks_")
    assert rows_of(database, copy["target"]) == [("1",)]


def test_columns_past_1500_go_to_one(admin, database, make_sink, table):
    columns = ["id"] + [f"c{n}" for n in range(1599)]
    # Few values in a row, or it would not fit into a page of PostgreSQL.
    row = {"id": 1, "c0": "first", "c1498": "last", "c1499": "more", "c1598": "end\u0000"}
    admin.put_contract(table, ["id INTEGER"] + [f"{c} STRING" for c in columns[1:]], key=["id"])
    admin.post_rows(table, [row], "application/json", mode="upsert")
    sink = make_sink(tables=[table])
    sink.settled()
    types = database.types(table)
    assert len(types) == 1501 and types["_more"] == "jsonb" and "c1498" in types and "c1499" not in types
    assert database.sql(f"SELECT id, c0, c1498, _more ->> 'c1499', _more ->> 'c1598' FROM {table}") == [("1", "first", "last", "more", "end\ufffd")]


def test_rows_too_wide_for_a_page_keep_fewer_columns(admin, database, make_sink, table):
    columns = [f"c{n}" for n in range(1600)]
    admin.post_rows(table, ",".join(columns) + "\n" + ",".join(str(n) for n in range(1600)) + "\n")
    sink = make_sink(tables=[table])
    sink.settled()
    types = database.types(table)
    assert len(types) == 751 and types["_more"] == "jsonb"
    assert database.value(f"SELECT (_more ->> 'c1599')::int + c700 FROM {table}") == str(1599 + 700)
    admin.post_rows(table, ",".join(columns) + "\n" + ",".join("1" for _ in columns) + "\n")
    sink.settled()
    assert database.value(f"SELECT count(*) FROM {table}") == "2"
    assert sum("too wide" in line for line in sink.log(table)) == 1, "it is remembered"


def test_nul_becomes_a_replacement_character_and_is_told(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER", "t STRING", "j JSON"])
    admin.post_rows(table, '[{"id":1,"t":"a\\u0000b\\u0000","j":{"k\\u0000":"\\\\u0000 \\ud800 \\ud83d\\ude00"}}]', "application/json")
    sink = make_sink(tables=[table])
    sink.settled()
    assert rows_of(database, table)[0][1] == "a\ufffdb\ufffd"
    assert json.loads(rows_of(database, table)[0][2]) == {"k\ufffd": "\\u0000 \ufffd \U0001f600"}
    assert any("3 NUL characters" in line for line in sink.log(table)), sink.log(table)


def test_compaction_changes_nothing_there(make_server, make_sink, database, table):
    server = make_server(env={"BOATHOUSE_MAINTENANCE_EVERY": "200ms"}).start()
    api = server.admin()
    sink = make_sink(api=api, tables=[table])
    for n in range(40):
        api.post_rows(table, f"v\n{n}\n")
    sink.wait(lambda seen: any(v["operation"] == "replace" for v in api.versions(table)), "is not compacted")
    api.post_rows(table, "v\n40\n")
    sink.settled()
    assert [int(v) for [v] in rows_of(database, table)] == list(range(41))


@pytest.mark.parametrize("types", ["faithful", "simple"])
def test_other_types_of_the_sink_copy_anew(admin, database, make_sink, table, types):
    admin.post_rows(table, "id,n\n1,5\n", mode="upsert", key="id")
    sink = make_sink(tables=[table], types={"faithful": "simple", "simple": "faithful"}[types])
    sink.settled()
    sink.put(url=database.url, tables=[table], types=types)
    wanted = {"faithful": "bigint", "simple": "numeric"}[types]
    sink.wait(lambda _: database.types(table)["n"] == wanted, "keeps its types")
    assert rows_of(database, table) == [("1", "5")]


def test_a_table_made_again_under_its_name_is_copied_anew(admin, database, make_sink, table):
    admin.post_rows(table, "id,n\n1,5\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.delete(admin.table_path(table), expect=204)
    admin.post_rows(table, "id,n\n8,text\n", mode="upsert", key="id")
    sink.settled()
    assert rows_of(database, table) == [("8", "text")]
    assert database.value("SELECT count(*) FROM boathouse_watermarks") == "1"


def test_many_tables_of_a_new_sink_are_copied_at_once(admin, database, make_sink, table):
    tables = [f"{table}_{n}" for n in range(8)]
    for name in tables:
        admin.post_rows(name, "id\n1\n", mode="upsert", key="id")
    make_sink(tables=tables, schema="made for it").settled()
    assert [database.key(f'"made for it"."{name}"') for name in tables] == [["id"]] * 8


def test_documents_are_followed(admin, database, make_sink, table):
    sink = make_sink(tables=[table])
    admin.post(f"/table/{table}/object?wait=true", json={"a": 1, "b": {"c": "x"}}, expect=200)
    sink.settled()
    assert database.sql(f"SELECT a, b__c FROM {table}") == [("1", "x")]


def test_an_empty_table_is_made_with_its_columns(admin, database, make_sink, table):
    admin.put_contract(table, ["id INTEGER", "v STRING"], key=["id"])
    sink = make_sink(tables=[table])
    sink.wait(lambda seen: seen["copies"][0].get("at"), "is not looked at")
    assert database.types(table) == {"id": "integer", "v": "text"}
    admin.post_rows(table, "id,v\n1,a\n", mode="upsert")
    sink.settled()
    assert rows_of(database, table) == [("1", "a")] and database.key(table) == ["id"]
