# SPDX-License-Identifier: Apache-2.0
"""/v1/queries: statements that are submitted, looked at, read page by page and cancelled."""

import io
import json
import time

import pyarrow.parquet as pq
import pytest

from support.api import NDJSON, PARQUET
from support.queries import ENDLESS, WAIT, submit, wait_for_query


@pytest.fixture(scope="module")
def own_house(tmp_path_factory):
    """A server of this file's own: its queues are not other tests'."""
    from support.server import Server
    server = Server(tmp_path_factory.mktemp("queries") / "data").start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def analyst(own_house):
    return own_house.admin()


def result(api, query, **params):
    return api.get(f"/v1/queries/{query}/result", params=params)


def succeed(api, sql, **fields):
    query = submit(api, sql, **fields)
    told = wait_for_query(api, query)
    assert told["state"] == "succeeded", told
    return query, told


def pages_of(api, query, **params):
    pages, token = [], None
    while True:
        page = api.get(f"/v1/queries/{query}/result", params=params | ({"page_token": token} if token else {}), expect=200).json()
        pages.append(page)
        if not (token := page.get("next_page_token")):
            return pages


# From submission to result

def test_submit_look_and_read(analyst):
    answer = analyst.post("/v1/queries", json={"sql": "SELECT range AS n, 'x' AS t FROM range(3)"}, expect=202)
    query = answer.json()["id"]
    assert answer.headers["Location"] == f"/v1/queries/{query}"
    told = wait_for_query(analyst, query)
    assert (told["id"], told["state"], told["rows"], told["workspace"]) == (query, "succeeded", 3, "main")
    assert told["created_at"] <= told["started_at"] <= told["finished_at"] < told["readable_until"] and "error" not in told
    page = result(analyst, query).json()
    assert page["columns"] == [{"name": "n", "type": "BIGINT"}, {"name": "t", "type": "VARCHAR"}]
    assert page["rows"] == [[0, "x"], [1, "x"], [2, "x"]]
    assert (page["row_count"], page["truncated"]) == (3, False) and page["duration_ms"] >= 0 and "next_page_token" not in page


@pytest.mark.parametrize("sql", [
    "SELECT 9007199254740993 AS a, 1.50::DECIMAL(6,2) AS a, 'NaN'::DOUBLE AS n, NULL AS e, '' AS f, ['x,y', NULL] AS l, {'k': 'q\"'} AS s",
    "SELECT range, 'row ' || range AS t FROM range(5000)", "DESCRIBE SELECT 1", "SHOW TABLES", "EXPLAIN SELECT 1", "SELECT 1 WHERE false"])
def test_a_result_is_what_sql_answers(analyst, sql):
    query, _ = succeed(analyst, sql)
    now, later = analyst.sql_answer(sql).json(), result(analyst, query).json()
    del now["duration_ms"], later["duration_ms"]
    assert now == later
    for accept in (NDJSON, "text/csv"):
        answer = analyst.get(f"/v1/queries/{query}/result", headers={"Accept": accept}, expect=200)
        assert answer.headers["Content-Type"].startswith(accept)
        assert answer.content == analyst.sql_answer(sql, accept=accept).content


def test_pages_join_to_the_whole(analyst):
    query, told = succeed(analyst, "SELECT range AS n FROM range(25001)")
    pages = pages_of(analyst, query)
    assert [page["row_count"] for page in pages] == [10_000, 10_000, 5_001]
    assert [row[0] for page in pages for row in page["rows"]] == list(range(25_001)) and told["rows"] == 25_001
    for limit in (1024, 12_500, 1_000_000):
        assert [row[0] for page in pages_of(analyst, query, limit=limit) for row in page["rows"]] == list(range(25_001))
    assert result(analyst, query, page_token=25_000, limit=5).json()["rows"] == [[25_000]]
    assert result(analyst, query, page_token=25_001).json()["rows"] == []
    lines = analyst.get(f"/v1/queries/{query}/result?page_token=24999", headers={"Accept": NDJSON}, expect=200).text
    assert [json.loads(line) for line in lines.splitlines()] == [{"n": 24_999}, {"n": 25_000}]


def test_more_rows_than_sql_gives_at_once(analyst):
    query, told = succeed(analyst, "SELECT range AS n FROM range(1200000)")
    assert told["rows"] == 1_200_000
    pages = pages_of(analyst, query, limit=1_000_000)
    assert [page["row_count"] for page in pages] == [1_000_000, 200_000] and pages[1]["rows"][-1] == [1_199_999]


def test_a_limit_cuts_the_result(analyst):
    query, told = succeed(analyst, "SELECT * FROM range(20)", limit=5)
    page = result(analyst, query).json()
    assert (told["rows"], page["row_count"], page["truncated"]) == (5, 5, True)
    query, told = succeed(analyst, "SELECT * FROM range(5)", limit=5)
    assert result(analyst, query).json()["truncated"] is False


def test_parameters_and_consistency(analyst):
    query, _ = succeed(analyst, "SELECT $n + 1, $t", params={"n": 4, "t": "'; DROP TABLE x; --"}, consistency="committed")
    assert result(analyst, query).json()["rows"] == [[5, "'; DROP TABLE x; --"]]
    told = wait_for_query(analyst, submit(analyst, "SELECT ?", params=[]))
    assert told["state"] == "failed" and "$1" in told["error"]


@pytest.mark.parametrize("params", ["page_token=x", "page_token=-1", "page_token=4", "limit=0", "limit=1000001", "limit=x", "colour=red"])
def test_a_wrong_page_is_400(analyst, params):
    query, _ = succeed(analyst, "SELECT * FROM range(3)")
    answer = analyst.get(f"/v1/queries/{query}/result?{params}", expect=400)
    assert params.split("=")[0] in answer.json()["detail"]


def parquet_result(api, query, expect=200, **params):
    return api.get(f"/v1/queries/{query}/result", headers={"Accept": PARQUET}, params=params, expect=expect)


@pytest.mark.parametrize("sql", [
    "SELECT 9007199254740993 AS a, 1.50::DECIMAL(6,2) AS a, 'Infinity'::DOUBLE AS n, NULL AS e, '\\xFF'::BLOB AS b, ['x,y', NULL] AS l, {'k': 'q\"'} AS s",
    "SELECT range, 'row ' || range AS t FROM range(300000)", "DESCRIBE SELECT 1", "SELECT 1 WHERE false", "SELECT 170141183460469231731::HUGEINT AS h"])
def test_parquet_is_what_sql_answers(analyst, sql):
    query, _ = succeed(analyst, sql)
    answer = parquet_result(analyst, query)
    assert answer.headers["Content-Type"] == PARQUET
    assert pq.read_table(io.BytesIO(answer.content)).equals(pq.read_table(io.BytesIO(analyst.sql_answer(sql, accept=PARQUET).content)))


def test_parquet_heeds_the_limit_and_comes_whole(analyst):
    query, _ = succeed(analyst, "SELECT range AS n FROM range(5000)", limit=3000)
    assert pq.read_table(io.BytesIO(parquet_result(analyst, query).content))["n"].to_pylist() == list(range(3000))
    assert result(analyst, query, limit=10).json()["row_count"] == 10
    for params in ({"limit": 10}, {"page_token": "10"}):
        assert next(iter(params)) in parquet_result(analyst, query, expect=400, **params).json()["detail"]


def test_what_parquet_cannot_hold_is_kept_as_text(analyst):
    sql = "SELECT range AS n, CASE WHEN range = 4000 THEN 170141183460469231731687303715884105727 ELSE range END AS h FROM range(5000)"
    assert analyst.sql_answer(sql, accept=PARQUET).status_code == 400
    query, told = succeed(analyst, sql, limit=4500)
    assert told["rows"] == 4500
    assert [row[0] for page in pages_of(analyst, query) for row in page["rows"]] == list(range(4500))
    assert "cannot be Parquet" in parquet_result(analyst, query, expect=400).json()["detail"]


def test_the_list_is_ones_own_newest_first(own_house, analyst):
    lister = analyst.make_user("lister", workspace="main", role="viewer")
    ids = [succeed(lister, "SELECT 1")[0] for _ in range(3)]
    listed = lister.get("/v1/queries", expect=200).json()
    assert [query["id"] for query in listed["queries"]] == ids[::-1] and "next_page_token" not in listed
    first = lister.get("/v1/queries?limit=2", expect=200).json()
    rest = lister.get(f"/v1/queries?limit=2&page_token={first['next_page_token']}", expect=200).json()
    assert [query["id"] for query in first["queries"] + rest["queries"]] == ids[::-1]
    assert not set(ids) & {query["id"] for query in analyst.get("/v1/queries?limit=1000", expect=200).json()["queries"]}
    assert lister.get("/v1/queries?state=queued").status_code == 400


# What is refused at once, and what fails later

@pytest.mark.parametrize("sql, status", [
    ("SELEC 1", 400), ("SELECT * FROM no_such_table", 400), ("DROP TABLE x", 403), ("SELECT 1; SELECT 2", 403), ("PRAGMA version", 403),
    ("COPY (SELECT 1) TO '/tmp/x'", 403), ("SELECT * FROM read_text('/etc/passwd')", 403), ("SET memory_limit = '9GB'", 403),
    ("SELECT * FROM nosuchspace.t", 404), ("SHOW TABLES FROM nosuchspace", 404), ("SELECT 1 \0 --", 400)])
def test_what_cannot_run_is_refused_as_sql_refuses_it(analyst, sql, status):
    later, now = analyst.post("/v1/queries", json={"sql": sql}), analyst.sql_answer(sql)
    assert (later.status_code, now.status_code) == (status, status), later.text
    assert later.json()["detail"] == now.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"sql": 5}, {"sql": "SELECT 1", "colour": "red"}, {"sql": "SELECT 1", "limit": -1}, {"sql": "SELECT 1", "params": "x"},
                                  {"sql": "SELECT 1", "consistency": "eventual"}])
def test_a_wrong_body_is_400(analyst, body):
    analyst.post("/v1/queries", json=body, expect=400)


def test_a_statement_too_long_to_keep_is_413(analyst):
    analyst.post("/v1/queries", json={"sql": "SELECT 1 -- " + "x" * 65_536}, expect=413)
    succeed(analyst, "SELECT 1 -- " + "x" * 65_000)


@pytest.mark.parametrize("sql, word", [("SELECT 'x'::INTEGER", "x"), ("SELECT nosuch FROM range(3)", "nosuch"), ("SELECT error('too deep')", "too deep")])
def test_a_failure_is_told(analyst, sql, word):
    query = submit(analyst, sql)
    told = wait_for_query(analyst, query)
    assert told["state"] == "failed" and word in told["error"] and "rows" not in told
    assert word in analyst.get(f"/v1/queries/{query}/result", expect=409).json()["detail"]


def test_nobody_knows_an_unknown_query(analyst):
    for path in ("/v1/queries/nosuch", "/v1/queries/nosuch/result"):
        analyst.get(path, expect=404)
    analyst.delete("/v1/queries/nosuch", expect=404)


def test_a_job_of_another_kind_is_no_query(analyst):
    deadline = time.monotonic() + WAIT
    while not (jobs := analyst.get("/v1/jobs?kind=sweep", expect=200).json()["jobs"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    analyst.get(f"/v1/queries/{jobs[0]['id']}", expect=404)


# Cancelling

def test_cancel_while_it_runs(analyst):
    query = submit(analyst, ENDLESS)
    wait_for_query(analyst, query, states=("running",))
    assert "no result yet" in analyst.get(f"/v1/queries/{query}/result", expect=409).json()["detail"]
    analyst.delete(f"/v1/queries/{query}", expect=204)
    told = wait_for_query(analyst, query)
    assert told["state"] == "cancelled" and "error" not in told
    analyst.get(f"/v1/queries/{query}/result", expect=409)
    analyst.delete(f"/v1/queries/{query}", expect=204)


def test_a_viewer_cancels_what_is_the_viewers(analyst):
    viewer = analyst.make_user("canceller", workspace="main", role="viewer")
    query = submit(viewer, ENDLESS, workspace="main")
    viewer.delete(f"/v1/queries/{query}", expect=204)
    assert wait_for_query(viewer, query)["state"] == "cancelled"


def test_deleting_what_succeeded_throws_its_result_away(analyst, own_house):
    query, _ = succeed(analyst, "SELECT 1")
    assert list(own_house.data.glob(f"cache/queries/*/{query}/rows"))
    analyst.delete(f"/v1/queries/{query}", expect=204)
    assert not list(own_house.data.glob(f"cache/queries/*/{query}"))
    analyst.get(f"/v1/queries/{query}/result", expect=404)
    assert wait_for_query(analyst, query)["state"] == "succeeded"


def test_long_ones_leave_a_worker_to_short_ones(analyst):
    queries = [submit(analyst, ENDLESS) for _ in range(5)]
    try:
        for query in queries[:2]:
            wait_for_query(analyst, query, states=("running",))
        assert analyst.value("SELECT 42") == 42
        other = analyst.make_user("neighbour")
        query, _ = succeed(other, "SELECT 43")
        assert result(other, query).json()["rows"] == [[43]]
        states = [analyst.get(f"/v1/queries/{query}").json()["state"] for query in queries]
        assert states.count("running") == 2 and states.count("queued") == 3
    finally:
        for query in queries[::-1]:
            analyst.delete(f"/v1/queries/{query}")


# Whose it is

def test_anothers_query_does_not_exist(analyst):
    owner, other = analyst.make_user("quinn", workspace="main", role="editor"), analyst.make_user("ruth", workspace="main", role="owner")
    query, _ = succeed(owner, "SELECT 1", workspace="main")
    for api in (other, analyst):
        api.get(f"/v1/queries/{query}", expect=404)
        api.get(f"/v1/queries/{query}/result", expect=404)
        api.delete(f"/v1/queries/{query}", expect=404)
        api.get(f"/v1/jobs/{query}", expect=404)
    assert result(owner, query).status_code == 200


def test_who_leaves_the_workspace_leaves_the_results(analyst):
    member = analyst.make_user("leaver", workspace="main", role="viewer")
    own = member.get("/v1/me").json()["workspace"]
    analyst.post_rows("shared", "id\n1\n")
    here, _ = succeed(member, "SELECT * FROM shared", workspace="main")
    across, _ = succeed(member, "SELECT * FROM main.shared", workspace=own)
    analyst.delete("/v1/workspaces/main/members/leaver")
    member.get(f"/v1/queries/{here}", expect=404)
    member.get(f"/v1/queries/{here}/result", expect=404)
    member.get(f"/v1/queries/{across}/result", expect=404)
    member.post("/v1/queries", json={"sql": "SELECT * FROM main.shared", "workspace": own}, expect=404)


def test_a_token_sees_only_its_workspace(own_house, analyst):
    analyst.post("/v1/workspaces", json={"name": "side"}, expect=201)
    query, _ = succeed(analyst, "SELECT 1", workspace="main")
    token = own_house.api().with_token(analyst.post("/v1/tokens", json={"name": "t", "workspace": "side"}, expect=201).json()["token"])
    token.get(f"/v1/queries/{query}", expect=404)
    assert token.get("/v1/queries", expect=200).json() == {"queries": []}
    mine, told = succeed(token, "SELECT 2")
    assert told["workspace"] == "side" and result(analyst, mine).json()["rows"] == [[2]]
    token.post("/v1/queries", json={"sql": "SELECT 1", "workspace": "main"}, expect=404)


# Settings and restarts

def test_rights_are_those_of_the_time_it_runs(make_server):
    """One thread runs long ones, so the later ones wait while rights change."""
    server = make_server(args=["--job-workers", "1"]).start()
    admin = server.admin()
    admin.post_rows("t", "id\n1\n")
    member = admin.make_user("mia", workspace="main", role="viewer")
    own = member.get("/v1/me").json()["workspace"]
    made = admin.post("/v1/tokens", json={"name": "t"}, expect=201).json()
    blocker = submit(admin, ENDLESS)
    wait_for_query(admin, blocker, states=("running",))
    left = submit(member, "SELECT * FROM main.t", workspace=own)
    revoked = submit(server.api().with_token(made["token"]), "SELECT * FROM t")
    admin.delete(f"/v1/tokens/{made['id']}", expect=204)
    admin.delete("/v1/workspaces/main/members/mia")
    admin.delete(f"/v1/queries/{blocker}", expect=204)
    told = wait_for_query(member, left)
    assert told["state"] == "failed" and "main" in told["error"]
    told = wait_for_query(admin, revoked)
    assert told["state"] == "failed" and "revoked" in told["error"]


def test_its_own_time_limit(make_server):
    server = make_server(args=["--query-timeout", "1s", "--long-query-timeout", "2s"]).start()
    admin = server.admin()
    told = wait_for_query(admin, submit(admin, ENDLESS))
    assert told["state"] == "failed" and "time limit" in told["error"]
    assert admin.get(f"/v1/jobs/{told['id']}").json()["attempts"] == 1


def test_a_statement_past_the_short_limit_succeeds(make_server):
    server = make_server(args=["--query-timeout", "1s"]).start()
    admin = server.admin()
    slow = "SELECT count(*) FROM range(4000000000) a WHERE hash(a.range) = 0"
    if admin.sql_answer(slow).status_code != 408:
        pytest.skip("this machine is too fast for the statement")
    succeed(admin, slow)


def test_results_are_bounded_and_expire(make_server):
    server = make_server(args=["--max-query-result", "100kB", "--max-query-results", "10kB", "--keep-query-results", "3s", "--sweep-every", "1s"]).start()
    admin = server.admin()
    told = wait_for_query(admin, submit(admin, "SELECT repeat('x', 1000) FROM range(200)"))
    assert told["state"] == "failed" and "error" in told
    query, _ = succeed(admin, "SELECT repeat('x', 1000) FROM range(50)")
    assert result(admin, query).json()["row_count"] == 50
    told = wait_for_query(admin, submit(admin, "SELECT 1"))
    if told["state"] == "failed":
        assert "kept results" in told["error"]
    deadline = time.monotonic() + WAIT
    while list(server.data.glob("cache/queries/*/*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    answer = admin.get(f"/v1/queries/{query}/result", expect=404)
    assert "not kept any more" in answer.json()["detail"]
    assert admin.get(f"/v1/queries/{query}", expect=200).json()["state"] == "succeeded"
    succeed(admin, "SELECT 1")


@pytest.mark.parametrize("kill", [False, True])
def test_results_and_waiting_queries_outlive_a_restart(make_server, kill):
    server = make_server(args=["--job-workers", "1"]).start()
    admin = server.admin()
    done, _ = succeed(admin, "SELECT range FROM range(12000)")
    running = submit(admin, ENDLESS)
    wait_for_query(admin, running, states=("running",))
    waiting = submit(admin, "SELECT 7")
    server.restart(kill=kill)
    admin = server.admin()
    assert sum(page["row_count"] for page in pages_of(admin, done)) == 12_000
    wait_for_query(admin, running, states=("running",))
    assert not list(server.data.glob("cache/queries/*/unfinished-*/about"))
    admin.delete(f"/v1/queries/{running}", expect=204)
    assert wait_for_query(admin, waiting)["state"] == "succeeded"
    assert result(admin, waiting).json()["rows"] == [[7]]


def test_a_workspaces_limit_of_running_queries_makes_it_wait(make_server):
    server = make_server().start()
    admin = server.admin()
    admin.patch("/v1/workspaces/main", json={"limits": {"running_queries": 1}}, expect=200)
    first = submit(admin, ENDLESS)
    wait_for_query(admin, first, states=("running",))
    deadline = time.monotonic() + WAIT
    while admin.sql_answer("SELECT 1").status_code != 429:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    second = submit(admin, "SELECT 2")
    wait_for_query(admin, second, states=("running",))
    admin.delete(f"/v1/queries/{first}", expect=204)
    assert wait_for_query(admin, second)["state"] == "succeeded"
