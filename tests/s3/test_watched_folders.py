# SPDX-License-Identifier: Apache-2.0
"""Files that are dropped into a watched folder become objects, and rows where a trigger says so."""

import os
import subprocess
import time

import pytest

from support.aws import make_key
from support.runs import ended_run, ended_runs, runs_of
from support.s3 import s3

FILES = "main/files/data/"


@pytest.fixture
def drop(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def server(make_server, drop):
    return make_server(args=["--watched-folders", f"{drop}={FILES}"]).start()


def keys(api, server):
    client = s3(server, make_key(api))
    listed = client.list_objects_v2(Bucket="files")
    return sorted(item["Key"] for item in listed.get("Contents", []))


def wait_for(look):
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_dropped_file_becomes_rows_and_a_changed_one_updates_them(server, drop):
    api = server.admin()
    (drop / "boats.csv").write_text("id,name\n1,Heron\n2,Grebe\n")
    wait_for(lambda: runs_of(api, "files", "data/boats.csv"))
    assert ended_run(api, "files", "data/boats.csv")["state"] == "succeeded"
    assert api.sql("SELECT id, name FROM boats ORDER BY id") == [(1, "Heron"), (2, "Grebe")]
    (drop / "boats.csv").write_text("id,name\n2,Coot\n3,Swan\n")
    ended_runs(api, "files", "data/boats.csv", 2)
    assert api.sql("SELECT id, name FROM boats ORDER BY id") == [(1, "Heron"), (2, "Coot"), (3, "Swan")]
    assert (drop / "boats.csv").read_text() == "id,name\n2,Coot\n3,Swan\n", "the file stays as it is"


@pytest.mark.parametrize("kill", [False, True])
def test_a_restart_takes_nothing_twice_and_nothing_is_left_out(server, drop, kill):
    api = server.admin()
    (drop / "a.csv").write_text("id\n1\n")
    wait_for(lambda: runs_of(api, "files", "data/a.csv"))
    server.restart(kill=kill)
    (drop / "b.csv").write_text("id\n2\n")
    api = server.admin()
    wait_for(lambda: runs_of(api, "files", "data/b.csv"))
    ended_run(api, "files", "data/b.csv")
    ended_runs(api, "files", "data/a.csv", 1)
    assert api.sql("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)") == [(1, 1)]


def test_what_a_user_does_to_the_objects_outlives_a_restart(server, drop):
    api = server.admin()
    client = s3(server, make_key(api))
    for name in ("deleted", "replaced"):
        (drop / f"{name}.csv").write_text("id,whose\n1,file\n")
        wait_for(lambda name=name: runs_of(api, "files", f"data/{name}.csv"))
        ended_runs(api, "files", f"data/{name}.csv", 1)
    client.delete_object(Bucket="files", Key="data/deleted.csv")
    client.put_object(Bucket="files", Key="data/replaced.csv", Body=b"id,whose\n1,user\n")
    ended_runs(api, "files", "data/replaced.csv", 2)
    server.restart()
    api = server.admin()
    (drop / "later.csv").write_text("id\n1\n")  # which is seen after the others
    wait_for(lambda: runs_of(api, "files", "data/later.csv"))
    assert keys(api, server) == ["data/later.csv", "data/replaced.csv"]
    assert api.sql("SELECT whose FROM replaced") == [("user",)]
    (drop / "deleted.csv").write_text("id,whose\n1,changed\n")
    ended_runs(api, "files", "data/deleted.csv", 2)
    assert api.sql("SELECT whose FROM deleted") == [("changed",)]


def test_what_is_unfinished_hidden_or_no_file_is_left_alone(server, drop, tmp_path):
    api = server.admin()
    secret = tmp_path / "secret.csv"
    secret.write_text("id\n1\n")
    (drop / "link.csv").symlink_to(secret)
    (drop / "folder").symlink_to(tmp_path)
    (drop / ".hidden.csv").write_text("id\n1\n")
    (drop / ".git").mkdir()
    (drop / ".git" / "config.csv").write_text("id\n1\n")
    (drop / "coming.csv.part").write_text("id\n1\n")
    os.mkfifo(drop / "pipe.csv")
    (drop / "sub").mkdir()
    (drop / "sub" / "last.csv").write_text("id\n1\n")
    wait_for(lambda: runs_of(api, "files", "data/sub/last.csv"))
    assert keys(api, server) == ["data/sub/last.csv"]


def test_a_file_that_is_still_written_waits(server, drop):
    api = server.admin()
    with open(drop / "slow.csv", "w") as file:
        file.write("id\n")
        for n in range(30):
            file.write(f"{n}\n")
            file.flush()
            time.sleep(0.1)
    wait_for(lambda: runs_of(api, "files", "data/slow.csv"))
    ended_runs(api, "files", "data/slow.csv", 1)
    assert api.sql("SELECT count(*) FROM slow") == [(30,)]


def test_an_object_that_was_there_is_kept_beside_when_the_bucket_keeps_versions(server, drop):
    api = server.admin()
    (drop / "v.csv").write_text("id\n1\n")
    wait_for(lambda: runs_of(api, "files", "data/v.csv"))
    client = s3(server, make_key(api))
    client.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": "Enabled"})
    (drop / "v.csv").write_text("id\n1\n2\n")
    ended_runs(api, "files", "data/v.csv", 2)
    assert len(client.list_object_versions(Bucket="files", Prefix="data/v.csv")["Versions"]) == 2


@pytest.mark.parametrize(("value", "why"), [
    ("{drop}", "there is no '='"),
    ("{drop}=main", "there is no WORKSPACE/BUCKET"),
    ("{drop}=main/Bad_Bucket", "bucket"),
    ("{drop}/missing=main/files", "there is no such folder"),
    ("{data}=main/files", "the folder holds or lies in the house's data"),
    ("{data}/warehouse=main/files", "the folder holds or lies in the house's data"),
    ("/=main/files", "the folder holds or lies in the house's data"),
])
def test_a_wrong_setting_is_told_at_the_start(make_server, drop, value, why):
    server = make_server()
    server.start()
    server.stop()
    said = value.format(drop=drop, data=server.data)
    done = subprocess.run([*server.command, "--watched-folders", said], env=server.env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and why in done.stderr, done.stderr
