# SPDX-License-Identifier: Apache-2.0
"""Requests to one server: who asks, retries, and answers of errors as exceptions. May be used from several threads."""

from __future__ import annotations

import dataclasses
import os
import random
import threading
import time
from typing import Any, Callable, Iterable, Mapping
from urllib.parse import quote

import requests

from boathouse.errors import AuthenticationError, BoathouseError, UnreachableError, error_of

RETRIED = (429, 502, 503, 504)
MOST_WAIT = 30.0     # seconds between two tries
EXPIRY_MARGIN = 60.0  # seconds before its end that a token is renewed
TIMEOUT = (10.0, 600.0)  # seconds: to connect, and without a byte of an answer (a long query says nothing before it ends)
PARQUET = "application/vnd.apache.parquet"

Body = Callable[[], "bytes | Iterable[bytes]"]


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")


@dataclasses.dataclass
class Credentials:
    token: str | None = None
    username: str | None = None
    password: str | None = None


class Transport:
    """Sends requests. `retries`: how often a request that found no server, or a busy one, is sent again."""

    def __init__(self, url: str, credentials: Credentials, retries: int = 6, timeout: tuple[float, float] = TIMEOUT):
        self.url = url.rstrip("/")
        self.retries = retries
        self.timeout = timeout
        self._credentials = credentials
        self._threads = threading.local()
        # Guarded by _lock: what a log-in gave.
        self._lock = threading.Lock()
        self._access: str | None = None
        self._refresh: str | None = None
        self._expires = 0.0

    # Who asks

    def _authorization(self, stale: str | None = None) -> str:
        """The header's value; logs in, or refreshes, where that is due. `stale` was refused."""
        if self._credentials.token:
            return f"Bearer {self._credentials.token}"
        with self._lock:
            if self._access is None or time.monotonic() > self._expires or self._access == stale:
                self._take(self._renewed() or self._logged_in())
            return f"Bearer {self._access}"

    def _renewed(self) -> dict[str, Any] | None:
        if self._refresh is None:
            return None
        try:
            return self._post_json("/v1/token", {"refresh_token": self._refresh})
        except AuthenticationError:
            return None  # it has ended; the password still opens

    def _logged_in(self) -> dict[str, Any]:
        return self._post_json("/v1/login", {"username": self._credentials.username, "password": self._credentials.password})

    def _post_json(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._tried("POST", path, lambda: self._session().post(self.url + path, json=body, timeout=self.timeout), True)
        told: dict[str, Any] = answer.json()
        return told

    def _take(self, told: dict[str, Any]) -> None:
        self._access = told["access_token"]
        self._refresh = told.get("refresh_token", self._refresh)
        self._expires = time.monotonic() + max(0.0, float(told.get("expires_in", 3600)) - EXPIRY_MARGIN)

    # Requests

    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            self._threads.session = requests.Session()
            # Credentials come from the caller or the environment, not from a file that lies around.
            self._threads.session.auth = _leave_alone
            self._threads.session.headers["User-Agent"] = "boathouse-python"
        return self._threads.session

    def request(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None,
                body: Body | None = None, json: Any = None, stream: bool = False, retry: bool | None = None) -> requests.Response:
        """The answer, of status 2xx; anything else raises. `body` makes the body anew for each try. `retry`: whether the request
        may be sent twice; GET may."""
        asked = {key: value for key, value in (params or {}).items() if value is not None}
        safe = method == "GET" if retry is None else retry

        def send(authorization: str) -> requests.Response:
            return self._session().request(method, self.url + path, params=asked, data=body() if body else None, json=json, stream=stream,
                                           headers={"Authorization": authorization} | dict(headers or {}), timeout=self.timeout)

        return self._tried(method, path, lambda: self._authorized(send), safe)

    def _authorized(self, send: Callable[[str], requests.Response]) -> requests.Response:
        authorization = self._authorization()
        answer = send(authorization)
        if answer.status_code == 401 and not self._credentials.token:
            answer.close()
            answer = send(self._authorization(stale=authorization.removeprefix("Bearer ")))
        return answer

    def _tried(self, method: str, path: str, send: Callable[[], requests.Response], safe: bool) -> requests.Response:
        tries = 0
        while True:
            try:
                answer = send()
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as problem:
                if not safe or tries >= self.retries:
                    raise UnreachableError(f"{method} {path} found no answer", f"{self.url}: {_why(problem)}") from problem
                pause(tries, None)
            except requests.RequestException as problem:
                raise BoathouseError(f"{method} {path} could not be sent", str(problem)) from problem
            else:
                if answer.ok:
                    return answer
                if answer.status_code not in RETRIED or not safe or tries >= self.retries:
                    raise told_error(answer)
                answer.close()
                pause(tries, answer.headers.get("Retry-After"))
            tries += 1


def pause(tries: int, retry_after: str | None) -> None:
    """Waits before the next try: as long as the server said, else twice as long each time, spread by chance."""
    wait = float(retry_after) if retry_after and retry_after.isdigit() else 0.1 * 2 ** tries * random.uniform(0.5, 1.5)
    time.sleep(min(wait, MOST_WAIT))


def told_error(answer: requests.Response) -> BoathouseError:
    """The exception for an answer: a problem document, or one of the shapes of the older doors."""
    with answer:
        try:
            told = answer.json()
        except ValueError:
            told = {}
    told = told if isinstance(told, dict) else {}
    detail = told.get("detail") or told.get("error") or answer.text[:500]
    if reason := _first_reason(told):
        detail = f"{detail}: {reason}"
    title = told.get("title") or answer.reason or "Error"
    request_id = told.get("request_id") or answer.headers.get("X-Request-Id", "")
    return error_of(answer.status_code, str(title), detail if isinstance(detail, str) else str(detail), str(request_id), told)


def _first_reason(told: dict[str, Any]) -> str:
    """Why the first of rejected rows was."""
    for row in told.get("rejected") or []:
        for reason in row["reasons"]:
            where = f", column {reason['column']!r}" if reason.get("column") else ""
            return f"row {row['row']}{where}: {reason['message']}"
    return ""


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _why(problem: Exception) -> str:
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return str(reason or problem)


def from_environment(url: str | None, token: str | None, username: str | None, password: str | None) -> tuple[str, Credentials]:
    """What was given, else BOATHOUSE_URL and BOATHOUSE_TOKEN."""
    found = url or os.environ.get("BOATHOUSE_URL")
    if not found:
        raise BoathouseError("No server is named", "give Client(url) or set BOATHOUSE_URL")
    if "://" not in found:
        found = "http://" + found
    if token and username:
        raise BoathouseError("Two kinds of credentials", "give a token, or a user name and password")
    if username is None and password is None:
        token = token or os.environ.get("BOATHOUSE_TOKEN")
        if not token:
            raise BoathouseError("No credentials", "give token=, or username= and password=, or set BOATHOUSE_TOKEN")
        return found, Credentials(token=token)
    if username is None or password is None:
        raise BoathouseError("Half of the credentials", "username= and password= go together")
    return found, Credentials(username=username, password=password)
