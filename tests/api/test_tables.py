# SPDX-License-Identifier: Apache-2.0
"""Tables: listing, description, contracts, settings, drop, versions, and names that hurt."""

import pytest

from support.readers import plain_path, read_with_duckdb, read_with_pyiceberg, rows_of


def test_a_table_describes_itself(admin, table):
    admin.put_contract(table, ["id INTEGER required", "at ISO_DATE", "fare DECIMAL(6,2)"], key=["id"], description="Fares",
                       partition=["day(at)"])
    admin.post_rows(table, "id,at,fare\n1,2024-06-01T00:00:00Z,1.50\n2,2024-06-02T00:00:00Z,\n")
    told = admin.describe(table)
    assert told["name"] == table
    assert [(c["name"], c["required"]) for c in told["columns"]] == [("id", True), ("at", False), ("fare", False)]
    assert len({c["id"] for c in told["columns"]}) == 3
    assert [c["type"] for c in told["columns"]][::2] == ["INTEGER", "DECIMAL(6,2)"]
    assert told["rows"] == 2 and told["files"] >= 1 and told["bytes"] > 0
    assert told["key"] == ["id"]
    assert told["partition"] == ["day(at)"]
    assert told["version"] == admin.versions(table)[0]["version"]
    assert plain_path(told["metadata_location"]).startswith(plain_path(told["location"]))
    assert told["contract"]["description"] == "Fares"


def test_a_table_without_a_contract_has_none(admin, table):
    admin.post_rows(table, "id\n1\n")
    assert admin.describe(table).get("contract") is None
    assert admin.get(admin.table_path(table, "/contract")).status_code == 404


def test_a_contract_comes_back_as_it_was_given(admin, table):
    columns = [{"name": "id", "type": "INTEGER", "required": True, "min": 1, "description": "number"},
               {"name": "c", "type": "STRING", "values": ["a", "b"], "default": "a"}]
    admin.put_contract(table, columns, key=["id"], max_rows=7)
    told = admin.get(admin.table_path(table, "/contract"), expect=200).json()
    assert told["key"] == ["id"] and told["max_rows"] == 7
    for given, back in zip(columns, told["columns"], strict=True):
        assert given.items() <= back.items()
    admin.put_contract(table, columns, key=["id"], max_rows=7)  # the same again
    assert admin.get(admin.table_path(table, "/contract")).json() == told


def test_a_contract_can_be_taken_away(admin, table):
    admin.put_contract(table, ["id INTEGER required"])
    admin.post_rows(table, "id\n1\n")
    assert admin.delete(admin.table_path(table, "/contract")).status_code in (200, 204)
    assert admin.post_rows(table, "id,more\n2,x\n").json()["rows_accepted"] == 1
    assert admin.value(f"SELECT count(*) FROM {table}") == 2


def test_a_contract_that_changes_widens_and_adds(admin, table):
    admin.put_contract(table, ["id INTEGER", "v INTEGER"])
    admin.post_rows(table, "id,v\n1,1\n")
    before = {c["name"]: c["id"] for c in admin.describe(table)["columns"]}
    admin.put_contract(table, ["id BIGINT", "v INTEGER", "note STRING"])
    admin.post_rows(table, "id,v,note\n5000000000,2,x\n")
    after = {c["name"]: c["id"] for c in admin.describe(table)["columns"]}
    assert before.items() <= after.items()
    assert admin.sql(f"SELECT id, v, note FROM {table} ORDER BY id") == [(1, 1, None), (5000000000, 2, "x")]


def test_a_narrower_contract_never_narrows_what_is_stored(admin, table):
    admin.put_contract(table, ["id BIGINT"])
    admin.post_rows(table, "id\n5000000000\n")
    answer = admin.put(admin.table_path(table, "/contract"), json={"columns": [{"name": "id", "type": "INTEGER"}]})
    assert answer.status_code in (200, 400, 409)
    if answer.status_code == 200:
        assert admin.post_rows(table, "id\n5000000001\n7\n").json()["rows_rejected"] == 1
    assert admin.describe(table)["columns"][0]["type"] == "BIGINT"
    assert admin.value(f"SELECT max(id) FROM {table}") == 5000000000


# Lists

def test_tables_are_listed_by_prefix_and_page(admin, table):
    names = [f"{table}_list_{n}" for n in range(5)]
    for name in names:
        admin.post_rows(name, "id\n1\n")
    listed = admin.get(f"/v1/workspaces/main/tables?prefix={table}_list_", expect=200).json()
    assert [t["name"] for t in listed["tables"]] == names
    assert all(t["rows"] == 1 and t["bytes"] > 0 and t["version"] and t["updated_at"].endswith("Z") for t in listed["tables"])
    assert "next_page_token" not in listed or not listed["next_page_token"]
    seen, token = [], ""
    while token is not None:
        page = admin.get(f"/v1/workspaces/main/tables?prefix={table}_list_&limit=2{token and '&page_token=' + token}", expect=200).json()
        assert len(page["tables"]) <= 2
        seen += [t["name"] for t in page["tables"]]
        token = page.get("next_page_token") or None
    assert seen == names


def test_quarantines_are_not_listed_as_tables(admin, table):
    admin.put_contract(table, ["id INTEGER"])
    admin.post_rows(table, "id\nx\n")
    listed = admin.get(f"/v1/workspaces/main/tables?prefix={table}", expect=200).json()["tables"]
    assert [t["name"] for t in listed] == [table]


def test_unknown_query_parameters_are_named(admin):
    answer = admin.get("/v1/workspaces/main/tables?colour=red")
    assert answer.status_code == 400 and "colour" in answer.json()["detail"]


# Versions

def test_versions_tell_what_happened_newest_first(admin, table):
    admin.put_contract(table, ["id INTEGER", "v STRING"], key=["id"])
    answers = [admin.post_rows(table, "id,v\n1,a\n2,b\n").json(), admin.post_rows(table, "id,v\n2,B\n3,c\n", mode="upsert").json(),
               admin.post_rows(table, "id,v\n9,z\n", mode="replace").json()]
    versions = admin.versions(table)[:3]
    assert [v["version"] for v in versions] == [a["version"] for a in reversed(answers)]
    assert [v["rows"] for v in versions] == [1, 3, 2]
    assert [(v["added"], v["deleted"]) for v in versions] == [(1, 3), (2, 1), (2, 0)]
    assert [v["request_id"] for v in versions] == [a["request_id"] for a in reversed(answers)]
    assert [v["operation"] for v in versions] == ["overwrite", "overwrite", "append"]
    assert [v["parent"] for v in versions[:2]] == [v["version"] for v in versions[1:]]
    assert all(v["by"] == "admin" for v in versions)


# Settings and drop

def test_settings_can_be_changed(admin, table):
    admin.post_rows(table, "id\n1\n")
    admin.patch(admin.table_path(table), json={"keep_versions": 5, "keep_for": "7d", "description": "small"}, expect=200)
    assert admin.describe(table)["keep_for"] == "7d"
    assert admin.patch(admin.table_path(table), json={"keep_for": "0s"}, expect=200).json()["keep_for"] == "0s"
    assert admin.patch(admin.table_path(table), json={"colour": "red"}).status_code == 400
    assert admin.patch(admin.table_path(table), json={"keep_for": "soon"}).status_code == 400
    assert admin.patch(admin.table_path(table), json={"keep_versions": 0}).status_code == 400


def test_a_dropped_table_is_gone_and_its_name_free(admin, table):
    admin.put_contract(table, ["id INTEGER"])
    admin.post_rows(table, "id\n1\nx\n")
    assert admin.delete(admin.table_path(table)).status_code in (200, 204)
    assert admin.get(admin.table_path(table)).status_code == 404
    assert admin.delete(admin.table_path(table)).status_code == 404
    assert admin.sql_answer(f"SELECT * FROM {table}").status_code in (400, 404)
    admin.post_rows(table, "name\nnew\n")
    assert admin.sql(f"SELECT * FROM {table}") == [("new",)]
    assert admin.quarantine(table) == []


@pytest.mark.parametrize("rest", ["", "/contract", "/versions", "/quarantine"])
def test_an_unknown_table_is_404(admin, rest):
    answer = admin.get(admin.table_path("no_such_table", rest))
    assert answer.status_code == 404
    assert answer.json()["status"] == 404


# Names

HURTING = ["br[1]", "st*r", "h#x", "q?x", "\U0001F6A2" * 128, "a", "a/data", "a/metadata/x", "per%cent", "eq=ual", "sp ace", "quo\"te",
           "apo'strophe", "semi;colon", "new%2fline", "-dash", "CON", "select", "1st", "ünïcode", "a+b&c", "main", "x.parquet",
           "{brace}", "tilde~", "~", "...", "back`tick", "<tag>", "a,b", "data", "metadata"]


@pytest.mark.parametrize("number", range(len(HURTING)))
def test_a_name_that_hurts_is_a_name(admin, number):
    name = HURTING[number]
    admin.post_rows(name, f"id,v\n{number},first\n", mode="replace")
    quoted = '"' + name.replace('"', '""') + '"'
    assert admin.sql(f"SELECT id, v FROM {quoted}") == [(number, "first")]
    told = admin.describe(name)
    assert (told["name"], told["rows"]) == (name, 1)
    assert rows_of(read_with_pyiceberg(told["metadata_location"]), "id") == [(number, "first")]
    assert rows_of(read_with_duckdb(told["metadata_location"]), "id") == [(number, "first")]


def test_each_of_them_reads_only_itself(admin):
    for number, name in enumerate(HURTING):
        admin.post_rows(name, f"id,v\n{number},again\n", mode="replace")
    for number, name in enumerate(HURTING):
        quoted = '"' + name.replace('"', '""') + '"'
        assert admin.sql(f"SELECT id FROM {quoted}") == [(number,)], name


def test_no_location_lies_inside_anothers(admin):
    for name in ("a", "a/data", "a/metadata/x"):
        admin.post_rows(name, "id,v\n1,x\n", mode="replace")
    locations = [plain_path(admin.describe(name)["location"]).rstrip("/") + "/" for name in ("a", "a/data", "a/metadata/x")]
    for one in locations:
        assert [other for other in locations if other.startswith(one)] == [one]


@pytest.mark.parametrize("name", ["a//b", "a/", "..", "a/../b", "a/./b", "a\\b", "a$b", "a@b", "x__quarantine", "X__Quarantine", "a\nb",
                                  "\x7f", "x" * 129, "\U0001F6A2" * 129])
def test_a_bad_name_is_400(admin, name):
    answer = admin.post_rows(name, "id\n1\n", expect=None)
    assert answer.status_code == 400 or (name == ".." and answer.status_code == 404), answer.text


def test_names_are_compared_without_case(admin, table):
    admin.post_rows(table.upper(), "id\n1\n")
    admin.post_rows(table, "id\n2\n")
    assert admin.value(f"SELECT count(*) FROM {table}") == 2
    assert len(admin.get(f"/v1/workspaces/main/tables?prefix={table.upper()}").json()["tables"]) == 1


VALUES = ["a/b", "a=b", "100%", "..", "../x", "%2f", "", " ", "#", "?", "\u00e5", "a\nb", "__HIVE_DEFAULT_PARTITION__", "nul", "'", '"', "*", "[x]"]


def test_partition_values_that_hurt_stay_values(admin, table):
    admin.put_contract(table, ["id INTEGER", "part STRING"], partition=["part"])
    rows = [{"id": n, "part": value} for n, value in enumerate(VALUES)] + [{"id": len(VALUES), "part": None}]
    admin.post_rows(table, rows, "application/json")
    expected = [(row["id"], row["part"]) for row in rows]
    assert admin.sql(f"SELECT id, part FROM {table} ORDER BY id") == expected
    for value in VALUES:
        assert admin.sql(f"SELECT part FROM {table} WHERE part = ?", params=[value]) == [(value,)]
    told = admin.describe(table)
    assert rows_of(read_with_pyiceberg(told["metadata_location"]), "id") == expected
    assert rows_of(read_with_duckdb(told["metadata_location"]), "id") == expected


def test_pages_of_versions_do_not_shift_under_commits(admin, table):
    for i in range(5):
        admin.post_rows(table, f"id\n{i}\n")
    path = admin.table_path(table, "/versions")
    expected = [v["version"] for v in admin.versions(table)]
    seen, token = [], None
    while True:
        page = admin.get(path, params={"limit": 2} | ({"page_token": token} if token else {}), expect=200).json()
        seen += [v["version"] for v in page["versions"]]
        token = page.get("next_page_token")
        if token is None:
            break
        admin.post_rows(table, "id\n9\n")
    assert seen == expected
    assert admin.get(path, params={"page_token": "x"}).status_code == 400
    assert admin.get(path, params={"page_token": "-1"}).status_code == 400
