# SPDX-License-Identifier: Apache-2.0
"""HTTP itself: methods, ids, health, and requests that no client library would send."""

import json
import re
import socket
import time

import pytest


def talk(house, data, wait=10, half_close=False):
    """Sends raw bytes and returns what comes back until the server closes or falls silent."""
    host, port = house.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before the end: the answer may still be there to read
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
                if b"\r\n\r\n" in answer and b"Connection: close" not in data:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def status(answer):
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(match[1]) if match else None


def test_health(anyone):
    for path in ("/healthz", "/readyz"):
        answer = anyone.get(path, expect=200)
        assert answer.json() == {"status": "ok"}


def test_metrics_name_no_user_and_no_table(admin, anyone, table, user_name):
    admin.make_user(user_name)
    admin.post_rows("secret_" + table, "id\n1\n")
    text = anyone.get("/metrics", expect=200).text
    assert "# TYPE" in text
    assert user_name not in text and table not in text.split() and "secret_" not in text


def test_every_answer_has_a_request_id_of_its_own(anyone):
    ids = {anyone.get("/healthz").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


def test_the_problem_names_the_request(admin):
    answer = admin.get("/v1/workspaces/main/tables/nosuch")
    problem = answer.json()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["status"] == 404 and problem["title"] and problem["type"] and problem["detail"]


def test_an_unknown_path_is_404_and_a_known_one_tells_its_methods(admin):
    assert admin.get("/v1/nosuch").status_code == 404
    answer = admin.delete("/v1/sql")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    options = admin.request("OPTIONS", "/v1/sql")
    assert options.status_code in (200, 204) and "POST" in options.headers["Allow"]


def test_head_is_get_without_the_body(anyone):
    got, head = anyone.get("/healthz"), anyone.request("HEAD", "/healthz")
    assert head.status_code == 200 and head.content == b""
    assert head.headers.get("Content-Length") == got.headers.get("Content-Length")


def test_one_connection_serves_many_requests(house):
    host, port = house.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        reader = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert reader.readline().startswith(b"HTTP/1.1 200")
            length = 0
            while (line := reader.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            assert json.loads(reader.read(length)) == {"status": "ok"}


def test_a_chunked_body_is_read(admin, table):
    answer = admin.post(admin.rows_path(table), data=iter([b"id\n", b"1\n2", b"\n3\n"]), headers={"Content-Type": "text/csv"}, expect=200)
    assert answer.json()["rows_accepted"] == 3


def test_expect_continue_is_answered(house):
    answer = talk(house, b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                         b"Expect: 100-continue\r\nConnection: close\r\n\r\n{}")
    assert b"HTTP/1.1 400" in answer or b"HTTP/1.1 100" in answer


LOGIN = b"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("request_bytes", [
    LOGIN + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    LOGIN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    LOGIN + b"Content-Length: -1\r\n\r\n",
    LOGIN + b"Content-Length: two\r\n\r\n{}",
    LOGIN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
    b"GET /health\0z HTTP/1.1\r\nHost: x\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /v1/workspaces/main/tables/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
], ids=["length and chunked", "two lengths", "negative length", "no number", "bad chunk", "bad header", "nul in header", "nul in path",
        "no http", "no version", "bad escape"])
def test_a_malformed_request_is_refused(house, anyone, request_bytes):
    code = status(talk(house, request_bytes))
    assert code is not None and (400 <= code < 500 or code == 505)
    assert anyone.get("/healthz").status_code == 200


def test_what_is_told_of_a_path_in_another_encoding_is_json(house, anyone):
    answer = talk(house, b"GET /v1/workspaces/main/tables/\xe9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status(answer) == 400
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["instance"] == "/v1/workspaces/main/tables/%E9"
    assert all(json.loads(line) for line in house.log_path.read_text(encoding="utf-8").splitlines() if line.startswith("{"))


def test_a_body_cut_short_is_told_to_those_who_still_listen(house, anyone):
    answer = talk(house, LOGIN + b"Content-Length: 100\r\n\r\n{", half_close=True)
    problem = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert problem["type"] == "/docs/errors/connection-closed"
    anyone.get(problem["type"], expect=200)


@pytest.mark.parametrize("head", [b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
                                  b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 20_000 + b"\r\n"],
                         ids=["path", "one header", "many headers"])
def test_a_head_past_the_limit_is_refused(house, anyone, head):
    code = status(talk(house, head))
    assert code in (400, 413, 414, 431)
    assert anyone.get("/healthz").status_code == 200


@pytest.mark.parametrize("value", ["x\r\nSet-Cookie: a=b", "x%0d%0aSet-Cookie:%20a=b"])
def test_nothing_sent_becomes_a_header(admin, value):
    answer = admin.get("/v1/workspaces/main/tables", params={"prefix": value})
    assert "Set-Cookie" not in answer.headers
    answer = admin.get("/v1/workspaces/main/tables/" + value.replace("\r\n", "%0d%0a"))
    assert "Set-Cookie" not in answer.headers


def test_cors_is_off_unless_set(anyone):
    answer = anyone.get("/healthz", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_cors_answers_the_origins_it_was_given(make_server):
    server = make_server(env={"BOATHOUSE_CORS_ORIGINS": "https://app.example,https://other.example"}).start()
    api = server.api()
    assert api.get("/healthz", headers={"Origin": "https://app.example"}).headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Origin" not in api.get("/healthz", headers={"Origin": "https://app.example.evil"}).headers
    preflight = api.request("OPTIONS", "/v1/sql", headers={"Origin": "https://other.example", "Access-Control-Request-Method": "POST"})
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://other.example"


@pytest.mark.parametrize("megabytes", [0, 90], ids=["at its start", "after its first rows were written"])
def test_a_client_that_leaves_in_the_middle_stores_nothing(house, admin, table, megabytes):
    admin.put_contract(table, ["id INTEGER"])
    token = admin.session.headers["Authorization"]
    host, port = house.url.removeprefix("http://").split(":")
    for _ in range(1 if megabytes else 5):
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"POST {admin.rows_path(table)} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: text/csv\r\n"
                               "Content-Length: 1000000000\r\n\r\nid\n1\n2\n".encode())
            for _ in range(megabytes):
                connection.sendall(b"1234567\n" * (1 << 17))
    assert admin.value(f"SELECT count(*) FROM {table}") == 0
    staging = house.data / "staging"
    assert admin.post_rows(table, "id\n1\n").json()["rows_accepted"] == 1
    deadline = time.monotonic() + 30
    while (left := sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())) >= 1 << 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left < 1 << 20
