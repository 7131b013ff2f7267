# SPDX-License-Identifier: Apache-2.0
"""The requests of the flows door's lines in matrix.txt: about a flow of the caller's (somebody's, where nobody calls), or
`?of=another` about one of somebody else's."""

import itertools

PASSWORD = "Some-password-1"
CSV = {"dataset": ("d.csv", b"a,b\n1,2\n", "text/csv")}
_numbers = itertools.count(1)


def fresh(prefix):
    return f"{prefix}{next(_numbers)}"


def made(api, path, **fields):
    """The row that a request makes."""
    body = api.post(path, json=fields, expect=201).json()
    return body[0] if isinstance(body, list) else body


def new_flow(scene, another):
    api = scene.holder(another)
    return api, made(api, "/flows", title=fresh("flow"))["fid"]


def new_task(scene, another):
    api, fid = new_flow(scene, another)
    return {"fid": fid, "tid": made(api, "/flows/tasks", fid=fid, title="t", description="d")["tid"]}


def new_comment(scene, another):
    api, fid = new_flow(scene, another)
    return {"fid": fid, "cid": made(api, "/flows/comments", fid=fid, text="t")["cid"]}


def new_member(scene, another):
    api, fid = new_flow(scene, another)
    fields = {"fid": fid, "name": scene.user()}
    made(api, "/flows/members", **fields)
    return fields


def signed_up(scene):
    fields = {"email": fresh("u") + "@example.org", "firstName": "a", "lastName": "b", "password": PASSWORD}
    return fields, scene.server.api().post("/users/signup", json=fields, expect=201).json()["refreshToken"]


def sign_up(scene):
    fields = {"email": fresh("u") + "@example.org", "firstName": "a", "lastName": "b", "password": PASSWORD}
    return {}, {"json": fields}


def about(method, path, fields):
    """Both lines of a route: `fields(scene, another)` makes what the request is about."""
    def request(another):
        def of_scene(scene):
            given = fields(scene, another)
            if "{fid}" in path:
                return {"fid": str(given.pop("fid"))}, {"json": given}
            return {}, {"params": given} if method == "GET" else {"json": given}
        return of_scene
    return {f"{method} {path}": request(False), f"{method} {path}?of=another": request(True)}


def of_flow(**more):
    return lambda scene, another: {"fid": new_flow(scene, another)[1]} | more


def with_user(scene, another):
    return {"fid": new_flow(scene, another)[1], "name": scene.user()}


def with_dataset(scene, another):
    api, fid = new_flow(scene, another)
    api.post(f"/flows/dataset?fid={fid}", files=CSV, expect=201)
    return {"fid": fid}


def upload(method):
    def request(another):
        return lambda scene: ({}, {"params": {"fid": new_flow(scene, another)[1]}, "files": CSV})
    return {f"{method} /flows/dataset": request(False), f"{method} /flows/dataset?of=another": request(True)}


FLOWS = {
    "POST /users/signup": sign_up,
    "POST /users/login": lambda scene: ({}, {"json": signed_up(scene)[0]}),
    "POST /users/token": lambda scene: ({}, {"json": {"refreshToken": signed_up(scene)[1]}}),
    "DELETE /users/logout": lambda scene: ({}, {"json": {"refreshToken": signed_up(scene)[1]}}),
    "GET /flows": lambda scene: ({}, {}),
    "POST /flows": lambda scene: ({}, {"json": {"title": fresh("flow")}}),
    **about("GET", "/flows/{fid}", of_flow()),
    **about("PATCH", "/flows/{fid}", of_flow(description="d")),
    **about("DELETE", "/flows/{fid}", of_flow()),
    **about("GET", "/flows/tasks", of_flow()),
    **about("POST", "/flows/tasks", of_flow(title="t", description="d")),
    **about("PATCH", "/flows/tasks", lambda *a: new_task(*a) | {"status": "done"}),
    **about("DELETE", "/flows/tasks", new_task),
    **about("GET", "/flows/comments", of_flow()),
    **about("POST", "/flows/comments", of_flow(text="t")),
    **about("DELETE", "/flows/comments", new_comment),
    **about("GET", "/flows/members", of_flow()),
    **about("POST", "/flows/members", with_user),
    **about("DELETE", "/flows/members", new_member),
    **about("GET", "/flows/activity", of_flow()),
    **about("GET", "/flows/rules", of_flow()),
    **about("PUT", "/flows/rules", of_flow(rules=[])),
    **about("GET", "/flows/dataset", with_dataset),
    **about("GET", "/flows/summary", with_dataset),
    **upload("POST"),
    **upload("PUT"),
}
