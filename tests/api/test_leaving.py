# SPDX-License-Identifier: Apache-2.0
"""What ends when a password changes, and what becomes of everything that a disabled or deleted user had."""

import re
import time

import pytest

from support.queries import ENDLESS, submit, wait_for_query

GOOD = "Some-password-1"
OTHER = "Another-password-2"


def login(api, name, password):
    return api.post("/v1/login", json={"username": name, "password": password})


def sessions(anyone, name):
    """What a user may hold: an access token, its refresh token, an API token, remembered Basic credentials."""
    granted = login(anyone, name, GOOD).json()
    access = anyone.with_token(granted["access_token"])
    api_token = anyone.with_token(access.post("/v1/tokens", json={"name": "t"}, expect=201).json()["token"])
    anyone.get("/v1/me", auth=(name, GOOD), expect=200)
    return access, granted["refresh_token"], api_token


def test_a_password_changed_by_its_user_ends_every_session(admin, anyone, user_name):
    admin.make_user(user_name)
    held = [sessions(anyone, user_name) for _ in range(2)]
    anyone.post("/v1/password", json={"username": user_name, "password": GOOD, "new_password": OTHER}, expect=204)
    for access, refresh, api_token in held:
        assert access.get("/v1/me").status_code == 401
        assert anyone.post("/v1/token", json={"refresh_token": refresh}).status_code == 401
        assert api_token.get("/v1/me").status_code == 200, "API tokens are no sessions: they are revoked one by one"
    assert anyone.get("/v1/me", auth=(user_name, GOOD)).status_code == 401
    anyone.login(user_name, OTHER).get("/v1/me", expect=200)


def test_a_password_set_by_an_administrator_ends_every_session(admin, anyone, user_name):
    admin.make_user(user_name)
    access, refresh, _ = sessions(anyone, user_name)
    admin.patch(f"/v1/users/{user_name}", json={"password": OTHER, "temporary": True}, expect=200)
    assert access.get("/v1/me").status_code == 401
    assert anyone.post("/v1/token", json={"refresh_token": refresh}).status_code == 401
    assert login(anyone, user_name, OTHER).status_code == 403


def test_other_changes_leave_sessions_alone(admin, anyone, user_name):
    admin.make_user(user_name)
    access, refresh, _ = sessions(anyone, user_name)
    told = admin.patch(f"/v1/users/{user_name}", json={"email": "new@ship.example"}, expect=200).json()
    assert told["email"] == "new@ship.example"
    access.get("/v1/me", expect=200)
    anyone.post("/v1/token", json={"refresh_token": refresh}, expect=200)
    for wrong in ({"email": "a b"}, {"nme": "x"}, {"disabled": "yes"}, {"password": "weak"}):
        assert admin.patch(f"/v1/users/{user_name}", json=wrong).status_code == 400, wrong


def test_everything_of_a_disabled_user_stops_and_comes_back(admin, anyone, user_name):
    admin.make_user(user_name)
    access, refresh, api_token = sessions(anyone, user_name)
    for disabled, status in ((True, 401), (False, 200)):
        admin.patch(f"/v1/users/{user_name}", json={"disabled": disabled}, expect=200)
        assert [a.get("/v1/me").status_code for a in (access, api_token)] == [status, status]
        assert anyone.get("/v1/me", auth=(user_name, GOOD)).status_code == status
        assert anyone.post("/v1/token", json={"refresh_token": refresh}).status_code == status


def running_queries(anyone):
    found = re.search(r'^boathouse_jobs\{kind="query",state="running"\} (\d+)', anyone.get("/metrics", expect=200).text, re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_a_query_that_runs_ends_with_its_user(make_server, end):
    server = make_server().start()
    admin, anyone = server.admin(), server.api()
    user = admin.make_user("ada")
    api_token = anyone.with_token(user.post("/v1/tokens", json={"name": "t"}, expect=201).json()["token"])
    queries = [submit(caller, ENDLESS) for caller in (user, api_token)]
    for query in queries:
        wait_for_query(user, query, ("running",))
    if end == "disable":
        admin.patch("/v1/users/ada", json={"disabled": True}, expect=200)
    else:
        admin.delete("/v1/users/ada", expect=204)
    for caller in (user, api_token):
        caller.get("/v1/me", expect=401)
        caller.post("/v1/queries", json={"sql": "SELECT 1"}, expect=401)
    deadline = time.monotonic() + 30
    while running_queries(anyone) > 0:
        assert time.monotonic() < deadline, "the statements go on"
        time.sleep(0.05)
    if end == "disable":
        admin.patch("/v1/users/ada", json={"disabled": False}, expect=200)
        assert [wait_for_query(user, query)["state"] for query in queries] == ["cancelled", "cancelled"]


def test_a_name_made_again_inherits_nothing(admin, anyone, user_name, table):
    user = admin.make_user(user_name, role="editor")
    user.post("/v1/access-keys", json={"name": "old"}, expect=201)
    held = sessions(anyone, user_name)
    user.post_rows(table, "id\n1\n", ws=user_name)
    admin.delete(f"/v1/users/{user_name}", expect=204)
    again = admin.make_user(user_name)
    for api in (held[0], held[2]):
        assert api.get("/v1/me").status_code == 401
    assert anyone.post("/v1/token", json={"refresh_token": held[1]}).status_code == 401
    assert again.get("/v1/access-keys").json()["access_keys"] == [] and again.get("/v1/tokens").json()["tokens"] == []
    told = again.get("/v1/me").json()
    assert [(w["name"], w["role"]) for w in told["workspaces"]] == [(told["workspace"], "owner")], "no membership of main either"
    assert told["workspace"] != user_name, "the old one is kept for its tables"
    assert again.get(f"/v1/workspaces/{told['workspace']}/tables").json()["tables"] == []
    assert again.get(again.table_path(table, ws=user_name)).status_code == 404


def test_tables_of_a_deleted_user_pass_to_who_deleted(admin, user_name, table):
    user = admin.make_user(user_name)
    user.post_rows(table, "id\n1\n", ws=user_name)
    assert admin.get(admin.table_path(table, ws=user_name)).status_code == 404
    admin.delete(f"/v1/users/{user_name}", expect=204)
    assert admin.describe(table, ws=user_name)["rows"] == 1
    assert {"name": user_name, "role": "owner"}.items() <= next(
        w for w in admin.get("/v1/workspaces?limit=1000").json()["workspaces"] if w["name"] == user_name).items()


def test_an_empty_personal_workspace_goes_with_its_user(admin, user_name):
    admin.make_user(user_name)
    admin.delete(f"/v1/users/{user_name}", expect=204)
    assert admin.make_user(user_name).get("/v1/me").json()["workspace"] == user_name


def test_a_team_that_loses_its_only_owner_passes_on_and_others_stay(admin, user_name):
    leaving, staying = admin.make_user(user_name), admin.make_user(user_name + "b")
    for name in (f"{user_name}-alone", f"{user_name}-shared"):
        leaving.post("/v1/workspaces", json={"name": name}, expect=201)
        leaving.put(f"/v1/workspaces/{name}/members/{user_name}b", json={"role": "owner" if name.endswith("shared") else "editor"}, expect=200)
    admin.delete(f"/v1/users/{user_name}", expect=204)
    members = lambda api, ws: {m["name"]: m["role"] for m in api.get(f"/v1/workspaces/{ws}/members", expect=200).json()["members"]}
    assert members(staying, f"{user_name}-alone") == {"admin": "owner", user_name + "b": "editor"}
    assert members(staying, f"{user_name}-shared") == {user_name + "b": "owner"}


def test_the_last_owner_of_main_cannot_leave(make_server):
    server = make_server().start()
    admin = server.admin()
    for method, path, body in [("DELETE", "/v1/users/admin", None), ("PATCH", "/v1/users/admin", {"disabled": True}),
                               ("DELETE", "/v1/workspaces/main/members/admin", None),
                               ("PUT", "/v1/workspaces/main/members/admin", {"role": "editor"})]:
        assert admin.request(method, path, json=body).status_code == 409, path
    second = admin.make_user("second", role="owner")
    second.delete("/v1/workspaces/main/members/admin", expect=204)
    assert admin.get("/v1/users").status_code == 403
    assert second.delete("/v1/workspaces/main/members/second").status_code == 409


def test_roles_come_and_go_and_tokens_shrink_with_them(admin, user_name, table):
    admin.post_rows(table, "id\n1\n")
    user = admin.make_user(user_name)
    member = f"/v1/workspaces/main/members/{user_name}"
    admin.put(member, json={"role": "editor"}, expect=200)
    token = user.with_token(user.post("/v1/tokens", json={"name": "t", "workspace": "main", "role": "editor"}, expect=201).json()["token"])
    token.post_rows(table, "id\n2\n")
    admin.put(member, json={"role": "viewer"}, expect=200)
    token.post_rows(table, "id\n3\n", expect=403)
    assert token.describe(table)["rows"] == 2
    admin.delete(member, expect=204)
    assert token.get(token.table_path(table)).status_code == 404
    assert admin.delete(member).status_code == 404
    assert admin.put("/v1/workspaces/main/members/nobody-here", json={"role": "viewer"}).status_code == 404
    assert admin.put(member, json={"role": "king"}).status_code == 400
    assert admin.put("/v1/workspaces/main/members/" + user_name, json={}).status_code == 400
