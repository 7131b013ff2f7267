# SPDX-License-Identifier: Apache-2.0
"""The whole installation copied while it runs, and another one made out of the copy."""

import shutil
import subprocess
import threading

import pytest

from support.paths import BINARY
from support.readers import catalog_of, read_with_duckdb, read_with_pyiceberg, rows_of
from support.server import ADMIN_PASSWORD
from support.table_files import fill_until_compressed, is_compressed, texts_of

PASSPHRASE = "correct horse battery"


def run(*command, status=0):
    done = subprocess.run([str(BINARY), *map(str, command)], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == status, done.stdout + done.stderr
    return done


def copy(server, to, *options, status=0):
    token = server.admin().post("/v1/tokens", json={"name": "backup"}, expect=201).json()["token"]
    return run("backup", "--all", "--to", to, "--url", server.url, "--token", token, *options, status=status)


@pytest.fixture
def filled(make_server):
    server = make_server().start()
    api = server.admin()
    api.put_contract("parted", ["id INTEGER required", "day DATE", "price DECIMAL(9,2)"], key=["id"], partition=["month(day)"])
    api.post_rows("parted", "id,day,price\n" + "".join(f"{n},2024-{n % 3 + 1:02}-01,{n}.25\n" for n in range(1, 100)))
    api.post_rows("parted", "id,day,price\n5,2024-01-01,0.01\nx,,\n", mode="upsert")
    api.delete(api.rows_path("parted"), params={"where": "id > 90"}, expect=200)
    api.post_rows("plain", "id,name\n1,a\n2,\n")
    api.put("/v1/workspaces/main/insights/total", json={"sql": "SELECT count(*) AS n FROM plain"}, expect=201)
    editor = api.make_user("ada", workspace="main", role="editor")
    editor.post_rows("own/frame", "id\n7\n", ws="ada")
    api.back_up("plain")
    return server


def everything(server, warehouse=None):
    """What the API and other engines tell of the installation, without places and times of reading."""
    api, told = server.admin(), {}
    ada = api.login("ada", "Some-password-1")
    for caller, ws in ((api, "main"), (ada, "ada")):
        for table in caller.get(f"/v1/workspaces/{ws}/tables", expect=200).json()["tables"]:
            name = table["name"]
            described = caller.describe(name, ws)
            location = described.pop("metadata_location")
            assert described.pop("location") in location and str(warehouse or server.data / "warehouse") in location
            arrow = read_with_pyiceberg(location)
            told[ws, name] = {
                "described": described, "versions": caller.versions(name, ws), "quarantine": caller.quarantine(name, ws),
                "pyiceberg": (arrow.schema.remove_metadata().types, rows_of(arrow, "id")), "duckdb": rows_of(read_with_duckdb(location), "id"),
                "history": {v["version"]: caller.value(f'SELECT count(*) FROM "{name}@{v["version"]}"', workspace=ws) for v in caller.versions(name, ws)},
                "backups": caller.backups(name, ws)}
    told["insight"] = api.get("/v1/workspaces/main/insights/total/result", expect=200).json()["rows"]
    told["users"] = [user["name"] for user in api.get("/v1/users", expect=200).json()["users"]]
    return told


def test_an_installation_comes_back_in_another_place(filled, make_server, tmp_path):
    before = everything(filled)
    copy(filled, tmp_path / "copy")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=tmp_path / "copy", check=True)
    assert not (tmp_path / "copy" / "keys.sealed").exists()
    filled.stop()
    shutil.rmtree(filled.data)  # nothing may still lead there
    done = run("restore", tmp_path / "copy", "--data", tmp_path / "elsewhere" / "data")
    assert "access keys" in done.stderr and "logs in again" in done.stderr
    server = make_server("elsewhere/data").start()
    assert everything(server) == before
    names = {table[-1] for table in catalog_of(server.data, tmp_path).list_tables("main")}
    assert {"parted", "plain"} <= names
    # It works on: writes, upserts of old rows, restores of old backups.
    api = server.admin()
    api.post_rows("parted", "id,day,price\n5,2024-01-01,9.99\n", mode="upsert")
    assert api.sql("SELECT count(*), max(price) FILTER (WHERE id = 5) FROM parted") == [(90, "9.99")]
    assert api.restore("plain", api.backups("plain")[0]["id"])["state"] == "succeeded"
    assert str(filled.data) not in "".join(texts_of(server.data).values())


def test_a_table_of_many_versions_comes_back_in_another_place(make_server, tmp_path):
    filled = make_server(args=("--maintenance", "off")).start()
    api = filled.admin()
    api.make_user("ada", workspace="main", role="editor")
    api.put("/v1/workspaces/main/insights/total", json={"sql": "SELECT 1 AS n"}, expect=201)
    api.put_contract("t", ["id INTEGER required", "v STRING"], key=["id"])
    fill_until_compressed(api, "t")
    api.post_rows("t", "id,v\n101,new\n", mode="upsert")
    api.delete(api.rows_path("t"), params={"where": "id >= 110"}, expect=200)
    before = everything(filled)
    assert is_compressed(api.describe("t")["metadata_location"])
    copy(filled, tmp_path / "copy")
    filled.stop()
    shutil.rmtree(filled.data)
    run("restore", tmp_path / "copy", "--data", tmp_path / "elsewhere")
    server = make_server("elsewhere", args=("--maintenance", "off")).start()
    assert everything(server) == before
    assert is_compressed(server.admin().describe("t")["metadata_location"])
    assert str(filled.data) not in "".join(texts_of(server.data).values())


def test_tables_come_back_where_the_warehouse_is_to_be(filled, make_server, tmp_path):
    before = everything(filled)
    copy(filled, tmp_path / "copy")
    filled.stop()
    shutil.rmtree(filled.data)
    lake, uri = tmp_path / "lake", f"file://{tmp_path}/lake"
    lake.mkdir()
    (lake / "x").touch()
    assert "not empty" in run("restore", tmp_path / "copy", "--data", tmp_path / "new", "--warehouse-uri", uri, status=1).stderr
    assert "warehouse_uri" in run("restore", tmp_path / "copy", "--data", tmp_path / "new", "--warehouse-uri", "s3://x", status=1).stderr
    assert not (tmp_path / "new").exists()
    (lake / "x").unlink()
    run("restore", tmp_path / "copy", "--data", tmp_path / "new", "--warehouse-uri", uri)
    assert not (tmp_path / "new" / "warehouse").exists()
    server = make_server("new", args=("--warehouse-uri", uri)).start()
    assert everything(server, lake) == before
    # A copy of that one keeps no trace of the place either.
    copy(server, tmp_path / "again")
    server.stop()
    run("restore", tmp_path / "again", "--data", tmp_path / "home")
    assert everything(make_server("home").start()) == before


def test_keys_come_back_with_their_passphrase_only(filled, make_server, tmp_path):
    (tmp_path / "pass").write_text(PASSPHRASE + "\n")
    (tmp_path / "wrong").write_text("another passphrase\n")
    token = filled.admin().session.headers["Authorization"]
    copy(filled, tmp_path / "copy", "--passphrase-file", tmp_path / "pass")
    assert PASSPHRASE not in filled.log_path.read_text()
    assert b"material" not in (tmp_path / "copy" / "keys.sealed").read_bytes()
    done = run("restore", tmp_path / "copy", "--data", tmp_path / "new", "--passphrase-file", tmp_path / "wrong", status=1)
    assert "passphrase" in done.stderr
    assert list((tmp_path / "new").iterdir()) == []
    run("restore", tmp_path / "copy", "--data", tmp_path / "new", "--passphrase-file", tmp_path / "pass")
    server = make_server("new").start()
    assert server.api().get("/v1/me", headers={"Authorization": token}, expect=200).json()["name"] == "admin"


def test_a_copy_under_load_is_one_moment(make_server, tmp_path):
    server = make_server().start()
    api = server.admin()
    api.post_rows("t", "id\n0\n")
    stop = threading.Event()

    def load():
        client, number = server.admin(), 0
        while not stop.is_set():
            number += 1
            client.post_rows("t", f"id\n{number}\n")

    thread = threading.Thread(target=load)
    thread.start()
    try:
        for n in range(3):
            copy(server, tmp_path / f"copy{n}")
    finally:
        stop.set()
        thread.join()
    for n in range(3):
        run("restore", tmp_path / f"copy{n}", "--data", tmp_path / f"new{n}")
        restored = make_server(f"new{n}").start()
        told = restored.admin().describe("t")
        ids = sorted(row[0] for row in rows_of(read_with_pyiceberg(told["metadata_location"]), "id"))
        assert ids == list(range(told["rows"]))
        restored.stop()


def test_targets_and_copies_that_will_not_do_are_refused(filled, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for to, words in (("relative/path", "begins with '/'"), (filled.data / "backups" / "all", "inside the installation"),
                      (filled.data.parent, "around it"), (tmp_path / "full", "no empty folder")):
        assert words in copy(filled, to, status=1).stderr
    copy(filled, tmp_path / "copy")
    assert "not empty" in run("restore", tmp_path / "copy", "--data", tmp_path / "full", status=1).stderr
    victim = next((tmp_path / "copy").rglob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    assert victim.name in run("restore", tmp_path / "copy", "--data", tmp_path / "new", status=1).stderr
    assert list((tmp_path / "new").iterdir()) == []
    assert "installation.json" in run("restore", tmp_path / "full", "--data", tmp_path / "new", status=1).stderr


def test_only_owners_of_main_copy_and_it_is_written_down(filled, tmp_path):
    admin = filled.admin()
    ada = admin.login("ada", "Some-password-1")
    body = {"to": str(tmp_path / "copy"), "passphrase": PASSPHRASE}
    ada.post("/v1/installation/backups", json=body, expect=403)
    assert not (tmp_path / "copy").exists()
    admin.post("/v1/installation/backups", json=body | {"passphrase": "short"}, expect=400)
    assert not (tmp_path / "copy").exists()
    assert admin.post("/v1/installation/backups", json=body, expect=201).json()["keys"] is True
    entries = [e for e in admin.get("/v1/audit", expect=200).json()["entries"] if e["what"] == "back-up-installation"]
    assert [(e["who"], e["target"], e["outcome"]) for e in entries] == [
        ("admin", body["to"], "ok"), ("admin", body["to"], "invalid-argument"), ("ada", body["to"], "permission-denied")]
    assert PASSPHRASE not in str(entries)
    assert admin.login("admin", ADMIN_PASSWORD)
