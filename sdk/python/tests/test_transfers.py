# SPDX-License-Identifier: Apache-2.0
"""Requests in bad weather, against a server that says what it is told: retries, resumed downloads, streamed uploads, errors."""

import io
import json
import threading
import time
import types

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faulty import Scripted, breaks_off, says
from kept import parquet_of
from pandas.testing import assert_frame_equal

import boathouse
from boathouse import _frame, _http, _upload

FRAME = pd.DataFrame({"a": np.arange(50_000), "x": np.random.default_rng(1).random(50_000)})
PARQUET = parquet_of(FRAME.iloc[:20_000])
SAVED = json.dumps({"version": "7", "total_rows": 3}).encode()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """What would be waited for, in seconds."""
    waits = []
    # Its own module only: threads of others sleep too.
    monkeypatch.setattr(_http, "time", types.SimpleNamespace(**vars(time) | {"sleep": waits.append}))
    monkeypatch.setattr(boathouse.Client, "_raw_file", lambda *_: None)  # these servers have one way to give a frame
    return waits


@pytest.fixture
def scripted():
    servers = []

    def start(*answers):
        servers.append(Scripted(*answers))
        return servers[-1], boathouse.Client(servers[-1].url, token="t", retries=3)

    yield start
    for server in servers:
        server.close()


def parquet(body=PARQUET, status=200, **more):
    return says(status, body, "application/vnd.apache.parquet", **{"ETag": '"v1"', "Accept-Ranges": "bytes"} | more)


def problem(status, **more):
    return says(status, json.dumps({"title": "No", "status": status, "detail": "why", "request_id": "r1"} | more).encode())


# Retries

def test_a_busy_server_is_asked_again_with_the_same_key_and_body(scripted, no_waiting):
    server, client = scripted(says(503), says(429, Retry_After="4"), says(200, SAVED))
    assert client.save(FRAME.head(3), "f").version == "7"
    assert len(server.requests) == 3 and no_waiting[1] == 4 and 0 < no_waiting[0] < 1
    keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.requests}
    assert len(keys) == 1 and len({body for *_, body in server.requests}) == 1
    client.save(FRAME.head(3), "f")
    assert server.requests[-1][2]["Idempotency-Key"] not in keys


def test_it_ends_after_the_last_try(scripted):
    server, client = scripted(problem(503))
    with pytest.raises(boathouse.ServerError) as caught:
        client.save(FRAME.head(3), "f")
    assert len(server.requests) == 4 and caught.value.status == 503 and caught.value.request_id == "r1"


def test_a_broken_connection_is_tried_again(scripted):
    server, client = scripted(breaks_off, says(200, SAVED))
    assert client.save(FRAME.head(3), "f").version == "7"
    assert len(server.requests) == 2


def test_no_server_at_all():
    client = boathouse.Client("http://127.0.0.1:1", token="t", retries=1)
    with pytest.raises(boathouse.UnreachableError, match="127.0.0.1:1"):
        client.me()


@pytest.mark.parametrize("status, kind", [
    (400, boathouse.InvalidError), (401, boathouse.AuthenticationError), (403, boathouse.PermissionDeniedError), (404, boathouse.NotFoundError),
    (409, boathouse.ConflictError), (413, boathouse.TooLargeError), (422, boathouse.InvalidError), (507, boathouse.LimitError),
    (500, boathouse.ServerError)])
def test_errors_are_told_once_with_what_the_server_said(scripted, status, kind):
    server, client = scripted(problem(status, field="x"))
    with pytest.raises(kind) as caught:
        client.me()
    error = caught.value
    assert isinstance(error, boathouse.BoathouseError) and len(server.requests) == 1
    assert (error.status, error.title, error.detail, error.request_id, error.problem["field"]) == (status, "No", "why", "r1", "x")
    assert str(error) == f"No: why (status {status}, request r1)"


def test_errors_of_the_older_shapes(scripted):
    _, client = scripted(says(404, b'{"error":"no frame"}', X_Request_Id="r9"))
    with pytest.raises(boathouse.NotFoundError, match="no frame.*r9"):
        client.load("f")
    _, client = scripted(says(500, b"<html>oh</html>", "text/html"))
    with pytest.raises(boathouse.ServerError, match="oh"):
        client.me()


# Who asks

def tokens(access, refresh="r", seconds=3600):
    return says(200, json.dumps({"access_token": access, "refresh_token": refresh, "expires_in": seconds}).encode())


def test_a_log_in_is_made_once_and_refreshed(scripted):
    server, _ = scripted(tokens("a1", seconds=30), says(200, b"{}"), tokens("a2"), says(200, b"{}"), says(200, b"{}"))
    client = boathouse.Client(server.url, username="u", password="p")
    for _ in range(3):
        client.me()
    assert [path for _, path, *_ in server.requests] == ["/v1/login", "/v1/me", "/v1/token", "/v1/me", "/v1/me"]
    assert [headers.get("Authorization") for _, _, headers, _ in server.requests][1::2] == ["Bearer a1", "Bearer a2"]


def test_a_token_that_is_refused_is_renewed_and_a_session_that_ended_begun_anew(scripted):
    server, _ = scripted(tokens("a1"), problem(401), problem(401), tokens("a2"), says(200, b'{"name":"u"}'))
    client = boathouse.Client(server.url, username="u", password="p")
    assert client.me() == {"name": "u"}
    assert [path for _, path, *_ in server.requests] == ["/v1/login", "/v1/me", "/v1/token", "/v1/login", "/v1/me"]


def test_a_wrong_password_is_told(scripted):
    server, _ = scripted(problem(401))
    with pytest.raises(boathouse.AuthenticationError):
        boathouse.Client(server.url, username="u", password="p").me()
    assert len(server.requests) == 1


def test_credentials_from_the_environment(scripted, monkeypatch):
    server, _ = scripted(says(200, b"{}"))
    monkeypatch.setenv("BOATHOUSE_URL", server.url)
    monkeypatch.setenv("BOATHOUSE_TOKEN", "bh_x")
    boathouse.Client().me()
    assert server.requests[0][2]["Authorization"] == "Bearer bh_x"


@pytest.mark.parametrize("given, word", [({}, "BOATHOUSE_URL"), ({"url": "http://h"}, "BOATHOUSE_TOKEN"),
                                         ({"url": "http://h", "username": "u"}, "together"),
                                         ({"url": "http://h", "username": "u", "password": "p", "token": "t"}, "Two kinds")])
def test_credentials_that_do_not_suffice(given, word, monkeypatch):
    monkeypatch.delenv("BOATHOUSE_URL", raising=False)
    monkeypatch.delenv("BOATHOUSE_TOKEN", raising=False)
    with pytest.raises(boathouse.BoathouseError, match=word):
        boathouse.Client(**given)


# Downloads

def test_a_download_that_is_cut_goes_on_where_it_ended(scripted):
    def rest(handler):
        first = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        parquet(PARQUET[first:], 206, Content_Range=f"bytes {first}-{len(PARQUET) - 1}/{len(PARQUET)}")(handler)

    server, client = scripted(parquet(cut=len(PARQUET) - 1000), rest)
    assert_frame_equal(client.load("f"), FRAME.iloc[:20_000])
    again = server.requests[1][2]
    assert again["If-Range"] == '"v1"' and len(PARQUET) > int(again["Range"][6:-1]) > len(PARQUET) // 2


def test_a_download_begins_anew_where_there_is_another_version_now(scripted):
    other = parquet_of(FRAME.iloc[5:9].reset_index(drop=True))
    server, client = scripted(parquet(cut=100), parquet(other, ETag='"v2"'))
    assert_frame_equal(client.load("f"), FRAME.iloc[5:9].reset_index(drop=True))


def test_a_download_begins_anew_where_the_server_knows_no_tags(scripted):
    server, client = scripted(parquet(cut=100, ETag='W/"v1"'), parquet())
    assert_frame_equal(client.load("f"), FRAME.iloc[:20_000])
    assert "Range" not in server.requests[1][2]


def test_a_download_that_never_ends_well_is_told(scripted):
    _, client = scripted(parquet(cut=0))
    with pytest.raises(boathouse.UnreachableError, match="broke off"):
        client.load("f")


def test_an_answer_that_is_no_parquet_file_is_told(scripted):
    _, client = scripted(parquet(b"PAR1 and not much more"))
    with pytest.raises(boathouse.BoathouseError, match="no Parquet"):
        client.load("f")


# Uploads

def test_a_large_frame_is_sent_while_it_is_still_being_written(monkeypatch):
    """The second piece is made only after the first has been taken."""
    monkeypatch.setattr(_upload, "SMALL", 0)
    monkeypatch.setattr(_upload, "BLOCK", 1)
    encoded, taken = _frame.encode(FRAME), threading.Event()
    pieces = encoded.pieces

    def slow(rows=10_000):
        for number, piece in enumerate(pieces(rows)):
            assert number == 0 or taken.wait(30)
            yield piece

    monkeypatch.setattr(encoded, "pieces", slow)
    body = b""
    for block in _upload._streamed(encoded):
        body += block
        if len(body) > 100_000:
            taken.set()
    assert pq.read_table(io.BytesIO(body)).num_rows == len(FRAME)


def test_a_body_is_the_same_every_time():
    encoded = _frame.encode(FRAME)
    assert b"".join(_upload._streamed(encoded)) == b"".join(_upload._streamed(encoded))
    assert isinstance(_upload.body_of(_frame.encode(FRAME.head())), bytes)


def test_columns_are_written_as_suits_their_values(monkeypatch):
    monkeypatch.setattr(_upload, "SMALL", 0)
    dice, rows = np.random.default_rng(1), 100_000
    frame = pd.DataFrame({"noise": dice.random(rows), "few": dice.integers(0, 50, rows), "count": np.arange(rows),
                          "text": [f"t{n % 7}" for n in range(rows)], "flag": dice.random(rows) < 0.5,
                          "none": pd.array([None] * rows, dtype=pd.ArrowDtype(pa.null()))})
    file = pq.ParquetFile(io.BytesIO(b"".join(_upload._streamed(_frame.encode(frame)))))
    kept = {column.path_in_schema: (column.compression, "RLE_DICTIONARY" in column.encodings, column.is_stats_set)
            for column in map(file.metadata.row_group(0).column, range(file.metadata.num_columns))}
    assert kept == {"noise": ("UNCOMPRESSED", False, False), "few": ("SNAPPY", True, False), "count": ("SNAPPY", False, False),
                    "text": ("SNAPPY", True, False), "flag": ("SNAPPY", False, False), "none": ("SNAPPY", False, False)}
    assert file.read()["few"].to_pylist() == frame["few"].tolist()


def test_nobody_waits_for_a_body_that_nobody_takes():
    body = _upload._streamed(_frame.encode(FRAME))
    next(body)
    body.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "boathouse-upload" and thread.is_alive()]


def test_what_goes_wrong_while_writing_is_raised():
    encoded = _frame.encode(FRAME)
    encoded.parts[0].values = pd.Series(["x"] * len(FRAME))
    with pytest.raises(Exception, match="x|convert"):
        b"".join(_upload._streamed(encoded))


def test_progress_shows_when_it_is_wanted(scripted, capsys):
    server, _ = scripted(says(200, SAVED), parquet())
    client = boathouse.Client(server.url, token="t", progress=True)
    client.save(FRAME, "f")
    client.load("f")
    shown = capsys.readouterr().err
    assert "save f" in shown and "load f" in shown
    quiet = boathouse.Client(server.url, token="t")
    quiet.load("f")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["", "a//b", "/a", "..", "a/./b", None])
def test_names_that_no_path_carries_are_refused_here(scripted, name):
    server, client = scripted(says(200))
    with pytest.raises(boathouse.FrameError):
        client.load(name)
    assert server.requests == []
