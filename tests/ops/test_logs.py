# SPDX-License-Identifier: Apache-2.0
"""The log: every line is an event, requests are told with their ids and traces, and no secret is ever in it."""

import base64
import json
import re

import requests

from support.server import ADMIN_PASSWORD

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def events(server):
    """Of a log in JSON; what is printed for people is no event."""
    return [json.loads(line) for line in server.log_path.read_text().splitlines() if line.startswith("{")]


def test_requests_are_told_with_their_ids_and_traces(make_server):
    server = make_server().start()
    admin = server.admin()
    admin.post_rows("t", "id\n1\n")
    sent = {"X-Request-Id": "mine-1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    admin.get("/v1/workspaces/main/tables/t?prefix_of=secret", headers=sent, expect=400)
    admin.get("/healthz", expect=200)
    server.stop()
    requests_told = [event for event in events(server) if event["event"] == "request"]
    [mine] = [event for event in requests_told if event["request_id"] == "mine-1"]
    assert mine["traceparent"].split("-")[1] == TRACE
    assert mine["route"] == "/v1/workspaces/{workspace}/tables/{table}" and mine["path"] == "/v1/workspaces/main/tables/t"
    assert (mine["method"], mine["status"], mine["level"]) == ("GET", 400, "info") and mine["duration_ms"] >= 0
    assert "secret" not in json.dumps(requests_told), "queries may carry anything"
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", event["traceparent"]) for event in requests_told)
    assert not any(event["path"] == "/healthz" for event in requests_told)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", event["at"]) for event in events(server))


def test_text_is_for_people_and_levels_leave_out(make_server):
    server = make_server(args=["--log-format", "text"]).start()
    server.admin()
    server.stop()
    lines = server.log_path.read_text().splitlines()
    assert any(re.match(r"\S+Z info request request_id=\S+ method=POST path=/v1/login .*status=200 ", line) for line in lines)
    assert not any(line.startswith("{") for line in lines)
    quiet = make_server("quiet", env={"BOATHOUSE_LOG_LEVEL": "warning"}).start()
    quiet.admin()
    quiet.stop()
    assert events(quiet) == []


def test_no_secret_is_ever_logged(make_server):
    """A session in which every kind of secret crosses the wire, rightly and wrongly."""
    server = make_server(env={"BOATHOUSE_JWT_SECRET": "the-secret-that-signs-tokens-0123456789"}, args=["--log-level", "debug"]).start()
    api, secrets = server.api(), {ADMIN_PASSWORD, "the-secret-that-signs-tokens-0123456789"}
    login = api.post("/v1/login", json={"username": "admin", "password": ADMIN_PASSWORD}, expect=200).json()
    secrets |= {login["access_token"], login["refresh_token"]}
    admin = api.with_token(login["access_token"])
    api.post("/v1/login", json={"username": "admin", "password": "Wrong-password-1"}, expect=401)
    api.post("/v1/login", data='{"username":"admin","password":"Broken-json-1', headers={"Content-Type": "application/json"}, expect=400)
    admin.make_user("ada", "Ada-password-1")
    api.post("/v1/password", json={"username": "ada", "password": "Ada-password-1", "new_password": "Ada-password-2"}, expect=None)
    secrets |= {"Wrong-password-1", "Broken-json-1", "Ada-password-1", "Ada-password-2"}
    refreshed = api.post("/v1/token", json={"refresh_token": login["refresh_token"]}, expect=200).json()
    secrets.add(refreshed["access_token"])
    api.post("/v1/token", json={"refresh_token": "a-refresh-token-that-never-was"})
    token = admin.post("/v1/tokens", json={"name": "shell"}, expect=201).json()["token"]
    api.with_token(token).get("/v1/me", expect=200)
    api.with_token(token + "x").get("/v1/me", expect=401)
    key = admin.post("/v1/access-keys", json={}, expect=201).json()
    secrets |= {token, key["secret_access_key"], "a-refresh-token-that-never-was"}
    basic = base64.b64encode(f"admin:{ADMIN_PASSWORD}".encode()).decode()
    api.get("/v1/me", headers={"Authorization": f"Basic {basic}"}, expect=200)
    secrets.add(basic)
    api.upload("t.csv", "id\n1\n", "admin", "Form-password-1")
    api.get("/insights?table=none&password=Query-password-1")
    admin.sql_answer("SELECT 'Literal-in-a-statement-1' FROM nowhere")
    admin.post_rows("t", "id\nCell-of-a-row-1\n")
    secrets |= {"Form-password-1", "Query-password-1", "Literal-in-a-statement-1", "Cell-of-a-row-1"}
    try:  # a head that is no head
        requests.get(server.url, headers={"X-Broken": "Header-value-1\x01"}, timeout=10)
    except (requests.RequestException, ValueError):
        pass
    secrets.add("Header-value-1")
    told = api.get("/metrics", expect=200).text + json.dumps(admin.get("/v1/audit", expect=200).json())
    server.stop()
    told += server.log_path.read_text()
    assert '"event":"request"' in told
    for key_file in (server.data / "keys").iterdir():
        secrets |= {line.strip() for line in key_file.read_text(errors="replace").splitlines() if len(line.strip()) >= 24}
    assert [secret for secret in secrets if secret in told] == []
