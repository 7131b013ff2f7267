# SPDX-License-Identifier: Apache-2.0
"""A sink as a test has it: defined, waited for, its jobs read."""

import time
from urllib.parse import quote

PATIENCE = 120  # seconds


def path_of(name, ws="main"):
    return f"/v1/workspaces/{ws}/sinks/{quote(name, safe='')}"


class Sink:
    def __init__(self, api, name, ws="main"):
        self.api, self.name, self.path = api, name, path_of(name, ws)

    def put(self, expect=None, **fields):
        answer = self.api.put(self.path, json=fields)
        assert answer.status_code in ({200, 201} if expect is None else {expect}), answer.text
        return answer.json()

    def get(self):
        return self.api.get(self.path, expect=200).json()

    def wait(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = self.get()
            if condition(seen):
                return seen
            assert time.monotonic() < deadline, f"{what}: {seen}"
            time.sleep(0.05)

    def settled(self):
        """Once everything is there."""
        return self.wait(lambda seen: seen["state"] == "ok", "is not up to date")

    def failing(self):
        return self.wait(lambda seen: seen["state"] == "failing", "does not fail")

    def jobs(self, **query):
        return self.api.get("/v1/jobs", params={"kind": "sink"} | query, expect=200).json()["jobs"]

    def log(self, table):
        """The lines of all jobs that copied the table, oldest first."""
        lines = []
        for job in reversed(self.jobs(object=f"{table}@{self.name}")):
            lines += [line["line"] for line in self.api.get(f"/v1/jobs/{job['id']}/log", expect=200).json()["lines"]]
        return lines
