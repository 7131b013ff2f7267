# SPDX-License-Identifier: Apache-2.0
"""A real `boathouse serve` process with its own data folder, that tests may stop, kill and start again."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import requests

from support.api import Api
from support.paths import BINARY

ADMIN_PASSWORD = "Correct-horse-7"
START_LIMIT = 30  # seconds
# What no log may hold, whatever was done: the tests' passwords, access tokens, API tokens.
SECRETS = re.compile(rf"{ADMIN_PASSWORD}|Some-password-1|Boathouse-demo-1|eyJ[\w-]{{10,}}\.[\w-]+\.|bh_\w{{16,}}")


class Server:
    def __init__(self, data, apply=None, args=(), env=None):
        self.data = pathlib.Path(data)
        self.log_path = self.data.with_name(self.data.name + ".log")
        self.command = [str(BINARY), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0"]
        if apply:
            self.command += ["--apply", str(apply)]
        self.command += list(args)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("BOATHOUSE_")}
        # Every listener that this build may have takes a free port.
        self.env |= {"BOATHOUSE_ADMIN_PASSWORD": ADMIN_PASSWORD, "BOATHOUSE_S3_LISTEN": "127.0.0.1:0"} | (env or {})
        self.process = None
        self.url = None
        self.s3_url = None

    def start(self, preexec_fn=None):
        """Starts the process and waits until it is ready; returns itself."""
        assert BINARY.exists(), f"{BINARY} is missing: run 'make build' first"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=preexec_fn)
        deadline = time.monotonic() + START_LIMIT
        while not self._is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server was not ready in {START_LIMIT} s:\n{self.log_tail()}")
            time.sleep(0.01)
        return self

    def _is_ready(self):
        try:
            listen = json.loads((self.data / "run" / "listen.json").read_text())
            if listen["pid"] != self.process.pid:
                return False
            self.url = "http://" + listen["http"]
            self.s3_url = "http://" + listen["s3"]
            return requests.get(self.url + "/readyz", timeout=5).status_code == 200
        except (OSError, ValueError, KeyError):
            return False

    def stop(self):
        """SIGTERM; the exit status must be 0."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        assert status == 0, f"the server ended with {status}:\n{self.log_tail()}"

    def kill(self):
        """SIGKILL, as a power cut would end it."""
        self.process.kill()
        self.process.wait()

    def end(self):
        """For the end of a test, whatever happened in it."""
        if self.process and self.process.poll() is None:
            self.stop()
        if self.log_path.exists():
            found = SECRETS.search(self.log_path.read_text(errors="replace"))
            assert not found, f"a secret is in the log {self.log_path} at byte {found.start()}"

    def restart(self, kill=False):
        self.kill() if kill else self.stop()
        return self.start()

    def log_tail(self, lines=40):
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def api(self):
        """A client without credentials."""
        return Api(self.url)

    def admin(self):
        return self.api().login("admin", ADMIN_PASSWORD)
