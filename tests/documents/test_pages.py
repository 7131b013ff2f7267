# SPDX-License-Identifier: Apache-2.0
"""A table's documents page by page: each once, none passed by."""

import concurrent.futures
import threading
import uuid

import pytest

from support.documents import post, post_many

BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


def page(api, table, expect=200, **params):
    answer = api.get(f"/table/{table}/objects", params=params, expect=expect).json()
    return answer["data"] if expect == 200 else answer


def ids(data):
    return [document["id"] for document in data["documents"]]


def read_on(api, table, after=BEFORE_ALL, limit=1000):
    """All documents behind an id."""
    documents = []
    while True:
        data = page(api, table, after=after, limit=limit)
        documents += data["documents"]
        if data["after"] == after:
            return documents
        after = data["after"]


def test_the_last_ones_and_those_behind_an_id(admin, table):
    made = post_many(admin, table, [{"n": n} for n in range(250)]).json()["data"]["ids"]
    data = page(admin, table)
    assert ids(data) == made[-100:] and data["after"] == made[-1]
    assert ids(page(admin, table, limit=1)) == made[-1:]
    assert ids(page(admin, table, after=made[9], limit=3)) == made[10:13]
    assert ids(page(admin, table, after=made[9].upper(), limit=3)) == made[10:13]
    assert [d["document"]["n"] for d in read_on(admin, table, limit=7)] == list(range(250))
    assert page(admin, table, after=made[-1]) == {"documents": [], "after": made[-1]}
    [first] = page(admin, table, after=BEFORE_ALL, limit=1)["documents"]
    assert first.keys() == {"id", "table", "received_at", "stage", "document"}
    assert (first["table"], first["stage"], first["document"]) == (table, "committed", {"n": 0})
    assert page(admin, table.upper(), limit=1)["documents"][0]["id"] == made[-1]


def test_from_now_on(admin, table):
    post(admin, table, {"n": 1})
    begin = page(admin, table, limit=0)
    assert begin["documents"] == []
    made = [post(admin, table, {"n": n}).json()["data"]["id"] for n in (2, 3)]
    assert [d["id"] for d in read_on(admin, table, after=begin["after"])] == made


def test_misfits_are_among_them(admin, table):
    text = '{ "n" : "one",\n "m" : 12345678901234567890.10 }'
    made = [post(admin, table, document).json()["data"]["id"] for document in ({"n": 1}, text, {"n": 3})]
    assert [(d["id"], d["stage"]) for d in read_on(admin, table)] == list(zip(made, ("committed", "quarantined", "committed")))
    assert '"document":' + text in admin.get(f"/table/{table}/objects", expect=200).text, "byte for byte"
    admin.post(admin.table_path(table, "/quarantine/resubmit"), expect=200, json={"rows": [{"id": made[1], "data": {"n": 2}}]})
    assert [(d["id"], d["stage"]) for d in read_on(admin, table)] == [(ident, "committed") for ident in made]


def test_large_documents_make_small_pages(admin, table):
    for n in range(12):
        post(admin, table, {"n": n, "text": "x" * 1_000_000})
    data = page(admin, table, after=BEFORE_ALL)
    assert 8 <= len(data["documents"]) < 12
    assert [d["document"]["n"] for d in page(admin, table)["documents"]][-1] == 11
    assert [d["document"]["n"] for d in read_on(admin, table)] == list(range(12))


def test_wrong_questions(admin, table):
    assert page(admin, table, expect=404)["success"] is False
    post(admin, table, {"n": 1})
    for params in ({"after": "x"}, {"after": ""}, {"after": "0" * 36}, {"limit": -1}, {"limit": 1001}, {"limit": "x"}, {"limit": ""}):
        assert page(admin, table, expect=400, **params)["success"] is False, params
    assert page(admin, table, after=str(uuid.UUID(int=2**128 - 1)))["documents"] == []
    admin.post_rows(table + "x", "id\n1\n")
    assert page(admin, table + "x")["documents"] == [], "rows that are no documents"


@pytest.mark.timeout(300)
def test_whoever_follows_sees_each_document_once(admin, table):
    """Many clients post at once, so that documents land in another order than that of their ids."""
    post(admin, table, {"n": -1})
    done = threading.Event()
    acknowledged = []

    def send(client):
        for n in range(40):
            if client % 2:
                acknowledged.append(post(admin, table, {"n": n}).json()["data"]["id"])
            else:
                acknowledged.extend(post_many(admin, table, [{"n": n}] * 50).json()["data"]["ids"])

    def follow(limit):
        seen, after = [], page(admin, table, limit=0)["after"]
        while True:
            last_look = done.is_set()
            while (data := page(admin, table, after=after, limit=limit))["documents"]:
                seen += ids(data)
                after = data["after"]
            if last_look:
                return seen

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        followers = [pool.submit(follow, limit) for limit in (1000, 100)]
        for sender in [pool.submit(send, client) for client in range(16)]:
            sender.result()
        done.set()
        for follower in followers:
            seen = follower.result()
            assert seen == sorted(seen)
            assert len(seen) == len(set(seen))
            assert set(acknowledged) - set(seen) == set(), "each that was acknowledged"
