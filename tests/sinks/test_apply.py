# SPDX-License-Identifier: Apache-2.0
"""Sinks out of sinks.toml: at the start, and by the command line, which does nothing twice."""

from support.command import boathouse
from support.postgres import PASSWORD
from support.server import ADMIN_PASSWORD
from support.sinks import Sink

SINKS = """
[[sink]]
name = "lake"
kind = "postgresql"
url_env = "LAKE_URL"
schema = "{schema}"
tables = ["items"]
"""


def write(tmp_path, schema="copies"):
    folder = tmp_path / "files"
    folder.mkdir(exist_ok=True)
    (folder / "sinks.toml").write_text(SINKS.format(schema=schema))
    return folder


def test_sinks_are_applied_once(make_server, database, tmp_path):
    folder = write(tmp_path)
    server = make_server(apply=folder, env={"LAKE_URL": database.url}).start()
    api = server.admin()
    api.post_rows("items", "id\n1\n", mode="upsert", key="id")
    sink = Sink(api, "lake")
    assert sink.settled()["schema"] == "copies"
    assert database.sql("SELECT * FROM copies.items") == [("1",)]

    def apply(**env):
        token = api.session.headers["Authorization"].split()[1]
        done = boathouse("apply", folder, "--url", server.url, "--token", token, env={"LAKE_URL": database.url} | env)
        assert PASSWORD not in done.stdout + done.stderr
        return done

    assert "left" in apply().stdout
    write(tmp_path, "others")
    assert "changed" in apply().stdout
    assert "changed" in apply(LAKE_URL=database.url.replace(PASSWORD, "Wrong-secret-78")).stdout
    sink.failing()
    assert "changed" in apply().stdout
    sink.wait(lambda _: database.value("SELECT to_regclass('others.items')"), "is not copied to its new schema")
    server.restart()
    assert Sink(server.admin(), "lake").get()["schema"] == "others"


def test_a_mistake_is_told_by_its_line(house, admin, tmp_path):
    folder = write(tmp_path)
    done = boathouse("apply", folder, "--url", house.url, "--user", "admin", env={"BOATHOUSE_PASSWORD": ADMIN_PASSWORD})
    assert done.returncode == 1
    assert "sinks.toml:5: url_env: the environment variable LAKE_URL is not set" in done.stderr
