# SPDX-License-Identifier: Apache-2.0
"""The bucket that shows what was posted as documents, by boto3 and the aws command."""

import base64
import email.utils
import json
import time

import pytest
from support.aws import aws, make_key
from support.s3 import aws_s3, s3


@pytest.fixture(scope="module")
def member(house):
    """A workspace with documents of three tables, its S3 client, and its documents by key in the order of keys."""
    api = house.admin().make_user("ingress-owner")
    sent = {}
    for number in range(60):
        document = {"n": number, "text": "ü" * (number % 5)}
        answer = api.post(f"/table/ingress_{number % 3}/object", json=document, expect=200).json()
        sent["id=" + answer["data"]["id"]] = (f"ingress_{number % 3}", document)
    return api, s3(house, make_key(api)), dict(sorted(sent.items()))


def test_a_document_is_an_object(member):
    _, client, sent = member
    for key, (table, document) in list(sent.items())[:6]:
        answer = client.get_object(Bucket="lake-ingress", Key=key)
        assert json.loads(base64.b64decode(answer["Body"].read())) == document
        assert answer["ContentType"] == "text/plain;base64" and answer["Metadata"]["table"] == table
        at = time.strptime(answer["Metadata"]["request-time"], "%d/%b/%Y:%H:%M:%S +0000")
        assert abs(time.mktime(at) - time.mktime(answer["LastModified"].timetuple())) <= 1
        head = client.head_object(Bucket="lake-ingress", Key=key)
        assert head["ETag"] == answer["ETag"] and head["ContentLength"] == answer["ContentLength"]


def test_the_guides_command_finds_a_document_at_once(house):
    """As the guide of the platform before has it: who am I, then the object of the id that the answer gave."""
    api = house.admin().make_user("ingress-guide")
    key = make_key(api)
    posted = api.post("/table/myTable/object", json={"key1": "value1", "key2": "value2"}, expect=200).json()["data"]["id"]
    account = aws(house.url, key, "sts", "get-caller-identity", "--query", "Account")
    told = json.loads(aws_s3(house, key, "s3api", "head-object", "--bucket", f"{account}-lake-ingress", "--key", f"id={posted}", "--query",
                             "[ContentType,Metadata]"))
    assert told[0] == "text/plain;base64" and told[1]["table"] == "myTable"
    assert told[1]["request-time"].endswith(" +0000")


def test_a_part_and_conditions(member, refused):
    _, client, sent = member
    key = next(iter(sent))
    whole = client.get_object(Bucket="lake-ingress", Key=key)
    body = whole["Body"].read()
    part = client.get_object(Bucket="lake-ingress", Key=key, Range="bytes=2-5")
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206 and part["Body"].read() == body[2:6]
    with refused("InvalidRange", 416):
        client.get_object(Bucket="lake-ingress", Key=key, Range="bytes=100000-")
    with refused("PreconditionFailed", 412):
        client.get_object(Bucket="lake-ingress", Key=key, IfMatch='"other"')
    since = email.utils.formatdate(time.time() + 60, usegmt=True)
    with refused("304", 304):
        client.get_object(Bucket="lake-ingress", Key=key, IfNoneMatch=whole["ETag"], IfModifiedSince=since)


@pytest.mark.parametrize("size", [1, 7, 59, 60, 1000])
def test_all_are_listed_once_in_the_order_of_their_keys(member, size):
    _, client, sent = member
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="lake-ingress", PaginationConfig={"PageSize": size})
    listed = [entry for page in pages for entry in page.get("Contents", [])]
    assert [entry["Key"] for entry in listed] == list(sent)
    for entry in listed[:3]:
        head = client.head_object(Bucket="lake-ingress", Key=entry["Key"])
        assert (entry["ETag"], entry["Size"]) == (head["ETag"], head["ContentLength"])


def test_listings_begin_and_end_where_they_are_told(member):
    _, client, sent = member
    keys = list(sent)

    def listed(**wanted):
        return [entry["Key"] for entry in client.list_objects_v2(Bucket="lake-ingress", **wanted).get("Contents", [])]

    assert listed(StartAfter=keys[10]) == keys[11:]
    assert listed(Prefix=keys[20]) == [keys[20]]
    assert listed(Prefix=keys[20], StartAfter=keys[20]) == []
    for end in range(1, len(keys[0]) + 1, 3):
        prefix = keys[30][:end]
        assert listed(Prefix=prefix) == [key for key in keys if key.startswith(prefix)], prefix
    for odd in ("id=z", "ie", "ID=", "x", "id=0Z", "id=\u00fc", keys[5] + "0", keys[5][:-1] + "g", keys[5][:11] + "/"):
        assert listed(Prefix=odd) == [], odd
        assert listed(StartAfter=odd) == [key for key in keys if key > odd], odd
    whole = client.list_objects_v2(Bucket="lake-ingress", Delimiter="-")
    assert [entry["Prefix"] for entry in whole["CommonPrefixes"]] == sorted({key.split("-")[0] + "-" for key in keys})
    v1 = client.list_objects(Bucket="lake-ingress", Marker=keys[57])
    assert [entry["Key"] for entry in v1["Contents"]] == keys[58:]


def test_nobody_writes_it(member, refused):
    _, client, sent = member
    key = next(iter(sent))
    client.head_bucket(Bucket="lake-ingress")
    with refused("AccessDenied", 403):
        client.put_object(Bucket="lake-ingress", Key="id=x", Body=b"x")
    with refused("AccessDenied", 403):
        client.delete_object(Bucket="lake-ingress", Key=key)
    with refused("AccessDenied", 403):
        client.delete_objects(Bucket="lake-ingress", Delete={"Objects": [{"Key": key}]})
    with refused("AccessDenied", 403):
        client.create_bucket(Bucket="lake-ingress")
    with refused("AccessDenied", 403):
        client.delete_bucket(Bucket="123456789012-lake-ingress")
    with refused("AccessDenied", 403):
        client.create_multipart_upload(Bucket="lake-ingress", Key="id=x")
    client.create_bucket(Bucket="copies-of-documents")
    with refused("NotImplemented", 501):
        client.copy_object(Bucket="copies-of-documents", Key="k", CopySource={"Bucket": "lake-ingress", "Key": key})
    assert "lake-ingress" not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]


def test_what_is_not_there(member, house, refused):
    _, client, sent = member
    key = next(iter(sent))
    for missing in ("id=00000000-0000-7000-8000-000000000000", key.upper(), key + "x", "x", "id=", key[3:]):
        with refused("NoSuchKey", 404):
            client.get_object(Bucket="lake-ingress", Key=missing)
    with refused("NoSuchBucket", 404):
        client.list_objects_v2(Bucket="999999999999-lake-ingress")
    stranger = s3(house, make_key(house.admin().make_user("ingress-stranger")))
    assert stranger.list_objects_v2(Bucket="lake-ingress")["KeyCount"] == 0
    with refused("NoSuchKey", 404):
        stranger.get_object(Bucket="lake-ingress", Key=key)


def test_a_document_in_quarantine_is_there_too(house):
    api = house.admin().make_user("ingress-quarantine")
    api.put("/v1/workspaces/ingress-quarantine/tables/strict/contract",
            json={"columns": [{"name": "n", "type": "INTEGER", "required": True}], "unknown_columns": "add"}, expect=200)
    answer = api.post("/table/strict/object?wait=true", json={"n": "none"}, expect=200).json()
    client = s3(house, make_key(api))
    body = client.get_object(Bucket="lake-ingress", Key="id=" + answer["data"]["id"])["Body"].read()
    assert json.loads(base64.b64decode(body)) == {"n": "none"}
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket="lake-ingress")["Contents"]] == ["id=" + answer["data"]["id"]]
