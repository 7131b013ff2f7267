# SPDX-License-Identifier: Apache-2.0
"""Every route of the API's document, asked as everybody: matrix.txt says what must come back."""

import json
import pathlib
from urllib.parse import quote

import pytest

from permissions.requests_of import PASSWORD, REQUESTS, TEAM, Scene
from support.api import Api
from support.paths import ROOT

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def read_matrix():
    """[(line's name, {caller: cell})]"""
    text = pathlib.Path(__file__).with_name("matrix.txt").read_text()
    lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip() and not line.startswith("#")]
    callers = lines[0][1:]
    return [(line[0], dict(zip(callers, line[1:], strict=True))) for line in lines[1:]]


MATRIX = read_matrix()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from support.server import Server
    server = Server(tmp_path_factory.mktemp("matrix") / "data").start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def callers(server):
    admin = server.admin()
    made = {"admin": admin, "anonymous": server.api()}
    for name in ("stranger", "viewer", "editor", "owner"):
        made[name] = admin.make_user(name, PASSWORD)
    for role in ("viewer", "editor"):
        made[f"main-{role}"] = admin.make_user(f"main-{role}", PASSWORD, role=role)
    made["owner"].post("/v1/workspaces", json={"name": TEAM}, expect=201)
    for role in ("viewer", "editor"):
        made["owner"].put(f"/v1/workspaces/{TEAM}/members/{role}", json={"role": role}, expect=200)
    return made


def test_every_route_has_its_line_and_its_request():
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    routes = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in METHODS}
    names = [name for name, _ in MATRIX]
    assert len(names) == len(set(names)), "a line is there twice"
    listed = {name.split("?")[0] for name in names}
    assert routes - listed == set(), "routes without a line in matrix.txt"
    assert listed - routes == set(), "lines of routes that are not there"
    assert set(names) == set(REQUESTS), "lines without a request, or requests without a line"


def fits(cell, status):
    return 200 <= status < 300 if cell == "ok" else status == int(cell)


@pytest.mark.parametrize("name, cells", MATRIX, ids=[name for name, _ in MATRIX])
def test_everybody_gets_what_the_matrix_says(server, callers, name, cells):
    method, path = name.split("?")[0].split(" ")
    wrong = []
    for caller, cell in cells.items():
        who = None if caller == "anonymous" else callers[caller]
        values, options = REQUESTS[name](Scene(server, callers, who))
        url = path
        for parameter, value in ({"workspace": TEAM} | values).items():
            url = url.replace("{%s}" % parameter, quote(value, safe=""))
        assert "{" not in url, f"{name} leaves a parameter open"
        answer = callers[caller].request(method, url, **options)
        if not fits(cell, answer.status_code):
            wrong.append(f"{caller}: {answer.status_code} instead of {cell}: {answer.text[:300]}")
        if answer.status_code == 401:
            assert "WWW-Authenticate" in answer.headers, name
    assert not wrong, name + "\n" + "\n".join(wrong)


def test_a_stranger_cannot_tell_a_foreign_workspace_from_none(server, callers):
    stranger: Api = callers["stranger"]
    for name, _ in MATRIX:
        method, path = name.split("?")[0].split(" ")
        if "{workspace}" not in path:
            continue
        values, options = REQUESTS[name](Scene(server, callers, stranger))
        answers = []
        for workspace in (TEAM, "nosuch"):
            url = path.replace("{workspace}", workspace)
            for parameter, value in values.items():
                url = url.replace("{%s}" % parameter, quote(value, safe=""))
            answers.append(stranger.request(method, url, **options))
        here, nowhere = answers
        assert (here.status_code, nowhere.status_code) == (404, 404), name
        assert here.json()["detail"].replace(TEAM, "nosuch") == nowhere.json()["detail"], name
