# SPDX-License-Identifier: Apache-2.0
"""Backups: what other programs read in them, and tables that come back as they were."""

import concurrent.futures
import datetime as dt
import decimal
import json
import subprocess
import uuid

import fastavro
import pyarrow.parquet
import pytest

from support.readers import read_with_duckdb, read_with_pyiceberg, rows_of
from support.server import ADMIN_PASSWORD

COLUMNS = ["id INTEGER required", "big BIGINT", "ratio DOUBLE", "price DECIMAL(9,2)", "wide DECIMAL(38,10)", "name STRING", "yes BOOLEAN",
           "day DATE", "clock TIME", "local TIMESTAMP", "instant TIMESTAMPTZ", "seen ISO_DATE", "key UUID", "blob BINARY", "doc JSON",
           {"name": "größe (cm)", "type": "INTEGER"}]
UTC = dt.timezone.utc
SOME_ID = "12345678-1234-5678-1234-567812345678"
ROWS = [
    {"id": 1, "big": 2**63 - 1, "ratio": 0.1, "price": "1234567.89", "wide": "-1234567890123456789012345678.0123456789", "name": "Grüße, \"x\"\n", "yes": True,
     "day": "2024-02-29", "clock": "23:59:59.999999", "local": "1969-12-31T23:59:59.999999", "instant": "2024-06-01T12:00:00.000001+02:00",
     "seen": "2024-06-01T12:00:00Z", "key": SOME_ID, "blob": "AP8B", "doc": {"a": [1, None]}, "größe (cm)": 180},
    {"id": -2147483648, "big": -2**63, "ratio": -1.5e300, "price": "-0.01", "wide": "0", "name": "", "yes": False,
     "day": "0001-01-01", "clock": "00:00:00", "local": "9999-12-31T00:00:00", "instant": "1970-01-01T00:00:00Z",
     "seen": "1999-01-01T00:00:00Z", "key": "00000000-0000-0000-0000-000000000000", "blob": "", "doc": "text", "größe (cm)": -1},
    {"id": 3},
]
EXPECTED = {
    "id": 1, "big": 2**63 - 1, "ratio": 0.1, "price": decimal.Decimal("1234567.89"), "wide": decimal.Decimal("-1234567890123456789012345678.0123456789"),
    "name": "Grüße, \"x\"\n", "yes": True, "day": dt.date(2024, 2, 29), "clock": dt.time(23, 59, 59, 999999),
    "local": dt.datetime(1969, 12, 31, 23, 59, 59, 999999), "instant": dt.datetime(2024, 6, 1, 10, 0, 0, 1, tzinfo=UTC),
    "seen": dt.datetime(2024, 6, 1, 12, tzinfo=UTC), "key": uuid.UUID(SOME_ID), "blob": b"\x00\xff\x01", "größe (cm)": 180}


def folder_of(server, backup):
    return next((server.data / "backups").rglob(f"{backup}/manifest.json")).parent


def read_parts(folder, suffix):
    """The rows of all parts, as dicts by the columns' own names."""
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = []
    for part in sorted(folder.glob(f"part-*.{suffix}")):
        if suffix == "avro":
            own = {column["avro_name"]: column["name"] for column in manifest["columns"]}
            with open(part, "rb") as file:
                rows += [{own[name]: value for name, value in row.items()} for row in fastavro.reader(file)]
        else:
            rows += pyarrow.parquet.read_table(part).to_pylist()
    return rows


@pytest.fixture
def full(admin, table):
    """A table with a column of every type; returns its name."""
    admin.put_contract(table, COLUMNS, key=["id"])
    answer = admin.post_rows(table, ROWS, "application/json").json()
    assert answer["rows_accepted"] == len(ROWS), answer
    return table


@pytest.mark.parametrize("suffix", ["parquet", "avro"])
def test_other_programs_read_every_type(house, admin, full, suffix):
    rows = {row["id"]: row for row in read_parts(folder_of(house, admin.back_up(full)), suffix)}
    assert rows.keys() == {1, -2147483648, 3}
    assert json.loads(rows[1].pop("doc")) == {"a": [1, None]}
    found = rows[1] | {"key": uuid.UUID(bytes=rows[1]["key"]) if isinstance(rows[1]["key"], bytes) else rows[1]["key"]}
    assert found == EXPECTED
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in EXPECTED.items()}
    assert {value for name, value in rows[3].items() if name != "id"} == {None}
    least = rows[-2147483648]
    assert (least["big"], least["price"], least["wide"], least["name"], least["blob"]) == (-2**63, decimal.Decimal("-0.01"), 0, "", b"")
    assert least["day"] == dt.date(1, 1, 1) and least["local"] == dt.datetime(9999, 12, 31)


def test_a_manifest_says_what_is_there_and_sha256sum_agrees(house, admin, full):
    backup = admin.back_up(full)
    folder = folder_of(house, backup)
    manifest = json.loads((folder / "manifest.json").read_text())
    table = admin.describe(full)
    assert (manifest["id"], manifest["table"], manifest["rows"], manifest["version"]) == (backup, full, 3, table["version"])
    assert manifest["contract"] == table["contract"]
    assert {file["path"] for file in manifest["files"]} == {"part-00001.parquet", "part-00001.avro"}
    assert all(file["rows"] == 3 and file["bytes"] == (folder / file["path"]).stat().st_size for file in manifest["files"])
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert {file["path"]: file["sha256"] for file in manifest["files"]} | {"manifest.json": sums["manifest.json"]} == sums
    [listed] = admin.backups(full)
    assert listed == {"id": backup, "at": manifest["at"], "version": table["version"], "rows": 3, "bytes": manifest["bytes"]}


def test_a_dropped_table_comes_back_as_it_was(admin, full):
    admin.post_rows(full, [{"id": 3, "name": "three"}], "application/json", mode="upsert")
    before = admin.describe(full)
    rows_before = read_with_pyiceberg(before["metadata_location"])
    backup = admin.back_up(full)
    admin.delete(admin.table_path(full), expect=204)
    assert [kept["id"] for kept in admin.backups(full)] == [backup]
    job = admin.restore(full, backup)
    assert job["state"] == "succeeded" and job["result"]["rows"] == 3, job
    after = admin.describe(full)
    assert after["version"] == job["result"]["version"]
    assert [(c["name"], c["type"], c["required"]) for c in after["columns"]] == [(c["name"], c["type"], c["required"]) for c in before["columns"]]
    assert after["contract"] == before["contract"] and after["key"] == before["key"]
    rows_after = read_with_pyiceberg(after["metadata_location"])
    assert rows_after.schema.remove_metadata().types == rows_before.schema.remove_metadata().types
    assert rows_of(rows_after, "id") == rows_of(rows_before, "id")
    assert rows_of(read_with_duckdb(after["metadata_location"]), "id") == rows_of(read_with_duckdb(before["metadata_location"]), "id")
    # The contract holds again.
    assert admin.post_rows(full, [{"id": None}], "application/json").json()["rows_rejected"] == 1


def test_a_restore_is_a_version_like_any_other(admin, table):
    admin.post_rows(table, "id,name\n1,a\n2,b\n")
    backup = admin.back_up(table)
    admin.post_rows(table, "id,name,more\n3,c,x\n")
    newer = admin.describe(table)["version"]
    admin.restore(table, backup)
    assert admin.sql(f"SELECT * FROM {table} ORDER BY id") == [(1, "a"), (2, "b")]
    assert admin.sql(f'SELECT * FROM "{table}@{newer}" ORDER BY id') == [(1, "a", None), (2, "b", None), (3, "c", "x")]
    newest = admin.versions(table)[0]
    assert (newest["operation"], newest["parent"], newest["by"], newest["rows"]) == ("overwrite", newer, "admin", 2)


def test_a_restore_is_undone_by_a_rollback(admin, full):
    path = admin.table_path(full)
    backup = admin.back_up(full)
    admin.post_rows(full, [{"id": 3, "name": "three"}, {"id": 4, "big": 4}], "application/json", mode="upsert")
    admin.post_rows(full, "id\nx\n")
    admin.post(path + "/tags", json={"name": "kept"}, expect=201)
    before = admin.describe(full)
    read = lambda told: [rows_of(reader(told["metadata_location"]), "id") for reader in (read_with_pyiceberg, read_with_duckdb)]
    rows = read(before)
    quarantined = admin.quarantine(full)
    assert admin.restore(full, backup)["state"] == "succeeded"
    assert admin.value(f"SELECT count(*) FROM {full}") == 3
    # What is not in a backup stays as it is: quarantine, tags, versions.
    assert admin.quarantine(full) == quarantined and len(quarantined) == 1
    assert [(t["name"], t["version"]) for t in admin.get(path + "/tags", expect=200).json()["tags"]] == [("kept", before["version"])]
    admin.post(path + "/rollback", json={"version": before["version"]}, expect=200)
    after = admin.describe(full)
    assert read(after) == rows
    assert (after["columns"], after["contract"], after["rows"]) == (before["columns"], before["contract"], 4)


def test_a_damaged_backup_is_refused_at_once_and_changes_nothing(house, admin, full):
    good = admin.back_up(full)
    admin.post_rows(full, [{"id": 4}], "application/json")
    version = admin.describe(full)["version"]
    for name in ("part-00001.parquet", "part-00001.avro", "manifest.json", "SHA256SUMS"):
        backup = admin.back_up(full)
        path = folder_of(house, backup) / name
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        job = admin.restore(full, backup)
        assert job["state"] == "failed" and job["attempts"] == 1, job
        assert "damaged" in job["error"] and (name in job["error"] or "manifest.json" in job["error"])
        answer = admin.post(f"/restore?table={full}", expect=422)
        assert "damaged" in answer.json()["error"] and backup in answer.json()["error"]
    missing = folder_of(house, admin.back_up(full)) / "part-00001.avro"
    missing.unlink()
    assert "part-00001.avro is missing" in admin.post(f"/restore?table={full}", expect=422).json()["error"]
    assert admin.describe(full)["version"] == version
    assert admin.restore(full, good)["state"] == "succeeded"
    assert admin.value(f"SELECT count(*) FROM {full}") == 3


def test_a_backup_without_its_manifest_does_not_exist(house, admin, table):
    admin.post_rows(table, "id\n1\n")
    backup = admin.back_up(table)
    (folder_of(house, backup) / "manifest.json").unlink()
    assert admin.backups(table) == []
    problem = admin.post(admin.table_path(table, f"/backups/{backup}/restore"), expect=404).json()
    assert problem["type"].endswith("no-backup")
    assert admin.post(f"/restore?table={table}", expect=404).json() == {"error": f"The table {table} has no backup"}


def test_the_data_api_backs_up_and_restores(anyone, admin, table):
    admin.put_contract(table, ["id INTEGER", "name STRING"])
    admin.post_rows(table, "id,name\n1,a\n")
    form = {"username": "admin", "password": ADMIN_PASSWORD}
    for send in ({"data": form}, {"files": {name: (None, value) for name, value in form.items()}}):
        answer = anyone.post(f"/backup?table={table}", expect=200, **send)
        assert answer.json()["result"] == f"Backup process for {table} started."
        assert answer.json()["duration(s)"] >= 0
    assert len(admin.backups(table)) == 2
    admin.delete(admin.table_path(table), expect=204)
    answer = anyone.post(f"/restore/?table={table}", data=form, expect=200)
    assert answer.json()["result"] == f"Table {table} restored from backup." and "duration(s)" in answer.json()
    assert admin.sql(f"SELECT * FROM {table}") == [(1, "a")]


def test_what_the_data_api_backed_up_is_there_at_once_as_it_was(admin, table):
    admin.put_contract(table, ["id INTEGER"])
    admin.post_rows(table, "id\n" + "".join(f"{row}\n" for row in range(300_000)))
    for _ in range(3):
        admin.post(f"/backup?table={table}", expect=200)
        admin.delete(admin.table_path(table, "/rows?all=true"), expect=200)
        admin.post(f"/restore?table={table}", expect=200)
        assert admin.sql(f"SELECT count(*) FROM {table}") == [(300_000,)]


def test_routes_whose_body_says_nothing_refuse_one_that_does(admin, table):
    admin.post_rows(table, "id\n1\n")
    backup = admin.ended_job(admin.post(admin.table_path(table, "/backups"), json={}, expect=202))["id"]
    for path in (admin.table_path(table, "/backups"), admin.table_path(table, f"/backups/{backup}/restore"),
                 f"/v1/jobs/{backup}/retry", f"/v1/jobs/{backup}/cancel", "/v1/keys/rsa/rotate"):
        assert admin.post(path, json={"version": 1}, expect=400).json()["field"] == "version"
        admin.post(path, data=b"version=1", expect=400)
    assert len(admin.backups(table)) == 1


def test_the_data_api_refuses_in_its_own_words(anyone, admin, table, user_name):
    form = {"username": "admin", "password": ADMIN_PASSWORD}
    for path in ("/backup", "/restore"):
        missing = anyone.post(path, expect=422).json()["detail"]
        assert [field["loc"] for field in missing] == [["query", "table"], ["body", "username"], ["body", "password"]]
        wrong = anyone.post(f"{path}?table={table}", data=form | {"password": "wrong"}, expect=400)
        assert wrong.json() == {"detail": "Incorrect username or password"}
        assert anyone.post(f"{path}?table={table}", data=form, expect=405).json() == {"error": f"The table {table} is not supported"}
        assert admin.post(f"{path}?table={table}__quarantine", expect=405).json() == {"error": f"The table {table}__quarantine is not supported"}
    admin.post_rows(table, "id\n1\n")
    assert anyone.post(f"/restore?table={table}", data=form, expect=404).json() == {"error": f"The table {table} has no backup"}
    viewer = admin.make_user(user_name, workspace="main", role="viewer")
    stranger = admin.make_user(user_name + "s")
    for path in ("/backup", "/restore"):
        viewer.post(f"{path}?table={table}", expect=403)
        stranger.post(f"{path}?table={table}", expect=404)
    assert admin.backups(table) == []


def test_editors_back_up_and_restore_viewers_look_strangers_find_nothing(admin, anyone, table, user_name):
    admin.post_rows(table, "id\n1\n")
    editor = admin.make_user(user_name + "e", workspace="main", role="editor")
    viewer = admin.make_user(user_name + "v", workspace="main", role="viewer")
    stranger = admin.make_user(user_name + "s")
    path = admin.table_path(table, "/backups")
    backup = editor.back_up(table)
    assert editor.restore(table, backup)["state"] == "succeeded"
    assert [kept["id"] for kept in viewer.backups(table)] == [backup]
    for caller, status in ((viewer, 403), (stranger, 404), (anyone, 401)):
        caller.post(path, expect=status)
        caller.post(f"{path}/{backup}/restore", expect=status)
    stranger.get(path, expect=404)
    anyone.get(path, expect=401)
    # A backup is its own table's and workspace's.
    own = stranger.get("/v1/me").json()["workspace"]
    stranger.post_rows(table, "id\n1\n", ws=own)
    stranger.post(stranger.table_path(table, f"/backups/{backup}/restore", own), expect=404)
    admin.post(admin.table_path(table + "x", f"/backups/{backup}/restore"), expect=404)


def test_wrong_requests_are_named(admin, table):
    admin.post(admin.table_path(table, "/backups"), expect=404)
    admin.get(admin.table_path(table, "/backups"), expect=404)
    admin.post_rows(table, "id\n1\n")
    assert admin.backups(table) == []
    assert "colour" in admin.post(admin.table_path(table, "/backups"), params={"colour": "red"}, expect=400).json()["detail"]
    admin.get(admin.table_path(table, "/backups"), params={"page_token": "../.."}, expect=400)
    for backup in ("x", "a%2Fb", str(uuid.uuid4())):
        admin.post(admin.table_path(table, f"/backups/{backup}/restore"), expect=404)


def test_backups_are_listed_page_by_page(admin, table):
    admin.post_rows(table, "id\n1\n")
    made = [admin.back_up(table) for _ in range(3)][::-1]
    first = admin.get(admin.table_path(table, "/backups"), params={"limit": 2}, expect=200).json()
    rest = admin.get(admin.table_path(table, "/backups"), params={"limit": 2, "page_token": first["next_page_token"]}, expect=200).json()
    assert [kept["id"] for kept in first["backups"] + rest["backups"]] == made and "next_page_token" not in rest


def test_many_at_once_and_uploads_beside_them(admin, table):
    admin.post_rows(table, "id\n" + "".join(f"{n}\n" for n in range(1000)))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        clients = [admin.with_token(admin.session.headers["Authorization"].split()[1]) for _ in range(8)]
        made = [pool.submit(client.back_up, table) for client in clients[:4]]
        sent = [pool.submit(client.post_rows, table, "id\n1\n") for client in clients[4:]]
        backups = [future.result() for future in made]
        [future.result() for future in sent]
    listed = {kept["id"]: kept["rows"] for kept in admin.backups(table)}
    assert set(backups) == listed.keys() and set(listed.values()) <= set(range(1000, 1005))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = [future.result() for future in [pool.submit(client.restore, table, backup) for client, backup in zip(clients, backups)]]
    assert {job["state"] for job in jobs} == {"succeeded"}
    assert admin.value(f"SELECT count(*) FROM {table}") in set(listed.values())
    assert len({job["result"]["version"] for job in jobs}) == 4


def test_columns_that_changed_come_back_with_their_types(admin, table):
    admin.put_contract(table, ["id INTEGER", "v INTEGER", "gone STRING"], partition=["bucket[4](id)"])
    admin.post_rows(table, "id,v,gone\n" + "".join(f"{n},{n},x{n}\n" for n in range(50)))
    before = admin.describe(table)
    backup = admin.back_up(table)
    admin.put_contract(table, ["id INTEGER", "v BIGINT", "other DOUBLE"])
    admin.post_rows(table, "id,v,other\n1,9223372036854775807,0.5\n")
    assert admin.restore(table, backup)["state"] == "succeeded"
    after = admin.describe(table)
    assert [(c["name"], c["type"]) for c in after["columns"]] == [(c["name"], c["type"]) for c in before["columns"]]
    assert after["partition"] == before["partition"] == ["bucket[4](id)"] and after["contract"] == before["contract"]
    read = read_with_pyiceberg(after["metadata_location"])
    assert rows_of(read, "id") == [(n, n, f"x{n}") for n in range(50)]
    assert admin.describe(table)["files"] == 4
