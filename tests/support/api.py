# SPDX-License-Identifier: Apache-2.0
"""A small client. Any 5xx answer fails the test unless the client was told to expect some (`allow_5xx`)."""

import json
import time
from urllib.parse import quote

import requests

TIMEOUT = 120
NDJSON = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"


class Api:
    def __init__(self, url, headers=None, allow_5xx=False):
        self.url = url
        self.session = requests.Session()
        self.session.headers.update(headers or {})
        self.allow_5xx = allow_5xx

    # Requests

    def request(self, method, path, expect=None, **options):
        answer = self.session.request(method, self.url + path, timeout=options.pop("timeout", TIMEOUT), **options)
        assert "X-Request-Id" in answer.headers, f"{method} {path} has no X-Request-Id"
        if not self.allow_5xx:
            assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def put(self, path, **options):
        return self.request("PUT", path, **options)

    def patch(self, path, **options):
        return self.request("PATCH", path, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    # Who asks

    def with_token(self, token):
        return Api(self.url, {"Authorization": f"Bearer {token}"}, self.allow_5xx)

    def login(self, name, password):
        answer = self.post("/v1/login", json={"username": name, "password": password}, expect=200)
        return self.with_token(answer.json()["access_token"])

    def make_user(self, name, password="Some-password-1", **fields):
        """Makes a user (as an owner of main) and returns a client that speaks as that user."""
        self.post("/v1/users", json={"name": name, "password": password} | fields, expect=201)
        return Api(self.url).login(name, password)

    # Tables

    def table_path(self, table, rest="", ws="main"):
        return f"/v1/workspaces/{quote(ws, safe='')}/tables/{quote(table, safe='')}{rest}"

    def rows_path(self, table, ws="main"):
        return self.table_path(table, "/rows", ws)

    def put_contract(self, table, columns, ws="main", expect=200, **fields):
        """`columns` as dicts, or as text "name TYPE[ required]" for short."""
        listed = [column_of(c) if isinstance(c, str) else c for c in columns]
        answer = self.put(self.table_path(table, "/contract", ws), json={"columns": listed} | fields)
        wanted = {200, 201} if expect == 200 else {expect}
        assert answer.status_code in wanted, f"contract of {table}: {answer.status_code} {answer.text}"
        return answer

    def post_rows(self, table, body, content_type="text/csv", ws="main", expect=200, headers=None, **query):
        if content_type == "application/json" and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        elif content_type == NDJSON and isinstance(body, list):
            body = "".join(json.dumps(row) + "\n" for row in body)
        if isinstance(body, str):
            body = body.encode()
        answer = self.post(self.rows_path(table, ws), data=body, headers={"Content-Type": content_type} | (headers or {}),
                           params=query)
        if expect is not None:
            assert answer.status_code == expect, f"rows of {table}: {answer.status_code} {answer.text[:2000]}"
        return answer

    def describe(self, table, ws="main"):
        return self.get(self.table_path(table, ws=ws), expect=200).json()

    def versions(self, table, ws="main"):
        return self.get(self.table_path(table, "/versions", ws), expect=200).json()["versions"]

    def quarantine(self, table, ws="main"):
        return self.get(self.table_path(table, "/quarantine", ws), expect=200).json()["rows"]

    # Jobs

    def ended_job(self, answer):
        """The job that an answer of 202 named, once it has ended."""
        assert answer.status_code == 202, f"{answer.status_code} {answer.text}"
        deadline = time.monotonic() + TIMEOUT
        while True:
            job = self.get(f"/v1/jobs/{answer.json()['id']}", expect=200).json()
            if job["state"] not in ("queued", "running"):
                return job
            assert time.monotonic() < deadline, job
            time.sleep(0.02)

    def back_up(self, table, ws="main"):
        """Makes a backup; returns its id."""
        job = self.ended_job(self.post(self.table_path(table, "/backups", ws)))
        assert job["state"] == "succeeded", job
        return job["id"]

    def backups(self, table, ws="main"):
        return self.get(self.table_path(table, "/backups", ws), expect=200).json()["backups"]

    def restore(self, table, backup, ws="main"):
        """The job of a restore, once it has ended."""
        return self.ended_job(self.post(self.table_path(table, f"/backups/{backup}/restore", ws)))

    # SQL

    def sql_answer(self, sql, accept=None, **fields):
        return self.post("/v1/sql", json={"sql": sql} | fields, headers={"Accept": accept} if accept else {})

    def sql(self, sql, **fields):
        """The rows of a statement, as a list of tuples."""
        answer = self.sql_answer(sql, **fields)
        assert answer.status_code == 200, f"{sql}: {answer.status_code} {answer.text}"
        return [tuple(row) for row in answer.json()["rows"]]

    def value(self, sql, **fields):
        rows = self.sql(sql, **fields)
        assert len(rows) == 1 and len(rows[0]) == 1, rows
        return rows[0][0]

    # The Data API door

    def upload(self, name, content, username="admin", password=None, **options):
        form = {"username": username, "password": password} if password is not None else {}
        body = content.encode() if isinstance(content, str) else content
        return self.post("/upload", files={"file": (name, body, "text/csv")}, data=form, **options)


def column_of(text):
    name, kind, *rest = text.split(" ")
    return {"name": name, "type": kind} | ({"required": True} if rest == ["required"] else {})
