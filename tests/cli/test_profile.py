# SPDX-License-Identifier: Apache-2.0
"""`boathouse profile` against a running server."""

import json

import pytest

from support.command import boathouse


@pytest.fixture
def run(client_env):
    def run(*arguments, expect=0):
        done = boathouse("profile", *arguments, env=client_env)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout if expect == 0 else done.stderr
    return run


def test_a_profile_is_a_table_with_bars(run, admin, table):
    version = admin.post_rows(table, "id,colour,price\n" + "".join(f"{i},{'red' if i % 4 else 'blue'},{i * i if i else ''}\n" for i in range(100))).json()["version"]
    told = run(table)
    assert told.splitlines()[0] == f"{table}, 100 rows, version {version}"
    rows = {line.split()[0]: line for line in told.splitlines() if line and line.split()[0] in ("id", "colour", "price")}
    assert "█" in rows["price"] and "1 %" in rows["price"] and "9801" in rows["price"]
    assert "red (75 %)" in rows["colour"] and "BIGINT" in rows["id"] and "49.5" in rows["id"]


def test_findings_are_told(run, admin, table):
    admin.post_rows(table, "a,b\n1,\n2,\n3,x\n")
    assert "warning: b: more than half of the rows have no value" in run(table)


def test_as_json_and_of_a_version(run, admin, table):
    first = admin.post_rows(table, "n\n1\n").json()["version"]
    admin.post_rows(table, "n\n2\n")
    told = json.loads(run(table, "--version", first, "--output", "json"))
    assert told == admin.get(admin.table_path(table, "/profile"), params={"version": first}, expect=200).json()
    assert told["rows"] == 1


def test_what_is_not_there_is_said(run, admin, table):
    assert table in run(table, expect=1)
    admin.post_rows(table, "n\n1\n")
    run(table, "--version", "12", expect=1)
    run(table, "--workspace", "nowhere", expect=1)
