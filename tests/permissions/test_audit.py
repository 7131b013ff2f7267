# SPDX-License-Identifier: Apache-2.0
"""Every route of the matrix, asked as everybody: what administers leaves exactly one row in the audit log, done or refused, and
nothing else does."""

import pytest

from permissions.matrix import MATRIX, ask, fits

# What the row of a route is called. A line stands for its variants after "?" too, unless they have one of their own.
TABLE = "/v1/workspaces/{workspace}/tables/{table}"
COGNITO = "POST /cognito-idp?"
ADMINISTRATION = {
    "POST /v1/users": "create-user",
    "PATCH /v1/users/{name}": "change-user",
    "DELETE /v1/users/{name}": "delete-user",
    "POST /v1/password": "change-password",
    "POST /v1/tokens": "create-token",
    "DELETE /v1/tokens/{id}": "delete-token",
    "POST /v1/access-keys": "create-access-key",
    "DELETE /v1/access-keys/{id}": "delete-access-key",
    "POST /v1/keys/{kind}/rotate": "rotate-key",
    "POST /v1/installation/backups": "back-up-installation",
    "POST /v1/workspaces": "create-workspace",
    "PATCH /v1/workspaces/{workspace}": "set-limits",
    "PUT /v1/workspaces/{workspace}/members/{name}": "set-member",
    "DELETE /v1/workspaces/{workspace}/members/{name}": "remove-member",
    "PATCH " + TABLE: "change-table",
    "DELETE " + TABLE: "drop-table",
    "PUT " + TABLE + "/contract": "set-contract",
    "DELETE " + TABLE + "/contract": "delete-contract",
    "POST " + TABLE + "/backups": "back-up-table",
    "POST " + TABLE + "/backups/{backup}/restore": "restore-table",
    "POST /backup": "back-up-table",
    "POST /restore": "restore-table",
    "POST " + TABLE + "/branches": "create-branch",
    "POST " + TABLE + "/branches/{branch}/fast-forward": "fast-forward-branch",
    "DELETE " + TABLE + "/branches/{branch}": "delete-branch",
    "POST " + TABLE + "/tags": "create-tag",
    "DELETE " + TABLE + "/tags/{tag}": "delete-tag",
    "POST /secretsmanager": "list-sink-secrets",
    "PUT /v1/workspaces/{workspace}/sinks/{sink}": "set-sink",
    "DELETE /v1/workspaces/{workspace}/sinks/{sink}": "delete-sink",
    "PUT /v1/workspaces/{workspace}/insights/{insight}": "set-insight",
    "DELETE /v1/workspaces/{workspace}/insights/{insight}": "delete-insight",
    "PUT /v1/workspaces/{workspace}/triggers/{trigger}": "set-trigger",
    "DELETE /v1/workspaces/{workspace}/triggers/{trigger}": "delete-trigger",
    "POST /v1/jobs/{id}/cancel?of=house": "cancel-job",
    "POST /v1/jobs/{id}/retry?of=house": "retry-job",
    "POST /users/signup": "sign-up",
    "DELETE /flows/{fid}": "delete-flow",
    "POST /flows/members": "add-flow-member",
    "DELETE /flows/members": "remove-flow-member",
    COGNITO + "CreateUserPoolClient": "create-pool-client",
    COGNITO + "DeleteUserPoolClient": "delete-pool-client",
    COGNITO + "AdminCreateUser": "create-user",
    COGNITO + "AdminSetUserPassword": "change-user",
    COGNITO + "AdminUpdateUserAttributes": "change-user",
    COGNITO + "AdminDeleteUserAttributes": "change-user",
    COGNITO + "AdminEnableUser": "change-user",
    COGNITO + "AdminDisableUser": "change-user",
    COGNITO + "AdminDeleteUser": "delete-user",
    COGNITO + "AdminUserGlobalSignOut": "sign-out",
    COGNITO + "CreateGroup": "create-group",
    COGNITO + "DeleteGroup": "delete-group",
    COGNITO + "AdminAddUserToGroup": "add-to-group",
    COGNITO + "AdminRemoveUserFromGroup": "remove-from-group",
    COGNITO + "AdminRespondToAuthChallenge": "change-password",
    COGNITO + "RespondToAuthChallenge": "change-password",
    COGNITO + "ChangePassword": "change-password",
    COGNITO + "GlobalSignOut": "sign-out",
}
# Reading what only owners may read leaves a row when it is refused.
REFUSED_READING = {"GET /v1/users": "list-users", "GET /v1/users/{name}": "get-user", "GET /v1/keys": "list-keys",
                   "GET /v1/audit": "read-audit",
                   COGNITO + "ListUserPools": "list-pools", COGNITO + "DescribeUserPool": "get-pool",
                   COGNITO + "ListUserPoolClients": "list-pool-clients", COGNITO + "DescribeUserPoolClient": "get-pool-client",
                   COGNITO + "AdminGetUser": "get-user", COGNITO + "ListUsers": "list-users", COGNITO + "GetGroup": "get-group",
                   COGNITO + "ListGroups": "list-groups", COGNITO + "AdminListGroupsForUser": "list-groups",
                   COGNITO + "ListUsersInGroup": "list-users", COGNITO + "AdminInitiateAuth": "log-in"}
# The request itself proves who asks: the row names that user.
OWN_PROOF = {"POST /v1/password", "POST /users/signup", COGNITO + "AdminRespondToAuthChallenge", COGNITO + "RespondToAuthChallenge",
             COGNITO + "ChangePassword", COGNITO + "GlobalSignOut"}
# Sessions, one's own statements, a workspace's own jobs; rows, whose changes batches and versions tell of.
NO_ADMINISTRATION = {
    "POST /cognito-idp", "POST /sts", "POST /logs", "POST /v1/login", "POST /v1/token", "POST /v1/logout", "POST /v1/sql", "POST /v1/queries", "DELETE /v1/queries/{id}",
    "POST /v1/jobs/{id}/cancel", "POST /v1/jobs/{id}/retry", "POST " + TABLE + "/rows", "DELETE " + TABLE + "/rows",
    "POST " + TABLE + "/rollback", "DELETE " + TABLE + "/quarantine", "POST " + TABLE + "/quarantine/resubmit", "POST /upload",
    "POST /dataframes/upload", "POST /dataframes/{name}",
    # A flow's feed tells what its members do to it.
    "POST /users/login", "POST /users/token", "DELETE /users/logout", "POST /flows", "PATCH /flows/{fid}",
    "POST /flows/dataset", "PUT /flows/dataset", "PUT /flows/rules"} | {
    f"{method} /flows/{things}" for method in ("POST", "PATCH", "DELETE") for things in ("tasks", "comments")
    if (method, things) != ("PATCH", "comments")} | {
    f"POST {root}/table/{{name}}/{object}" for root in ("", "/main") for object in ("object", "objects")} | {
    # What S3 clients do all day, making buckets included.
    f"{method} /s3/{{bucket}}{key}" for method in ("PUT", "POST", "DELETE") for key in ("", "/{key}")}


def of_line(name, table):
    return table.get(name) or table.get(name.split("?")[0])


def test_every_route_that_changes_something_was_thought_of():
    changing = {name.split("?")[0] for name, _ in MATRIX if not name.startswith("GET ")}
    named = {name.split("?")[0] for name in ADMINISTRATION} | NO_ADMINISTRATION
    assert changing - named == set(), "routes that are neither administration nor data"
    assert named - changing == set(), "routes that are not in the matrix"


@pytest.mark.parametrize("name, cells", MATRIX, ids=[name for name, _ in MATRIX])
def test_administration_leaves_one_row(server, callers, name, cells):
    what, refused_only = of_line(name, ADMINISTRATION), of_line(name, REFUSED_READING)
    wrong = []
    for caller, cell in cells.items():
        answer = ask(server, callers, name, caller)
        done = fits("ok", answer.status_code)
        expected = []
        known = caller != "anonymous" or (name in OWN_PROOF and done)
        if known and (what or (refused_only and not done)):
            expected = [(what or refused_only, done)]
        entries = callers["admin"].get("/v1/audit", params={"request_id": answer.headers["X-Request-Id"]}, expect=200).json()["entries"]
        if [(entry["what"], entry["outcome"] == "ok") for entry in entries] != expected:
            wrong.append(f"{caller} ({answer.status_code}): {entries}")
        for entry in entries:
            assert set(entry) <= {"at", "who", "what", "target", "workspace", "outcome", "request_id"}
            assert entry["who"] == caller or name in OWN_PROOF, entry
            if not done and name.split(" ")[1].startswith("/v1/"):
                assert entry["outcome"] == answer.json()["type"].rsplit("/", 1)[1]
    assert not wrong, f"{name} is {what or refused_only or 'not in the log'}\n" + "\n".join(wrong)
