# SPDX-License-Identifier: Apache-2.0
"""A hundred at once want the same title, task or e-mail: one gets it, the others are told so, nothing is there twice."""

import collections
import concurrent.futures
import threading

from support.flows import FlowClient, fresh_email, signed_up

MANY = 100


def at_once(work):
    """What `work(n)` gives for each of many threads that begin together, counted."""
    gate = threading.Barrier(MANY)

    def one(n):
        gate.wait()
        return work(n)

    with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
        return collections.Counter(pool.map(one, range(MANY)))


def outcome(answer):
    status, body = answer
    return status, body["error"] if status >= 400 else ""


def test_one_flow_of_a_title(house):
    user = signed_up(house)
    seen = at_once(lambda n: outcome(FlowClient(house.url, user.token).call("POST", "/flows", json={"title": "same"})))
    assert seen == {(201, ""): 1, (400, "You already have a project with the title"): MANY - 1}
    assert len(user.call("GET", "/flows")[1]) == 1


def test_one_task_of_a_title(house):
    user = signed_up(house)
    fid = user.flow("race")
    fields = {"fid": fid, "title": "same", "description": "d"}
    seen = at_once(lambda n: outcome(FlowClient(house.url, user.token).call("POST", "/flows/tasks", json=fields)))
    assert seen == {(201, ""): 1, (400, "Task already exists in this flow"): MANY - 1}
    assert len(user.call("GET", f"/flows/tasks?fid={fid}")[1]) == 1


def test_one_user_of_an_email(house, admin):
    email = fresh_email("race")
    seen = at_once(lambda n: outcome(FlowClient(house.url).signup(email)))
    assert seen == {(201, ""): 1, (400, "Email already exists"): MANY - 1}
    assert FlowClient(house.url).login(email)[0] == 200


def test_one_log_out_of_a_token(house):
    user = signed_up(house)
    seen = at_once(lambda n: outcome(FlowClient(house.url).logout(user.refresh)))
    assert seen == {(200, ""): 1, (400, "Already signed out"): MANY - 1}
