# SPDX-License-Identifier: Apache-2.0
"""A client of the flows door as one of the tracker that it replaces is written: e-mail, two tokens, flows, tasks, a dataset."""

import time
import uuid

import requests

TIMEOUT = 120
PASSWORD = "ryan4ever"

def fresh_email(prefix="user"):
    return f"{prefix}-{uuid.uuid4().hex[:12]}@example.org"


class FlowClient:
    """Every call gives (status, body); the tokens of the last sign-up or log-in are kept."""

    def __init__(self, url, token=None):
        self.url, self.token, self.refresh = url, token, None
        self.session = requests.Session()

    def call(self, method, path, **options):
        if self.token:
            options["headers"] = {"Authorization": f"Bearer {self.token}"} | options.get("headers", {})
        answer = self.session.request(method, self.url + path, timeout=TIMEOUT, **options)
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
        assert "argon2" not in answer.text, "a password hash is in an answer"
        self.last = answer
        return answer.status_code, answer.json()

    def signup(self, email=None, password=PASSWORD, first="Ryan", last="Hung"):
        fields = {"email": email or fresh_email(), "firstName": first, "lastName": last, "password": password}
        status, body = self.call("POST", "/users/signup", json=fields)
        if status == 201:
            self.token, self.refresh, self.user = body["token"], body["refreshToken"], body
        return status, body

    def login(self, email, password=PASSWORD):
        status, body = self.call("POST", "/users/login", json={"email": email, "password": password})
        if status == 200:
            self.token, self.refresh = body["token"], body["refreshToken"]
        return status, body

    def new_token(self, refresh=None):
        return self.call("POST", "/users/token", json={"refreshToken": refresh or self.refresh})

    def logout(self, refresh=None):
        return self.call("DELETE", "/users/logout", json={"refreshToken": refresh or self.refresh})

    def flow(self, title, **fields):
        status, body = self.call("POST", "/flows", json={"title": title} | fields)
        assert status == 201, body
        return body["fid"]

    def task(self, fid, title, description="to do", **fields):
        status, body = self.call("POST", "/flows/tasks", json={"fid": fid, "title": title, "description": description} | fields)
        assert status == 201, body
        return body[0]

    def upload(self, fid, content, method="POST", name="data.csv", field="dataset", header=None):
        body = content.encode() if isinstance(content, str) else content
        said = f"&header={header}" if header else ""
        return self.call(method, f"/flows/dataset?fid={fid}{said}", files={field: (name, body, "text/csv")})

    def dataset(self, fid):
        """What is told of the newest dataset beyond the old answers."""
        return self.call("GET", f"/flows/{fid}")[1]["dataset"]

    def summary(self, fid):
        """Once it is computed."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            status, body = self.call("GET", f"/flows/summary?fid={fid}")
            if status != 202:
                return status, body
            assert time.monotonic() < deadline, body
            time.sleep(0.02)


def signed_up(server, **fields):
    client = FlowClient(server.url)
    status, body = client.signup(**fields)
    assert status == 201, body
    return client
