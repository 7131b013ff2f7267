# SPDX-License-Identifier: Apache-2.0
"""/docs in a real browser: the document shows, one can log in, and routes can be tried out, /upload with a file too."""

import json
from urllib.parse import quote

import pytest

from support.browser import Browser

CREDENTIALS = ("hiring", "Boathouse-demo-1")


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path / "profile")
    yield browser
    browser.end()


def operation(browser, house, tag, name):
    """Opens the page at one operation and returns its block."""
    browser.open(f"{house.url}/docs#/{quote(tag)}/{name}")
    return browser.find(f"[id$='-{name}'].opblock.is-open")


def execute(browser, block):
    """Tries it out: the answer's status and body, which it takes away again."""
    browser.click("button.execute", block)
    status = browser.find(".live-responses-table .response .response-col_status", block).text.split()[0]
    body = browser.find(".live-responses-table .response .response-col_description pre", block).text
    browser.click("button.btn-clear", block)
    return int(status), body


def log_in(browser):
    browser.click(".auth-wrapper .authorize")
    browser.write("input[name=username], #auth-basic-username", CREDENTIALS[0])
    browser.write("input[name=password], #auth-basic-password", CREDENTIALS[1])
    browser.click("form:has(input[type=password]) button.authorize")
    browser.click(".modal-ux .close-modal")


def test_the_document_shows_with_every_tag_and_asks_nobody_else(browser, house):
    browser.open(house.url + "/docs")
    browser.find(".opblock-summary")
    tags = [tag["name"] for tag in house.api().get("/openapi.json").json()["tags"]]
    assert browser.all(".opblock-tag", "data-tag") == tags
    assert browser.complaints() == []
    assert {url.split("/docs")[0].split("/openapi")[0] for url in browser.asked()} == {house.url}


def test_a_route_can_be_tried_out_before_and_after_logging_in(browser, house):
    me = operation(browser, house, "accounts", "me")
    status, body = execute(browser, me)
    assert status == 401 and json.loads(body)["type"] == "/docs/errors/unauthenticated"
    log_in(browser)
    status, body = execute(browser, me)
    assert status == 200 and json.loads(body)["name"] == "hiring"


def test_a_file_can_be_uploaded(browser, house, admin, table, tmp_path):
    admin.put_contract(table, ["id INTEGER required", "job STRING required"], key=["id"])
    file = tmp_path / f"{table}_tried.csv"
    file.write_text("id,job\n9001,Figurehead Carver\nx,Nobody\n")
    upload = operation(browser, house, "data api", "upload")
    browser.write("input[type=file]", str(file), upload)
    browser.write("[data-property-name=username] input", CREDENTIALS[0], upload)
    browser.write("[data-property-name=password] input", CREDENTIALS[1], upload)
    status, body = execute(browser, upload)
    answer = json.loads(body)
    assert status == 200 and answer["nrows_inserted"] == 1 and answer["rows_failed"] == [{"id": "x", "job": "Nobody"}]
    assert browser.complaints() == []
