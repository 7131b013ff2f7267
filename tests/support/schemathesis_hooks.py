# SPDX-License-Identifier: Apache-2.0
"""What Schemathesis is taught of Boathouse (named by schemathesis.toml)."""

import json

import schemathesis

from support.paths import ROOT


@schemathesis.serializer("application/x-ndjson", "application/vnd.apache.parquet")
def as_it_is(_, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


@schemathesis.serializer("application/x-amz-json-1.1")
def as_json(_, value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.check
def a_problem_has_its_page(_, response, case):
    """The `type` of an RFC 9457 problem is a page under /docs/errors."""
    if "application/problem+json" in response.headers.get("content-type", []):
        kind = response.json()["type"]
        page = ROOT / "docs" / (kind.removeprefix("/docs/") + ".md")
        assert kind.startswith("/docs/errors/") and page.exists(), f"{kind} is no page"
