# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as exceptions. All of them are :class:`BoathouseError`; those that a server answered know its status,
title, detail and the request's id, which the server's log has too.

>>> import boathouse
>>> try:
...     boathouse.Client().load("no such frame")
... except boathouse.NotFoundError as error:
...     error.status
404
"""

from __future__ import annotations

from typing import Any


class BoathouseError(Exception):
    """Anything that went wrong. `status` is the HTTP status, 0 where no server answered."""

    def __init__(self, title: str, detail: str = "", status: int = 0, request_id: str = "", problem: dict[str, Any] | None = None):
        self.status = status
        self.title = title
        self.detail = detail
        self.request_id = request_id
        self.problem = problem or {}
        super().__init__(self._told())

    def _told(self) -> str:
        text = f"{self.title}: {self.detail}" if self.detail and self.detail != self.title else self.title
        marks = [f"status {self.status}"] * bool(self.status) + [f"request {self.request_id}"] * bool(self.request_id)
        return f"{text} ({', '.join(marks)})" if marks else text


class FrameError(BoathouseError, ValueError):
    """A frame that cannot be kept exactly, or cannot be joined to what is stored. Nothing was sent."""


class UnreachableError(BoathouseError, ConnectionError):
    """No answer came from the server, also after retries."""


class InvalidError(BoathouseError, ValueError):
    """400, 405, 415, 422: the request is wrong; the detail says what, where and how to mend it."""


class AuthenticationError(BoathouseError):
    """401: no credentials, wrong ones, or ones that have expired. 403 where a password must be changed first."""


class PermissionDeniedError(BoathouseError, PermissionError):
    """403: these credentials may not do that."""


class NotFoundError(BoathouseError, LookupError):
    """404: no such frame, version, branch or route for this user."""


class ConflictError(BoathouseError):
    """409: something else is in the way."""


class TooLargeError(BoathouseError):
    """413: a body, a result or its memory is past a limit."""


class LimitError(BoathouseError):
    """429 or 507: a limit of the workspace or the server; the detail names it."""


class ServerError(BoathouseError):
    """5xx: the server's fault, or one that is starting, stopping or overloaded."""


_BY_STATUS: dict[int, type[BoathouseError]] = {
    401: AuthenticationError, 403: PermissionDeniedError, 404: NotFoundError, 409: ConflictError, 410: NotFoundError,
    413: TooLargeError, 429: LimitError, 507: LimitError,
}


def error_of(status: int, title: str, detail: str, request_id: str, problem: dict[str, Any]) -> BoathouseError:
    """The exception for an answer."""
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else InvalidError)
    if str(problem.get("type", "")).endswith("password-change-required"):
        kind = AuthenticationError
    return kind(title, detail, status, request_id, problem)
