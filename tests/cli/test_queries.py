# SPDX-License-Identifier: Apache-2.0
"""`boathouse query` against a running server."""

import json

import pytest

from support.command import boathouse
from support.queries import ENDLESS, wait_for_query


@pytest.fixture
def run(client_env):
    def run(*arguments, expect=0, stdin=None):
        done = boathouse("query", *arguments, env=client_env, stdin=stdin)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout if expect == 0 else done.stderr
    return run


def test_a_query_is_submitted_waited_for_and_read(run, admin):
    query = run("submit", "-", stdin="SELECT range AS n, 'x' AS t FROM range(3)").strip()
    assert run("wait", query) == f"{query} has 3 rows\n"
    assert run("result", query) == "n,t\n0,x\n1,x\n2,x\n", "csv in a pipe"
    assert [json.loads(line)["n"] for line in run("result", query, "--output", "ndjson").splitlines()] == [0, 1, 2]
    assert run("result", query, "--output", "table").splitlines()[-1].startswith("(3 rows, ")
    told = json.loads(run("show", query, "--output", "json"))
    assert (told["id"], told["state"], told["rows"]) == (query, "succeeded", 3)
    assert "succeeded" in run("show", query)
    assert query in run("list")
    assert query in [listed["id"] for listed in json.loads(run("list", "--output", "json"))["queries"]]
    assert json.loads(run("cancel", query, "--output", "json")) == {"cancelled": query}
    admin.get(f"/v1/queries/{query}/result", expect=404)


def test_rows_come_page_by_page(run):
    query = json.loads(run("submit", "SELECT range AS n FROM range(5)", "--output", "json"))["id"]
    told = json.loads(run("wait", query, "--output", "json"))
    assert (told["id"], told["rows"]) == (query, 5)
    assert "more: give --limit, or --page-token 2" in run("result", query, "--limit", "2", "--output", "table")
    page = json.loads(run("result", query, "--limit", "2", "--output", "json"))
    assert page["rows"] == [[0], [1]]
    rest = json.loads(run("result", query, "--page-token", page["next_page_token"], "--output", "json"))
    assert rest["rows"] == [[2], [3], [4]] and "next_page_token" not in rest
    assert run("result", query, "--limit", "1", "--page-token", "4", "--output", "csv") == "n\n4\n"


def test_workspace_and_limit_are_the_statements(run, admin, user_name, table):
    own = admin.get("/v1/me", expect=200).json()["workspace"]
    admin.post_rows(table, "id\n1\n2\n", ws=own)
    query = run("submit", f"SELECT id FROM {table} ORDER BY id", "--workspace", own, "--limit", "1").strip()
    run("wait", query)
    assert run("result", query) == "id\n1\n"


def test_what_fails_says_so(run):
    assert "403" not in run("submit", "DROP TABLE t", expect=5)
    query = run("submit", "SELECT error('no such luck')").strip()
    assert "no such luck" in run("wait", query, expect=1)
    assert "no such luck" in run("result", query, expect=1)
    for command in ("show", "wait", "result", "cancel"):
        run(command, "nosuch", expect=1)


def test_a_running_query_is_cancelled(run, admin):
    query = run("submit", ENDLESS).strip()
    wait_for_query(admin, query, ("running",))
    assert "no result yet" in run("result", query, expect=1)
    assert query in run("cancel", query)
    assert wait_for_query(admin, query)["state"] == "cancelled"
    assert "cancelled" in run("wait", query, expect=1)
