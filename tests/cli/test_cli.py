# SPDX-License-Identifier: Apache-2.0
"""The command line: help, exit codes, applying an installation from files, and the client commands."""

import json
import re

import pytest

from support.command import boathouse
from support.paths import HIRING
from support.server import ADMIN_PASSWORD, Server


@pytest.mark.parametrize("command", [[], ["serve"], ["apply"], ["user"], ["token"], ["key"], ["key", "access"], ["key", "rotate"], ["upload"],
                                     ["sql"], ["backup"], ["restore"]])
def test_help_teaches_and_succeeds(command):
    done = boathouse(*command, "--help")
    assert done.returncode == 0
    assert "boathouse" in done.stdout and len(done.stdout.splitlines()) > 4


@pytest.mark.parametrize("arguments", [["nosuch"], ["serve", "--nosuch"], ["sql"], ["serve", "--data"],
                                       ["serve", "--workers", "x"], ["serve", "--query-timeout", "soon"], ["serve", "--cors-origins", "*"]])
def test_a_wrong_command_line_says_so_and_fails(arguments):
    done = boathouse(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    data = tmp_path / "file" / "data"
    done = boathouse("serve", "--data", data, "--listen", "127.0.0.1:0")
    assert done.returncode == 1 and str(data) in done.stderr


def test_an_unknown_command_is_named_with_those_there_are():
    done = boathouse("nope")
    assert done.returncode == 2
    assert "'nope'" in done.stderr and all(command in done.stderr for command in ("serve", "upload", "sql"))


def test_it_tells_its_version():
    done = boathouse("--version")
    assert done.returncode == 0 and re.fullmatch(r"boathouse \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1:99999", "192.0.2.1:0", "[::1", "no.such.host.invalid:0"])
def test_a_wrong_address_leaves_nothing_behind(tmp_path, listen):
    done = boathouse("serve", "--data", tmp_path / "data", "--listen", listen)
    assert done.returncode == 1
    assert listen in done.stderr and done.stdout == ""
    assert not (tmp_path / "data").exists()


# sql

def test_sql_in_a_pipe_is_csv(client_env):
    done = boathouse("sql", "SELECT 1 AS a, 'x,y' AS b", env=client_env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("\r\n", "\n") == 'a,b\n1,"x,y"\n'


def test_sql_tells_a_mistake_and_fails(client_env):
    done = boathouse("sql", "SELEC 1", env=client_env)
    assert done.returncode != 0
    assert "SELEC" in done.stderr and done.stdout == ""


def test_flags_beat_the_environment(client_env, house):
    wrong = client_env | {"BOATHOUSE_URL": "http://127.0.0.1:1"}
    assert boathouse("sql", "SELECT 1", env=wrong).returncode == 4
    assert boathouse("sql", "SELECT 1", "--url", house.url, env=wrong).returncode == 0


def test_a_wrong_token_fails(client_env):
    done = boathouse("sql", "SELECT 1", env=client_env | {"BOATHOUSE_TOKEN": "bh_wrong"})
    assert done.returncode == 5 and done.stderr.strip()


# upload

def test_upload_sends_a_file(client_env, admin, tmp_path, table):
    file = tmp_path / f"{table}.csv"
    file.write_text("id,v\n1,a\n2,b\n")
    done = boathouse("upload", file, env=client_env)
    assert done.returncode == 0, done.stderr
    assert admin.value(f"SELECT count(*) FROM {table}") == 2


def test_upload_tells_of_rejected_rows_by_its_exit_code(client_env, admin, tmp_path, table):
    admin.put_contract(table, ["id INTEGER required"])
    file = tmp_path / "rows.csv"
    file.write_text("id\n1\nx\n")
    done = boathouse("upload", file, table, env=client_env)
    assert done.returncode == 3
    assert "row 2" in done.stdout and "id" in done.stdout
    assert boathouse("upload", file, table, "--fail-on-reject", env=client_env).returncode not in (0, 3)
    assert admin.value(f"SELECT count(*) FROM {table}") == 1


def test_upload_of_a_file_that_is_not_there_fails(client_env, tmp_path):
    done = boathouse("upload", tmp_path / "nosuch.csv", env=client_env)
    assert done.returncode != 0 and "nosuch.csv" in done.stderr


# apply

def lay(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


COLUMN = '[[column]]\nname = "id"\ntype = "INTEGER"\n'


def test_apply_tells_what_it_did_and_is_idempotent(client_env, admin, tmp_path, table):
    folder = lay(tmp_path / "files", {f"tables/{table}.toml": COLUMN, f"insights/I_{table}.sql": "-- public: true\nSELECT 1 AS one\n",
                                      "users.toml": f'[[user]]\nname = "u-{table}"\npassword = "Some-password-1"\nrole = "viewer"\n'})
    first = boathouse("apply", folder, env=client_env)
    assert first.returncode == 0, first.stderr
    assert all(name in first.stdout for name in (table, f"I_{table}", f"u-{table}"))
    second = boathouse("apply", folder, env=client_env)
    assert second.returncode == 0, second.stderr
    assert second.stdout != first.stdout
    assert admin.describe(table)["columns"][0]["name"] == "id"
    assert admin.get(f"/insights?table=I_{table}", expect=200).json() == [{"one": 1}]
    (folder / "tables" / f"{table}.toml").write_text(COLUMN + '[[column]]\nname = "more"\ntype = "STRING"\n')
    assert boathouse("apply", folder, env=client_env).returncode == 0
    assert [c["name"] for c in admin.describe(table)["columns"]] == ["id", "more"]


MISTAKES = [
    ("tables/t.toml", COLUMN + '[[column]]\nname = "x"\ntype = "INTERGER"\n', r"t\.toml:\d+: .*type"),
    ("tables/t.toml", COLUMN + "max = [\n", r"t\.toml:\d+: "),
    ("tables/t.toml", COLUMN + "reqired = true\n", r"t\.toml:4: .*reqired"),
    ("tables/t.toml", 'key = ["nosuch"]\n' + COLUMN, r"t\.toml:1: .*key"),
    ("users.toml", '[[user]]\nname = "x"\npassword = "Some-password-1"\nrole = "king"\n', r"users\.toml:4: .*role"),
    ("users.toml", '[[user]]\nname = "x"\npassword_env = "NO_SUCH_VARIABLE"\nrole = "viewer"\n', r"users\.toml:3: .*password_env"),
    ("users.toml", '[[user]]\nname = "x"\npassword = "Some-password-1"\nworkspace = "nosuch"\n', r"users\.toml:4: workspace: .*nosuch"),
    ("users.toml", '[[user]]\nname = "x"\nemail = "nowhere"\npassword = "Some-password-1"\n', r"users\.toml:3: email: "),
    ("tables/t.toml", '\nworkspace = "nosuch"\n' + COLUMN, r"t\.toml:2: workspace: .*nosuch"),
    ("insights/I.sql", "-- public: true\n-- workspace: nosuch\nSELECT 1\n", r"I\.sql:2: workspace: .*nosuch"),
    ("insights/I.sql", "-- public: true\nSELECT 1 AS one,\n  FROM nothing WHERE\n", r"I\.sql:\d+: "),
    ("insights/I.sql", "-- public: maybe\nSELECT 1\n", r"I\.sql:1: .*public"),
    ("insights/I.sql", "-- public: true\nSELECT 1,\n  no_such_function(2)\n", r"I\.sql:3: .*no_such_function"),
    ("insights/I.sql", "DELETE FROM t\n", r"I\.sql:1: only a statement that reads"),
]


@pytest.mark.parametrize("file, text, said", MISTAKES)
def test_a_mistake_is_told_by_file_line_and_key_and_stops_the_start(tmp_path, file, text, said):
    folder = lay(tmp_path / "files", {file: text})
    server = Server(tmp_path / "data", apply=folder)
    with pytest.raises(AssertionError, match="the server ended with"):
        server.start()
    assert server.process.returncode != 0
    assert re.search(said, server.log_tail(200)), server.log_tail()


def test_insights_are_held_against_the_tables_of_their_folder(tmp_path):
    folder = lay(tmp_path / "files", {"tables/t.toml": COLUMN, "insights/I.sql": "-- public: true\nSELECT id,\n  nosuch\nFROM t\n"})
    server = Server(tmp_path / "data", apply=folder)
    with pytest.raises(AssertionError, match="the server ended with"):
        server.start()
    assert re.search(r"I\.sql:3: .*nosuch", server.log_tail(200)), server.log_tail()


def test_an_insight_may_read_a_table_that_its_first_rows_will_make(tmp_path):
    folder = lay(tmp_path / "files", {"tables/t.toml": COLUMN, "insights/I.sql": "-- public: true\nSELECT t.id, x FROM t JOIN later USING (id)\n"})
    server = Server(tmp_path / "data", apply=folder).start()
    admin = server.admin()
    admin.post_rows("t", "id\n1\n2\n")
    admin.post_rows("later", "id,x\n2,two\n")
    assert admin.get("/insights?table=I", expect=200).json() == [{"id": 2, "x": "two"}]
    wrong = admin.put("/v1/workspaces/main/insights/I", json={"sql": "SELECT t.id, y FROM t JOIN later USING (id)"}, expect=400).json()
    assert "y" in wrong["detail"] and wrong["position"] == 13
    assert admin.get("/v1/workspaces/main/insights/I").json()["sql"].startswith("SELECT t.id, x")
    server.stop()


@pytest.mark.parametrize("file, text, said", [mistake for mistake in MISTAKES if "workspace: " in mistake[2]])
def test_a_running_server_tells_the_same_line(tmp_path, client_env, file, text, said):
    done = boathouse("apply", lay(tmp_path / "files", {file: text}), env=client_env)
    assert done.returncode == 1 and re.search(said, done.stdout + done.stderr), done.stdout + done.stderr


def test_apply_keeps_a_password_that_its_user_changed(make_server, tmp_path):
    folder = lay(tmp_path / "files", {"users.toml": '[[user]]\nname = "ann"\npassword = "First-password-1"\nrole = "viewer"\n'})
    server = make_server(apply=folder).start()
    change = {"username": "ann", "password": "First-password-1", "new_password": "Second-password-2"}
    assert server.api().post("/v1/password", json=change).status_code in (200, 204)
    server.restart()
    assert server.api().post("/v1/login", json={"username": "ann", "password": "First-password-1"}).status_code == 401
    server.api().login("ann", "Second-password-2")


# user and token

def test_user_reset_mends_a_lost_password(make_server):
    server = make_server().start()
    running = boathouse("user", "reset", "admin", "--data", server.data)
    assert running.returncode != 0 and str(server.process.pid) in running.stderr, "only while the server is stopped"
    server.stop()
    done = boathouse("user", "reset", "admin", "--data", server.data)
    assert done.returncode == 0, done.stderr
    password = re.search(r"is now: (\S+)", done.stdout)[1]
    server.start()
    server.api().login("admin", password)
    assert server.api().post("/v1/login", json={"username": "admin", "password": ADMIN_PASSWORD}).status_code == 401


def test_a_random_admin_password_is_printed_once(make_server):
    server = make_server()
    del server.env["BOATHOUSE_ADMIN_PASSWORD"]
    server.start()
    password = re.search(r"password (\S+)\n", server.log_path.read_text())[1]
    server.api().login("admin", password)
    server.restart()
    server.api().login("admin", password)
    assert server.log_path.read_text().count(password) == 1


def test_users_and_tokens_by_command(house, user_name):
    login = {"BOATHOUSE_URL": house.url, "BOATHOUSE_PASSWORD": ADMIN_PASSWORD}
    done = boathouse("user", "add", user_name, "--role", "viewer", "--user", "admin", env=login, stdin="Some-password-1\n")
    assert done.returncode == 0, done.stderr
    assert user_name in boathouse("user", "list", "--user", "admin", env=login).stdout
    assert house.api().login(user_name, "Some-password-1").get("/v1/me", expect=200).json()["name"] == user_name
    made = boathouse("token", "create", "mine", "--user", user_name, env=login | {"BOATHOUSE_PASSWORD": "Some-password-1"})
    assert made.returncode == 0, made.stderr
    token = re.search(r"bh_\S+", made.stdout)[0]
    assert boathouse("sql", "SELECT 1", env={"BOATHOUSE_URL": house.url, "BOATHOUSE_TOKEN": token}).returncode == 0
    assert boathouse("user", "delete", user_name, "--user", "admin", env=login).returncode == 0
    assert boathouse("sql", "SELECT 1", env={"BOATHOUSE_URL": house.url, "BOATHOUSE_TOKEN": token}).returncode == 5


def test_the_configuration_file_gives_way_to_environment_and_flags(make_server, tmp_path):
    config = tmp_path / "boathouse.toml"
    config.write_text('cors_origins = "https://file.example"\n')
    origin = {"Origin": "https://file.example"}
    server = make_server("one", args=["--config", str(config)]).start()
    assert server.api().get("/healthz", headers=origin).headers.get("Access-Control-Allow-Origin") == "https://file.example"
    server = make_server("two", args=["--config", str(config)], env={"BOATHOUSE_CORS_ORIGINS": "https://env.example"}).start()
    assert "Access-Control-Allow-Origin" not in server.api().get("/healthz", headers=origin).headers


def test_the_example_itself_applies(tmp_path):
    assert HIRING.is_dir()
    server = Server(tmp_path / "data", apply=HIRING).start()
    assert {"departments", "jobs", "hired_employees"} <= {t["name"] for t in server.admin().get("/v1/workspaces/main/tables").json()["tables"]}
    server.stop()


def test_a_user_is_disabled_and_enabled_by_command(client_env, house, user_name):
    assert boathouse("user", "add", user_name, env=client_env, stdin="Some-password-1\n").returncode == 0
    for command, allowed in (("disable", False), ("enable", True)):
        done = boathouse("user", command, user_name, "--output", "json", env=client_env)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["disabled"] is not allowed
        answer = house.api().post("/v1/login", json={"username": user_name, "password": "Some-password-1"})
        assert answer.status_code == (200 if allowed else 401)
    assert boathouse("user", "disable", "nobody-of-that-name", env=client_env).returncode == 1


def test_keys_by_command(client_env):
    rotated = boathouse("key", "rotate", "sealing", "--output", "json", env=client_env)
    assert rotated.returncode == 0, rotated.stderr
    kid = json.loads(rotated.stdout)["kid"]
    assert re.search(rf"sealing +{kid} +active", boathouse("key", "list", env=client_env).stdout)
    assert kid in [key["kid"] for key in json.loads(boathouse("key", "list", "--output", "json", env=client_env).stdout)["keys"]]
    assert boathouse("key", "rotate", "nosuch", env=client_env).returncode == 2


def test_access_keys_by_command(client_env):
    made = boathouse("key", "access", "create", "laptop", "--role", "viewer", "--expires-in", "1h", env=client_env)
    assert made.returncode == 0 and "not shown again" in made.stderr
    key, secret = re.fullmatch(r"export AWS_ACCESS_KEY_ID=(\S+)\nexport AWS_SECRET_ACCESS_KEY=(\S+)\n", made.stdout).groups()
    listed = boathouse("key", "access", "list", env=client_env).stdout
    assert key in listed and "laptop" in listed and secret not in listed
    assert boathouse("key", "access", "delete", key, env=client_env).returncode == 0
    assert key not in boathouse("key", "access", "list", "--output", "json", env=client_env).stdout
    assert boathouse("key", "access", "delete", key, env=client_env).returncode == 1
    assert boathouse("key", "access", "create", "--expires-in", "soon", env=client_env).returncode == 2


def test_tokens_tell_json_to_scripts(client_env):
    made = json.loads(boathouse("token", "create", "scripted", "--output", "json", env=client_env).stdout)
    assert made["token"].startswith("bh_")
    listed = json.loads(boathouse("token", "list", "--output", "json", env=client_env).stdout)["tokens"]
    assert made["id"] in [token["id"] for token in listed]
    done = boathouse("token", "delete", made["id"], "--output", "json", env=client_env)
    assert json.loads(done.stdout) == {"deleted": made["id"]}
