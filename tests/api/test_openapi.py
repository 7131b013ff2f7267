# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.json says all there is, and the server does what it says. Schemathesis makes the requests: the document's
examples, the edges of its schemas, and random ones, right and wrong."""

import json
import os
import re
import subprocess
import sys

import pytest

from support.paths import HIRING, ROOT

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())
OPERATIONS = [(path, method, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()]
NAMES = [f"{method} {path}" for path, method, _ in OPERATIONS]
every_operation = pytest.mark.parametrize("path, method, operation", OPERATIONS, ids=NAMES)


def resolve(value):
    while "$ref" in value:
        place = DOCUMENT
        for step in value["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        value = place
    return value


def has_example(media):
    schema = resolve(media["schema"])
    return "example" in media or "examples" in schema


def test_references_lead_somewhere_and_nothing_is_left_over():
    used = set(re.findall(r'"#/(components/[^"]+)"', json.dumps(DOCUMENT)))
    there = {f"components/{kind}/{name}" for kind, entries in DOCUMENT["components"].items() for name in entries}
    assert used <= there
    assert there - used == {f"components/securitySchemes/{name}" for name in DOCUMENT["components"]["securitySchemes"]}


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name) for name in names)


@every_operation
def test_an_operation_says_all_there_is(path, method, operation):
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    assert operation["summary"] and operation["tags"] and set(operation["tags"]) <= tags
    captures = {resolve(p)["name"] for p in operation.get("parameters", []) if resolve(p)["in"] == "path"}
    assert captures == set(re.findall(r"\{(\w+)\}", path))
    for parameter in map(resolve, operation.get("parameters", [])):
        assert parameter["description"] and "schema" in parameter


@every_operation
def test_an_operation_has_examples(path, method, operation):
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        assert has_example(media) or media_type in ("multipart/form-data", "application/vnd.apache.parquet"), media_type
    for status, answer in operation["responses"].items():
        media = resolve(answer).get("content", {}).get("application/json")
        assert media is None or path == "/openapi.json" or has_example(media) or "oneOf" in media["schema"], status
    for parameter in map(resolve, operation.get("parameters", [])):
        assert parameter["in"] != "path" or "example" in parameter, parameter["name"]


@every_operation
def test_an_operation_names_its_errors(path, method, operation):
    """Each by its status: `default` would make every answer a documented one."""
    statuses = set(operation["responses"])
    assert "default" not in statuses
    if path.startswith("/v1/"):
        secured = {"401", "403"} if operation.get("security") != [] else set()
        body = {"413", "415"} if "requestBody" in operation else set()
        assert {"400", "429", "500", "503"} | secured | body <= statuses
        # What answers a condition or a range has no words of its own.
        for status in statuses - {"200", "201", "202", "204", "206", "304", "412", "416"}:
            assert list(resolve(operation["responses"][status])["content"]) == ["application/problem+json"], status


@pytest.mark.parametrize("who", ["owner", "viewer", "stranger", "nobody"])
@pytest.mark.timeout(600)
def test_the_server_does_what_the_document_says(make_server, who):
    server = make_server(apply=HIRING).start()
    admin = server.admin()
    people = {
        "owner": admin,
        # The user of the document's examples.
        "viewer": admin.make_user("ada", password="Boathouse-demo-1", workspace="main", role="viewer"),
        "stranger": admin.make_user("eve"),
        "nobody": server.api(),
    }
    header = people[who].session.headers.get("Authorization")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "tests" / "support" / "schemathesis.toml"),
               "--no-color", "run", server.url + "/openapi.json", *(["--header", f"Authorization: {header}"] if header else [])]
    env = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(command, cwd=server.data.parent, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert int(re.search(r"(\d+) generated, \1 passed", done.stdout)[1]) > 20 * len(OPERATIONS)
