# SPDX-License-Identifier: Apache-2.0
"""Access keys, and the installation's keys: made, told without their secrets, rotated while everybody works on."""

import base64
import json
import re
import time

import pytest

GOOD = "Some-password-1"


def kid_of(api):
    token = api.session.headers["Authorization"].removeprefix("Bearer ")
    return json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]


def keys_of(admin, kind):
    return [key for key in admin.get("/v1/keys", expect=200).json()["keys"] if key["kind"] == kind]


def everything_written(house):
    """Every byte of the metadata and the log, and whatever stands in keys/."""
    files = [house.data / "boathouse.db", house.data / "boathouse.db-wal", house.log_path]
    return b"".join(path.read_bytes() for path in files if path.exists())


# Access keys

def test_an_access_key_is_shown_once_and_kept_sealed(admin, house, user_name):
    user = admin.make_user(user_name)
    made = user.post("/v1/access-keys", json={"name": "laptop"}, expect=201)
    assert made.headers["Cache-Control"] == "no-store"
    made = made.json()
    assert re.fullmatch(r"[A-Z0-9]{20}", made["access_key_id"]) and len(made["secret_access_key"]) == 40
    listed = user.get("/v1/access-keys", expect=200)
    assert [(k["access_key_id"], k["name"]) for k in listed.json()["access_keys"]] == [(made["access_key_id"], "laptop")]
    assert made["secret_access_key"] not in listed.text
    assert made["secret_access_key"].encode() not in everything_written(house)
    user.delete(f"/v1/access-keys/{made['access_key_id']}", expect=204)
    assert user.get("/v1/access-keys").json()["access_keys"] == []
    assert user.delete(f"/v1/access-keys/{made['access_key_id']}").status_code == 404


def test_an_access_key_needs_no_wishes(admin):
    made = admin.post("/v1/access-keys", expect=201).json()
    admin.delete(f"/v1/access-keys/{made['access_key_id']}", expect=204)


def test_access_keys_have_a_scope_and_it_is_within_ones_own(admin, user_name):
    user = admin.make_user(user_name, role="editor")
    made = user.post("/v1/access-keys", json={"workspace": "main", "role": "viewer", "expires_in": 60}, expect=201).json()
    assert (made["workspace"], made["role"]) == ("main", "viewer") and made["expires_at"] > made["created_at"]
    assert user.post("/v1/access-keys", json={"role": "owner"}).status_code == 403
    assert user.post("/v1/access-keys", json={"workspace": "admin"}).status_code == 404
    for wrong in ({"role": "king"}, {"expires_in": 0}, {"name": "x" * 129}, {"name": 1}, {"nme": "x"}):
        assert user.post("/v1/access-keys", json=wrong).status_code == 400, wrong
    assert user.post("/v1/access-keys", json={"name": "x" * 128}).status_code == 201


def test_a_token_that_narrows_makes_nothing_wider(admin, user_name):
    user = admin.make_user(user_name, role="editor")
    made = user.post("/v1/tokens", json={"name": "v", "workspace": "main", "role": "viewer", "expires_in": 600}, expect=201).json()
    narrow = user.with_token(made["token"])
    key = narrow.post("/v1/access-keys", json={}, expect=201).json()
    assert (key["workspace"], key["role"], key["expires_at"]) == ("main", "viewer", made["expires_at"])
    for wider in ({"role": "editor"}, {"expires_in": 6000}):
        assert narrow.post("/v1/access-keys", json=wider).status_code == 403, wider
        assert narrow.post("/v1/tokens", json={"name": "w"} | wider).status_code == 403, wider
    assert narrow.post("/v1/access-keys", json={"workspace": user_name}).status_code == 404
    assert narrow.get("/v1/access-keys").json()["access_keys"] == []
    assert narrow.delete(f"/v1/access-keys/{key['access_key_id']}").status_code == 404


# The installation's keys

def test_keys_are_told_without_their_material(make_server):
    server = make_server().start()
    answer = server.admin().get("/v1/keys", expect=200)
    assert [(key["kind"], key["state"]) for key in answer.json()["keys"]] == [("token", "active"), ("sealing", "active")]
    files = list((server.data / "keys").iterdir())
    assert (server.data / "keys").stat().st_mode & 0o777 == 0o700
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        assert json.loads(path.read_text())["material"] not in answer.text
    assert len(files) == 2


def test_a_new_token_key_signs_and_the_old_one_verifies_on(make_server):
    server = make_server().start()
    before = server.admin()
    made = before.post("/v1/keys/token/rotate", expect=200).json()
    assert made["state"] == "active" and made["kid"] != kid_of(before)
    after = server.admin()
    assert kid_of(after) == made["kid"]
    assert [key["state"] for key in keys_of(after, "token")] == ["active", "verifies"]
    for kill in (False, True):
        server.restart(kill=kill)
        for api in (before, after):
            server.api().with_token(api.session.headers["Authorization"].removeprefix("Bearer ")).get("/v1/me", expect=200)


def test_an_old_token_key_ends_with_the_life_of_its_tokens(make_server):
    server = make_server(env={"BOATHOUSE_ACCESS_TOKEN_TTL": "1s"}).start()
    first = kid_of(server.admin())
    assert server.admin().post("/v1/keys/token/rotate").status_code == 200
    deadline = time.monotonic() + 30
    while first in server.admin().get("/v1/keys", expect=200).text:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    server.restart()
    assert not (server.data / "keys" / f"token-{first}.key").exists()


def test_rotation_of_the_sealing_key_seals_anew_and_loses_nothing(make_server):
    server = make_server().start()
    admin = server.admin()
    ids = [admin.post("/v1/access-keys", json={}, expect=201).json()["access_key_id"] for _ in range(3)]
    assert admin.post("/v1/keys/sealing/rotate", expect=200).json()["resealed"] == 4  # and the secret of the user pool's client
    assert admin.post("/v1/keys/sealing/rotate", expect=200).json()["resealed"] == 4
    assert [key["state"] for key in keys_of(admin, "sealing")] == ["active", "opens", "opens"]
    server.restart()
    assert [key["access_key_id"] for key in server.admin().get("/v1/access-keys").json()["access_keys"]] == ids


def test_an_rsa_key_is_made_when_asked_for(make_server):
    server = make_server().start()
    admin = server.admin()
    assert keys_of(admin, "rsa") == []
    kid = admin.post("/v1/keys/rsa/rotate", expect=200).json()["kid"]
    assert [key["kid"] for key in keys_of(admin, "rsa")] == [kid]
    assert "PRIVATE KEY" in (server.data / "keys" / f"rsa-{kid}.key").read_text()


def test_a_configured_secret_is_not_rotated(make_server):
    server = make_server(env={"BOATHOUSE_JWT_SECRET": "s" * 32}).start()
    admin = server.admin()
    assert [key["state"] for key in keys_of(admin, "token")] == ["fixed"]
    refused = admin.post("/v1/keys/token/rotate", expect=409)
    assert "BOATHOUSE_JWT_SECRET" in refused.json()["detail"]
    admin.post("/v1/keys/sealing/rotate", expect=200)


def test_an_unknown_kind_is_404(admin):
    assert "sealing" in admin.post("/v1/keys/nosuch/rotate", expect=404).json()["detail"]


@pytest.mark.parametrize("content", ["", "{}", '{"created_at":"2024-06-01T00:00:00Z","material":"00"}'])
def test_a_damaged_key_stops_the_start_and_is_named(make_server, content):
    server = make_server().start()
    server.stop()
    path = next((server.data / "keys").glob("sealing-*.key"))
    path.write_text(content)
    with pytest.raises(AssertionError, match=path.name):
        server.start()


def test_keys_outlive_a_kill_in_the_middle_of_rotating(make_server):
    server = make_server().start()
    secrets = [server.admin().post("/v1/access-keys", json={}, expect=201).json()["access_key_id"]]
    for _ in range(5):
        admin = server.admin()
        admin.post("/v1/keys/sealing/rotate", expect=200)
        token = admin.session.headers["Authorization"].removeprefix("Bearer ")
        admin.post("/v1/keys/token/rotate", expect=200)
        # What a crash before the rename would leave.
        (server.data / "keys" / "token-0000000000000000.key.x.tmp").write_text("{")
        server.restart(kill=True)
        server.api().with_token(token).get("/v1/me", expect=200)
    assert server.admin().post("/v1/keys/sealing/rotate", expect=200).json()["resealed"] == len(secrets) + 1  # and the secret of the user pool's client
