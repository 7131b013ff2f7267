# SPDX-License-Identifier: Apache-2.0
"""Flows and tasks: rows, every message, members, comments, feeds, paging, restarts."""

import uuid

import pytest

from support.flows import FlowClient, signed_up


def error(message, status=400):
    return status, {"error": message}


@pytest.fixture(scope="module")
def owner(house):
    return signed_up(house)


@pytest.fixture(scope="module")
def stranger(house):
    return signed_up(house)


def fresh():
    return str(uuid.uuid4())


def test_a_flow_is_made_read_changed_and_removed(owner):
    title = fresh()
    status, flow = owner.call("POST", "/flows", json={"title": title, "description": "about"})
    assert status == 201
    assert list(flow) == ["fid", "title", "description", "dataset_s3_key", "created_at", "updated_at"]
    assert isinstance(flow["fid"], int) and (flow["title"], flow["description"], flow["dataset_s3_key"]) == (title, "about", None)
    fid = flow["fid"]
    listed = {row["fid"]: row for row in owner.call("GET", "/flows")[1]}
    assert listed[fid] == flow | {"uid": owner.user["uid"]}
    assert owner.call("GET", f"/flows/{fid}") == (200, listed[fid] | {"dataset": None})
    status, changed = owner.call("PATCH", f"/flows/{fid}", json={"description": None})
    assert status == 200 and (changed["title"], changed["description"]) == (title, None)
    status, changed = owner.call("PATCH", f"/flows/{fid}", json={"title": title + "!"})
    assert changed["title"] == title + "!" and changed["updated_at"] >= flow["updated_at"]
    assert owner.call("DELETE", f"/flows/{fid}") == (200, changed)
    assert owner.call("GET", f"/flows/{fid}") == error("Invalid flow")
    assert owner.call("DELETE", f"/flows/{fid}") == error("Invalid flow")
    assert owner.call("POST", "/flows", json={"title": title})[1]["fid"] > fid, "a number is never given twice"


def test_a_flow_needs_a_title_of_its_own(owner, stranger):
    title = fresh()
    for fields in ({}, {"title": ""}, {"title": None}, {"description": "x"}):
        assert owner.call("POST", "/flows", json=fields) == error("Please specify a title")
    fid = owner.flow(title)
    assert owner.call("POST", "/flows", json={"title": title}) == error("You already have a project with the title")
    assert owner.call("POST", "/flows/", data={"title": title}) == error("You already have a project with the title")
    stranger.flow(title)
    other = owner.flow(title.upper())
    assert owner.call("PATCH", f"/flows/{other}", json={"title": title}) == error("You already have a project with the title")
    assert owner.call("PATCH", f"/flows/{fid}", json={"title": title})[0] == 200
    assert owner.call("PATCH", f"/flows/{fid}", json={"title": ""}) == error("Please specify a title")


def test_titles_and_descriptions_have_limits(owner):
    title = fresh() + "ö" * 219
    assert len(title) == 255
    owner.flow(title)
    status, body = owner.call("POST", "/flows", json={"title": title + "x"})
    assert status == 400 and "255" in body["error"]
    status, body = owner.call("POST", "/flows", json={"title": fresh(), "description": "x" * 10_001})
    assert status == 400 and "10000" in body["error"]
    owner.flow(fresh(), description="x" * 10_000)
    for wrong in ({"title": ["x"]}, {"title": {"a": 1}}, {"title": "a\0b"}):
        assert owner.call("POST", "/flows", json=wrong)[0] == 400
    owner.flow(fresh(), description=12.5)


def test_a_task_is_made_changed_and_removed(owner):
    fid = owner.flow(fresh())
    status, tasks = owner.call("POST", "/flows/tasks", json={"fid": fid, "title": "clean", "description": "the rows"})
    assert status == 201
    task = tasks[0]
    assert list(task)[:9] == ["tid", "fid", "title", "description", "status", "assignee", "due", "created_at", "updated_at"]
    assert (task["fid"], task["title"], task["description"], task["status"], task["assignee"], task["due"]) == (
        fid, "clean", "the rows", "open", None, None)
    place = {"fid": fid, "tid": task["tid"]}
    status, changed = owner.call("PATCH", "/flows/tasks", json=place | {"status": "doing", "assignee": owner.user["email"], "due": "2024-06-30"})
    assert status == 200
    assert (changed[0]["status"], changed[0]["assignee"], changed[0]["due"]) == ("doing", owner.user["email"], "2024-06-30")
    status, changed = owner.call("PATCH", "/flows/tasks", json=place | {"assignee": None, "due": None, "title": "wash"})
    assert (changed[0]["title"], changed[0]["assignee"], changed[0]["due"], changed[0]["status"]) == ("wash", None, None, "doing")
    assert owner.call("GET", f"/flows/tasks?fid={fid}") == (200, changed)
    assert owner.call("DELETE", "/flows/tasks", data=place) == (200, changed)
    assert owner.call("GET", f"/flows/tasks?fid={fid}") == (200, [])
    assert owner.call("DELETE", "/flows/tasks", json=place) == error("Invalid task")


def test_what_is_wrong_with_a_task_is_said_in_order(owner, stranger):
    fid, other = owner.flow(fresh()), owner.flow(fresh())
    task = owner.task(fid, "one")
    fields = {"fid": fid, "title": "one", "description": "d"}
    for name in fields:
        assert owner.call("POST", "/flows/tasks", json=fields | {name: ""}) == error("Please specify all fields")
    assert owner.call("POST", "/flows/tasks", json=fields) == error("Task already exists in this flow")
    assert stranger.call("POST", "/flows/tasks", json=fields) == error("Invalid flow")
    for wrong in (10**12, "x", -1, "1e3", 1.5):
        assert owner.call("POST", "/flows/tasks", json=fields | {"fid": wrong}) == error("Invalid flow"), wrong
    owner.task(other, "one")
    owner.task(str(fid), "as text")
    for place in ({"fid": fid}, {"tid": task["tid"]}, {}):
        assert owner.call("DELETE", "/flows/tasks", json=place) == error("Please specify all fields")
    assert owner.call("DELETE", "/flows/tasks", json={"fid": other, "tid": task["tid"]}) == error("Invalid task")
    assert stranger.call("DELETE", "/flows/tasks", json={"fid": fid, "tid": task["tid"]}) == error("Invalid flow")
    place = {"fid": fid, "tid": task["tid"]}
    assert owner.call("PATCH", "/flows/tasks", json=place | {"title": "as text"}) == error("Task already exists in this flow")
    for wrong in ({"status": "over"}, {"due": "soon"}, {"due": "2024-02-30"}, {"assignee": stranger.user["email"]}, {"title": ""}):
        status, body = owner.call("PATCH", "/flows/tasks", json=place | wrong)
        assert status == 400 and next(iter(wrong)) in body["error"], body
    assert owner.call("GET", "/flows/tasks") == error("Please specify an fid")
    assert stranger.call("GET", f"/flows/tasks?fid={fid}") == error("Invalid flow")


def test_members_share_a_flow_and_its_owner_decides_who_they_are(house, owner, stranger):
    member = signed_up(house)
    email = member.user["email"]
    fid = owner.flow(fresh())
    task = owner.task(fid, "shared")
    assert member.call("GET", f"/flows/{fid}") == error("Invalid flow")
    status, added = owner.call("POST", "/flows/members", json={"fid": fid, "email": email})
    assert (status, added) == (201, [{"uid": member.user["uid"], "name": email, "email": email, "role": "member"}])
    assert owner.call("POST", "/flows/members", json={"fid": fid, "email": email}) == error("Already a member of this flow")
    roles = [(row["name"], row["role"]) for row in member.call("GET", f"/flows/members?fid={fid}")[1]]
    assert roles == [(owner.user["email"], "owner"), (email, "member")]
    assert [flow["uid"] for flow in member.call("GET", "/flows")[1]] == [owner.user["uid"]]
    place = {"fid": fid, "tid": task["tid"]}
    assert owner.call("PATCH", "/flows/tasks", json=place | {"assignee": email})[1][0]["assignee"] == email
    assert member.call("PATCH", "/flows/tasks", json=place | {"status": "done"})[0] == 200
    assert member.call("PATCH", f"/flows/{fid}", json={"description": "ours"})[0] == 200
    assert [t["tid"] for t in member.call("GET", f"/flows/tasks?fid={fid}&assignee={email}")[1]] == [task["tid"]]
    for method, path, fields in (("DELETE", f"/flows/{fid}", {}), ("POST", "/flows/members", {"fid": fid, "email": stranger.user["email"]}),
                                 ("DELETE", "/flows/members", {"fid": fid, "email": owner.user["email"]})):
        status, body = member.call(method, path, json=fields)
        assert status == 403 and "owner" in body["error"], (path, body)
    assert owner.call("DELETE", "/flows/members", json={"fid": fid, "email": owner.user["email"]})[0] == 400
    assert owner.call("POST", "/flows/members", json={"fid": fid, "email": "nobody@example.org"})[0] == 400
    assert owner.call("POST", "/flows/members", json={"fid": fid}) == error("Please specify all fields")
    assert stranger.call("GET", f"/flows/members?fid={fid}") == error("Invalid flow")
    assert member.call("DELETE", "/flows/members", json={"fid": fid, "email": email})[0] == 200
    assert member.call("GET", f"/flows/{fid}") == error("Invalid flow")
    assert owner.call("GET", f"/flows/tasks?fid={fid}")[1][0]["assignee"] is None


def test_comments_and_the_feed(house, owner, stranger):
    fid = owner.flow(fresh())
    task = owner.task(fid, "talk")
    assert owner.call("POST", "/flows/comments", json={"fid": fid}) == error("Please specify all fields")
    status, on_flow = owner.call("POST", "/flows/comments", json={"fid": fid, "text": "hello"})
    assert status == 201 and on_flow[0]["tid"] is None
    status, on_task = owner.call("POST", "/flows/comments", json={"fid": fid, "tid": task["tid"], "text": "<b>ö</b>"})
    assert on_task[0]["text"] == "<b>ö</b>" and on_task[0]["author"] == owner.user["email"]
    assert owner.call("GET", f"/flows/comments?fid={fid}") == (200, on_flow + on_task)
    assert owner.call("GET", f"/flows/comments?fid={fid}&tid={task['tid']}") == (200, on_task)
    assert owner.call("GET", f"/flows/comments?fid={fid}&tid=999999") == error("Invalid task")
    assert owner.call("POST", "/flows/comments", json={"fid": fid, "tid": 999999, "text": "x"}) == error("Invalid task")
    assert stranger.call("GET", f"/flows/comments?fid={fid}") == error("Invalid flow")
    member = signed_up(house)
    owner.call("POST", "/flows/members", json={"fid": fid, "email": member.user["email"]})
    assert member.call("DELETE", "/flows/comments", json={"fid": fid, "cid": on_flow[0]["cid"]})[0] == 400
    assert owner.call("DELETE", "/flows/comments", json={"fid": fid, "cid": on_flow[0]["cid"]}) == (200, on_flow)
    owner.call("DELETE", "/flows/tasks", json={"fid": fid, "tid": task["tid"]})
    assert owner.call("GET", f"/flows/comments?fid={fid}") == (200, [])
    feed = owner.call("GET", f"/flows/activity?fid={fid}")[1]
    assert [event["what"] for event in feed] == ["task-deleted", "member-added", "comment-added", "comment-added", "task-created", "flow-created"]
    assert {event["who"] for event in feed} == {owner.user["email"]}
    assert stranger.call("GET", f"/flows/activity?fid={fid}") == error("Invalid flow")


def test_lists_page_and_search(house):
    user = signed_up(house)
    fid = user.flow("All of it", description="Winter sales")
    others = [user.flow(f"flow {n}") for n in range(6)]
    tasks = [user.task(fid, f"task {n}", "about Ducks" if n % 2 else "about geese")["tid"] for n in range(7)]
    assert [flow["fid"] for flow in user.call("GET", "/flows")[1]] == [fid, *others] and "Link" not in user.last.headers
    assert [flow["fid"] for flow in user.call("GET", "/flows?search=SALES")[1]] == [fid]
    assert [flow["fid"] for flow in user.call("GET", "/flows?search=flow%20")[1]] == others
    assert [task["tid"] for task in user.call("GET", f"/flows/tasks?fid={fid}&search=ducks")[1]] == tasks[1::2]
    seen, path = [], f"/flows/tasks?fid={fid}&limit=3"
    while path:
        status, rows = user.call("GET", path)
        assert status == 200 and len(rows) <= 3
        seen += [row["tid"] for row in rows]
        path = user.last.links["next"]["url"] if "Link" in user.last.headers else None
    assert seen == tasks
    for wrong in ("limit=0", "limit=1001", "limit=x", "limit=3&page_token=x"):
        assert user.call("GET", f"/flows?{wrong}")[0] == 400, wrong


def test_everything_is_there_after_a_kill(make_server):
    server = make_server().start()
    user = signed_up(server)
    fid = user.flow("kept", description="d")
    task = user.task(fid, "kept too", due="2030-01-01T00:00:00Z")
    user.call("POST", "/flows/comments", json={"fid": fid, "tid": task["tid"], "text": "said"})
    paths = ["/flows", f"/flows/tasks?fid={fid}", f"/flows/comments?fid={fid}", f"/flows/activity?fid={fid}", f"/flows/members?fid={fid}"]
    before = [user.call("GET", path) for path in paths]
    for kill in (True, False):
        server.restart(kill=kill)
        user.url = server.url
        assert [user.call("GET", path) for path in paths] == before
        assert user.new_token()[0] == 200


def test_a_description_is_cleared(owner):
    fid = owner.flow(fresh())
    task = owner.task(fid, "t", "about")
    changed = owner.call("PATCH", "/flows/tasks", json={"fid": fid, "tid": task["tid"], "description": None})[1][0]
    assert changed["description"] is None
    assert owner.call("PATCH", "/flows/tasks", json={"fid": fid, "tid": task["tid"], "title": "u"})[1][0]["description"] is None
    assert owner.call("PATCH", "/flows/tasks", json={"fid": fid, "tid": task["tid"], "description": "x"})[1][0]["description"] == "x"


def test_flows_of_a_user_who_leaves_are_the_owners_of_the_house(house, admin):
    user = signed_up(house)
    fid = user.flow(fresh())
    admin.delete(f"/v1/users/{user.user['email']}", expect=204)
    heir = FlowClient(house.url, admin.session.headers["Authorization"].removeprefix("Bearer "))
    status, flow = heir.call("GET", f"/flows/{fid}")
    assert status == 200 and flow["uid"] > 0
    assert heir.call("POST", "/flows", json={"title": flow["title"]})[0] == 400, "a title is its owner's once"
    assert heir.call("DELETE", f"/flows/{fid}")[0] == 200


def test_a_token_that_only_reads_only_reads(house, owner):
    fid = owner.flow(fresh())
    native = house.api().with_token(owner.token)
    token = native.post("/v1/tokens", json={"name": "r", "role": "viewer"}, expect=201).json()["token"]
    reader = FlowClient(house.url, token)
    assert reader.call("GET", f"/flows/{fid}")[0] == 200
    for method, path in (("POST", "/flows"), ("PATCH", f"/flows/{fid}"), ("DELETE", f"/flows/{fid}"), ("POST", "/flows/tasks")):
        assert reader.call(method, path, json={"title": "x", "fid": fid, "description": "y"})[0] == 403, path


def test_a_token_of_another_workspace_is_told_so(house, owner):
    native = house.api().with_token(owner.token)
    name = "lab-" + fresh()
    native.post("/v1/workspaces", json={"name": name}, expect=201)
    bound = native.post("/v1/tokens", json={"name": name, "workspace": name}, expect=201).json()["token"]
    status, body = FlowClient(house.url, bound).call("GET", "/flows")
    assert status == 403 and f"'{name}'" in body["error"] and "personal" in body["error"]
    assert house.api().with_token(bound).get("/dataframes").status_code == 403
    personal = native.get("/v1/me", expect=200).json()["workspace"]
    own = native.post("/v1/tokens", json={"name": "own", "workspace": personal}, expect=201).json()["token"]
    assert FlowClient(house.url, own).call("GET", "/flows")[0] == 200


def test_no_other_path_is_served(owner):
    assert owner.call("GET", "/flows/1/more")[0] == 404
    assert owner.call("PUT", "/flows", json={})[0] == 405
    assert owner.call("GET", "/flows/x") == error("Invalid flow")
