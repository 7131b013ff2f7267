# SPDX-License-Identifier: Apache-2.0
"""The audit log: every administrative route leaves a row, refused or not, and never a secret."""

import itertools
import json

import pytest

from support.paths import ROOT

GOOD = "Some-password-1"
_numbers = itertools.count(1)

# Routes that administer, with what their row is called. Routes that change data are traced by batches, not here.
ADMINISTRATION = {
    "POST /v1/users": "create-user",
    "PATCH /v1/users/{name}": "change-user",
    "DELETE /v1/users/{name}": "delete-user",
    "POST /v1/tokens": "create-token",
    "DELETE /v1/tokens/{id}": "delete-token",
    "POST /v1/access-keys": "create-access-key",
    "DELETE /v1/access-keys/{id}": "delete-access-key",
    "POST /v1/keys/{kind}/rotate": "rotate-key",
    "POST /v1/workspaces": "create-workspace",
    "PATCH /v1/workspaces/{workspace}": "set-limits",
    "PUT /v1/workspaces/{workspace}/members/{name}": "set-member",
    "DELETE /v1/workspaces/{workspace}/members/{name}": "remove-member",
    "DELETE /v1/workspaces/{workspace}/tables/{table}": "drop-table",
    "PUT /v1/workspaces/{workspace}/tables/{table}/contract": "set-contract",
    "DELETE /v1/workspaces/{workspace}/tables/{table}/contract": "delete-contract",
    "PUT /v1/workspaces/{workspace}/insights/{insight}": "set-insight",
    "DELETE /v1/workspaces/{workspace}/insights/{insight}": "delete-insight",
}
# Reading what only owners of main may read leaves a row when it is refused.
REFUSED_READING = {"GET /v1/users": "list-users", "GET /v1/users/{name}": "get-user", "GET /v1/keys": "list-keys", "GET /v1/audit": "read-audit"}
OTHER = {"accounts": {"POST /v1/login", "POST /v1/token", "POST /v1/logout", "POST /v1/password", "GET /v1/me", "GET /v1/tokens",
                      "GET /v1/access-keys"},
         "workspaces": {"GET /v1/workspaces", "GET /v1/workspaces/{workspace}", "GET /v1/workspaces/{workspace}/members"}}


def entries(admin, **query):
    return admin.get("/v1/audit", params=query, expect=200).json()["entries"]


def entry_of(admin, answer):
    found = entries(admin, request_id=answer.headers["X-Request-Id"])
    assert len(found) == 1, found
    return found[0]


def fresh(prefix):
    return f"{prefix}{next(_numbers)}"


def test_every_route_of_accounts_and_workspaces_was_thought_of():
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    for tag, quiet in OTHER.items():
        routes = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method, operation in item.items()
                  if tag in operation["tags"]}
        assert routes - quiet - set(ADMINISTRATION) - set(REFUSED_READING) == set()


def good_request(route, admin):
    """(path, options) of a request that succeeds for an owner of main."""
    name = fresh("audited")
    made_user = lambda: admin.post("/v1/users", json={"name": name, "password": GOOD}, expect=201) and name
    made = {
        "POST /v1/users": lambda: ("/v1/users", {"name": name, "password": GOOD}),
        "PATCH /v1/users/{name}": lambda: (f"/v1/users/{made_user()}", {"password": GOOD + "2"}),
        "DELETE /v1/users/{name}": lambda: (f"/v1/users/{made_user()}", None),
        "POST /v1/tokens": lambda: ("/v1/tokens", {"name": name}),
        "DELETE /v1/tokens/{id}": lambda: (f"/v1/tokens/{admin.post('/v1/tokens', json={'name': name}).json()['id']}", None),
        "POST /v1/access-keys": lambda: ("/v1/access-keys", {"name": name}),
        "DELETE /v1/access-keys/{id}": lambda: (f"/v1/access-keys/{admin.post('/v1/access-keys', json={}).json()['access_key_id']}", None),
        "POST /v1/keys/{kind}/rotate": lambda: ("/v1/keys/token/rotate", None),
        "POST /v1/workspaces": lambda: ("/v1/workspaces", {"name": name}),
        "PATCH /v1/workspaces/{workspace}": lambda: ("/v1/workspaces/main", {"limits": {}}),
        "PUT /v1/workspaces/{workspace}/members/{name}": lambda: (f"/v1/workspaces/main/members/{made_user()}", {"role": "viewer"}),
        "DELETE /v1/workspaces/{workspace}/members/{name}": lambda: (f"/v1/workspaces/main/members/{made_member()}", None),
    }

    if "{table}" in route or "{insight}" in route:
        admin.put_contract(name, ["id INTEGER"])
        admin.put(f"/v1/workspaces/main/insights/{name}", json={"sql": "SELECT 1"}, expect=201)
        path = route.split(" ")[1].format(workspace="main", table=name, insight=name)
        body = {"sql": "SELECT 2"} if "{insight}" in route else {"columns": [{"name": "id", "type": "INTEGER"}]}
        return path, body if route.startswith("PUT") else None

    def made_member():
        admin.put(f"/v1/workspaces/main/members/{made_user()}", json={"role": "viewer"}, expect=200)
        return name

    return made[route]()


def bad_request(route):
    """(path, options, status) of a request that is refused to a viewer of main."""
    return {
        "POST /v1/tokens": ("/v1/tokens", {"name": "t", "role": "owner"}, 403),
        "DELETE /v1/tokens/{id}": ("/v1/tokens/nosuch", None, 404),
        "POST /v1/access-keys": ("/v1/access-keys", {"role": "owner"}, 403),
        "DELETE /v1/access-keys/{id}": ("/v1/access-keys/nosuch", None, 404),
        "POST /v1/workspaces": ("/v1/workspaces", {"name": "main"}, 400),
        "PATCH /v1/workspaces/{workspace}": ("/v1/workspaces/main", {"limits": {}}, 403),
        "PUT /v1/workspaces/{workspace}/members/{name}": ("/v1/workspaces/main/members/admin", {"role": "viewer"}, 403),
        "DELETE /v1/workspaces/{workspace}/members/{name}": ("/v1/workspaces/main/members/admin", None, 403),
        "POST /v1/users": ("/v1/users", {"name": "x", "password": GOOD}, 403),
        "PATCH /v1/users/{name}": ("/v1/users/admin", {"disabled": True}, 403),
    }.get(route) or (
        route.split(" ")[1].format(name="admin", kind="token", workspace="main", table="t", insight="i"), None, 403)


@pytest.mark.parametrize("route, what", ADMINISTRATION.items())
def test_administration_leaves_a_row(admin, route, what):
    path, body = good_request(route, admin)
    answer = admin.request(route.split(" ")[0], path, json=body)
    assert answer.status_code < 300, answer.text
    entry = entry_of(admin, answer)
    assert (entry["who"], entry["what"], entry["outcome"]) == ("admin", what, "ok")
    assert set(entry) <= {"at", "who", "what", "target", "workspace", "outcome", "request_id"}


@pytest.mark.parametrize("route, what", (ADMINISTRATION | REFUSED_READING).items())
def test_refused_administration_leaves_a_row(admin, user_name, route, what):
    viewer = admin.make_user(user_name, role="viewer")
    path, body, status = bad_request(route)
    answer = viewer.request(route.split(" ")[0], path, json=body, expect=status)
    entry = entry_of(admin, answer)
    assert (entry["who"], entry["what"]) == (user_name, what)
    assert entry["outcome"] == answer.json()["type"].rsplit("/", 1)[1]


def test_a_changed_password_is_in_the_log(admin, anyone, user_name):
    admin.make_user(user_name)
    body = {"username": user_name, "password": GOOD, "new_password": GOOD}
    refused = anyone.post("/v1/password", json=body, expect=400)
    done = anyone.post("/v1/password", json=body | {"new_password": GOOD + "2"}, expect=204)
    assert [(entry_of(admin, a)["who"], entry_of(admin, a)["what"], entry_of(admin, a)["outcome"]) for a in (refused, done)] == [
        (user_name, "change-password", "weak-password"), (user_name, "change-password", "ok")]


def test_no_secret_is_in_the_log(admin, anyone, user_name):
    secrets = [GOOD, "Another-password-2", "wrong-but-mine-3"]
    user = admin.make_user(user_name)
    secrets.append(user.post("/v1/tokens", json={"name": "t"}).json()["token"])
    secrets.append(user.post("/v1/access-keys", json={"name": "k"}).json()["secret_access_key"])
    admin.patch(f"/v1/users/{user_name}", json={"password": "wrong-but-mine-3"}, expect=200)
    anyone.post("/v1/password", json={"username": user_name, "password": "wrong-but-mine-3", "new_password": "Another-password-2"}, expect=204)
    text = admin.get("/v1/audit?limit=1000", expect=200).text
    assert not [secret for secret in secrets if secret in text]


def test_the_log_pages_newest_first_and_narrows(admin, user_name):
    user = admin.make_user(user_name)
    names = [fresh("paged") for _ in range(5)]
    for name in names:
        user.post("/v1/workspaces", json={"name": name}, expect=201)
    seen, token = [], None
    while True:
        page = admin.get("/v1/audit", params={"who": user_name, "what": "create-workspace", "limit": 2} | ({"page_token": token} if token else {}),
                         expect=200).json()
        assert len(page["entries"]) <= 2
        seen += [(entry["target"], entry["workspace"]) for entry in page["entries"]]
        token = page.get("next_page_token")
        if not token:
            break
    assert seen == [(name, name) for name in reversed(names)]
    assert entries(admin, who=user_name, outcome="forbidden") == []
    assert entries(admin, who="nobody-at-all") == []


def test_a_workspaces_owner_reads_its_rows_only(admin, user_name):
    owner = admin.make_user(user_name)
    member = admin.make_user(user_name + "m")
    team = fresh("audit-team")
    owner.post("/v1/workspaces", json={"name": team}, expect=201)
    owner.put(f"/v1/workspaces/{team}/members/{user_name}m", json={"role": "editor"}, expect=200)
    member.put(f"/v1/workspaces/{team}/members/admin", json={"role": "owner"}, expect=403)
    told = [(e["who"], e["what"], e["outcome"]) for e in entries(owner, workspace=team)]
    assert told == [(user_name + "m", "set-member", "permission-denied"), (user_name, "set-member", "ok"),
                    (user_name, "create-workspace", "ok")]
    assert entries(admin, workspace=team, what="set-member", outcome="ok")
    assert owner.get("/v1/audit").status_code == 403
    assert owner.get("/v1/audit?workspace=main").status_code == 404
    assert member.get(f"/v1/audit?workspace={team}").status_code == 403
    assert owner.get("/v1/audit?workspace=nosuch").status_code == 404
    assert admin.get("/v1/audit?nosuch=1").status_code == 400
