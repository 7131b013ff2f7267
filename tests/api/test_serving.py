# SPDX-License-Identifier: Apache-2.0
"""Where and how a server may run: addresses, other origins, a data folder behind a link, small limits."""

import gzip
import os
import socket

import pytest

from support.server import Server

ORIGIN = "https://app.example"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A server with one allowed origin and a small limit for unfolded bodies, behind a link and under a tight umask."""
    root = tmp_path_factory.mktemp("serving")
    (root / "real").mkdir()
    (root / "data").symlink_to(root / "real")
    server = Server(root / "data", env={"BOATHOUSE_CORS_ORIGINS": ORIGIN, "BOATHOUSE_MAX_UNFOLDED_BYTES": "64KiB"})
    server.start(preexec_fn=lambda: os.umask(0o077))
    yield server
    server.end()


def test_a_preflight_allows_what_a_browser_asks_for(small):
    answer = small.api().request("OPTIONS", "/v1/sql", headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert answer.headers["Vary"] == "Origin"
    # Nobody sends cookies here, and "*" below holds for requests without them only.
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_errors_can_be_read_from_an_allowed_origin_too(small):
    answer = small.api().get("/v1/me", headers={"Origin": ORIGIN})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Expose-Headers"] == "*"
    assert answer.headers["Vary"] == "Origin"
    other = small.api().get("/v1/me", headers={"Origin": ORIGIN + ".evil"})
    assert "Access-Control-Allow-Origin" not in other.headers and other.headers["Vary"] == "Origin"


@pytest.mark.parametrize("size, status", [(64 << 10, 200), ((64 << 10) + 1, 413)])
@pytest.mark.parametrize("folded", [False, True])
def test_the_limit_of_a_body_is_that_of_what_it_unfolds_to(small, size, status, folded):
    body = b"id\n" + b"1\n" * ((size - 4) // 2)
    body += b"1" * (size - len(body))
    headers = {"Content-Encoding": "gzip"} if folded else {}
    name = f"t{size}{folded}".lower()
    admin = small.admin()
    admin.post_rows(name, gzip.compress(body) if folded else body, headers=headers, expect=status)
    assert (admin.get(admin.table_path(name)).status_code == 200) == (status == 200)


def test_sql_reads_no_file_through_a_link(small):
    """Not the server's own files, nor what a link in the data folder leads to."""
    admin = small.admin()
    admin.post_rows("here", "id\n1\n")
    secret = small.data.parent / "secret.csv"
    secret.write_text("a\n1\n")
    for folder in (small.data / "warehouse").iterdir():
        (folder / "link.csv").symlink_to(secret)
        for path in (folder / "link.csv", secret, small.data / "boathouse.db"):
            answer = admin.sql_answer(f"SELECT * FROM read_csv('{path}')")
            assert answer.status_code in (400, 403), answer.text
            assert str(small.data) not in answer.text.replace(str(path), "")
    assert admin.value("SELECT id FROM here") == 1


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path, make_server):
    (tmp_path / "file").write_text("")
    server = make_server("file/data")
    server.log_path = tmp_path / "log"
    with pytest.raises(AssertionError, match="file/data|Not a directory"):
        server.start()
    assert server.process.returncode != 0


def test_a_server_listens_on_ipv6(make_server):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = make_server()
    server.command[server.command.index("127.0.0.1:0")] = "[::1]:0"
    assert server.start().url.startswith("http://[::1]:")
    assert server.admin().value("SELECT 1") == 1
