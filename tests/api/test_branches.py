# SPDX-License-Identifier: Apache-2.0
"""Branches: written, read here and by other engines, published, removed; and the raw files of versions."""

import io
import threading

import pyarrow.parquet
import pytest
from pyiceberg.table import StaticTable

from support.readers import duckdb_with_iceberg, plain_path, read_with_pyiceberg, rows_of


def make(admin, table, name, expect=201, **fields):
    return admin.post(admin.table_path(table, "/branches"), json={"name": name, **fields}, expect=expect).json()


def forward(admin, table, name, to, expect=200):
    path = admin.table_path(table, f"/branches/{name}/fast-forward")
    return admin.post(path, json={"to": to}, expect=expect).json()


def branches(admin, table):
    return {b["name"]: b["version"] for b in admin.get(admin.table_path(table, "/branches")).json()["branches"]}


def by_pyiceberg(admin, table, branch, order="id"):
    here = StaticTable.from_metadata(admin.describe(table)["metadata_location"])
    return rows_of(here.scan().use_ref(branch).to_arrow(), order)


def by_duckdb(admin, table, branch, order="id"):
    described = admin.describe(table)
    version = branches(admin, table)[branch]
    path = plain_path(described["metadata_location"])
    found = duckdb_with_iceberg().execute(
        f"SELECT * FROM iceberg_scan('{path}', snapshot_from_id => {version}::UBIGINT)").to_arrow_table()
    return rows_of(found, order)


def test_a_branch_is_written_and_published(admin, table):
    first = admin.post_rows(table, "id,n\n1,a\n").json()["version"]
    assert make(admin, table, "review") == {"name": "review", "version": first, "rows": 1}
    sent = admin.post_rows(table, "id,n,more\n2,b,1.5\n", branch="review").json()
    assert sent["rows_accepted"] == 1
    assert branches(admin, table) == {"main": first, "review": sent["version"]}
    assert admin.sql(f"SELECT * FROM {table}") == [(1, "a")]
    expected = [(1, "a", None), (2, "b", 1.5)]
    assert admin.sql(f'SELECT * FROM "{table}@review" ORDER BY id') == expected
    assert by_pyiceberg(admin, table, "review") == expected == by_duckdb(admin, table, "review")
    assert by_pyiceberg(admin, table, "main") == [(1, "a")]
    answer = admin.get(admin.rows_path(table), params={"branch": "review", "order": "id"}).json()
    assert [tuple(row) for row in answer["rows"]] == expected
    listed = {v["version"]: v.get("branch") for v in admin.versions(table)}
    assert listed == {first: None, sent["version"]: "review"}

    assert forward(admin, table, "main", "review")["version"] == sent["version"]
    assert admin.sql(f"SELECT * FROM {table} ORDER BY id") == expected
    assert rows_of(read_with_pyiceberg(admin.describe(table)["metadata_location"]), "id") == expected
    admin.delete(admin.table_path(table, "/branches/review"), expect=204)
    assert list(branches(admin, table)) == ["main"]
    assert admin.sql_answer(f'SELECT * FROM "{table}@review"').status_code == 400
    assert admin.sql(f'SELECT count(*) FROM "{table}@{sent["version"]}"') == [(2,)]


def test_every_mode_and_deletes_on_a_branch(admin, table):
    admin.post_rows(table, "id,n\n1,1\n2,2\n")
    make(admin, table, "b")
    admin.post_rows(table, "id,n\n2,20\n3,30\n", mode="upsert", key="id", branch="b")
    assert by_pyiceberg(admin, table, "b") == [(1, 1), (2, 20), (3, 30)] == by_duckdb(admin, table, "b")
    gone = admin.delete(admin.rows_path(table), params={"where": "id = 2", "branch": "b"}).json()
    assert gone == {"version": branches(admin, table)["b"], "rows_deleted": 1}
    assert by_pyiceberg(admin, table, "b") == [(1, 1), (3, 30)] == by_duckdb(admin, table, "b")
    admin.post_rows(table, "id,n\n9,9\n", mode="replace", branch="b")
    assert by_pyiceberg(admin, table, "b") == [(9, 9)]
    assert admin.sql(f"SELECT * FROM {table} ORDER BY id") == [(1, 1), (2, 2)]


def test_branches_of_different_shapes_are_read_by_everybody(admin, table):
    admin.post_rows(table, "id,x\n1,5\n2,6\n")
    make(admin, table, "numbers")
    admin.delete(admin.rows_path(table), params={"all": "true"})
    admin.put_contract(table, ["id BIGINT", "x STRING", "y DOUBLE"])
    admin.post_rows(table, "id,x,y\n3,text,0.5\n")
    admin.delete(admin.table_path(table, "/contract"), expect=204)
    admin.post_rows(table, "id,x\n4,7\n", branch="numbers")
    numbers, texts = [(1, 5), (2, 6), (4, 7)], [(3, "text", 0.5)]
    assert admin.sql(f'SELECT * FROM "{table}@numbers" ORDER BY id') == numbers
    assert admin.sql(f"SELECT * FROM {table}") == texts == admin.sql(f'SELECT * FROM "{table}@main"')
    assert by_pyiceberg(admin, table, "numbers") == numbers == by_duckdb(admin, table, "numbers")
    assert by_pyiceberg(admin, table, "main") == texts
    # Under the table's one current schema a column of another branch is there too, by another name and empty.
    current = read_with_pyiceberg(admin.describe(table)["metadata_location"])
    assert current.column_names[:3] == ["id", "x", "y"] and current.column_names[3].startswith("x__")
    assert rows_of(current, "id") == [(3, "text", 0.5, None)]
    assert [c["name"] for c in admin.describe(table)["columns"]] == ["id", "x", "y"]

    admin.delete(admin.table_path(table, "/branches/numbers"), expect=204)
    assert read_with_pyiceberg(admin.describe(table)["metadata_location"]).column_names == ["id", "x", "y"]


def test_a_correction_goes_to_the_branch_of_its_batch(admin, table):
    admin.put_contract(table, ["id INTEGER required"])
    make(admin, table, "b")
    assert admin.post_rows(table, "id\nx\n", branch="b").json()["rows_rejected"] == 1
    row = admin.get(admin.table_path(table, "/quarantine")).json()["rows"][0]
    answer = admin.post(admin.table_path(table, "/quarantine/resubmit"),
                        json={"rows": [{"id": row["id"], "data": {"id": 1}}]}).json()
    assert answer["rows_accepted"] == 1
    assert admin.sql(f'SELECT * FROM "{table}@b"') == [(1,)] and admin.sql(f"SELECT * FROM {table}") == []


def test_where_a_branch_begins(admin, table):
    first = admin.post_rows(table, "id\n1\n").json()["version"]
    admin.post(admin.table_path(table, "/tags"), json={"name": "v1"}, expect=201)
    second = admin.post_rows(table, "id\n2\n").json()["version"]
    assert make(admin, table, "a", **{"from": "v1"})["version"] == first
    assert make(admin, table, "b/c", **{"from": first})["version"] == first
    assert make(admin, table, "c", **{"from": "main"})["version"] == second
    assert make(admin, table, "d", **{"from": "a"})["version"] == first
    for taken in ("a", "v1", "main"):
        make(admin, table, taken, expect=409)
    for bad in ("key-x", "boathouse-x", "", "..", "a@b"):
        make(admin, table, bad, expect=400)
    for nothing in ("nothing", "77"):
        make(admin, table, "e", expect=404, **{"from": nothing})
    make(admin, table, "e", expect=400, **{"at": first})
    make(admin, "nowhere", "e", expect=404)
    assert forward(admin, table, "b%2Fc", "main")["rows"] == 2
    admin.delete(admin.table_path(table, "/branches/b%2Fc"), expect=204)


def test_a_branch_goes_forward_only(admin, table):
    first = admin.post_rows(table, "id\n1\n").json()["version"]
    make(admin, table, "b")
    second = admin.post_rows(table, "id\n2\n").json()["version"]
    on_b = admin.post_rows(table, "id\n3\n", branch="b").json()["version"]
    told = forward(admin, table, "main", "b", expect=409)
    assert told["type"] == "/docs/errors/not-a-descendant"
    assert (told["version"], told["to"]) == (second, on_b)
    forward(admin, table, "main", first, expect=409)
    forward(admin, table, "main", "nothing", expect=404)
    forward(admin, table, "nothing", "main", expect=404)
    assert forward(admin, table, "main", second)["rows"] == 2
    assert branches(admin, table) == {"b": on_b, "main": second}
    path = admin.table_path(table, "/branches")
    assert admin.delete(path + "/main", expect=400).json()["status"] == 400
    admin.delete(path + "/nothing", expect=404)


@pytest.mark.parametrize("ask", ["get", "delete", "post"])
def test_a_branch_that_is_not_there(admin, table, ask):
    admin.post_rows(table, "id\n1\n")
    admin.post(admin.table_path(table, "/tags"), json={"name": "v1"}, expect=201)
    for branch in ("nothing", "v1"):
        if ask == "post":
            admin.post_rows(table, "id\n1\n", branch=branch, expect=404)
        else:
            getattr(admin, ask)(admin.rows_path(table), params={"branch": branch, **({"all": "true"} if ask == "delete" else {})},
                                expect=404)
    assert admin.sql(f"SELECT * FROM {table}") == [(1,)]


def test_writers_of_two_branches_lose_nothing(admin, table):
    admin.post_rows(table, "id,w\n0,0\n")
    names = ["main", "a", "b"]
    for name in names[1:]:
        make(admin, table, name)

    def write(name):
        for i in range(1, 9):
            admin.post_rows(table, f"id,w\n{i},{i}\n", branch=name)

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        assert by_pyiceberg(admin, table, name) == [(i, i) for i in range(9)]


def scan(admin, table, expect=200, **params):
    return admin.get(admin.table_path(table, "/scan"), params=params, expect=expect).json()


def test_raw_files_are_the_rows(admin, table):
    admin.post_rows(table, "id,n\n1,a\n2,b\n3,c\n")
    admin.post_rows(table, "id,n\n4,d\n")
    version = admin.delete(admin.rows_path(table), params={"where": "id = 2"}).json()["version"]
    listed = scan(admin, table)
    assert listed["version"] == version and len(listed["files"]) == 2 and len(listed["deletes"]) == 1
    assert listed == scan(admin, table, version=version) == scan(admin, table, branch="main")

    def read(file):
        answer = admin.get(file["url"])
        assert len(answer.content) == file["bytes"] == int(answer.headers["Content-Length"])
        return pyarrow.parquet.read_table(io.BytesIO(answer.content)).to_pylist()

    gone = {(d["file_path"], d["pos"]) for f in listed["deletes"] for d in read(f)}
    rows = [row["id"] for f in listed["files"] for at, row in enumerate(read(f)) if (f["path"], at) not in gone]
    assert sorted(rows) == [1, 3, 4]
    scan(admin, table, expect=404, branch="nothing")
    scan(admin, table, expect=404, version="7")
    scan(admin, table, expect=400, version=version, branch="main")


def test_a_raw_file_in_parts(admin, table):
    admin.post_rows(table, "id\n" + "\n".join(map(str, range(5000))) + "\n")
    url = scan(admin, table)["files"][0]["url"]
    whole = admin.get(url)
    etag, size = whole.headers["ETag"], len(whole.content)
    assert whole.headers["Accept-Ranges"] == "bytes" and etag.startswith('"')
    assert whole.headers["Content-Type"] == "application/vnd.apache.parquet"

    def ask(status, method="GET", **headers):
        return admin.request(method, url, expect=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    part = ask(206, Range=f"bytes=100-{size // 2}", If_Range=etag)
    rest = ask(206, Range=f"bytes={size // 2 + 1}-")
    assert whole.content[:100] + part.content + rest.content == whole.content
    assert part.headers["Content-Range"] == f"bytes 100-{size // 2}/{size}" and part.headers["ETag"] == etag
    assert ask(206, Range="bytes=-7").content == whole.content[-7:]
    assert ask(200, Range="bytes=1-2", If_Range='"other"').content == whole.content
    assert ask(200, Range="bytes=1-2,4-5").content == whole.content
    past = ask(416, Range=f"bytes={size}-")
    assert past.headers["Content-Range"] == f"bytes */{size}"
    assert ask(304, If_None_Match=f'"x", {etag}').content == b""
    ask(412, If_Match='"x"')
    head = ask(200, method="HEAD")
    assert head.content == b"" and head.headers["Content-Length"] == str(size) and head.headers["ETag"] == etag
    admin.delete(admin.rows_path(table), params={"all": "true"})
    assert ask(200).content == whole.content, "as long as the version lives"
    for wrong in ("1", "x", "0%2F0"):
        admin.get(url[:-1] + wrong, expect=404)


def test_branches_outlive_a_restart(make_server):
    house = make_server().start()
    admin = house.admin()
    admin.post_rows("t", "id\n1\n")
    make(admin, "t", "b")
    version = admin.post_rows("t", "id\n2\n", branch="b").json()["version"]
    house.restart(kill=True)
    admin = house.admin()
    assert branches(admin, "t")["b"] == version
    assert admin.sql('SELECT * FROM "t@b" ORDER BY id') == [(1,), (2,)]
