# SPDX-License-Identifier: Apache-2.0
"""A server of the matrix's own, and everybody who asks it."""

import pytest

from permissions.requests_of import PASSWORD, TEAM
from support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
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
