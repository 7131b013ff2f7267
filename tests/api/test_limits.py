# SPDX-License-Identifier: Apache-2.0
"""What one workspace may use: set by owners of main, past it the answer names the limit, up to it all is well."""

import pytest
from botocore.exceptions import ClientError

from support.aws import make_key
from support.s3 import s3


@pytest.fixture
def team(admin, user_name):
    """A workspace of its own, which its owner fills and an owner of main limits."""
    name = user_name + "-team"
    owner = admin.make_user(user_name)
    owner.post("/v1/workspaces", json={"name": name}, expect=201)
    owner.allow_5xx = True  # 507 is what past a limit of bytes or tables comes back
    return name, owner


def limit(admin, workspace, **limits):
    return admin.patch(f"/v1/workspaces/{workspace}", json={"limits": limits}, expect=200).json()


def refused(answer, status, name, value):
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["type"].endswith("/workspace-limit") and (problem["limit"], problem["value"]) == (name, value)
    assert name in problem["detail"]
    return answer


def test_a_workspace_tells_its_limits_and_what_it_uses(admin, team):
    name, owner = team
    told = owner.get(f"/v1/workspaces/{name}", expect=200).json()
    assert (told["role"], told["limits"], told["usage"]) == ("owner", {}, {"bytes": 0, "tables": 0})
    owner.post_rows("t", "id\n1\n", ws=name)
    used = owner.get(f"/v1/workspaces/{name}").json()["usage"]
    assert used["tables"] == 1 and used["bytes"] > 0
    seen = admin.get(f"/v1/workspaces/{name}", expect=200).json()
    assert "role" not in seen and seen["usage"] == used


def test_limits_are_changed_one_by_one_and_outlive_a_restart(make_server):
    server = make_server().start()
    admin = server.admin()
    assert limit(admin, "main", tables=3, bytes=10)["limits"] == {"tables": 3, "bytes": 10}
    assert limit(admin, "main", rows_per_minute=0, bytes=None)["limits"] == {"tables": 3, "rows_per_minute": 0}
    server.restart()
    assert server.admin().get("/v1/workspaces/main").json()["limits"] == {"tables": 3, "rows_per_minute": 0}


@pytest.mark.parametrize("body", [{}, {"limits": None}, {"limits": 5}, {"limits": {"rows": 5}}, {"limits": {"tables": -1}}, {"name": "x"},
                                  {"limits": {"tables": 1.5}}, {"limits": {"tables": "5"}}, {"limits": {"tables": 2 ** 63}}])
def test_a_wrong_limit_is_400(admin, body):
    assert admin.patch("/v1/workspaces/main", json=body).status_code == 400


def test_tables(admin, team):
    name, owner = team
    limit(admin, name, tables=1)
    owner.post_rows("a", "id\n1\n", ws=name)
    refused(owner.post_rows("b", "id\n1\n", ws=name, expect=None), 507, "tables", 1)
    refused(owner.put_contract("c", ["id INTEGER"], ws=name, expect=507), 507, "tables", 1)
    owner.post_rows("a", "id\n2\n", ws=name)
    limit(admin, name, tables=2)
    owner.post_rows("b", "id\n1\n", ws=name)


def test_bytes(admin, team):
    name, owner = team
    owner.post_rows("a", "id\n1\n", ws=name)
    used = owner.get(f"/v1/workspaces/{name}").json()["usage"]["bytes"]
    limit(admin, name, bytes=used)
    refused(owner.post_rows("a", "id\n2\n", ws=name, expect=None), 507, "bytes", used)
    assert owner.describe("a", ws=name)["rows"] == 1
    limit(admin, name, bytes=used + 1_000_000)
    owner.post_rows("a", "id\n2\n", ws=name)


def test_bytes_of_objects_count_too(house, admin, team):
    name, owner = team
    client = s3(house, make_key(owner, workspace=name))
    client.create_bucket(Bucket="files")
    limit(admin, name, bytes=1000)
    client.put_object(Bucket="files", Key="a", Body=b"x" * 600)
    client.put_object(Bucket="files", Key="b", Body=b"x" * 400)
    assert owner.get(f"/v1/workspaces/{name}").json()["usage"]["bytes"] == 1000
    upload = client.create_multipart_upload(Bucket="files", Key="c")["UploadId"]
    part = {"PartNumber": 1, "ETag": client.upload_part(Bucket="files", Key="c", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]}
    for past in (lambda: client.put_object(Bucket="files", Key="c", Body=b"x"),
                 lambda: client.copy_object(Bucket="files", Key="c", CopySource={"Bucket": "files", "Key": "b"}),
                 lambda: client.complete_multipart_upload(Bucket="files", Key="c", UploadId=upload, MultipartUpload={"Parts": [part]})):
        with pytest.raises(ClientError) as error:
            past()
        assert (error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]) == ("QuotaExceeded", 403)
    client.put_object(Bucket="files", Key="empty", Body=b"")
    refused(owner.post_rows("a", "id\n2\n", ws=name, expect=None), 507, "bytes", 1000)
    client.delete_object(Bucket="files", Key="a")
    client.complete_multipart_upload(Bucket="files", Key="c", UploadId=upload, MultipartUpload={"Parts": [part]})
    client.put_object(Bucket="files", Key="b", Body=b"x" * 500)
    assert owner.get(f"/v1/workspaces/{name}").json()["usage"]["bytes"] == 501, "what is replaced counts no more"


def test_rows_a_minute(admin, team):
    name, owner = team
    limit(admin, name, rows_per_minute=3)
    owner.post_rows("a", "id\n1\n2\n3\n", ws=name)
    answer = refused(owner.post_rows("a", "id\n4\n", ws=name, expect=None), 429, "rows_per_minute", 3)
    assert int(answer.headers["Retry-After"]) > 0
    assert owner.describe("a", ws=name)["rows"] == 3
    limit(admin, name, rows_per_minute=None)
    owner.post_rows("a", "id\n4\n", ws=name)


def test_running_queries(admin, team):
    name, owner = team
    limit(admin, name, running_queries=0)
    refused(owner.sql_answer("SELECT 1", workspace=name), 429, "running_queries", 0)
    limit(admin, name, running_queries=1)
    assert owner.value("SELECT 1", workspace=name) == 1
