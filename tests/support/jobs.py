# SPDX-License-Identifier: Apache-2.0
"""Jobs in a state of the test's own, put straight into the metadata store. A kind that no server knows waits for ever."""

import contextlib
import sqlite3
import time
import uuid


def put_job(server, kind="mystery", workspace="main", **columns):
    """Puts a row into the metadata store of a server; returns the job's id. A server that runs sees it within a second."""
    now = int(time.time() * 1e6)
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db")) as database, database:
        row = {"id": str(uuid.uuid4()), "kind": kind, "object": "", "state": "queued", "payload": "{}", "attempts": 0, "max_attempts": 5,
               "run_at": now, "lease_owner": "", "lease_until": 0, "fencing": 0, "done": 0, "total": 0, "unit": "", "error": "",
               "created_at": now, "queued_at": now, "updated_at": now, "workspace_id": ""} | columns
        if workspace:
            row["workspace_id"] = database.execute("SELECT id FROM workspaces WHERE name = ?", [workspace]).fetchone()[0]
        database.execute(f"INSERT INTO jobs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    return row["id"]
