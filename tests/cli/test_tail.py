# SPDX-License-Identifier: Apache-2.0
"""`boathouse tail` against a running server."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest

from support.command import boathouse
from support.documents import post, post_many
from support.paths import BINARY


class Follower:
    """`boathouse tail ARGUMENTS` as it runs; the lines that it has printed."""

    def __init__(self, env, *arguments):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BOATHOUSE_")}
        self.process = subprocess.Popen([str(BINARY), "tail", *arguments, "--interval", "0.1"], env=clean | env, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines, self.said = [], []
        self.threads = [threading.Thread(target=self._read, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.said))]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))

    def wait_for(self, what, count=1):
        deadline = time.monotonic() + 60
        while len(what) < count:
            assert time.monotonic() < deadline and self.process.poll() is None, (self.lines, self.said)
            time.sleep(0.02)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        for thread in self.threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture
def follow(client_env):
    followers = []

    def follow(*arguments, env=client_env):
        followers.append(Follower(env, *arguments))
        return followers[-1]
    yield follow
    for follower in followers:
        follower.end()


def tail(client_env, *arguments, expect=0):
    done = boathouse("tail", *arguments, env=client_env)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout.splitlines() if expect == 0 else done.stderr


def test_the_last_documents(client_env, admin, table):
    made = post_many(admin, table, [{"n": n} for n in range(30)]).json()["data"]["ids"]
    lines = tail(client_env, table, "--no-follow")
    assert [line.split("  ")[1:] for line in lines] == [[ident, '{"n": %d}' % n] for n, ident in enumerate(made)][-10:]
    assert len(tail(client_env, table, "--no-follow", "-n", "30")) == 30
    assert tail(client_env, table, "--no-follow", "-n", "0") == []
    assert len(tail(client_env, table, "--limit", "3")) == 3
    misfit = post(admin, table, '{"n":\n"x", "m": 1e400}').json()["data"]["id"]
    [line] = tail(client_env, table, "--no-follow", "--last", "1")
    assert line.endswith(f'  {misfit}  quarantined  {{"n": "x", "m": 1e400}}')
    [line] = tail(client_env, table, "--no-follow", "-n", "1", "--format", "json")
    assert '"document":{"n": "x", "m": 1e400}}' in line
    assert json.loads(line)["stage"] == "quarantined"


def test_what_lands_is_followed(follow, admin, table):
    follower = follow(table, "-n", "0", "--output", "json")
    follower.wait_for(follower.said)
    assert "waiting" in follower.said[0], "the table need not be there yet"
    made = [post(admin, table, {"n": n}).json()["data"]["id"] for n in range(20)]
    made += post_many(admin, table, [{"n": n} for n in range(20, 2020)]).json()["data"]["ids"]
    follower.wait_for(follower.lines, 2020)
    follower.end()
    assert [json.loads(line)["id"] for line in follower.lines] == made


def test_all_tables_are_followed(follow, admin, table):
    post(admin, table, {"n": 1}, params={"wait": "true"})
    follower = follow("-n", "1")
    while not any(table in line for line in list(follower.lines)):
        follower.wait_for(follower.lines, len(follower.lines) + 1)
    begun = len(follower.lines)
    other = table + "_new"
    post(admin, other, {"n": 2})
    post(admin, table, {"n": 3})
    follower.wait_for(follower.lines, begun + 2)
    follower.end()
    mine = {line.split("  ")[1]: line.split("  ")[3] for line in follower.lines[begun:] if table in line}
    assert mine == {other: '{"n": 2}', table: '{"n": 3}'}


def test_a_restart_is_waited_for(make_server, follow):
    server = make_server().start()
    admin = server.admin()
    post(admin, "t", {"n": 1})
    token = admin.post("/v1/tokens", json={"name": "tail"}, expect=201).json()["token"]
    follower = follow("t", env={"BOATHOUSE_URL": server.url, "BOATHOUSE_TOKEN": token})
    follower.wait_for(follower.lines)
    server.command[server.command.index("--listen") + 1] = server.url.removeprefix("http://")
    server.kill()
    follower.wait_for(follower.said)
    assert "trying again" in follower.said[0]
    server.start()
    post(server.admin(), "t", {"n": 2})
    follower.wait_for(follower.lines, 2)
    follower.end()
    assert [line.split("  ")[2] for line in follower.lines] == ['{"n": 1}', '{"n": 2}']


def test_what_is_wrong_is_said(client_env, admin, table):
    assert table in tail(client_env, table, "--no-follow", expect=1)
    assert tail(client_env | {"BOATHOUSE_TOKEN": "bh_wrong"}, table, expect=5)
    assert tail(client_env | {"BOATHOUSE_URL": "http://127.0.0.1:1"}, table, expect=4)
    for wrong in (["-n", "1001"], ["-n", "-1"], ["--limit", "0"], ["--interval", "0"]):
        assert tail(client_env, table, *wrong, expect=2)
