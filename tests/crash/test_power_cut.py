# SPDX-License-Identifier: Apache-2.0
"""The power goes: an ext4 file system of its own is shut down under the server, with its journal unwritten, so that what was not
synced is gone. After the next mount what was acknowledged is there, once."""

import fcntl
import os
import random
import struct
import subprocess
import time

import pytest

from crash.test_documents import Load, check, seed
from support.server import Server

ROUNDS = int(os.environ.get("BOATHOUSE_POWER_CUTS", "4"))
EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2


class Disk:
    """A file with an ext4 file system, mounted."""

    def __init__(self, folder):
        self.image, self.path = folder / "disk.img", folder / "disk"
        self.path.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(max(512, 32 * ROUNDS) << 20)
        self._run("mkfs.ext4", "-q", str(self.image))
        self.mount()

    def _run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise OSError(f"{command[0]}: {done.stderr}")

    def mount(self):
        self._run("mount", "-o", "loop", str(self.image), str(self.path))

    def unmount(self):
        """Workers of a server that was killed may still be on their way out."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self._run("umount", str(self.path))
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def cut(self):
        """From here on nothing reaches the disk, not even what lies in its caches."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)


@pytest.fixture
def disk(tmp_path):
    try:
        disk = Disk(tmp_path)
    except OSError as error:
        pytest.skip(f"mounting a file system of its own needs root, loop devices and ext4: {error}")
    yield disk
    disk.unmount()


def test_what_is_not_synced_is_gone(disk):
    """The cut is one: otherwise the test below would show nothing."""
    with open(disk.path / "synced", "w") as file:
        file.write("there")
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(disk.path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    (disk.path / "written").write_text("lost")
    disk.cut()
    disk.unmount()
    disk.mount()
    assert (disk.path / "synced").read_text() == "there"
    assert not (disk.path / "written").exists() or (disk.path / "written").read_text() == ""


@pytest.mark.timeout(600 + 12 * ROUNDS)
def test_acknowledged_documents_survive_power_cuts_exactly_once(disk, tmp_path):
    server = Server(disk.path / "data", env={"BOATHOUSE_DOCUMENTS_COMMIT_EVERY": "100ms"})
    server.log_path = tmp_path / "server.log"
    try:
        seed(server.start().admin())
        load = Load(refusals=(500, 503, 507))  # of those that the process still tells
        for _ in range(ROUNDS):
            before = len(load.acknowledged)

            def cut():
                deadline = time.monotonic() + 30
                while len(load.acknowledged) < before + 200 and time.monotonic() < deadline:
                    time.sleep(0.005)
                time.sleep(random.uniform(0, 1))
                # The process ends with its machine. One that went on might be told that a sync succeeded which the cut broke
                # off: ext4 asks at its beginning only. Threads in the middle of one stay in the kernel, and the cut meets them.
                server.process.kill()
                disk.cut()
                server.process.wait()

            load.run_until(server.admin(), cut)
            assert len(load.acknowledged) > before
            disk.unmount()
            disk.mount()
            admin = server.start().admin()
            again, load.in_doubt = load.in_doubt, []
            for request in again:
                if random.random() < 0.5 and load.send(admin, *request):
                    continue
                load.in_doubt.append(request)
            check(admin, load)
    finally:
        server.end()
