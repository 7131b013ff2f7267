# SPDX-License-Identifier: Apache-2.0
"""The request of each line of matrix.txt: whole and right, so that only who asks decides. What it changes or removes is
made for it alone."""

import io
import itertools
import time
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

from permissions.cognito_requests import COGNITO
from permissions.flows_requests import FLOWS
from permissions.s3_requests import S3
from support.jobs import put_job
from support.queries import wait_for_query

PASSWORD = "Some-password-1"
TEAM = "team"
COLUMNS = ["id INTEGER required"]
SINK = {"url": "postgresql://nobody@127.0.0.1:1/nothing", "tables": ["none"]}
CSV = {"data": "id\n1\n", "headers": {"Content-Type": "text/csv"}}

_numbers = itertools.count(1)


def fresh(prefix):
    return f"{prefix}{next(_numbers)}"


class Scene:
    """The people and things that requests are about. `who` asks (None: nobody), the others are at hand to prepare."""

    def __init__(self, server, callers, who):
        self.server, self.callers, self.who = server, callers, who
        self.admin, self.owner = callers["admin"], callers["owner"]

    def user(self):
        name = fresh("u")
        self.admin.post("/v1/users", json={"name": name, "password": PASSWORD}, expect=201)
        return name

    def member(self):
        name = self.user()
        self.owner.put(f"/v1/workspaces/{TEAM}/members/{name}", json={"role": "viewer"}, expect=200)
        return name

    def refresh_token(self):
        return self.server.api().post("/v1/login", json={"username": "viewer", "password": PASSWORD}, expect=200).json()["refresh_token"]

    def holder(self, another):
        """Whose token or key is asked about: the caller's (somebody's, where nobody calls) or another one's."""
        if not another:
            return self.who or self.owner
        return self.admin if self.who is self.owner else self.owner

    def token(self, another=False):
        return self.holder(another).post("/v1/tokens", json={"name": "t"}, expect=201).json()["id"]

    def query(self, another=False):
        """A submitted statement that has ended."""
        api = self.holder(another)
        query = api.post("/v1/queries", json={"sql": "SELECT 1"}, expect=202).json()["id"]
        wait_for_query(api, query)
        return query

    def access_key(self, another=False):
        return self.holder(another).post("/v1/access-keys", json={}, expect=201).json()["access_key_id"]

    def table(self, ws=TEAM):
        name = fresh("t")
        api = self.owner if ws == TEAM else self.admin
        api.put_contract(name, COLUMNS, ws=ws)
        api.post_rows(name, "id\n1\n", ws=ws)
        return name

    def job(self, ws=TEAM, **columns):
        """A job of no known kind, so that it stays as it is; ws=None: the house's own."""
        return put_job(self.server, workspace=ws, object=fresh("o"), **columns)

    def trigger(self):
        name = fresh("trigger")
        self.owner.put(f"/v1/workspaces/{TEAM}/triggers/{name}", json={"bucket": "files"}, expect=201)
        return name

    def insight(self, ws=TEAM, **fields):
        name = fresh("i")
        api = self.owner if ws == TEAM else self.admin
        api.put(f"/v1/workspaces/{ws}/insights/{name}", json={"sql": "SELECT 1 AS one"} | fields, expect=201)
        return name


    def sink(self, ws=TEAM):
        name = fresh("s")
        api = self.owner if ws == TEAM else self.admin
        api.put(f"/v1/workspaces/{ws}/sinks/{name}", json=SINK, expect=201)
        return name


def body(**fields):
    return {"json": fields}


def login(scene):
    return {}, body(username="viewer", password=PASSWORD)


def password(scene):
    return {}, body(username=scene.user(), password=PASSWORD, new_password="Another-password-2")


def on_table(**options):
    return lambda scene: ({"table": scene.table()}, options)


def on_two_versions(scene):
    table = scene.table()
    scene.owner.post_rows(table, "id\n2\n", ws=TEAM)
    return {"table": table}, {}


def on_insight(**options):
    return lambda scene: ({"insight": scene.insight()}, options)


def on_sink(**options):
    return lambda scene: ({"sink": scene.sink()}, options)
def on_trigger(**options):
    return lambda scene: ({"trigger": scene.trigger()}, options)


def on_job(ws=TEAM, **columns):
    return lambda scene: ({"id": scene.job(ws, **columns)}, {})


def on_version(**fields):
    """A table and a body that names its version beside `fields`."""
    def request(scene):
        table = scene.table()
        return {"table": table}, body(version=scene.owner.describe(table, ws=TEAM)["version"], **fields)
    return request


def on_tag(scene):
    values, options = on_version(name="kept")(scene)
    scene.owner.post(f"/v1/workspaces/{TEAM}/tables/{values['table']}/tags", expect=201, **options)
    return values | {"tag": "kept"}, {}


def on_branch(**options):
    def request(scene):
        table = scene.table()
        scene.owner.post(f"/v1/workspaces/{TEAM}/tables/{table}/branches", json={"name": "review"}, expect=201)
        return {"table": table, "branch": "review"}, options
    return request


def on_raw_file(scene):
    table = scene.table()
    return {"table": table, "version": scene.owner.describe(table, ws=TEAM)["version"], "place": "0"}, {}


def on_backup(scene):
    table = scene.table()
    return {"table": table, "backup": scene.owner.back_up(table, TEAM)}, {}


def on_main_table(scene):
    return {}, {"params": {"table": scene.table("main")}}


def on_backed_up_main_table(scene):
    table = scene.table("main")
    scene.admin.back_up(table)
    return {}, {"params": {"table": table}}


def on_query(another):
    return lambda scene: ({"id": scene.query(another)}, {})


def plain(**options):
    return lambda scene: ({}, options)


def resubmit(scene):
    table = scene.table()
    scene.owner.post_rows(table, "id\nx\n", ws=TEAM)
    [row] = scene.owner.quarantine(table, ws=TEAM)
    return {"table": table}, body(rows=[{"id": row["id"], "data": {"id": 2}}])


def upload(scene):
    return {}, {"files": {"file": (scene.table("main") + ".csv", b"1\n", "text/csv")}}


_WS = "/v1/workspaces/{workspace}"
_T = _WS + "/tables/{table}"
_I = _WS + "/insights/{insight}"
_S = _WS + "/sinks/{sink}"
_TR = _WS + "/triggers/{trigger}"
_Q = "/v1/queries/{id}"
_J = "/v1/jobs/{id}"
_FAILED = {"state": "failed", "finished_at": int(time.time() * 1e6)}

# A line of the matrix: what makes (values of the path's parameters, options of the request) for a scene.
def parquet_file():
    body = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), body)
    return body.getvalue()


def documents(root):
    json_body = {"data": "{}", "headers": {"Content-Type": "application/json"}}
    return {
        f"POST {root}/table/{{name}}/object": lambda scene: ({"name": "documents"}, json_body),
        f"POST {root}/table/{{name}}/objects": lambda scene: ({"name": "documents"}, json_body),
        f"GET {root}/table/{{name}}/object/{{id}}": lambda scene: ({"name": "nothing", "id": str(uuid.uuid4())}, {}),
        f"GET {root}/table/{{name}}/objects": lambda scene: ({"name": "nothing"}, {}),
        f"GET {root}/table/{{name}}": lambda scene: ({"name": "nothing"}, {}),
        f"GET {root}/table": plain(),
    }


REQUESTS = COGNITO | FLOWS | S3 | documents("") | documents("/main") | {
    "POST /dataframes/upload": plain(json={"dataframe": [{"a": 1}], "dataframe_name": "f"}),
    "POST /dataframes/{name}": lambda scene: ({"name": "g"}, {"data": parquet_file(),
                                                              "headers": {"Content-Type": "application/vnd.apache.parquet"}}),
    "GET /dataframes": plain(),
    "GET /dataframes/{name}": lambda scene: ({"name": "nothing"}, {}),
    "POST /v1/login": login,
    "POST /v1/token": lambda scene: ({}, body(refresh_token=scene.refresh_token())),
    "POST /v1/logout": lambda scene: ({}, body(refresh_token=scene.refresh_token())),
    "POST /v1/password": password,
    "GET /v1/me": plain(),
    "POST /v1/tokens": plain(json={"name": "t"}),
    "GET /v1/tokens": plain(),
    "DELETE /v1/tokens/{id}": lambda scene: ({"id": scene.token()}, {}),
    "DELETE /v1/tokens/{id}?of=another": lambda scene: ({"id": scene.token(another=True)}, {}),
    "POST /v1/access-keys": plain(json={"name": "k"}),
    "GET /v1/access-keys": plain(),
    "DELETE /v1/access-keys/{id}": lambda scene: ({"id": scene.access_key()}, {}),
    "DELETE /v1/access-keys/{id}?of=another": lambda scene: ({"id": scene.access_key(another=True)}, {}),
    "GET /v1/workspaces": plain(),
    "POST /v1/workspaces": lambda scene: ({}, body(name=fresh("w"))),
    "POST /v1/users": lambda scene: ({}, body(name=fresh("n"), password=PASSWORD)),
    "GET /v1/users": plain(),
    "GET /v1/users/{name}": lambda scene: ({"name": "viewer"}, {}),
    "PATCH /v1/users/{name}": lambda scene: ({"name": scene.user()}, body(disabled=True)),
    "DELETE /v1/users/{name}": lambda scene: ({"name": scene.user()}, {}),
    "GET /v1/keys": plain(),
    "POST /v1/keys/{kind}/rotate": lambda scene: ({"kind": "token"}, {}),
    "POST /v1/installation/backups": lambda scene: ({}, body(to=str(scene.server.data.with_name(fresh("copy"))))),
    "GET /v1/audit": plain(),
    "GET /v1/audit?workspace=team": plain(params={"workspace": TEAM}),
    "GET " + _WS: plain(),
    "PATCH " + _WS: plain(json={"limits": {"tables": 10000}}),
    "GET " + _WS + "/members": plain(),
    "PUT " + _WS + "/members/{name}": lambda scene: ({"name": scene.user()}, body(role="viewer")),
    "DELETE " + _WS + "/members/{name}": lambda scene: ({"name": scene.member()}, {}),
    "GET " + _WS + "/tables": plain(),
    "GET " + _T: on_table(),
    "PATCH " + _T: on_table(json={"description": "x"}),
    "DELETE " + _T: on_table(),
    "PUT " + _T + "/contract": on_table(json={"columns": [{"name": "id", "type": "INTEGER"}]}),
    "GET " + _T + "/contract": on_table(),
    "DELETE " + _T + "/contract": on_table(),
    "POST " + _T + "/rows": on_table(**CSV),
    "GET " + _T + "/rows": on_table(),
    "DELETE " + _T + "/rows": on_table(params={"where": "id = 1"}),
    "GET " + _T + "/versions": on_table(),
    "GET " + _T + "/profile": on_table(),
    "GET " + _T + "/profile/diff": on_two_versions,
    "GET " + _T + "/profile/plot": on_table(params={"kind": "missing"}),
    "POST " + _T + "/rollback": on_version(),
    "GET " + _T + "/branches": on_table(),
    "POST " + _T + "/branches": on_table(json={"name": "review"}),
    "DELETE " + _T + "/branches/{branch}": on_branch(),
    "POST " + _T + "/branches/{branch}/fast-forward": on_branch(json={"to": "main"}),
    "GET " + _T + "/scan": on_table(),
    "GET " + _T + "/files/{version}/{place}": on_raw_file,
    "GET " + _T + "/tags": on_table(),
    "POST " + _T + "/tags": on_version(name="kept"),
    "DELETE " + _T + "/tags/{tag}": on_tag,
    "GET " + _T + "/quarantine": on_table(),
    "DELETE " + _T + "/quarantine": on_table(),
    "GET " + _T + "/quarantine/reasons": on_table(),
    "POST " + _T + "/quarantine/resubmit": resubmit,
    "POST " + _T + "/backups": on_table(),
    "GET " + _T + "/backups": on_table(),
    "POST " + _T + "/backups/{backup}/restore": on_backup,
    "POST /v1/sql": plain(json={"sql": "SELECT 1", "workspace": TEAM}),
    "GET " + _WS + "/sinks": plain(),
    "GET " + _S: on_sink(),
    "PUT " + _S: on_sink(json=SINK),
    "DELETE " + _S: on_sink(),
    "GET " + _WS + "/insights": plain(),
    "GET " + _I: on_insight(),
    "PUT " + _I: on_insight(json={"sql": "SELECT 2 AS two"}),
    "DELETE " + _I: on_insight(),
    "GET " + _I + "/result": on_insight(),
    "GET " + _WS + "/triggers": plain(),
    "GET " + _TR: on_trigger(),
    "PUT " + _TR: on_trigger(json={"bucket": "files"}),
    "DELETE " + _TR: on_trigger(),
    "POST /v1/queries": plain(json={"sql": "SELECT 1", "workspace": TEAM}),
    "GET /v1/queries": plain(),
    **{f"{route}{'?of=another' if another else ''}": on_query(another) for another in (False, True)
       for route in ("GET " + _Q, "GET " + _Q + "/result", "DELETE " + _Q)},
    "GET /v1/jobs": plain(),
    "GET /v1/jobs?workspace=team": plain(params={"workspace": TEAM}),
    "GET " + _J: on_job(),
    "GET " + _J + "?of=house": on_job(None),
    "GET " + _J + "/log": on_job(),
    "GET " + _J + "/log?of=house": on_job(None),
    "POST " + _J + "/cancel": on_job(),
    "POST " + _J + "/cancel?of=house": on_job(None),
    "POST " + _J + "/retry": on_job(**_FAILED),
    "POST " + _J + "/retry?of=house": on_job(None, **_FAILED),
    "POST /upload": upload,
    "POST /backup": on_main_table,
    "POST /restore": on_backed_up_main_table,
    "GET /insights?kind=private": lambda scene: ({}, {"params": {"table": scene.insight("main")}}),
    "GET /insights": lambda scene: ({}, {"params": {"table": scene.insight("main", public=True)}}),
    "GET /": plain(),
    "GET /healthz": plain(),
    "GET /readyz": plain(),
    "GET /metrics": plain(),
    "GET /openapi.json": plain(),
    "GET /docs": plain(),
    "GET /docs/assets/{name}": lambda scene: ({"name": "page.css"}, {}),
    "GET /docs/errors": plain(),
    "GET /docs/errors/{name}": lambda scene: ({"name": "conflict"}, {}),
}
