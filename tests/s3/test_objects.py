# SPDX-License-Identifier: Apache-2.0
"""Buckets and objects as boto3 and the aws command use them."""

import concurrent.futures
import hashlib
import threading
import unicodedata

import pytest
import requests

from support.aws import make_key
from support.command import boathouse
from support.s3 import SignedS3, aws_s3, body_of, keys_of, s3

HOSTILE = ["../x", "..", ".", "a//b", "/lead", "trail/", "//", "%2e%2e/x", "%2F", "a b+c&d=e?f#g", "a/./b/../c", "\u00e9.txt",
           unicodedata.normalize("NFD", "\u00e9.txt"), "\U0001f6f6/\u6f22", "k" * 1024, "a\\b", "tab\tnew\nline", "\x01\x7f", "<&>\"'",
           "dir", "dir/file", "dir/"]


def test_buckets_come_and_go(client, bucket, refused):
    assert bucket in [entry["Name"] for entry in client.list_buckets()["Buckets"]]
    client.head_bucket(Bucket=bucket)
    assert client.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    with refused("BucketAlreadyOwnedByYou", 409):
        client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("BucketNotEmpty", 409):
        client.delete_bucket(Bucket=bucket)
    client.delete_object(Bucket=bucket, Key="k")
    client.delete_bucket(Bucket=bucket)
    with refused("404", 404):
        client.head_bucket(Bucket=bucket)
    with refused("NoSuchBucket", 404):
        client.put_object(Bucket=bucket, Key="k", Body=b"x")


def test_buckets_are_listed_page_by_page(house):
    admin = house.admin()
    admin.post("/v1/workspaces", json={"name": "pages"}, expect=201)
    paged = s3(house, make_key(admin, workspace="pages"))
    names = [f"paged-{number}" for number in range(5)] + ["other"]
    for name in names:
        paged.create_bucket(Bucket=name)
    first = paged.list_buckets(MaxBuckets=2, Prefix="paged-")
    assert [entry["Name"] for entry in first["Buckets"]] == names[:2] and first["Prefix"] == "paged-"
    pages = paged.get_paginator("list_buckets").paginate(Prefix="paged-", PaginationConfig={"PageSize": 2})
    assert [[entry["Name"] for entry in page["Buckets"]] for page in pages] == [names[:2], names[2:4], names[4:5]]
    assert len(paged.list_buckets()["Buckets"]) == 6 and "ContinuationToken" not in paged.list_buckets(MaxBuckets=6)
    answer = requests.get(house.s3_url + "/?max-buckets=0", auth=SignedS3(make_key(admin, workspace="pages")), timeout=60)
    assert answer.status_code == 400 and b"<Code>InvalidArgument<" in answer.content
    for empty in ("/?max-buckets=", "/paged-1?uploads&max-uploads="):
        assert requests.get(house.s3_url + empty, auth=SignedS3(make_key(admin, workspace="pages")), timeout=60).status_code == 200
    assert len(paged.list_buckets(MaxBuckets=10_000)["Buckets"]) == 6


def test_a_bucket_is_made_with_its_tags(house, key, client, refused):
    tags = [{"Key": "team", "Value": "crew"}]
    client.create_bucket(Bucket="tagged", ObjectOwnership="BucketOwnerEnforced", CreateBucketConfiguration={"Tags": tags})
    assert client.get_bucket_tagging(Bucket="tagged")["TagSet"] == tags
    assert client.get_bucket_ownership_controls(Bucket="tagged")["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    with refused("InvalidTag", 400):
        client.create_bucket(Bucket="untagged", CreateBucketConfiguration={"Tags": tags + tags})
    with refused("InvalidArgument", 400):
        client.create_bucket(Bucket="untagged", ObjectOwnership="Anybody")
    odd = "<CreateBucketConfiguration><Tags><Tag><Key>%s</Key><Value/></Tag></Tags></CreateBucketConfiguration>"
    for name in (b"\xff", b"&#1;"):
        answer = requests.put(house.s3_url + "/untagged", data=odd.encode() % name, auth=SignedS3(key), timeout=60)
        assert answer.status_code == 400 and b"<Code>InvalidTag<" in answer.content
    assert "untagged" not in [entry["Name"] for entry in client.list_buckets()["Buckets"]]


@pytest.mark.parametrize("name, fine", [("abc", True), ("a" * 63, True), ("a.b-c", True), ("a" * 64, False), ("Abc", False),
                                        ("a_b", False), ("-ab", False), ("ab.", False), ("a..b", False), ("192.168.1.1", False)])
def test_names_of_buckets(house, key, refused, name, fine):
    client = s3(house, key)
    client.meta.events.unregister("before-parameter-build.s3", _validator(client))
    if fine:
        client.create_bucket(Bucket=name)
        client.delete_bucket(Bucket=name)
    else:
        with refused("InvalidBucketName", 400):
            client.create_bucket(Bucket=name)


def _validator(client):
    from botocore.handlers import validate_bucket_name
    return validate_bucket_name


@pytest.mark.parametrize("size", [0, 1, 8 << 10, (1 << 20) + 1, 9 << 20])
@pytest.mark.parametrize("path", [None, "/s3"])
def test_bytes_come_back_as_they_went(house, key, bucket, size, path):
    client = s3(house, key, path)
    body = bytes(range(256)) * (size // 256) + b"z" * (size % 256)
    put = client.put_object(Bucket=bucket, Key="data/f.bin", Body=body)
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = client.get_object(Bucket=bucket, Key="data/f.bin")
    assert got["Body"].read() == body
    assert got["ETag"] == put["ETag"] and got["ContentLength"] == size and got["ContentType"] == "binary/octet-stream"
    head = client.head_object(Bucket=bucket, Key="data/f.bin")
    assert head["ContentLength"] == size and head["LastModified"] == got["LastModified"]
    client.put_object(Bucket=bucket, Key="data/f.bin", Body=b"", ContentType="")
    assert client.head_object(Bucket=bucket, Key="data/f.bin")["ContentType"] == "binary/octet-stream"


def test_what_an_object_is_comes_back_with_it(client, bucket):
    said = {"ContentType": "text/csv", "ContentEncoding": "gzip", "ContentDisposition": "attachment", "ContentLanguage": "de",
            "CacheControl": "no-store", "Metadata": {"owner": "ada", "note": "two words"}}
    client.put_object(Bucket=bucket, Key="k", Body=b"not gzip at all", **said)
    got = client.get_object(Bucket=bucket, Key="k")
    assert {name: got[name] for name in said} == said
    assert got["Body"].read() == b"not gzip at all"
    got = client.get_object(Bucket=bucket, Key="k", ResponseContentType="text/plain", ResponseCacheControl="public")
    assert (got["ContentType"], got["CacheControl"]) == ("text/plain", "public")


def test_an_object_is_replaced_and_deleted(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="k", Body=b"one")
    client.put_object(Bucket=bucket, Key="k", Body=b"two")
    assert body_of(client, bucket, "k") == b"two"
    client.delete_object(Bucket=bucket, Key="k")
    client.delete_object(Bucket=bucket, Key="k")
    with refused("NoSuchKey", 404):
        client.get_object(Bucket=bucket, Key="k")
    with refused("404", 404):
        client.head_object(Bucket=bucket, Key="k")


def test_hostile_keys_are_stored_and_listed_exactly(house, client, bucket):
    outside = {path for path in house.data.parent.rglob("*") if house.data not in path.parents}
    for number, name in enumerate(HOSTILE):
        client.put_object(Bucket=bucket, Key=name, Body=str(number).encode())
    assert keys_of(client, bucket) == sorted(HOSTILE, key=str.encode)
    for number, name in enumerate(HOSTILE):
        assert body_of(client, bucket, name) == str(number).encode(), name
    assert {path for path in house.data.parent.rglob("*") if house.data not in path.parents} == outside
    names = [path.name for path in (house.data / "buckets").rglob("*") if path.is_file()]
    assert all(len(name) == 36 for name in names)
    for name in HOSTILE:
        client.delete_object(Bucket=bucket, Key=name)
    assert keys_of(client, bucket) == []


def test_a_key_has_at_most_1024_bytes(client, bucket, refused):
    with refused("KeyTooLongError", 400):
        client.put_object(Bucket=bucket, Key="\u00e9" * 512 + "x", Body=b"")
    client.put_object(Bucket=bucket, Key="\u00e9" * 512, Body=b"")


def test_listing_pages_and_rolls_up(client, bucket):
    names = [f"a/{i:03}" for i in range(30)] + [f"b/{i:03}" for i in range(30)] + ["c", "d/e/f", "z"]
    for name in names:
        client.put_object(Bucket=bucket, Key=name, Body=b"")
    assert keys_of(client, bucket, PaginationConfig={"PageSize": 7}) == names
    assert keys_of(client, bucket, Prefix="b/0", PaginationConfig={"PageSize": 7}) == names[30:60]
    for size in (1, 2, 1000):
        pages = list(client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
        assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == ["a/", "b/", "d/"]
        assert [e["Key"] for page in pages for e in page.get("Contents", [])] == ["c", "z"]
        assert all(page["KeyCount"] <= size for page in pages)
        pages = list(client.get_paginator("list_objects").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
        assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == ["a/", "b/", "d/"]
        assert [e["Key"] for page in pages for e in page.get("Contents", [])] == ["c", "z"]
    after = client.list_objects_v2(Bucket=bucket, StartAfter="c", MaxKeys=1)
    assert [e["Key"] for e in after["Contents"]] == ["d/e/f"] and after["IsTruncated"]
    assert client.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    marked = client.list_objects(Bucket=bucket, Marker="b/028", MaxKeys=2)
    assert [e["Key"] for e in marked["Contents"]] == ["b/029", "c"]
    assert client.list_objects_v2(Bucket=bucket, Prefix="nothing")["KeyCount"] == 0


def test_errors_are_those_of_aws(client, bucket, refused):
    with refused("NoSuchKey", 404) as error:
        client.get_object(Bucket=bucket, Key="no/such")
    assert error.response["Error"]["Key"] == "no/such"
    assert error.response["ResponseMetadata"]["RequestId"]
    with refused("InvalidArgument", 400):
        client.list_objects_v2(Bucket=bucket, MaxKeys=-1)
    with refused("NotImplemented", 501):
        client.put_object(Bucket=bucket, Key="k", Body=b"", ACL="public-read")
    with refused("NotImplemented", 501):
        client.put_object(Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms")
    with refused("NotImplemented", 501):
        client.put_object(Bucket=bucket, Key="k", Body=b"", ObjectLockLegalHoldStatus="ON")
    with refused("NoSuchBucketPolicy", 404):
        client.get_bucket_policy(Bucket=bucket)
    with refused("NotImplemented", 501):
        client.put_bucket_policy(Bucket=bucket, Policy="{}")
    with refused("NoSuchKey", 404):
        client.get_object_acl(Bucket=bucket, Key="k")
    assert client.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"


# Subresources that have a meaning here.
KNOWN = {"accelerate", "acl", "attributes", "cors", "delete", "encryption", "lifecycle", "location", "logging", "notification", "object-lock",
         "ownershipControls", "policy", "publicAccessBlock", "replication", "requestPayment", "tagging", "uploads", "versioning", "versions", "website"}


def test_what_is_not_known_is_not_taken_for_the_object(house, key, client, bucket):
    """Every operation of boto3's model that names a subresource, sent bare: the object and its bucket are as before."""
    client.put_object(Bucket=bucket, Key="k", Body=b"kept")
    model, refused = client.meta.service_model, set()
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        subresource = query.split("&")[0]
        if not subresource or "=" in subresource or "{Bucket}" not in path:
            continue
        url = house.s3_url + path.replace("{Bucket}", bucket).replace("{Key+}", "k") + "?" + query
        answer = requests.request(http["method"], url, auth=SignedS3(key))
        if subresource not in KNOWN:
            assert (answer.status_code, "NotImplemented" in answer.text or http["method"] == "HEAD") == (501, True), (name, answer.text)
            refused.add(subresource)
    assert {"legal-hold", "retention", "torrent", "analytics", "inventory"} <= refused
    for method in ("GET", "PUT", "DELETE"):
        for path in (bucket, f"{bucket}/k"):
            answer = requests.request(method, f"{house.s3_url}/{path}?not-thought-of-yet", auth=SignedS3(key), data=b"other")
            assert answer.status_code == 501
    assert body_of(client, bucket, "k") == b"kept"


def test_entity_tags_come_with_and_without_quotes(client, bucket, refused):
    tag = client.put_object(Bucket=bucket, Key="k", Body=b"0123")["ETag"]
    for ours, other in ((tag, '"bad"'), (tag.strip('"'), "bad")):
        assert body_of(client, bucket, "k", IfMatch=ours) == b"0123"
        assert body_of(client, bucket, "k", IfNoneMatch=other) == b"0123"
        with refused("PreconditionFailed", 412):
            client.get_object(Bucket=bucket, Key="k", IfMatch=other)
        with refused("304", 304):
            client.get_object(Bucket=bucket, Key="k", IfNoneMatch=ours)
        source = {"Bucket": bucket, "Key": "k"}
        client.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfMatch=ours)
        with refused("PreconditionFailed", 412):
            client.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfNoneMatch=ours)
        with refused("PreconditionFailed", 412):
            client.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfMatch=other)
        told = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "ETag": other}]})
        assert [error["Code"] for error in told["Errors"]] == ["PreconditionFailed"] and "Deleted" not in told
    told = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "ETag": tag}]})
    assert [entry["Key"] for entry in told["Deleted"]] == ["k"]


def test_a_storage_class_that_is_none_is_refused(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="STANDARD_IA")
    for call in (client.put_object, client.create_multipart_upload):
        with refused("InvalidStorageClass", 400):
            call(Bucket=bucket, Key="other", StorageClass="COLD")
    assert keys_of(client, bucket) == ["k"]


def test_a_carriage_return_in_a_key_comes_back(client, bucket):
    client.put_object(Bucket=bucket, Key="a\rb", Body=b"")
    told = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a\rb"}]})
    assert [entry["Key"] for entry in told["Deleted"]] == ["a\rb"]
    assert keys_of(client, bucket) == []


@pytest.mark.parametrize("again", [b"x", b""])
def test_an_empty_body_is_let_come_where_its_client_asks(house, key, bucket, again):
    """botocore expects "100 Continue" for one too, and without it takes the next answer for the body of its own."""
    patient = s3(house, key, read_timeout=20)
    patient.put_object(Bucket=bucket, Key="k", Body=b"")
    patient.put_object(Bucket=bucket, Key="k", Body=again)
    assert body_of(patient, bucket, "k") == again


def test_settings_that_are_changed_at_once_are_all_kept(house, key, client):
    for turn in range(12):
        name = f"settings-{turn}"
        client.create_bucket(Bucket=name)
        changes = [lambda c: c.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"}),
                   lambda c: c.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})]
        begin = threading.Barrier(len(changes))

        def run(change):
            own = s3(house, key)
            own.head_bucket(Bucket=name)
            begin.wait()
            change(own)

        with concurrent.futures.ThreadPoolExecutor(len(changes)) as pool:
            list(pool.map(run, changes))
        assert client.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        assert client.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_a_head_has_ranges_too(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    told = client.head_object(Bucket=bucket, Key="k", Range="bytes=2-5")
    assert (told["ResponseMetadata"]["HTTPStatusCode"], told["ContentLength"], told["ContentRange"]) == (206, 4, "bytes 2-5/10")


def test_documents_are_what_their_digests_say(house, key, client, bucket, refused):
    client.put_object(Bucket=bucket, Key="k", Body=b"x")
    document = b"<Delete><Object><Key>k</Key></Object></Delete>"
    for header, wrong in (("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), ("x-amz-checksum-crc32", "AAAAAA==")):
        answer = requests.post(f"{house.s3_url}/{bucket}?delete", data=document, headers={header: wrong}, auth=SignedS3(key))
        assert answer.status_code == 400 and "BadDigest" in answer.text
    answer = requests.post(f"{house.s3_url}/{bucket}?delete", data=document, headers={"x-amz-checksum-crc32": "AAA="}, auth=SignedS3(key))
    assert answer.status_code == 400 and "InvalidRequest" in answer.text
    assert body_of(client, bucket, "k") == b"x"
    with refused("NotImplemented", 501):
        client.get_object(Bucket=bucket, Key="k", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)


def test_roles_decide(house, client, bucket, refused):
    admin = house.admin()
    viewer = s3(house, make_key(admin, workspace="main", role="viewer"))
    editor = s3(house, make_key(admin, workspace="main", role="editor"))
    stranger = s3(house, make_key(admin.make_user("s3stranger")))
    editor.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert body_of(viewer, bucket, "k") == b"x"
    for call in (lambda: viewer.put_object(Bucket=bucket, Key="k", Body=b"y"), lambda: viewer.delete_object(Bucket=bucket, Key="k"),
                 lambda: viewer.create_bucket(Bucket="viewers-own")):
        with refused("AccessDenied", 403):
            call()
    with refused("NoSuchBucket", 404):
        stranger.get_object(Bucket=bucket, Key="k")
    # A name belongs to its workspace.
    stranger.create_bucket(Bucket=bucket)
    assert keys_of(stranger, bucket) == []


def test_the_aws_command_copies_lists_and_removes(house, key, bucket, tmp_path):
    source = tmp_path / "customers.csv"
    source.write_text("id,name\n1,Ada\n")
    aws_s3(house, key, "s3", "cp", source, f"s3://{bucket}/data/")
    assert "data/customers.csv" in aws_s3(house, key, "s3", "ls", f"s3://{bucket}", "--recursive")
    assert "PRE data/" in aws_s3(house, key, "s3", "ls", f"s3://{bucket}/")
    aws_s3(house, key, "s3", "cp", f"s3://{bucket}/data/customers.csv", tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_text() == source.read_text()
    aws_s3(house, key, "s3", "rm", f"s3://{bucket}/data/", "--recursive")
    assert aws_s3(house, key, "s3", "ls", f"s3://{bucket}", status=0) == ""


def test_a_copy_of_the_installation_has_the_objects(make_server, tmp_path):
    server = make_server().start()
    admin = server.admin()
    key = make_key(admin)
    s3(server, key).create_bucket(Bucket="kept")
    s3(server, key).put_object(Bucket="kept", Key="k", Body=b"x" * 100_000)
    token = admin.post("/v1/tokens", json={"name": "backup"}, expect=201).json()["token"]
    for command in (["backup", "--all", "--to", tmp_path / "copy", "--url", server.url, "--token", token],
                    ["restore", tmp_path / "copy", "--data", tmp_path / "other"]):
        done = boathouse(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    other = make_server("other").start()
    # The keys were left out, so another one is made.
    assert body_of(s3(other, make_key(other.admin())), "kept", "k") == b"x" * 100_000


def test_objects_outlive_a_kill(make_server):
    server = make_server().start()
    key = make_key(server.admin())
    s3(server, key).create_bucket(Bucket="kept")
    s3(server, key).put_object(Bucket="kept", Key="k", Body=b"x" * 100_000)
    server.restart(kill=True)
    assert body_of(s3(server, key), "kept", "k") == b"x" * 100_000


def test_buckets_outlive_their_user(house):
    admin = house.admin()
    leaver = s3(house, make_key(admin.make_user("s3leaver")))
    leaver.create_bucket(Bucket="left-behind")
    leaver.put_object(Bucket="left-behind", Key="k", Body=b"kept")
    admin.delete("/v1/users/s3leaver", expect=204)
    assert body_of(s3(house, make_key(admin, workspace="s3leaver")), "left-behind", "k") == b"kept"
