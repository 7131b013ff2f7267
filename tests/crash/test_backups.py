# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of backups and restores, and a full disk: a backup is whole or not there, a restore happens once or not."""

import os
import random
import subprocess
import time

import pytest
import requests

from support.readers import read_with_pyiceberg

ROUNDS = int(os.environ.get("BOATHOUSE_KILL_ROUNDS", "6"))
ROWS = 20_000


def body(first, rows=ROWS):
    return "id,text\n" + "".join(f"{n},{n * 7919:064}\n" for n in range(first, first + rows))


def kill_within(server, seconds, send):
    """Sends requests that queue jobs, then kills the server at some moment; returns the jobs that were answered."""
    jobs = []
    try:
        jobs.append(send().json()["id"])
        time.sleep(random.uniform(0, seconds))
    except requests.RequestException:
        pass
    server.kill()
    return jobs


def ended(api, jobs):
    return [api.ended_job(Queued(job)) for job in jobs]


class Queued:
    """As the answer of 202 that named the job."""
    status_code = 202

    def __init__(self, job):
        self.job = job

    def json(self):
        return {"id": self.job}


def check_backups(server, api, table):
    """What is listed is whole, by its own checksums; what lies there is listed."""
    listed = {kept["id"]: kept["rows"] for kept in api.backups(table)}
    folders = {manifest.parent.name: manifest.parent for manifest in (server.data / "backups").rglob("manifest.json")}
    assert folders.keys() == listed.keys()
    assert {path.parent.name for path in (server.data / "backups").rglob("part-*")} == listed.keys(), "nothing of a backup cut short stays"
    for folder in folders.values():
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    return listed


@pytest.mark.timeout(600)
def test_a_backup_cut_short_is_made_again_by_its_job(make_server):
    server = make_server().start()
    api = server.admin()
    api.post_rows("t", body(0))
    asked = []
    for _ in range(ROUNDS):
        asked += kill_within(server, 0.4, lambda: api.post(api.table_path("t", "/backups"), expect=202))
        server.start()
        api = server.admin()
        jobs = ended(api, asked)
        assert {job["state"] for job in jobs} == {"succeeded"}, jobs
        assert check_backups(server, api, "t") == {job: ROWS for job in asked}
    api.delete(api.table_path("t"), expect=204)
    assert api.restore("t", asked[-1])["state"] == "succeeded"
    assert api.sql("SELECT count(*), min(id), max(id) FROM t") == [(ROWS, 0, ROWS - 1)]


@pytest.mark.timeout(600)
def test_a_restore_cut_short_happens_once(make_server):
    server = make_server().start()
    api = server.admin()
    api.post_rows("t", body(0))
    backup = api.back_up("t")
    for _ in range(ROUNDS):
        api.post_rows("t", body(ROWS, 10))
        before = api.describe("t")["version"]
        jobs = kill_within(server, 0.4, lambda: api.post(api.table_path("t", f"/backups/{backup}/restore"), expect=202))
        server.start()
        api = server.admin()
        [job] = ended(api, jobs)
        assert job["state"] == "succeeded", job
        newest = api.versions("t")[0]
        assert (newest["version"], newest["parent"], newest["rows"]) == (job["result"]["version"], before, ROWS)
        told = api.describe("t")
        read = read_with_pyiceberg(told["metadata_location"])
        assert read.num_rows == ROWS and sorted(read["id"].to_pylist()) == list(range(ROWS))


def test_a_full_disk_makes_no_backup_and_no_restore(make_server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs rights that this machine does not give")
    server = make_server("disk/data")
    server.log_path = tmp_path / "server.log"
    try:
        api = server.start().admin()
        api.post_rows("t", body(0))
        good = api.back_up("t")
        version = api.describe("t")["version"]
        room = os.statvfs(disk)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - (200 << 10))))
        for path in ("/backups", f"/backups/{good}/restore"):
            answer = api.request("POST", api.table_path("t", path))
            if answer.status_code == 202:
                job = wait_for_failed_attempt(api, answer.json()["id"])
                assert "space" in job["error"], job
                api.post(f"/v1/jobs/{job['id']}/cancel")
        assert [kept["id"] for kept in api.backups("t")] == [good]
        assert api.describe("t")["version"] == version
        ballast.unlink()
        assert api.restore("t", good)["state"] == "succeeded"
        assert len(check_backups(server, api, "t")) == 1
    finally:
        (disk / "ballast").unlink(missing_ok=True)
        server.end()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def wait_for_failed_attempt(api, job):
    deadline = time.monotonic() + 60
    while not (told := api.get(f"/v1/jobs/{job}", expect=200).json()).get("error"):
        assert time.monotonic() < deadline, told
        time.sleep(0.02)
    return told
