# SPDX-License-Identifier: Apache-2.0
"""`boathouse table` and `boathouse job` against a running server."""

import json
import stat

import pytest
from pyiceberg.catalog.sql import SqlCatalog

from support.command import boathouse
from support.jobs import put_job


@pytest.fixture
def run(client_env):
    def run(*arguments, expect=0):
        done = boathouse(*arguments, env=client_env)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout if expect == 0 else done.stderr
    return run


@pytest.fixture
def run_json(run):
    return lambda *arguments: json.loads(run(*arguments, "--output", "json"))


@pytest.fixture
def upload(run_json, tmp_path):
    def upload(table, text):
        file = tmp_path / f"{table}.csv"
        file.write_text(text)
        return run_json("upload", file, table)
    return upload


def test_tables_are_listed_and_shown(run, run_json, upload, table):
    upload(table, "id,v\n1,a\n2,b\n")
    assert table in run("table", "list", "--prefix", table)
    assert [t["rows"] for t in run_json("table", "list", "--prefix", table)["tables"]] == [2]
    assert "metadata_location" in run("table", "show", table)
    assert [c["name"] for c in run_json("table", "show", table)["columns"]] == ["id", "v"]
    assert "nosuch" in run("table", "show", "nosuch", expect=1)


def test_versions_are_listed_newest_first(run, run_json, upload, table):
    first = upload(table, "id\n1\n")["version"]
    second = upload(table, "id\n2\n")["version"]
    assert [v["version"] for v in run_json("table", "versions", table)["versions"]] == [second, first]
    assert first in run("table", "versions", table)


def test_rolling_back_and_tags(run, run_json, upload, admin, table):
    first = upload(table, "id\n1\n")["version"]
    assert "kept is version" in run("table", "tag", table, "kept")
    second = upload(table, "id\n2\n")["version"]
    assert run_json("table", "tag", table, "now", "--version", second) == {"name": "now", "version": second, "rows": 2}
    assert run_json("table", "tags", table)["tags"] == [
        {"name": "kept", "version": first, "rows": 1}, {"name": "now", "version": second, "rows": 2}]
    assert first in run("table", "tags", table)
    made = run_json("table", "rollback", table, first)["version"]
    assert admin.describe(table)["version"] == made not in (first, second)
    assert admin.sql(f"SELECT * FROM {table}") == [(1,)]
    assert run("table", "rollback", table, second).startswith(f"{table} has the rows of {second} again, as version ")
    assert "has expired" in run("table", "rollback", table, "12", expect=1)
    assert run_json("table", "untag", table, "now") == {"deleted": "now"}
    assert [tag["name"] for tag in run_json("table", "tags", table)["tags"]] == ["kept"]
    assert "nosuch" in run("table", "untag", table, "nosuch", expect=1)
    assert "kept" in run("table", "tag", table, "kept", expect=1)


def test_a_dropped_table_is_gone(run, upload, table):
    upload(table, "id\n1\n")
    assert run("table", "drop", table) == f"dropped {table}\n"
    assert table in run("table", "show", table, expect=1)


def test_contracts_are_set_shown_and_removed(run, run_json, tmp_path, table):
    file = tmp_path / "contract.toml"
    file.write_text('[[column]]\nname = "id"\ntype = "INTEGER"\nrequired = true\n')
    run("table", "contract", table, "--set", file)
    assert run_json("table", "contract", table)["columns"][0]["required"] is True
    file.write_text('[[column]]\nname = "id"\ntype = "INTERGER"\n')
    assert "contract.toml:3" in run("table", "contract", table, "--set", file, expect=1)
    run("table", "contract", table, "--remove")
    run("table", "contract", table, expect=1)


def test_rejected_rows_are_corrected_and_tried_again(run, run_json, client_env, admin, tmp_path, table):
    admin.put_contract(table, ["id INTEGER required"])
    file = tmp_path / "rows.csv"
    file.write_text("id\n1\nx\ny\n")
    assert boathouse("upload", file, table, env=client_env).returncode == 3
    assert "id" in run("table", "reasons", table)
    rejected = run_json("table", "quarantine", table)
    assert len(rejected["rows"]) == 2
    corrected = rejected["rows"][0]
    corrected["data"]["id"] = "7"
    answer = tmp_path / "rejected.json"
    answer.write_text(json.dumps({"rows": [corrected]}))
    assert "1 accepted" in run("table", "resubmit", table, answer)
    assert admin.value(f"SELECT max(id) FROM {table}") == 7
    assert "--all" in run("table", "discard", table, expect=1)
    assert run_json("table", "discard", table, "--id", rejected["rows"][1]["id"])["rows_deleted"] == 1
    assert run_json("table", "quarantine", table)["rows"] == []


@pytest.mark.parametrize("text, said", [("[]", "`rows`"), ("{", "`rows`"), ('{"rows":[{"data":{}}]}', "row 1")])
def test_a_file_of_corrections_that_is_none_is_told(run, upload, tmp_path, table, text, said):
    upload(table, "id\n1\n")
    file = tmp_path / "rejected.json"
    file.write_text(text)
    assert said in run("table", "resubmit", table, file, expect=1)


def test_another_engine_opens_a_copy_of_the_catalog(run, upload, house, tmp_path, table):
    upload(table, "id,v\n1,a\n2,b\n")
    copy = tmp_path / "catalog.db"
    run("table", "catalog-copy", copy, "--data", house.data)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    catalog = SqlCatalog("boathouse", uri=f"sqlite:///{copy}")
    assert catalog.load_table(("main", table)).scan().to_arrow().num_rows == 2
    assert "is there already" in run("table", "catalog-copy", copy, "--data", house.data, expect=1)
    assert "no data folder" in run("table", "catalog-copy", tmp_path / "other.db", "--data", tmp_path, expect=1)


def test_a_copy_of_the_catalog_is_made_while_the_server_is_stopped(make_server, tmp_path):
    server = make_server().start()
    server.admin().post_rows("t", "id\n1\n")
    server.stop()
    assert boathouse("table", "catalog-copy", tmp_path / "catalog.db", "--data", server.data).returncode == 0
    assert SqlCatalog("boathouse", uri=f"sqlite:///{tmp_path}/catalog.db").table_exists(("main", "t"))


def test_a_table_is_backed_up_and_restored(run, run_json, upload, admin, table):
    upload(table, "id\n1\n2\n")
    assert run("table", "backup", table) == f"backed up {table}\n"
    upload(table, "id\n3\n")
    run("table", "backup", table)
    newest, oldest = run_json("table", "backups", table)["backups"]
    assert (newest["rows"], oldest["rows"]) == (3, 2)
    run("table", "drop", table)
    assert run_json("table", "restore", table)["state"] == "succeeded"
    assert admin.value(f"SELECT count(*) FROM {table}") == 3
    run("table", "restore", table, oldest["id"])
    assert admin.value(f"SELECT count(*) FROM {table}") == 2
    started = run_json("table", "backup", table, "--no-wait")
    assert run_json("job", "wait", started["id"])["kind"] == "backup"
    run("table", "restore", "nosuch", expect=1)


# jobs

def test_jobs_are_listed_shown_and_cancelled(run, run_json, house):
    job = put_job(house)
    assert job in run("job", "list", "--state", "queued")
    assert job in [j["id"] for j in run_json("job", "list", "--kind", "mystery", "--workspace", "main")["jobs"]]
    assert run_json("job", "show", job)["state"] == "queued"
    assert run_json("job", "log", job) == {"lines": []}
    assert "cancelled" in run("job", "cancel", job)
    assert "was cancelled" in run("job", "wait", job, expect=1)
    assert "queued" in run("job", "retry", job)
    run("job", "cancel", job)
    run("job", "show", "019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a", expect=1)


def test_waiting_for_a_job_that_failed_tells_its_error(run, house):
    job = put_job(house, state="failed", error="no space is left")
    assert "no space is left" in run("job", "wait", job, expect=1)


def test_waiting_for_a_job_that_succeeded_ends_well(run_json, house):
    job = put_job(house, state="succeeded")
    assert run_json("job", "wait", job)["state"] == "succeeded"
