# SPDX-License-Identifier: Apache-2.0
"""Log-in, passwords, users, tokens, workspaces, and who may see and do what."""

import base64
import json
import time

import pytest

from support.server import ADMIN_PASSWORD

GOOD = "Some-password-1"


def login(api, name, password):
    return api.post("/v1/login", json={"username": name, "password": password})


# Log-in

def test_a_login_gives_an_access_and_a_refresh_token(anyone):
    told = login(anyone, "admin", ADMIN_PASSWORD).json()
    assert told["token_type"] == "Bearer" and told["expires_in"] > 0 and told["refresh_token"]
    header, claims, _ = told["access_token"].split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "HS256"
    assert "password" not in base64.urlsafe_b64decode(claims + "==").decode()
    assert anyone.with_token(told["access_token"]).get("/v1/me", expect=200).json()["name"] == "admin"


def test_a_refresh_token_gives_a_new_access_token_until_logout(anyone):
    told = login(anyone, "admin", ADMIN_PASSWORD).json()
    renewed = anyone.post("/v1/token", json={"refresh_token": told["refresh_token"]}, expect=200).json()
    anyone.with_token(renewed["access_token"]).get("/v1/me", expect=200)
    refresh = renewed.get("refresh_token", told["refresh_token"])
    anyone.post("/v1/logout", json={"refresh_token": refresh}, expect=204)
    assert anyone.post("/v1/token", json={"refresh_token": refresh}).status_code == 401


def test_a_refresh_token_is_no_access_token_and_the_other_way(anyone):
    told = login(anyone, "admin", ADMIN_PASSWORD).json()
    assert anyone.with_token(told["refresh_token"]).get("/v1/me").status_code == 401
    assert anyone.post("/v1/token", json={"refresh_token": told["access_token"]}).status_code == 401


def test_wrong_credentials_look_the_same_whoever_is_asked_for(anyone, admin, user_name):
    admin.make_user(user_name)
    answers = [login(anyone, user_name, "Wrong-password-1"), login(anyone, user_name + "x", "Wrong-password-1")]
    assert [a.status_code for a in answers] == [401, 401]
    assert all("WWW-Authenticate" in a.headers for a in answers)
    bodies = [{k: v for k, v in a.json().items() if k not in ("request_id", "instance")} for a in answers]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"username":"admin"}', '{"username":5,"password":"x"}', '{"username":"a","password":"b","c":1}'])
def test_a_wrong_body_is_400(anyone, body):
    assert anyone.post("/v1/login", data=body, headers={"Content-Type": "application/json"}).status_code == 400


@pytest.mark.parametrize("header", ["Bearer x", "Bearer ", "Bearer a.b.c", "Basic", "Basic !!!", "Basic YQ==", "Digest x", "bh_x",
                                    "Bearer bh_" + "x" * 40])
def test_bad_credentials_are_401(anyone, header):
    answer = anyone.get("/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256"])
def test_a_forged_token_is_401(anyone, alg):
    real = login(anyone, "admin", ADMIN_PASSWORD).json()["access_token"].split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": alg, "typ": "JWT"}).encode()).decode().rstrip("=")
    for signature in ("", real[2][::-1], base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")):
        assert anyone.with_token(f"{header}.{real[1]}.{signature}").get("/v1/me").status_code == 401


def test_basic_works_on_native_routes(anyone):
    assert anyone.get("/v1/me", auth=("admin", ADMIN_PASSWORD), expect=200).json()["name"] == "admin"
    assert anyone.get("/v1/me", auth=("admin", "wrong")).status_code == 401


# Users

def test_a_new_user_has_only_a_personal_workspace(admin, user_name):
    user = admin.make_user(user_name.upper() + "@ship.example")
    told = user.get("/v1/me", expect=200).json()
    assert told["name"] == user_name.upper() + "@ship.example"
    assert told["workspace"] == user_name + "-ship-example" or told["workspace"].startswith(user_name)
    assert [(w["name"], w["role"]) for w in told["workspaces"]] == [(told["workspace"], "owner")]


def test_a_role_alone_means_main(admin, user_name):
    told = admin.make_user(user_name, role="viewer").get("/v1/me").json()
    assert {"name": "main", "role": "viewer"}.items() <= next(w for w in told["workspaces"] if w["name"] == "main").items()


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a\\b", "a\nb", "x" * 255])
def test_a_bad_user_name_is_400(admin, name):
    assert admin.post("/v1/users", json={"name": name, "password": GOOD}).status_code == 400


def test_a_taken_name_is_409(admin, user_name):
    admin.make_user(user_name)
    assert admin.post("/v1/users", json={"name": user_name, "password": GOOD}).status_code == 409


@pytest.mark.parametrize("password, taken", [
    ("Aa1!aaaa", True), ("Aa1!aaa", False), ("aa1!aaaa", False), ("AA1!AAAA", False), ("Aaa!aaaa", False), ("Aa1aaaaa", False),
    ("fifteen letters", True), ("fourteen chars", False), ("", False), ("password", False), ("船" * 15, True)])
def test_passwords_have_rules(admin, user_name, password, taken):
    answer = admin.post("/v1/users", json={"name": user_name, "password": password})
    assert answer.status_code == (201 if taken else 400)
    assert not password or password not in answer.text or password == "password"


def test_users_can_be_listed_read_and_deleted(admin, user_name):
    user = admin.make_user(user_name, email="a@b.example")
    assert user_name in [u["name"] for u in admin.get("/v1/users?limit=1000", expect=200).json()["users"]]
    told = admin.get(f"/v1/users/{user_name}", expect=200)
    assert told.json()["email"] == "a@b.example"
    assert "argon2" not in told.text and GOOD not in told.text
    assert admin.delete(f"/v1/users/{user_name}").status_code in (200, 204)
    assert user.get("/v1/me").status_code == 401
    assert admin.get(f"/v1/users/{user_name}").status_code == 404


def test_an_email_is_changed_and_taken_away(admin, user_name):
    admin.make_user(user_name, email="a@b.example")
    path = f"/v1/users/{user_name}"
    assert admin.patch(path, json={"email": "c@d.example"}, expect=200).json()["email"] == "c@d.example"
    assert admin.patch(path, json={"disabled": False}, expect=200).json()["email"] == "c@d.example"
    assert admin.patch(path, json={"email": None}, expect=200).json()["email"] is None
    assert admin.get(path).json()["email"] is None


def test_a_disabled_user_stops_at_once(admin, anyone, user_name):
    user = admin.make_user(user_name)
    admin.patch(f"/v1/users/{user_name}", json={"disabled": True}, expect=200)
    assert user.get("/v1/me").status_code == 401
    assert login(anyone, user_name, GOOD).status_code == 401
    admin.patch(f"/v1/users/{user_name}", json={"disabled": False}, expect=200)
    assert login(anyone, user_name, GOOD).status_code == 200


def test_only_owners_of_main_administer_users(admin, user_name):
    user = admin.make_user(user_name, role="editor")
    for answer in (user.get("/v1/users"), user.post("/v1/users", json={"name": user_name + "2", "password": GOOD}),
                   user.patch("/v1/users/admin", json={"disabled": True}), user.delete("/v1/users/admin"), user.get("/v1/audit")):
        assert answer.status_code in (403, 404), answer.text
    assert admin.get("/v1/me", expect=200)


# Passwords

def test_a_temporary_password_must_be_changed_first(admin, anyone, user_name):
    admin.post("/v1/users", json={"name": user_name, "password": GOOD, "temporary": True}, expect=201)
    refused = login(anyone, user_name, GOOD)
    assert refused.status_code == 403
    assert "password-change-required" in refused.json()["type"]
    assert anyone.get("/v1/me", auth=(user_name, GOOD)).status_code in (401, 403)
    change = {"username": user_name, "password": GOOD, "new_password": "Another-password-2"}
    assert anyone.post("/v1/password", json=change | {"password": "Wrong-one-1"}).status_code == 401
    assert anyone.post("/v1/password", json=change | {"new_password": "weak"}).status_code == 400
    assert anyone.post("/v1/password", json=change).status_code in (200, 204)
    assert login(anyone, user_name, GOOD).status_code == 401
    assert login(anyone, user_name, "Another-password-2").status_code == 200


def test_a_changed_password_ends_refresh_tokens_and_what_was_remembered(admin, anyone, user_name):
    admin.make_user(user_name)
    refresh = login(anyone, user_name, GOOD).json()["refresh_token"]
    assert anyone.get("/v1/me", auth=(user_name, GOOD)).status_code == 200
    anyone.post("/v1/password", json={"username": user_name, "password": GOOD, "new_password": "Another-password-2"})
    assert anyone.post("/v1/token", json={"refresh_token": refresh}).status_code == 401
    assert anyone.get("/v1/me", auth=(user_name, GOOD)).status_code == 401
    assert anyone.get("/v1/me", auth=(user_name, "Another-password-2")).status_code == 200


def test_guessing_is_slowed_down(make_server):
    server = make_server().start()
    server.admin().post("/v1/users", json={"name": "victim", "password": GOOD}, expect=201)
    api = server.api()
    assert [login(api, "victim", "Wrong-guess-1").status_code for _ in range(10)] == [401] * 10
    assert login(api, "victim", GOOD).status_code == 200, "the first 10 failures cost nothing"
    answers = [login(api, "victim", "Wrong-guess-1") for _ in range(15)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert {answer.status_code for answer in answers} == {401, 429}


# Tokens

def test_an_api_token_is_shown_once_and_works_until_deleted(admin, house, user_name):
    user = admin.make_user(user_name, role="editor")
    made = user.post("/v1/tokens", json={"name": "ci"}, expect=201).json()
    assert made["token"].startswith("bh_")
    with_token = user.with_token(made["token"])
    assert with_token.get("/v1/me", expect=200).json()["name"] == user_name
    listed = user.get("/v1/tokens", expect=200)
    assert made["token"] not in listed.text and made["id"] in listed.text
    for path in (house.data / "boathouse.db", house.data / "boathouse.db-wal", house.log_path):
        assert not path.exists() or made["token"].encode() not in path.read_bytes()
    assert user.delete(f"/v1/tokens/{made['id']}").status_code in (200, 204)
    assert with_token.get("/v1/me").status_code == 401


def test_a_token_may_have_less_but_never_more(admin, user_name, table):
    admin.put_contract(table, ["id INTEGER"])
    user = admin.make_user(user_name, workspace="main", role="editor")
    viewer = user.with_token(user.post("/v1/tokens", json={"name": "v", "workspace": "main", "role": "viewer"}, expect=201).json()["token"])
    assert viewer.describe(table)["name"] == table
    viewer.post_rows(table, "id\n1\n", expect=403)
    answer = user.post("/v1/tokens", json={"name": "o", "workspace": "main", "role": "owner"})
    assert answer.status_code in (400, 403)


def test_a_token_expires(admin):
    made = admin.post("/v1/tokens", json={"name": "short", "expires_in": 1}, expect=201).json()
    api = admin.with_token(made["token"])
    assert api.get("/v1/me").status_code == 200
    deadline = time.monotonic() + 10
    while api.get("/v1/me").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert api.get("/v1/me").status_code == 401


def test_another_users_token_is_not_mine(admin, user_name):
    made = admin.post("/v1/tokens", json={"name": "admins"}, expect=201).json()
    user = admin.make_user(user_name)
    assert made["id"] not in user.get("/v1/tokens").text
    assert user.delete(f"/v1/tokens/{made['id']}").status_code == 404
    assert admin.delete(f"/v1/tokens/{made['id']}").status_code in (200, 204)


def test_tokens_do_not_return_with_a_name_made_again(admin, user_name):
    user = admin.make_user(user_name)
    token = user.post("/v1/tokens", json={"name": "old"}, expect=201).json()["token"]
    admin.delete(f"/v1/users/{user_name}")
    admin.make_user(user_name)
    assert user.with_token(token).get("/v1/me").status_code == 401


# Workspaces

def test_a_stranger_gets_404_for_everything(admin, table, user_name):
    admin.put_contract(table, ["id INTEGER"])
    admin.post_rows(table, "id\n1\n")
    stranger = admin.make_user(user_name)
    for method, path, options in [
        ("GET", "/v1/workspaces/main/tables", {}), ("GET", admin.table_path(table), {}), ("DELETE", admin.table_path(table), {}),
        ("PATCH", admin.table_path(table), {"json": {"description": "x"}}), ("GET", admin.table_path(table, "/contract"), {}),
        ("PUT", admin.table_path(table, "/contract"), {"json": {"columns": [{"name": "a", "type": "STRING"}]}}),
        ("POST", admin.rows_path(table), {"data": "id\n2\n", "headers": {"Content-Type": "text/csv"}}),
        ("GET", admin.rows_path(table), {}), ("DELETE", admin.rows_path(table) + "?all=true", {}),
        ("GET", admin.table_path(table, "/versions"), {}), ("GET", admin.table_path(table, "/quarantine"), {}),
        ("GET", "/v1/workspaces/main/members", {}),
    ]:
        answer = stranger.request(method, path, **options)
        # The same words as for a workspace that does not exist.
        ghost = stranger.request(method, path.replace("/main/", "/nosuch/"), **options)
        assert (answer.status_code, ghost.status_code) == (404, 404), f"{method} {path}: {answer.text}"
        assert answer.json()["detail"].replace("main", "nosuch") == ghost.json()["detail"]
    assert admin.value(f"SELECT count(*) FROM {table}") == 1


def test_a_viewer_reads_and_does_not_write(admin, table, user_name):
    admin.put_contract(table, ["id INTEGER"])
    admin.post_rows(table, "id\n1\n")
    viewer = admin.make_user(user_name, workspace="main", role="viewer")
    assert viewer.describe(table)["rows"] == 1
    assert viewer.value(f"SELECT count(*) FROM {table}") == 1
    viewer.post_rows(table, "id\n2\n", expect=403)
    assert viewer.delete(viewer.rows_path(table) + "?all=true").status_code == 403
    assert viewer.delete(viewer.table_path(table)).status_code == 403
    assert viewer.patch(viewer.table_path(table), json={"description": "x"}).status_code == 403
    viewer.put_contract(table, ["id INTEGER", "x STRING"], expect=403)
    assert admin.value(f"SELECT count(*) FROM {table}") == 1


def test_workspaces_can_be_made_and_listed(admin, user_name):
    user = admin.make_user(user_name)
    made = user.post("/v1/workspaces", json={"name": user_name + "-team"}, expect=201).json()
    assert (made["name"], made["role"]) == (user_name + "-team", "owner")
    assert made["created_at"].endswith("Z")
    listed = user.get("/v1/workspaces", expect=200).json()["workspaces"]
    assert {w["name"] for w in listed} == {user_name, user_name + "-team"}
    user.post_rows("t", "id\n1\n", ws=user_name + "-team")
    assert user.value("SELECT count(*) FROM t", workspace=user_name + "-team") == 1
    assert user.post("/v1/workspaces", json={"name": user_name + "-team"}).status_code == 409


@pytest.mark.parametrize("name", ["", "main", "system", "-x", "A", "a b", "a/b", "x" * 64])
def test_a_bad_workspace_name_is_refused(admin, name):
    assert admin.post("/v1/workspaces", json={"name": name}).status_code in (400, 409)


def test_without_credentials_almost_nothing_is_shown(anyone):
    for path in ("/v1/me", "/v1/users", "/v1/workspaces", "/v1/workspaces/main/tables", "/v1/tokens"):
        answer = anyone.get(path)
        assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    for path in ("/", "/healthz", "/readyz", "/metrics"):
        assert anyone.get(path).status_code == 200


@pytest.mark.parametrize("email, status", [
    ("a@b", 201), ("x@" + "y" * 252, 201), ("x@" + "y" * 253, 400), ("plain", 400), ("@b", 400), ("a@", 400), ("a@b@c", 400),
    ("a b@c", 400), ("a@b\t", 400), ("", 201),
])
def test_an_email_has_one_at_and_no_blanks(admin, user_name, email, status):
    answer = admin.post("/v1/users", json={"name": user_name, "password": "Some-password-1", "email": email}, expect=status)
    if status == 400:
        assert "email" in answer.json()["detail"]
        assert admin.get(f"/v1/users/{user_name}").status_code == 404


def test_guesses_at_an_account_are_slowed_and_the_right_password_works_after_the_wait(make_server):
    """Ten wrong passwords are free; afterwards even the right one waits, for as long as the answer says and no longer."""
    api = make_server().start().api()
    login = lambda password: api.post("/v1/login", json={"username": "admin", "password": password})
    assert [login("wrong").status_code for _ in range(11)] == [401] * 11
    refused = login(ADMIN_PASSWORD)
    assert refused.status_code == 429 and 1 <= int(refused.headers["Retry-After"]) <= 2
    time.sleep(int(refused.headers["Retry-After"]))
    assert login(ADMIN_PASSWORD).status_code == 200
    assert [login("wrong").status_code for _ in range(10)] == [401] * 10
    assert login(ADMIN_PASSWORD).status_code == 200
