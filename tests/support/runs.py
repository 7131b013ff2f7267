# SPDX-License-Identifier: Apache-2.0
"""Runs of triggers, as the jobs' routes tell them."""

import time

ENDED = ("succeeded", "failed", "cancelled")
TIMEOUT = 120


def runs_of(api, bucket, key):
    """Newest first."""
    return api.get("/v1/jobs", params={"kind": "ingest", "object": f"{bucket}/{key}"}, expect=200).json()["jobs"]


def ended_runs(api, bucket, key, count=1):
    """The runs of a key, newest first, once there are so many and all of them have ended."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        runs = runs_of(api, bucket, key)
        if len(runs) >= count and all(run["state"] in ENDED for run in runs):
            assert len(runs) == count, runs
            return runs
        assert time.monotonic() < deadline, f"still under way: {runs}"
        time.sleep(0.05)


def ended_run(api, bucket, key):
    return ended_runs(api, bucket, key)[0]


def log_of(api, run):
    lines = api.get(f"/v1/jobs/{run['id']}/log", expect=200).json()["lines"]
    return "\n".join(line["line"] for line in lines)


def queued_files(api):
    return api.get("/v1/jobs", params={"kind": "ingest", "state": "queued", "limit": 1}, expect=200).json()["jobs"]


def wait_until_idle(api):
    """Until no file of any workspace that `api` sees waits or runs."""
    deadline = time.monotonic() + 600
    while any(api.get("/v1/jobs", params={"kind": "ingest", "state": state, "limit": 1}, expect=200).json()["jobs"]
              for state in ("queued", "running")):
        assert time.monotonic() < deadline
        time.sleep(0.2)
