# SPDX-License-Identifier: Apache-2.0
"""Sign-up, log-in and tokens at the flows door: the rows, every message, and what is refused."""

import base64
import json
import time

import jwt
import pytest

from support.flows import PASSWORD, FlowClient, fresh_email, signed_up
from support.server import ADMIN_PASSWORD

SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture
def anybody(house):
    return FlowClient(house.url)


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def error(message, status=400):
    return status, {"error": message}


def test_a_new_user_is_told_as_a_row_with_two_tokens(anybody):
    email = fresh_email()
    status, user = anybody.signup(email)
    assert status == 201
    assert list(user) == ["uid", "email", "first_name", "last_name", "password", "created_at", "updated_at", "token", "refreshToken"]
    assert isinstance(user["uid"], int)
    assert (user["email"], user["first_name"], user["last_name"], user["password"]) == (email, "Ryan", "Hung", "********")
    assert anybody.call("GET", "/flows") == (200, [])


@pytest.mark.parametrize("missing", ["email", "firstName", "lastName", "password"])
@pytest.mark.parametrize("value", [None, "", 0, False])
def test_sign_up_asks_for_every_field(anybody, missing, value):
    fields = {"email": fresh_email(), "firstName": "a", "lastName": "b", "password": PASSWORD}
    assert anybody.call("POST", "/users/signup", json=fields | {missing: value}) == error("Please specify all fields")
    del fields[missing]
    assert anybody.call("POST", "/users/signup", json=fields) == error("Please specify all fields")


def test_sign_up_looks_at_fields_then_at_the_email_then_at_the_password(anybody, house):
    email = signed_up(house).user["email"]
    assert anybody.signup(email, password="", first="") == error("Please specify all fields")
    assert anybody.signup(email, password="short") == error("Email already exists")
    assert anybody.signup(email.upper()) == error("Email already exists")
    for weak in ("short", "1234567", "password", "12345678"):
        status, body = anybody.signup(fresh_email(), password=weak)
        assert status == 400 and "assword" in body["error"], (weak, body)
    for nul in ({"first": "a\0b"}, {"last": "\0"}):
        status, body = anybody.signup(fresh_email(), **nul)
        assert status == 400 and "NUL" in body["error"]
    assert anybody.signup(fresh_email(), password="eight cs")[0] == 201
    for wrong in ("nobody", "a@b@c", "a b@c", "@c", "a@"):
        status, body = anybody.signup(wrong)
        assert status == 400 and body["error"] not in ("Please specify all fields", "Email already exists"), wrong


def test_an_email_that_several_have_is_taken(anybody, admin):
    email = fresh_email()
    for name in (fresh_email("a"), fresh_email("b")):
        admin.make_user(name)
        admin.request("PATCH", f"/v1/users/{name}", json={"email": email}, expect=200)
    assert anybody.signup(email) == error("Email already exists")
    assert anybody.signup(email.upper()) == error("Email already exists")


def test_forms_are_taken_like_json_and_what_nobody_asks_for_is_ignored(anybody):
    email = fresh_email()
    fields = {"email": email, "firstName": "Ä b", "lastName": "c", "password": PASSWORD, "admin": "true"}
    status, user = anybody.call("POST", "/users/signup", data=fields)
    assert status == 201 and user["first_name"] == "Ä b"
    assert anybody.call("POST", "/users/login", data={"email": email, "password": PASSWORD})[0] == 200
    assert anybody.call("POST", "/users/login", data=json.dumps({"email": email})) == error("Please specify all fields")
    for broken in ("{", "[]", '"text"'):
        status, body = anybody.call("POST", "/users/login", data=broken, headers={"Content-Type": "application/json"})
        assert status == 400 and "JSON" in body["error"]


def test_log_in_says_one_thing_of_all_that_is_wrong(anybody, house):
    email = signed_up(house).user["email"]
    assert anybody.call("POST", "/users/login", json={"email": email}) == error("Please specify all fields")
    assert anybody.call("POST", "/users/login", json={"password": "x"}) == error("Please specify all fields")
    assert anybody.login(email, "Ryan4ever") == error("Invalid credentials")
    assert anybody.login(fresh_email()) == error("Invalid credentials")
    status, tokens = anybody.login(email)
    assert status == 200 and set(tokens) == {"token", "refreshToken"}


def test_tokens_say_who_and_until_when_and_each_differs(house):
    user = signed_up(house)
    tokens = [user.token, user.refresh]
    for _ in range(5):
        _, body = user.login(user.user["email"])
        tokens += [body["token"], body["refreshToken"]]
        tokens.append(user.new_token()[1]["token"])
    assert len(set(tokens)) == len(tokens)
    said = [claims(token) for token in tokens]
    assert len({one["jti"] for one in said}) == len(tokens)
    assert {one["uid"] for one in said} == {user.user["uid"]}
    assert {one["exp"] - one["iat"] for one in said} == {3600, 7 * 24 * 3600}
    assert {jwt.get_unverified_header(token)["alg"] for token in tokens} == {"HS256"}


def test_the_configured_secret_signs(make_server):
    server = make_server(env={"BOATHOUSE_JWT_SECRET": SECRET}).start()
    user = signed_up(server)
    assert jwt.decode(user.token, SECRET, algorithms=["HS256"])["uid"] == user.user["uid"]
    header = jwt.get_unverified_header(user.refresh)
    now = int(time.time())
    forged = {"uid": user.user["uid"], "use": "refresh", "iat": now, "exp": now + 1000, "jti": "x"}
    # Signed rightly but never given; and with another secret, expired, unsigned, of another kind.
    given = jwt.encode(forged, SECRET, headers={"kid": header["kid"]})
    assert user.new_token(given) == error("Overwritten refresh token")
    bad = [jwt.encode(forged, "another secret of thirty-two bytes..", headers={"kid": header["kid"]}),
           jwt.encode(forged | {"exp": now - 1}, SECRET, headers={"kid": header["kid"]}),
           jwt.encode(forged, None, algorithm="none"), user.token, user.refresh + "x", "x", "a.b.c"]
    for token in bad:
        assert user.new_token(token) == error("Invalid or expired refresh token"), token
        assert user.logout(token) == error("Invalid or expired refresh token"), token
    assert user.new_token()[0] == 200


def test_one_refresh_token_is_kept(house):
    user = signed_up(house)
    first = user.refresh
    user.login(user.user["email"])
    second = user.refresh
    assert user.new_token(first) == error("Overwritten refresh token")
    assert user.logout(first) == error("Overwritten refresh token")
    assert user.new_token(second)[0] == 200
    status, rows = user.logout(second)
    assert status == 200 and [row["uid"] for row in rows] == [user.user["uid"]]
    for token in (first, second):
        assert user.new_token(token) == error("Revoked refresh token")
        assert user.logout(token) == error("Already signed out")
    assert user.call("GET", "/flows")[0] == 200, "an access token lives until it expires"
    user.login(user.user["email"])
    assert user.new_token(second) == error("Overwritten refresh token")
    for path, method in (("/users/token", "POST"), ("/users/logout", "DELETE")):
        assert user.call(method, path, json={}) == error("Please specify all fields")


def test_an_access_token_is_asked_for(house):
    user = signed_up(house)
    header, payload, signature = user.token.split(".")
    other = json.loads(base64.urlsafe_b64decode(payload + "=="))
    other["uid"] = 1
    changed = base64.urlsafe_b64encode(json.dumps(other).encode()).rstrip(b"=").decode()
    for token in (None, user.refresh, "x", f"{header}.{changed}.{signature}", jwt.encode(other, SECRET)):
        client = FlowClient(house.url, token)
        for method, path in (("GET", "/flows"), ("POST", "/flows"), ("POST", "/flows/tasks")):
            assert client.call(method, path) == error("Unauthorized", 401), (token, path)
        assert client.last.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_is_refused(make_server):
    server = make_server(env={"BOATHOUSE_ACCESS_TOKEN_TTL": "1s", "BOATHOUSE_REFRESH_TOKEN_TTL": "1s"}).start()
    user = signed_up(server)
    while claims(user.token)["exp"] > time.time() - 0.1:
        time.sleep(0.1)
    assert user.call("GET", "/flows")[0] == 401
    assert user.new_token() == error("Invalid or expired refresh token")
    assert user.login(user.user["email"])[0] == 200


def test_the_users_are_those_of_every_door(house, admin, user_name):
    user = signed_up(house)
    native = house.api().login(user.user["email"], PASSWORD)
    me = native.get("/v1/me", expect=200).json()
    assert me["email"] == user.user["email"] and [w["role"] for w in me["workspaces"]] == ["owner"]
    assert house.api().with_token(user.token).get("/v1/me", expect=200).json() == me
    assert house.api().with_token(user.refresh).get("/v1/me").status_code == 401

    email = fresh_email("native")
    admin.post("/v1/users", json={"name": user_name, "password": "Some-password-1", "email": email}, expect=201)
    other = FlowClient(house.url)
    assert other.login(email, "Some-password-1")[0] == 200
    fid = other.flow("mine")
    with_native = FlowClient(house.url, house.api().post("/v1/login", json={"username": user_name, "password": "Some-password-1"}).json()["access_token"])
    assert [flow["fid"] for flow in with_native.call("GET", "/flows")[1]] == [fid]
    assert FlowClient(house.url).signup(email) == error("Email already exists")
    refresh = house.api().post("/v1/login", json={"username": user_name, "password": "Some-password-1"}).json()["refresh_token"]
    assert other.new_token(refresh) == error("Invalid or expired refresh token")


def test_a_new_password_ends_the_tokens(house, admin):
    user = signed_up(house)
    admin.patch(f"/v1/users/{user.user['email']}", json={"password": "Another-one-2"}, expect=200)
    assert user.call("GET", "/flows")[0] == 401
    assert user.new_token() == error("Revoked refresh token")
    assert user.login(user.user["email"]) == error("Invalid credentials")
    assert user.login(user.user["email"], "Another-one-2")[0] == 200


def test_a_disabled_or_deleted_user_stops_at_once(house, admin):
    user = signed_up(house)
    path = f"/v1/users/{user.user['email']}"
    admin.patch(path, json={"disabled": True}, expect=200)
    assert user.call("GET", "/flows")[0] == 401
    assert user.new_token() == error("Invalid or expired refresh token")
    assert user.login(user.user["email"]) == error("Invalid credentials")
    admin.patch(path, json={"disabled": False}, expect=200)
    assert user.call("GET", "/flows")[0] == 200
    admin.delete(path, expect=204)
    assert user.call("GET", "/flows")[0] == 401
    status, again = user.signup(user.user["email"])
    assert status == 201 and user.call("GET", "/flows") == (200, [])


def test_guessing_is_slowed_down(make_server):
    server = make_server().start()
    email = signed_up(server).user["email"]
    guesser = FlowClient(server.url)
    answers = [guesser.login(email, f"wrong{n}") for n in range(12)]
    assert answers[0] == error("Invalid credentials")
    assert answers[-1][0] == 429 and int(guesser.last.headers["Retry-After"]) > 0


def test_sign_up_can_be_closed(make_server):
    server = make_server(env={"BOATHOUSE_SIGNUP": "closed"}).start()
    status, body = FlowClient(server.url).signup()
    assert status == 403 and "closed" in body["error"]
    admin = FlowClient(server.url)
    assert admin.login("admin", ADMIN_PASSWORD)[0] == 200


def test_sign_ups_are_in_the_audit_log_and_no_secret_is_in_any_log(make_server):
    server = make_server().start()
    user = signed_up(server)
    user.signup(user.user["email"])
    user.login(user.user["email"], "wrong-" + PASSWORD)
    rows = server.admin().get("/v1/audit", params={"who": user.user["email"]}, expect=200).json()["entries"]
    assert [(row["what"], row["target"], row["outcome"]) for row in rows] == [
        ("sign-up", user.user["email"], "already-exists"), ("sign-up", user.user["email"], "ok")]
    log = server.log_path.read_text(errors="replace")
    for secret in ("argon2", PASSWORD, user.token, user.refresh):
        assert secret not in log
    assert user.refresh.encode() not in (server.data / "boathouse.db").read_bytes()


def test_the_greeting_is_what_is_asked_for(house):
    for accept, begin in (("text/html", "<!doctype html>"), ("text/plain", "Boathouse"), ("application/json", '{"message"')):
        answer = FlowClient(house.url).session.get(house.url + "/", headers={"Accept": accept})
        assert answer.status_code == 200 and answer.text.startswith(begin)
