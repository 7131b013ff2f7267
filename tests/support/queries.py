# SPDX-License-Identifier: Apache-2.0
"""Statements that are submitted: until they have ended."""

import time

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
WAIT = 60  # seconds, for what takes far less
ENDED = ("succeeded", "failed", "cancelled")


def wait_for_query(api, query, states=ENDED):
    """The query once it is in one of these states."""
    deadline = time.monotonic() + WAIT
    while (told := api.get(f"/v1/queries/{query}", expect=200).json())["state"] not in states:
        assert time.monotonic() < deadline, f"the query is {told}"
        time.sleep(0.02)
    return told


def submit(api, sql, **fields):
    return api.post("/v1/queries", json={"sql": sql} | fields, expect=202).json()["id"]
