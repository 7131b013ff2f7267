# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of backups and restores, and a full disk: a backup is whole or not there, a restore happens once or not."""

import hashlib
import os
import random
import subprocess
import time

import pytest

from support.readers import read_with_pyiceberg
from support.table_files import wait_until_tidy

ROUNDS = int(os.environ.get("BOATHOUSE_KILL_ROUNDS", "50"))
ROWS = 5_000
# Everything that can go goes at once, and the house looks all the time.
EAGER = ("--maintenance-every", "100ms", "--file-grace", "0s")


def body(first, rows=ROWS):
    return "id,text\n" + "".join(f"{n},{n * 7919:064}\n" for n in range(first, first + rows))


class Kills:
    """Rounds of a request that queues a job and a kill at a random moment of it."""

    def __init__(self, server):
        self.server, self.api, self.jobs = server, server.admin(), []
        self.dice = random.Random(7)

    def measure(self, send):
        """How long a job takes that is left alone; then kills come within that time and a bit."""
        started = time.monotonic()
        job = self.api.ended_job(send(self.api))
        self.took = time.monotonic() - started
        return job["id"]

    def round(self, send):
        """Kills the server in the middle of a job and starts it again; the job once it has ended."""
        job = send(self.api).json()["id"]
        time.sleep(self.dice.uniform(0, 1.3 * self.took))
        self.server.restart(kill=True)
        self.api = self.server.admin()
        ended = self.api.ended_job(Queued(job))
        assert ended["state"] == "succeeded", ended
        self.jobs.append(ended)
        return ended

    def assert_they_hit(self):
        """A killed attempt is followed by another one."""
        hit = sum(job["attempts"] > 1 for job in self.jobs)
        assert hit >= len(self.jobs) // 10, f"only {hit} of {len(self.jobs)} kills came in the middle"


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


def upload(api, first, rows=ROWS):
    api.post_rows("t", body(first, rows))


@pytest.mark.timeout(900)
def test_a_backup_cut_short_is_made_again_by_its_job(make_server):
    server = make_server().start()
    upload(server.admin(), 0)
    send = lambda api: api.post(api.table_path("t", "/backups"), expect=202)
    kills = Kills(server)
    asked = [kills.measure(send)]
    for _ in range(ROUNDS):
        asked.append(kills.round(send)["id"])
        assert {kept["id"] for kept in kills.api.backups("t")} == set(asked)
    kills.assert_they_hit()
    assert check_backups(server, kills.api, "t") == {job: ROWS for job in asked}
    api = kills.api
    api.delete(api.table_path("t"), expect=204)
    assert api.restore("t", asked[-1])["state"] == "succeeded"
    assert api.sql("SELECT count(*), min(id), max(id) FROM t") == [(ROWS, 0, ROWS - 1)]


@pytest.mark.timeout(900)
def test_a_restore_cut_short_happens_once(make_server):
    server = make_server(args=EAGER).start()
    kills = Kills(server)
    upload(kills.api, 0)
    backup = kills.api.back_up("t")
    send = lambda api: api.post(api.table_path("t", f"/backups/{backup}/restore"), expect=202)
    kills.measure(send)
    for _ in range(ROUNDS):
        upload(kills.api, ROWS, 10)
        before = kills.api.describe("t")["version"]
        job = kills.round(send)
        newest = kills.api.versions("t")[0]
        assert (newest["version"], newest["parent"], newest["rows"]) == (job["result"]["version"], before, ROWS)
        told = kills.api.sql("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM t")
        assert told == [(ROWS, ROWS, 0, ROWS - 1)]
    kills.assert_they_hit()
    read = read_with_pyiceberg(wait_until_tidy(kills.api, "t"))
    assert sorted(read["id"].to_pylist()) == list(range(ROWS))
    assert list((server.data / "staging").rglob("*.parquet")) == []


def test_a_full_disk_makes_no_backup_and_no_restore(make_server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs rights that this machine does not give")
    server = make_server("disk/data")
    server.log_path = tmp_path / "server.log"
    try:
        api = server.start().admin()
        # More than there is room for below, where the metadata store is to have some.
        api.post_rows("t", "id,text\n" + "".join(f"{n},{hashlib.sha256(b'%d' % n).hexdigest()}\n" for n in range(200_000)))
        good = api.back_up("t")
        version = api.describe("t")["version"]
        room = os.statvfs(disk)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - (4 << 20))))
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
