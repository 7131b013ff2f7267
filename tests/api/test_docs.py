# SPDX-License-Identifier: Apache-2.0
"""/docs over HTTP: every file that a page names is there with its type, and every error has its page."""

import re

import pytest

from support.paths import ROOT

ERRORS = ROOT / "docs" / "errors"
# Doors that have error shapes of their own, without a `type`.
OWN_SHAPES = {"dataapi", "cognito", "s3", "aws", "flows"}
# Codes of shared rooms that only such doors tell, in words of their own.
NEVER_A_TYPE = {"signature-missing", "signature-malformed", "signature-undated", "signature-mismatch", "signature-expired", "wrong-scope", "unknown-access-key",
                "no-such-pool", "no-such-client", "no-such-group", "group-exists", "headers-not-signed", "bad-bucket-name", "bad-digest", "bad-part",
                "bad-part-order", "bad-size", "bad-checksum-type", "bucket-exists", "bucket-not-empty", "condition-failed", "is-delete-marker", "key-too-long", "no-parts",
                "invalid-flow", "invalid-task", "invalid-member", "invalid-comment", "invalid-dataset", "no-such-bucket", "no-such-key", "no-such-upload", "no-such-version", "part-too-small", "unknown-operation"}


def native_codes():
    """Every code that a problem's `type` may end in: the kinds' names, and those that a source gives."""
    files = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".cc", ".h"} and not path.stem.endswith("_test")]
    sources = [path.read_text() for path in files if not OWN_SHAPES & set(path.relative_to(ROOT).parts)]
    everything = "\n".join(sources)
    codes = set(re.findall(r'case ErrorKind::\w+: return "([a-z-]+)";', everything))
    constants = dict(re.findall(r'std::string_view (k\w+) = "([a-z-]+)";', everything))
    for given in re.findall(r"\.code\(((?:[^()]|\((?:[^()]|\(\))*\))*)\)", everything):
        codes |= set(re.findall(r'"([^"]+)"', given))
        codes |= {constants[name] for name in re.findall(r"\bk[A-Z]\w+", given)}
    return codes


def test_every_error_has_its_page_and_no_page_is_left_over():
    codes = native_codes()
    assert len(codes) > 20
    assert codes >= NEVER_A_TYPE
    assert {path.stem for path in ERRORS.glob("*.md")} == codes - NEVER_A_TYPE


@pytest.mark.parametrize("path", sorted(ERRORS.glob("*.md")), ids=lambda path: path.stem)
def test_an_error_page_is_served_as_html(anyone, path):
    text = path.read_text()
    assert re.match(rf"# {path.stem}: \S.*\n\nStatus \d", text), "begins with its code, what it means, its status"
    assert f'"type": "/docs/errors/{path.stem}"' in text, "has an example"
    answer = anyone.get(f"/docs/errors/{path.stem}", expect=200)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{path.stem}: " in answer.text
    assert f'href="/docs/errors/{path.stem}"' in anyone.get("/docs/errors/", expect=200).text


def test_the_type_of_a_problem_leads_to_its_page(anyone):
    problem = anyone.get("/v1/me", expect=401).json()
    assert "<h1>unauthenticated: " in anyone.get(problem["type"], expect=200).text


def test_links_between_the_pages_lead_somewhere(anyone):
    for page in ["/docs", "/docs/errors", *(f"/docs/errors/{path.stem}" for path in ERRORS.glob("*.md"))]:
        for target in re.findall(r'(?:href|src)="([^"]+)"', anyone.get(page, expect=200).text):
            assert target.startswith("/"), f"{page} leads to another server: {target}"
            anyone.get(target, expect=200)


def test_no_such_page(anyone):
    for path in ["/docs/errors/no-such-error", "/docs/assets/nothing.js", "/docs/x"]:
        assert anyone.get(path, expect=404).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path, media_type", [
    ("/docs", "text/html; charset=utf-8"), ("/docs/", "text/html; charset=utf-8"), ("/openapi.json", "application/json"),
    ("/docs/assets/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("/docs/assets/swagger-ui.css", "text/css; charset=utf-8"), ("/docs/assets/start.js", "text/javascript; charset=utf-8"),
    ("/docs/assets/page.css", "text/css; charset=utf-8"), ("/docs/assets/favicon-32x32.png", "image/png"),
    ("/docs/assets/NOTICE.txt", "text/plain; charset=utf-8"),
])
def test_a_file_is_served_plain_compressed_and_not_again(anyone, path, media_type):
    plain = anyone.get(path, expect=200, headers={"Accept-Encoding": "identity"})
    assert plain.headers["Content-Type"] == media_type
    assert "Content-Encoding" not in plain.headers
    packed = anyone.get(path, expect=200, headers={"Accept-Encoding": "gzip"})
    assert packed.content == plain.content and len(plain.content) > 0
    compressed = packed.headers.get("Content-Encoding") == "gzip"
    assert compressed == (packed.headers["ETag"] != plain.headers["ETag"])
    assert compressed or len(plain.content) < 4096
    for answer, encoding in [(plain, "identity"), (packed, "gzip")]:
        again = anyone.get(path, expect=304, headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["ETag"]})
        assert again.content == b"" and again.headers["ETag"] == answer.headers["ETag"]


def test_pages_run_nothing_inline_and_nothing_remote(anyone):
    for page in ["/docs", "/docs/errors", "/docs/errors/conflict"]:
        answer = anyone.get(page, expect=200)
        policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["connect-src"] == "'self'"
        assert not re.search(r"<script>|<style|\son\w+=|https?://", answer.text)
