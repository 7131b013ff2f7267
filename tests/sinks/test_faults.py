# SPDX-License-Identifier: Apache-2.0
"""Whatever goes wrong on the way to PostgreSQL is told, tried again, and leaves every row there exactly once."""

import contextlib
import random
import threading
import time

import pytest

from support.postgres import PASSWORD
from support.sinks import Sink

ROWS = 20_000


def csv_of(first, count, text="x"):
    return "id,v\n" + "".join(f"{n},{text}{n}\n" for n in range(first, first + count))


def assert_whole(database, table, rows):
    assert database.sql(f"SELECT count(*), count(DISTINCT id), sum(id) FROM {table}") == [
        (str(rows), str(rows), str(rows * (rows - 1) // 2))]


def test_a_wrong_password_is_told_and_the_right_one_heals(admin, database, make_sink, table):
    admin.post_rows(table, "id\n1\n", mode="upsert", key="id")
    sink = make_sink(url=database.url.replace(PASSWORD, "Wrong-secret-78"), tables=[table])
    seen = sink.failing()
    assert "password authentication failed" in seen["error"] and seen["lag_rows"] == 1
    assert any("again in" in line for line in sink.log(table))
    sink.put(url=database.url, tables=[table])
    sink.settled()
    assert database.sql(f"SELECT * FROM {table}") == [("1",)]


def test_a_database_that_is_not_there_is_told(admin, postgres, make_sink, table):
    admin.post_rows(table, "id\n1\n", mode="upsert", key="id")
    assert 'database "nowhere" does not exist' in make_sink(url=postgres.url_of("nowhere"), tables=[table]).failing()["error"]
    assert "127.0.0.1" in make_sink(url="postgresql://u@127.0.0.1:1/d", tables=[table]).failing()["error"]


def test_a_column_of_another_type_is_told_and_nothing_is_changed(admin, database, make_sink, table):
    database.sql(f"CREATE TABLE {table} (id bigint, amount text)")
    admin.put_contract(table, ["id BIGINT", "amount DECIMAL(10,2)"], key=["id"])
    admin.post_rows(table, "id,amount\n1,2.50\n", mode="upsert")
    sink = make_sink(tables=[table])
    error = sink.failing()["error"]
    assert '"amount"' in error and f'"{table}"' in error and "text" in error and "numeric(10,2)" in error
    assert database.value(f"SELECT count(*) FROM {table}") == "0"
    database.sql(f"ALTER TABLE {table} ALTER amount TYPE numeric(10,2) USING NULL")
    sink.settled()
    assert database.sql(f"SELECT * FROM {table}") == [("1", "2.50")]


def test_a_column_that_somebody_changed_is_told(admin, database, make_sink, table):
    admin.post_rows(table, "id,n\n1,1\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    database.sql(f"ALTER TABLE {table} ALTER n TYPE text")
    admin.post_rows(table, "id,n\n2,2\n", mode="upsert", key="id")
    assert "is text there and bigint in Boathouse" in sink.failing()["error"]
    assert database.sql(f"SELECT * FROM {table}") == [("1", "1")]


@pytest.mark.parametrize("change", ["DROP COLUMN n", "RENAME COLUMN n TO other"])
def test_a_column_that_somebody_took_away_is_copied_again(admin, database, make_sink, table, change):
    admin.post_rows(table, "id,n\n1,1\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    database.sql(f"ALTER TABLE {table} {change}")
    admin.post_rows(table, "id,n\n2,2\n", mode="upsert", key="id")
    sink.settled()
    assert database.sql(f"SELECT id, n FROM {table} ORDER BY id") == [("1", "1"), ("2", "2")]
    assert database.key(table) == ["id"]
    assert any('its column "n" is there no more' in line for line in sink.log(table)), sink.log(table)


@pytest.mark.parametrize("change", ["DROP CONSTRAINT {0}_pkey", "DROP CONSTRAINT {0}_pkey, ADD PRIMARY KEY (v)"])
def test_a_primary_key_that_somebody_changed_is_made_again(admin, database, make_sink, table, change):
    admin.post_rows(table, "id,v\n1,a\n9,z\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    database.sql(f"ALTER TABLE {table} {change.format(table)}")
    admin.post_rows(table, "id,v\n1,b\n2,b\n", mode="upsert", key="id")
    sink.settled()
    assert database.sql(f"SELECT * FROM {table} ORDER BY id") == [("1", "b"), ("2", "b"), ("9", "z")]
    assert database.key(table) == ["id"]
    assert any("its primary key is there no more" in line for line in sink.log(table)), sink.log(table)


def test_rows_that_somebody_deleted_are_copied_again_with_their_key(admin, database, make_sink, table):
    admin.post_rows(table, "id,v\n1,a\n2,b\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    database.sql(f"DELETE FROM {table} WHERE id = 1")
    admin.post_rows(table, "id,v\n1,c\n", mode="upsert", key="id")
    sink.settled()
    assert database.sql(f"SELECT * FROM {table} ORDER BY id") == [("1", "c"), ("2", "b")]
    assert database.key(table) == ["id"]


def test_a_constraint_of_somebody_else_is_told_and_costs_no_key(admin, database, make_sink, table):
    admin.post_rows(table, "id,email\n1,a@x\n2,b@x\n9,z@x\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    database.sql(f"ALTER TABLE {table} ADD CONSTRAINT theirs UNIQUE (email)")
    admin.post_rows(table, "id,email\n1,b@x\n2,a@x\n", mode="upsert", key="id")
    assert 'unique constraint "theirs"' in sink.failing()["error"]
    database.sql(f"ALTER TABLE {table} DROP CONSTRAINT theirs")
    sink.settled()
    database.sql(f"ALTER TABLE {table} ADD COLUMN extra text NOT NULL DEFAULT ''; ALTER TABLE {table} ALTER extra DROP DEFAULT")
    admin.post_rows(table, "id,email\n3,c@x\n", mode="upsert", key="id")
    assert 'null value in column "extra"' in sink.failing()["error"]
    database.sql(f"ALTER TABLE {table} DROP COLUMN extra")
    sink.settled()
    assert database.sql(f"SELECT * FROM {table} ORDER BY id") == [("1", "b@x"), ("2", "a@x"), ("3", "c@x"), ("9", "z@x")]
    assert database.key(table) == ["id"]
    assert not any("tell the rows apart" in line for line in sink.log(table)), sink.log(table)


def test_rows_of_somebody_else_are_not_touched(admin, database, make_sink, table):
    database.sql(f"CREATE TABLE {table} (id bigint); INSERT INTO {table} VALUES (7)")
    admin.post_rows(table, "id\n1\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    assert "rows that are not Boathouse's" in sink.failing()["error"]
    assert database.sql(f"SELECT * FROM {table}") == [("7",)]
    # Nor those of another sink.
    database.sql(f"DROP TABLE {table}")
    sink.settled()
    other = make_sink(tables=[table])
    assert "is another sink's" in other.failing()["error"]


def test_a_table_that_went_with_its_fault_is_no_fault(admin, database, make_sink, table):
    database.sql(f"CREATE TABLE {table} (id bigint primary key, must text not null)")
    admin.post_rows(table, "id,v\n1,2\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.failing()
    assert admin.delete(admin.table_path(table)).status_code in (200, 204)
    sink.settled()


def test_a_locked_table_is_tried_again(admin, database, make_sink, table):
    admin.post_rows(table, "id\n1\n", mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    with database.session(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
        admin.post_rows(table, "id\n2\n", mode="upsert", key="id")
        assert "another session locks" in sink.failing()["error"]
    sink.settled()
    assert database.sql(f"SELECT * FROM {table} ORDER BY 1") == [("1",), ("2",)]


def test_readers_see_the_old_rows_until_the_new_ones_are_whole(admin, database, make_sink, table):
    admin.post_rows(table, csv_of(0, ROWS), mode="upsert", key="id")
    sink = make_sink(tables=[table])
    sink.settled()
    admin.post_rows(table, csv_of(0, ROWS, "y"), mode="replace")
    while sink.get()["state"] != "ok":
        assert database.sql(f"SELECT count(*), count(DISTINCT left(v, 1)) FROM {table}") == [(str(ROWS), "1")]
    assert database.value(f"SELECT count(*) FROM {table} WHERE v LIKE 'y%'") == str(ROWS)


def test_a_database_that_goes_away_is_caught_up_with(make_server, postgres, database, table):
    server = make_server().start()
    api = server.admin()
    sink = Sink(api, "lake")
    api.post_rows(table, csv_of(0, 10), mode="upsert", key="id")
    sink.put(url=database.url, tables=[table])
    sink.settled()
    postgres.stop()
    try:
        api.post_rows(table, csv_of(10, 10), mode="upsert", key="id")
        seen = sink.failing()
        assert seen["lag_rows"] == 10 and seen["lag_seconds"] > 0
    finally:
        postgres.start()
    sink.settled()
    assert_whole(database, table, 20)


@pytest.mark.parametrize("keyed", [True, False])
def test_backends_killed_in_the_middle_leave_every_row_once(admin, database, make_sink, table, keyed):
    options = {"mode": "upsert", "key": "id"} if keyed else {}
    admin.post_rows(table, csv_of(0, ROWS), **options)
    sink = make_sink(tables=[table])
    sink.settled()
    killed = []
    enough = threading.Event()

    def kill():
        while not enough.is_set():
            time.sleep(random.uniform(0, 0.03))
            with contextlib.suppress(AssertionError):  # PostgreSQL starts all its sessions anew after a kill
                killed.append(database.kill_backends())

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        posted = ROWS
        deadline = time.monotonic() + 120
        while posted < 6 * ROWS or (sum(killed) < 2 and time.monotonic() < deadline):
            admin.post_rows(table, csv_of(posted, ROWS), **options)
            posted += ROWS
            time.sleep(0 if posted < 6 * ROWS else 1)  # a sink that failed waits before it tries again
    finally:
        enough.set()
        killer.join()
    sink.settled()
    assert sum(killed) >= 2
    assert_whole(database, table, posted)


@pytest.mark.parametrize("keyed", [True, False])
def test_a_server_killed_in_the_middle_leaves_every_row_once(make_server, database, table, keyed):
    server = make_server().start()
    options = {"mode": "upsert", "key": "id"} if keyed else {}
    api = server.admin()
    sink = Sink(api, "lake")
    sink.put(url=database.url, tables=[table])
    for round in range(6):
        api.post_rows(table, csv_of(round * ROWS, ROWS), **options)
        time.sleep(0.03 * round)
        server.restart(kill=True)
        api = server.admin()
        sink = Sink(api, "lake")
    sink.settled()
    assert_whole(database, table, 6 * ROWS)


def test_a_stopped_server_goes_on_where_it_was(make_server, database, table):
    server = make_server().start()
    api = server.admin()
    api.post_rows(table, csv_of(0, ROWS), mode="upsert", key="id")
    Sink(api, "lake").put(url=database.url, tables=[table])
    server.restart()
    sink = Sink(server.admin(), "lake")
    sink.settled()
    assert_whole(database, table, ROWS)


def test_secrets_are_nowhere(make_server, database, table):
    server = make_server(env={"LAKE_URL": database.url}).start()
    api = server.admin()
    api.post_rows(table, "id\n1\n", mode="upsert", key="id")
    sink = Sink(api, "lake")
    answer = sink.put(url_env="LAKE_URL", tables=[table])
    assert PASSWORD not in str(answer) and answer["url"] == database.url.replace(":" + PASSWORD, "")
    sink.settled()
    wrong = Sink(api, "wrong")
    wrong.put(url=database.url.replace("/db", f"/{PASSWORD}"), tables=[table])
    assert PASSWORD not in wrong.failing()["error"]
    for job in sink.jobs():
        assert PASSWORD not in str(api.get(f"/v1/jobs/{job['id']}/log").json())
    # Without a password it is the sink's as it was; the key that seals may change.
    api.post("/v1/keys/sealing/rotate", expect=200)
    sink.put(url=answer["url"], tables=[table])
    api.post_rows(table, "id\n2\n", mode="upsert", key="id")
    sink.settled()
    server.stop()
    assert PASSWORD not in server.log_path.read_text()
    for path in server.data.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path
    server.start()


def test_wrong_definitions_are_refused(admin):
    sink = Sink(admin, "wrong")
    good = "postgresql://u:p@h/d"
    for fields, word in [({}, "url"), ({"url": good, "url_env": "X"}, "one of url and url_env"), ({"url": "mysql://h"}, "postgresql://"),
                         ({"url": "postgresql://u:p@/d"}, "host"),
                         ({"url": "postgresql://u:p@h:1x/d"}, "port"), ({"url": "postgresql://u:p@h:99999/d"}, "port"),
                         ({"url": "postgresql://u:p@h:1,i:2/d"}, "one host"), ({"url": good, "kind": "mysql"}, "kind"),
                         ({"url": "postgresql://u:p@ss@h/d"}, "percent-encode"), ({"url": good + "?password=x"}, "parameters"),
                         ({"url": good + "?sslmode=maybe"}, "sslmode"), ({"url": good, "schema": "information_schema"}, "schema"),
                         ({"url": good, "types": "odd"}, "types"), ({"url": good, "tables": "t"}, "tables"),
                         ({"url": good, "tables": ["a", "A"]}, "twice"), ({"url": good, "schema": ""}, "schema"),
                         ({"url": good, "what": 1}, "what"), ({"url_env": "NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE"),
                         ({"url": good, "tables": ["a$b"]}, "tables"), ({"url": good + "?passfile=/etc/passwd"}, "parameters")]:
        answer = sink.put(expect=400, **fields)
        assert word in answer["detail"], (fields, answer)
    admin.get(sink.path, expect=404)
    admin.delete(sink.path, expect=404)


def test_a_sink_is_its_workspaces_owners_to_say(make_server, database, table):
    server = make_server().start()
    admin = server.admin()
    for name, role in (("owen", "owner"), ("edna", "editor"), ("vera", "viewer")):
        admin.post("/v1/users", json={"name": name, "password": "Some-password-1"}, expect=201)
    admin.post("/v1/workspaces", json={"name": "team"}, expect=201)
    for name, role in (("owen", "owner"), ("edna", "editor"), ("vera", "viewer")):
        admin.put(f"/v1/workspaces/team/members/{name}", json={"role": role})
    owner, editor, viewer = (server.api().login(name, "Some-password-1") for name in ("owen", "edna", "vera"))
    owner.post_rows(table, "id\n1\n", ws="team", mode="upsert", key="id")
    sink = Sink(owner, "lake", ws="team")
    sink.put(url=database.url, tables=[table])
    sink.settled()
    assert Sink(viewer, "lake", ws="team").get()["state"] == "ok"
    for api in (editor, viewer):
        api.put(sink.path, json={"url": database.url}, expect=403)
        api.delete(sink.path, expect=403)
    owner.put(sink.path, json={"url_env": "PATH"}, expect=403)
    # A table of another workspace is copied for who owns both.
    owner.put(sink.path, json={"url": database.url, "tables": ["main.secret"]}, expect=404)
    admin.post_rows("theirs", "id\n5\n", mode="upsert", key="id")
    ours = Sink(admin, "lake")
    ours.put(url=database.url, schema="others", tables=["theirs", f"team.{table}"])
    ours.settled()
    assert database.sql(f'SELECT * FROM others."team.{table}"') == [("1",)]
    assert database.sql("SELECT * FROM others.theirs") == [("5",)]
    owner.delete(sink.path, expect=204)
    owner.get(sink.path, expect=404)
    assert database.sql(f"SELECT * FROM {table}") == [("1",)], "what was copied stays"
