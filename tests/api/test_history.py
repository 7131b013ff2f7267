# SPDX-License-Identifier: Apache-2.0
"""Going back to versions, and names for them."""

import pytest

from support.readers import read_with_duckdb, read_with_pyiceberg, rows_of


def both(admin, table):
    """The rows as other engines see them, which must agree with /v1/sql."""
    location = admin.describe(table)["metadata_location"]
    rows = rows_of(read_with_pyiceberg(location), "id")
    assert rows_of(read_with_duckdb(location), "id") == rows
    assert admin.sql(f"SELECT * FROM {table} ORDER BY id") == rows
    return rows


def roll_back(admin, table, version, expect=200):
    return admin.post(admin.table_path(table, "/rollback"), json={"version": version}, expect=expect).json()


def test_rollback_makes_a_new_version_that_every_reader_sees(admin, table):
    first = admin.post_rows(table, "id,n\n1,1\n2,2\n", mode="upsert", key="id").json()["version"]
    second = admin.post_rows(table, "id,n\n2,20\n3,30\n", mode="upsert", key="id").json()["version"]
    made = roll_back(admin, table, first)["version"]
    assert made not in (first, second) and admin.describe(table)["version"] == made
    assert both(admin, table) == [(1, 1), (2, 2)]
    listed = admin.versions(table)
    assert [v["version"] for v in listed] == [made, second, first]
    assert listed[0]["rows"] == 2 and listed[0]["parent"] == second and listed[0]["by"] == "admin"
    roll_back(admin, table, second)
    assert both(admin, table) == [(1, 1), (2, 20), (3, 30)]


def test_rollback_keeps_contract_and_columns(admin, table):
    admin.put_contract(table, ["id INTEGER required", "n INTEGER"], key=["id"])
    first = admin.post_rows(table, "id,n\n1,1\n").json()["version"]
    admin.put_contract(table, ["id INTEGER required", "n INTEGER", "more STRING"], key=["id"])
    admin.post_rows(table, "id,n,more\n2,2,x\n")
    roll_back(admin, table, first)
    assert both(admin, table) == [(1, 1, None)]
    assert len(admin.get(admin.table_path(table, "/contract")).json()["columns"]) == 3


def test_rollback_without_a_contract_brings_the_columns_back(admin, table):
    first = admin.post_rows(table, "id,n\n1,x\n").json()["version"]
    admin.post_rows(table, "id,more\n2,y\n", mode="replace")
    roll_back(admin, table, first)
    assert [column["name"] for column in admin.describe(table)["columns"]] == ["id", "n"]
    assert both(admin, table) == [(1, "x")]
    admin.post_rows(table, "id,more\n3,z\n")
    assert both(admin, table) == [(1, "x", None), (3, None, "z")]


@pytest.mark.parametrize("body, status", [({"version": "12"}, 404), ({"version": "x"}, 400), ({"version": 12}, 400), ({}, 400),
                                          ({"version": "12", "more": 1}, 400)])
def test_rollback_to_nothing_is_refused(admin, table, body, status):
    admin.post_rows(table, "id\n1\n")
    answer = admin.post(admin.table_path(table, "/rollback"), json=body, expect=status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(admin.versions(table)) == 1


def test_tags(admin, table):
    first = admin.post_rows(table, "id\n1\n").json()["version"]
    path = admin.table_path(table, "/tags")
    made = admin.post(path, json={"name": "v1"}, expect=201).json()
    assert made == {"name": "v1", "version": first, "rows": 1}
    second = admin.post_rows(table, "id\n2\n").json()["version"]
    admin.post(path, json={"name": "a/b", "version": second}, expect=201)
    assert admin.get(path).json() == {"tags": [{"name": "a/b", "version": second, "rows": 2}, made]}
    assert admin.sql(f'SELECT * FROM "{table}@v1"') == [(1,)]
    assert admin.sql(f'SELECT count(*) FROM "{table}@a/b"') == [(2,)]
    assert admin.get(admin.table_path(table, "/branches")).json() == {
        "branches": [{"name": "main", "version": second, "rows": 2}]}
    admin.post(path, json={"name": "v1"}, expect=409)
    admin.post(path, json={"name": "main"}, expect=409)
    admin.post(path, json={"name": "key-x"}, expect=400)
    admin.post(path, json={"name": "x", "version": "7"}, expect=404)
    admin.delete(path + "/a%2Fb", expect=204)
    admin.delete(path + "/a%2Fb", expect=404)
    admin.delete(path + "/main", expect=404)
    assert admin.sql_answer(f'SELECT * FROM "{table}@a/b"').status_code == 400
    assert [t["name"] for t in admin.get(path).json()["tags"]] == ["v1"]


def test_who_may(admin, table, user_name):
    version = admin.post_rows(table, "id\n1\n").json()["version"]
    viewer = admin.make_user(user_name, workspace="main", role="viewer")
    stranger = admin.make_user(user_name + "s")
    for rest, body in (("/rollback", {"version": version}), ("/tags", {"name": "x"})):
        viewer.post(admin.table_path(table, rest), json=body, expect=403)
        stranger.post(admin.table_path(table, rest), json=body, expect=404)
    for rest in ("/tags", "/branches"):
        viewer.get(admin.table_path(table, rest), expect=200)
        stranger.get(admin.table_path(table, rest), expect=404)
    viewer.delete(admin.table_path(table, "/tags/x"), expect=403)
    assert len(admin.versions(table)) == 1
