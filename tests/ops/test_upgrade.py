# SPDX-License-Identifier: Apache-2.0
"""A data folder of each earlier schema opens and works; one of a later schema is refused and left alone."""

import contextlib
import hashlib
import sqlite3
import subprocess

import pytest

from support.readers import read_with_pyiceberg
from support.schema import downgrade, steps, version_of


@pytest.fixture
def used(make_server):
    """A stopped server whose folder has a little of everything that the first schema knew."""
    server = make_server().start()
    admin = server.admin()
    admin.make_user("ada", workspace="main", role="editor")
    admin.put_contract("t", ["id INTEGER required", "name STRING"], key=["id"])
    admin.post_rows("t", "id,name\n1,a\nx,b\n", headers={"Idempotency-Key": "first"})
    admin.put("/v1/workspaces/main/insights/all", json={"sql": "SELECT count(*) AS n FROM t"}, expect=201)
    server.stop()
    return server


@pytest.mark.parametrize("version", range(1, len(steps())))
def test_a_folder_of_an_earlier_schema_is_brought_up_to_date(used, version):
    file = used.data / "boathouse.db"
    downgrade(file, version)
    assert version_of(file) == version
    admin = used.start().admin()
    assert version_of(file) == len(steps())
    assert admin.sql("SELECT * FROM t") == [(1, "a")]
    assert [row["data"]["id"] for row in admin.quarantine("t")] == ["x"]
    # What the first schema remembered still counts, and everything that came later works.
    admin.post_rows("t", "id,name\n1,a\nx,b\n", headers={"Idempotency-Key": "first"})
    assert admin.value("SELECT count(*) FROM t") == 1
    assert admin.get("/insights?table=all", expect=200).json() == [{"n": 1}]
    ada = used.api().login("ada", "Some-password-1")
    ada.post_rows("t", "id,name\n1,c\n2,d\n", mode="upsert")
    ada.post("/v1/access-keys", json={}, expect=201)
    assert "jobs" in admin.get("/v1/jobs", expect=200).json()
    used.restart()
    assert used.admin().sql("SELECT * FROM t ORDER BY id") == [(1, "c"), (2, "d")]
    assert read_with_pyiceberg(used.admin().describe("t")["metadata_location"]).num_rows == 2


def test_a_folder_of_a_later_schema_is_refused_and_left_alone(used):
    file = used.data / "boathouse.db"
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("INSERT INTO schema_migrations VALUES (999, 1)")
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    done = subprocess.run(used.command, env=used.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "written by a newer Boathouse (schema 999" in done.stderr and "Start that version or a later one" in done.stderr
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM schema_migrations WHERE version = 999")
    assert used.start().admin().sql("SELECT * FROM t") == [(1, "a")]
