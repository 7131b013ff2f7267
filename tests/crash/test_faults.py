# SPDX-License-Identifier: Apache-2.0
"""Disks that are full, read-only or fail to sync: a clear 5xx, no acknowledgement, and service again once mended."""

import io
import os
import pathlib
import shutil
import subprocess
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from support.api import PARQUET
from support.aws import make_key
from support.paths import ROOT
from support.s3 import body_of, keys_of, s3
from support.server import ADMIN_PASSWORD, Server


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, 96 MB, to be filled."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs rights that this machine does not give")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def on_small_disk(small_disk):
    server = Server(small_disk / "data")
    server.log_path = small_disk.parent / "server.log"
    yield server.start()
    (small_disk / "ballast").unlink(missing_ok=True)
    server.end()


def body(first, rows=2000):
    return "id,text\n" + "".join(f"{n},{n * 7919:064}\n" for n in range(first, first + rows))


def fill(disk, leave):
    """Fills the disk up to a rest of `leave` bytes."""
    room = os.statvfs(disk)
    with open(disk / "ballast", "wb") as ballast:
        ballast.write(bytes(max(0, room.f_bavail * room.f_frsize - leave)))


def refused(api, table, first):
    api.allow_5xx = True
    answer = api.post_rows(table, body(first), expect=None)
    api.allow_5xx = False
    assert answer.status_code in (503, 507), f"{answer.status_code} {answer.text}"
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"]


def works_again(server, table, first):
    """Service again once mended, at the latest after a restart; returns a client."""
    api = server.admin()
    api.allow_5xx = True
    answer = api.post_rows(table, body(first), expect=None)
    if answer.status_code == 503:
        server.restart()
        api = server.admin()
        api.post_rows(table, body(first))
    else:
        assert answer.status_code == 200, answer.text
    return api


@pytest.mark.parametrize("leave", [0, 64 << 10, 200 << 10])
def test_a_full_disk_acknowledges_nothing_and_serves_again_once_freed(on_small_disk, small_disk, leave):
    server, api = on_small_disk, on_small_disk.admin()
    api.post_rows("t", body(0))
    fill(small_disk, leave)
    # Until nothing fits any more: what is answered 200 counts, everything else must not be there.
    api.allow_5xx = True
    acknowledged, first, statuses = [0], 2000, []
    for _ in range(12):
        answer = api.post_rows("t", body(first), expect=None)
        statuses.append(answer.status_code)
        assert answer.status_code in (200, 503, 507), answer.text
        if answer.status_code == 200:
            acknowledged.append(first)
        first += 2000
    assert statuses[-1] in (503, 507)
    (small_disk / "ballast").unlink()
    api = works_again(server, "t", first)
    acknowledged.append(first)
    assert api.sql("SELECT id // 2000 * 2000 AS batch, count(*) FROM t GROUP BY batch ORDER BY batch") == [(n, 2000) for n in acknowledged]


def test_a_parquet_body_that_fits_barely_is_adopted_whole_or_not_at_all(on_small_disk, small_disk):
    server, api = on_small_disk, on_small_disk.admin()
    out = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array(range(200_000), pa.int64())}), out, compression="none", use_dictionary=False)
    api.post_rows("t", out.getvalue(), PARQUET)
    api.allow_5xx = True
    statuses = set()
    for leave in (0, 1 << 20, 1_600_000, 1_700_000, 2 << 20):
        fill(small_disk, leave)
        answer = api.post_rows("t", out.getvalue(), PARQUET, expect=None)
        assert answer.status_code in (200, 503, 507), answer.text
        statuses.add(answer.status_code)
        if answer.status_code == 200:
            break
    assert statuses & {503, 507}
    (small_disk / "ballast").unlink()
    api = works_again(server, "other", 0)
    whole = 1 + (200 in statuses)
    assert api.sql("SELECT count(*), count(DISTINCT id) FROM t") == [(200_000 * whole, 200_000)]


def test_reads_go_on_while_the_disk_is_full(on_small_disk, small_disk):
    api = on_small_disk.admin()
    api.post_rows("t", body(0))
    assert api.value("SELECT count(*) FROM t") == 2000
    fill(small_disk, 0)
    assert api.value("SELECT count(*) FROM t") == 2000
    assert api.get("/healthz").status_code == 200


NOBODY = 65534


def become_nobody():
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@pytest.fixture
def as_nobody():
    """A server that runs without rights of root, so that it feels a folder that may not be written."""
    if os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="boathouse-nobody-"))
    os.chown(folder, NOBODY, NOBODY)
    server = Server(folder / "data")
    try:
        yield server.start(preexec_fn=become_nobody)
        let_write(server.data, True)
        server.end()
    finally:
        shutil.rmtree(folder)


def let_write(data, may):
    for folder in [path for path in data.rglob("*") if path.is_dir()] + [data]:
        folder.chmod(0o700 if may else 0o500)


def test_folders_that_may_not_be_written_refuse_rows_and_mend(as_nobody):
    server, api = as_nobody, as_nobody.admin()
    api.post_rows("t", body(0))
    let_write(server.data, False)
    refused(api, "t", 2000)
    assert api.value("SELECT count(*) FROM t") == 2000
    let_write(server.data, True)
    api.post_rows("t", body(4000))
    assert api.sql("SELECT count(*), max(id) FROM t") == [(4000, 5999)]


def test_a_data_folder_that_cannot_be_written_stops_the_start(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    server = Server(small_disk / "data")
    server.log_path = small_disk.parent / "server.log"
    with pytest.raises(AssertionError, match="the server ended with"):
        server.start()
    assert server.process.returncode != 0
    assert "Read-only file system" in server.log_tail()


@pytest.fixture
def sync_breaker(tmp_path):
    """A library to preload and the file whose existence makes every sync fail."""
    library, marker = tmp_path / "fail_sync.so", tmp_path / "fail-now"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(ROOT / "tests" / "support" / "fail_sync.c"), "-ldl"], check=True)
    return library, marker


def test_a_failing_sync_acknowledges_nothing(make_server, sync_breaker):
    library, marker = sync_breaker
    server = make_server(env={"LD_PRELOAD": str(library), "FAIL_SYNC_WHILE": str(marker)}).start()
    api = server.admin()
    api.post_rows("t", body(0))
    marker.touch()
    refused(api, "t", 2000)
    assert api.value("SELECT count(*) FROM t") == 2000
    marker.unlink()
    api = works_again(server, "t", 4000)
    server.restart(kill=True)
    assert server.admin().sql("SELECT count(*), min(id), max(id) FROM t") == [(4000, 0, 5999)]


def test_a_second_server_on_the_same_folder_refuses_and_says_who_holds_it(make_server):
    first = make_server().start()
    second = Server(first.data)
    second.log_path = first.data.parent / "second.log"
    with pytest.raises(AssertionError, match="the server ended with"):
        second.start()
    assert second.process.returncode != 0
    assert str(first.process.pid) in second.log_tail()
    assert first.api().login("admin", ADMIN_PASSWORD)


def test_a_full_disk_refuses_objects_and_keeps_none_by_half(on_small_disk, small_disk):
    server = on_small_disk
    key = make_key(server.admin())
    client = s3(server, key)
    client.create_bucket(Bucket="files")
    client.put_object(Bucket="files", Key="kept", Body=b"k" * 1_000_000)
    fill(small_disk, 8 << 20)
    files = {path for path in (server.data / "buckets").rglob("*") if path.is_file()}
    with pytest.raises(ClientError) as refusal:
        client.put_object(Bucket="files", Key="large", Body=b"l" * (20 << 20))
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] in (503, 507)
    assert {path for path in (server.data / "buckets").rglob("*") if path.is_file()} == files
    assert body_of(client, "files", "kept") == b"k" * 1_000_000
    (small_disk / "ballast").unlink()
    client.put_object(Bucket="files", Key="large", Body=b"l" * (20 << 20))
    assert keys_of(client, "files") == ["kept", "large"]
