# SPDX-License-Identifier: Apache-2.0
"""The audit log: who reads which rows, how it pages, and that it holds no secret. Which routes leave a row:
tests/permissions/test_audit.py."""

import itertools

GOOD = "Some-password-1"
_numbers = itertools.count(1)


def entries(admin, **query):
    return admin.get("/v1/audit", params=query, expect=200).json()["entries"]


def entry_of(admin, answer):
    found = entries(admin, request_id=answer.headers["X-Request-Id"])
    assert len(found) == 1, found
    return found[0]


def fresh(prefix):
    return f"{prefix}{next(_numbers)}"


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
