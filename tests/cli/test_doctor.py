# SPDX-License-Identifier: Apache-2.0
"""`boathouse doctor` on houses that are sound, damaged, moved, and at work."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import time

import pytest

from support.command import boathouse
from support.paths import BINARY
from support.readers import read_with_duckdb, read_with_pyiceberg, rows_of
from support.table_files import fill_until_compressed, is_compressed, texts_of

SOUND, UNSOUND = 0, 6
# What this machine is like is not what these tests are about.
MACHINE = {"disk", "memory", "open files"}


@pytest.fixture
def server(make_server):
    """A stopped server with the table `t` of two versions."""
    server = make_server().start()
    admin = server.admin()
    admin.post_rows("t", "id,v\n1,a\n2,b\n")
    admin.post_rows("t", "id,v\n3,c\n")
    server.stop()
    return server


def doctor(server, *arguments, expect):
    done = boathouse("doctor", "--data", server.data, "--output", "json", *arguments)
    told = json.loads(done.stdout)
    mended = [finding for finding in told["findings"] if finding["severity"] == "note" or finding["repaired"]]
    to_mend = [finding for finding in told["findings"] if finding not in mended]
    assert (done.returncode, told["sound"]) == ((UNSOUND, False) if to_mend else (SOUND, True)), done.stdout + done.stderr
    told["findings"] = [finding for finding in told["findings"] if finding["check"] not in MACHINE]
    assert any(finding in told["findings"] for finding in to_mend) is (expect == UNSOUND), done.stdout
    return told


def findings(told, check):
    return [finding for finding in told["findings"] if finding["check"] == check]


def files(server, pattern):
    return sorted(server.data.glob(f"warehouse/*/t-*/{pattern}"))


def current_metadata(server):
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as database:
        row = database.execute("SELECT metadata_location FROM iceberg_tables WHERE table_name = 't'").fetchone()
    return pathlib.Path(row[0].removeprefix("file://"))


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def make_old(path):
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_a_house_that_was_stopped_is_sound(server):
    told = doctor(server, "--checksums", expect=SOUND)
    assert told["tables"] == 1 and told["files"] >= 6
    assert [f for f in told["findings"] if f["severity"] != "note"] == []
    assert "sound" in boathouse("doctor", "--data", server.data).stdout


def test_a_house_at_work_is_looked_at_but_not_repaired(server):
    server.start()
    server.admin().post_rows("t", "id,v\n4,d\n")
    told = doctor(server, expect=SOUND)
    assert findings(told, "lock") and findings(told, "lock")[0]["severity"] == "note"
    refused = boathouse("doctor", "--data", server.data, "--repair")
    assert refused.returncode == 1 and str(server.process.pid) in refused.stderr
    assert server.admin().value("SELECT count(*) FROM t") == 4


def test_it_changes_nothing_unless_told_to(server):
    stray = files(server, "data")[0] / "stray.parquet"
    stray.write_bytes(b"stray")
    make_old(stray)
    before = {path: path.read_bytes() for path in (server.data / "warehouse").rglob("*") if path.is_file()}
    doctor(server, "--checksums", expect=UNSOUND)
    assert before == {path: path.read_bytes() for path in (server.data / "warehouse").rglob("*") if path.is_file()}


def test_a_missing_data_file_is_told(server):
    gone = files(server, "data/*.parquet")[0]
    gone.unlink()
    [finding] = findings(doctor(server, expect=UNSOUND), "table")
    assert finding["severity"] == "error" and finding["where"] == f"file://{gone}" and "missing" in finding["what"]
    assert "main.t" in finding["what"] and finding["mend"]


def test_a_file_cut_short_is_told(server):
    cut = files(server, "data/*.parquet")[0]
    os.truncate(cut, cut.stat().st_size - 1)
    [finding] = findings(doctor(server, expect=UNSOUND), "table")
    assert "bytes instead of" in finding["what"] and finding["where"].endswith(cut.name)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format-version": 2}'])
def test_damaged_metadata_is_told_and_no_file_of_it_is_called_an_orphan(server, damage):
    metadata = current_metadata(server)
    metadata.write_bytes(damage)
    for path in files(server, "*/*"):
        make_old(path)
    told = doctor(server, expect=UNSOUND)
    assert [f["where"] for f in findings(told, "table")] == [f"file://{metadata}"]
    assert not findings(told, "orphans")


def test_a_damaged_manifest_is_told(server):
    for manifest in files(server, "metadata/*.avro"):
        manifest.write_bytes(b"Obj\x01" + bytes(manifest.stat().st_size - 4))
    told = doctor(server, expect=UNSOUND)
    assert findings(told, "table") and not findings(told, "orphans")


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"Obj"), lambda path: path.unlink()])
def test_no_file_goes_while_some_metadata_cannot_be_read(server, damage):
    damage(files(server, "metadata/*-m*.avro")[0])
    for path in files(server, "*/*"):
        make_old(path)
    before = files(server, "*/*")
    doctor(server, "--repair", expect=UNSOUND)
    assert files(server, "*/*") == before


def test_what_other_engines_leave_beside_is_no_orphan(server):
    """Statistics files, and locations spelled as Hadoop spells them."""
    metadata = current_metadata(server)
    text = metadata.read_text().replace('"manifest-list":"file:///', '"manifest-list":"file:/')
    told = json.loads(text)
    statistics = metadata.with_name("00001-statistics.puffin")
    statistics.write_bytes(b"PFA1")
    told["statistics"] = [{"snapshot-id": told["current-snapshot-id"], "statistics-path": f"file:{statistics}", "file-size-in-bytes": 4,
                           "file-footer-size-in-bytes": 0, "blob-metadata": []}]
    metadata.write_text(json.dumps(told))
    for path in files(server, "*/*"):
        make_old(path)
    before = files(server, "*/*")
    doctor(server, "--repair", expect=SOUND)
    assert files(server, "*/*") == before
    statistics.unlink()
    [finding] = findings(doctor(server, "--repair", expect=UNSOUND), "table")
    assert "missing" in finding["what"] and finding["where"] == f"file:{statistics}"


@pytest.mark.parametrize("damage, words, only_checksums", [
    (lambda folder: (folder / "manifest.json").write_text("{"), "manifest", False),
    (lambda folder: (folder / "part-00001.avro").unlink(), "is not there", False),
    (lambda folder: os.truncate(folder / "part-00001.parquet", 100), "100 bytes", False),
    (lambda folder: flip_a_bit(folder / "part-00001.avro"), "checksum", True)])
def test_a_damaged_backup_is_told(server, damage, words, only_checksums):
    server.start()
    admin = server.admin()
    good, bad = admin.back_up("t"), admin.back_up("t")
    server.stop()
    doctor(server, "--checksums", expect=SOUND)
    damage(next(server.data.glob(f"backups/*/*/{bad}")))
    if only_checksums:
        doctor(server, expect=SOUND)
    [finding] = findings(doctor(server, "--checksums", expect=UNSOUND), "backups")
    assert words in finding["what"] and bad in finding["where"] and finding["severity"] == "error"
    assert next(server.data.glob(f"backups/*/*/{good}")).exists()


def test_only_reading_tells_a_file_whose_bytes_were_changed(server):
    changed = files(server, "data/*.parquet")[0]
    content = bytearray(changed.read_bytes())
    content[4:40] = bytes(36)
    changed.write_bytes(content)
    doctor(server, expect=SOUND)
    [finding] = findings(doctor(server, "--checksums", expect=UNSOUND), "checksums")
    assert finding["where"] == str(changed)


def test_old_files_that_nothing_refers_to_go_and_young_ones_stay(server):
    folder = files(server, "data")[0]
    old, young = folder / "old.parquet", folder / "young.parquet"
    for path in (old, young):
        path.write_bytes(b"stray")
    make_old(old)
    left = folder.parents[1] / "dropped-4c2e1b7e-0d8f-4a53-9a52-9f6a1c3d5e7f" / "data"
    left.mkdir(parents=True)
    (left / "a.parquet").write_bytes(b"stray")
    make_old(left / "a.parquet")
    told = findings(doctor(server, expect=UNSOUND), "orphans")
    assert len(told) == 2 and {f["severity"] for f in told} == {"warning"}
    assert old.exists(), "only told so far"
    mended = findings(doctor(server, "--repair", expect=SOUND), "orphans")
    assert [f["repaired"] for f in mended] == [True, True]
    assert not old.exists() and young.exists() and not left.exists()
    assert not findings(doctor(server, expect=SOUND), "orphans")
    server.start()
    assert server.admin().value("SELECT count(*) FROM t") == 3


def test_the_grace_time_is_heeded(server):
    stray = files(server, "data")[0] / "stray.parquet"
    stray.write_bytes(b"stray")
    doctor(server, "--repair", expect=SOUND)
    assert stray.exists()
    doctor(server, "--repair", "--grace", "0s", expect=SOUND)
    assert not stray.exists()
    assert boathouse("doctor", "--data", server.data, "--grace", "soon").returncode == 2


def test_every_version_survives_a_repair(server):
    for path in files(server, "*/*"):
        make_old(path)
    doctor(server, "--repair", "--grace", "0s", expect=SOUND)
    server.start()
    admin = server.admin()
    oldest = admin.versions("t")[-1]["version"]
    assert admin.value(f'SELECT count(*) FROM "t@{oldest}"') == 2
    assert admin.value("SELECT count(*) FROM t") == 3


def test_secrets_that_others_may_read_are_told_and_closed(server):
    key = sorted((server.data / "keys").iterdir())[0]
    key.chmod(0o644)
    (server.data / "boathouse.db").chmod(0o660)
    told = findings(doctor(server, expect=UNSOUND), "permissions")
    assert {f["where"] for f in told} == {str(key), str(server.data / "boathouse.db")}
    doctor(server, "--repair", expect=SOUND)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    doctor(server, expect=SOUND)


def test_a_damaged_key_is_told(server):
    key = sorted((server.data / "keys").iterdir())[0]
    key.write_text("{}")
    [finding] = findings(doctor(server, expect=UNSOUND), "keys")
    assert finding["where"] == str(key)


def test_what_batches_left_in_staging_goes(server):
    left = server.data / "staging" / "ws" / "batch"
    left.mkdir(parents=True)
    (left / "rows").write_text("x")
    assert findings(doctor(server, expect=SOUND), "staging")[0]["severity"] == "note"
    doctor(server, "--repair", expect=SOUND)
    assert not left.exists()


def test_a_folder_that_was_moved_is_told_once_and_loses_nothing(server, tmp_path):
    server.data.rename(tmp_path / "elsewhere")
    server.data = tmp_path / "elsewhere"
    for path in files(server, "*/*"):
        make_old(path)
    told = doctor(server, "--repair", expect=UNSOUND)
    [finding] = findings(told, "warehouse")
    assert "moved" in finding["what"] and not findings(told, "orphans")
    server.data.rename(tmp_path / "data")
    server.data = tmp_path / "data"
    doctor(server, expect=SOUND)


def test_a_folder_that_was_moved_is_followed(make_server, tmp_path):
    server = make_server().start()
    admin = server.admin()
    admin.put_contract("t", ["id INTEGER required", "v STRING"], key=["id"])
    for rows in ("1,a\n2,b\n3,c\n", "2,B\n", "x,wrong\n"):
        admin.post_rows("t", "id,v\n" + rows, mode="upsert")
    rows_of = {v["version"]: v["rows"] for v in admin.versions("t")}
    server.stop()
    server.data.rename(tmp_path / "elsewhere")
    server = make_server("elsewhere")
    told = doctor(server, "--relocate", "--checksums", expect=SOUND)
    assert str(tmp_path / "data") in findings(told, "relocate")[0]["what"]
    assert not list(server.data.glob("*.relocating"))
    assert not [path for path, text in texts_of(server.data).items() if str(tmp_path / "data") in text]
    assert findings(doctor(server, "--relocate", expect=SOUND), "relocate")[0]["what"] == "nothing was moved"
    server.start()
    admin = server.admin()
    assert [list(row) for row in admin.sql("SELECT id, v FROM t ORDER BY id")] == [[1, "a"], [2, "B"], [3, "c"]]
    assert {version: admin.value(f'SELECT count(*) FROM "t@{version}"') for version in rows_of} == rows_of
    assert admin.value('SELECT count(*) FROM "t$quarantine"') == 1
    assert read_with_pyiceberg(admin.describe("t")["metadata_location"]).num_rows == 3
    admin.post_rows("t", "id,v\n1,A\n", mode="upsert")
    assert admin.value("SELECT v FROM t WHERE id = 1") == "A"


@pytest.fixture
def long_history(make_server):
    """A stopped server with a table of so many versions that its metadata is compressed, and that has position deletes."""
    server = make_server(args=("--maintenance", "off")).start()
    admin = server.admin()
    admin.put_contract("t", ["id INTEGER required", "v STRING"], key=["id"])
    admin.post_rows("t", "id,v\n1,a\n2,b\n3,c\n")
    fill_until_compressed(admin, "t")
    admin.post_rows("t", "id,v\n2,B\n", mode="upsert")
    admin.delete(admin.rows_path("t"), params={"where": "id >= 110"}, expect=200)
    server.stop()
    return server


def told_of_long_history(server):
    """What the server and other engines tell of its table, and that every place they name is the server's."""
    admin = server.admin()
    told = admin.describe("t")
    assert is_compressed(told["metadata_location"])
    versions = admin.versions("t")
    log = json.loads(texts_of(server.data)[pathlib.Path(told["metadata_location"].removeprefix("file://"))])["metadata-log"]
    assert log and all(pathlib.Path(entry["metadata-file"].removeprefix("file://")).is_file() for entry in log)
    readers = [rows_of(read(told["metadata_location"]), "id") for read in (read_with_pyiceberg, read_with_duckdb)]
    assert readers == [admin.sql("SELECT * FROM t ORDER BY id")] * 2
    history = {v["version"]: admin.value(f'SELECT count(*) FROM "t@{v["version"]}"') for v in versions[:3] + versions[-3:]}
    return told["version"], versions, readers, history


def test_compressed_metadata_is_followed(long_history, make_server, tmp_path):
    server = long_history.start()
    before = told_of_long_history(server)
    assert len(before[2][0]) == 3 + 10
    server.stop()
    server.data.rename(tmp_path / "elsewhere")
    server = make_server("elsewhere", args=("--maintenance", "off"))
    doctor(server, "--relocate", "--checksums", expect=SOUND)
    assert not [path for path, text in texts_of(server.data).items() if str(tmp_path / "data") in text]
    server.start()
    assert told_of_long_history(server) == before
    server.admin().post_rows("t", "id,v\n1,A\n", mode="upsert")
    assert server.admin().value("SELECT v FROM t WHERE id = 1") == "A"


def test_a_relocation_killed_at_any_moment_is_finished_by_the_next(long_history, make_server, tmp_path):
    server = long_history.start()
    before = told_of_long_history(server)
    server.stop()
    dice, killed = random.Random(11), 0
    for turn in range(8):
        server.data.rename(tmp_path / f"moved{turn}")
        server = make_server(f"moved{turn}", args=("--maintenance", "off"))
        command = [BINARY, "doctor", "--data", server.data, "--relocate"]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(tmp_path)})
        time.sleep(dice.random() * 0.6)
        run.kill()
        killed += run.wait() == -signal.SIGKILL
    assert killed > 2
    doctor(server, "--relocate", "--checksums", expect=SOUND)
    assert not list(server.data.glob("*.relocating"))
    assert told_of_long_history(server.start()) == before


def test_a_relocation_ends_from_each_of_its_steps(long_history, make_server, tmp_path):
    server = long_history
    before = told_of_long_history(server.start())
    server.stop()
    # Into itself, so that a place could be taken for one that was moved already, and back.
    for place in (tmp_path / "data" / "warehouse" / "data", tmp_path / "data"):
        server.data.rename(tmp_path / "away")
        shutil.rmtree(tmp_path / "data", ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "away").rename(place)
        server = make_server(place.relative_to(tmp_path), args=("--maintenance", "off"))
        store, beside = server.data / "boathouse.db", server.data / "warehouse.relocating"
        pointers = store.read_bytes()
        doctor(server, "--relocate", expect=SOUND)
        # As a crash leaves it before the pointers follow, and after that before the old files are gone.
        store.write_bytes(pointers)
        beside.mkdir()
        doctor(server, "--relocate", "--checksums", expect=SOUND)
        assert not beside.exists()
        beside.mkdir()
        doctor(server, "--relocate", expect=SOUND)
        assert not beside.exists()
        assert told_of_long_history(server.start()) == before
        server.stop()


def test_another_folder_is_not_taken_for_the_one_that_was_moved(server, tmp_path):
    server.data.rename(tmp_path / "elsewhere")
    server.data = tmp_path / "elsewhere"
    (server.data / "warehouse").rename(tmp_path / "warehouse")
    (server.data / "warehouse").mkdir()
    done = boathouse("doctor", "--data", server.data, "--relocate")
    assert done.returncode == 1 and "not the warehouse" in done.stderr
    (server.data / "warehouse").rmdir()
    (tmp_path / "warehouse").rename(server.data / "warehouse")
    doctor(server, "--relocate", expect=SOUND)


def test_nothing_is_relocated_under_a_server(server):
    server.start()
    refused = boathouse("doctor", "--data", server.data, "--relocate")
    assert refused.returncode == 1 and str(server.process.pid) in refused.stderr


@pytest.mark.parametrize("damage, check", [(b"", "metadata"), (b"no database at all" * 500, "metadata")])
def test_damaged_metadata_store_is_told(server, damage, check):
    (server.data / "boathouse.db").write_bytes(damage)
    assert findings(doctor(server, expect=UNSOUND), check)


def test_metadata_of_a_newer_version_is_told(server):
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as database, database:
        database.execute("INSERT INTO schema_migrations VALUES (1000, 0)")
    [finding] = findings(doctor(server, expect=UNSOUND), "metadata")
    assert "newer" in finding["what"]


def test_a_row_without_its_owner_is_told(server):
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as database, database:
        database.execute("INSERT INTO members VALUES ('nowhere', 'nobody', 'owner')")
    assert findings(doctor(server, expect=UNSOUND), "metadata")


def test_people_are_told_what_where_and_how_to_mend(server):
    files(server, "data/*.parquet")[0].unlink()
    done = boathouse("doctor", "--data", server.data)
    assert done.returncode == UNSOUND
    assert "error table: main.t" in done.stdout and "mend: " in done.stdout


def test_a_folder_without_a_house_is_refused_and_left_alone(tmp_path):
    done = boathouse("doctor", "--data", tmp_path)
    assert done.returncode == 1 and "no data folder" in done.stderr
    assert list(tmp_path.iterdir()) == []
