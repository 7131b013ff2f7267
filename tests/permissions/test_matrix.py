# SPDX-License-Identifier: Apache-2.0
"""Every route of the API's document, asked as everybody: matrix.txt says what must come back."""

import json
from urllib.parse import quote

import pytest

from permissions.matrix import MATRIX, ask, fits
from permissions.requests_of import REQUESTS, TEAM, Scene
from support.api import Api
from support.paths import ROOT

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def test_every_route_has_its_line_and_its_request():
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    routes = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in METHODS}
    names = [name for name, _ in MATRIX]
    assert len(names) == len(set(names)), "a line is there twice"
    listed = {name.split("?")[0] for name in names}
    assert routes - listed == set(), "routes without a line in matrix.txt"
    assert listed - routes == set(), "lines of routes that are not there"
    assert set(names) == set(REQUESTS), "lines without a request, or requests without a line"


@pytest.mark.parametrize("name, cells", MATRIX, ids=[name for name, _ in MATRIX])
def test_everybody_gets_what_the_matrix_says(server, callers, name, cells):
    wrong = []
    for caller, cell in cells.items():
        answer = ask(server, callers, name, caller)
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
