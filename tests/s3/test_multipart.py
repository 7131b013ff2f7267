# SPDX-License-Identifier: Apache-2.0
"""Objects that come in parts, and buckets with versions."""

import base64
import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from boto3.s3.transfer import TransferConfig

from support.s3 import SignedS3, aws_s3, body_of, files_of, keys_of, s3

PART = 5 << 20


def upload(client, bucket, key, parts, **options):
    """Uploads the parts {number: bytes}; returns the id and what completes it."""
    upload_id = client.create_multipart_upload(Bucket=bucket, Key=key, **options)["UploadId"]
    listed = []
    for number, body in parts.items():
        told = client.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body)
        listed.append({"PartNumber": number, "ETag": told["ETag"]})
    return {"Bucket": bucket, "Key": key, "UploadId": upload_id, "MultipartUpload": {"Parts": listed}}


def test_parts_become_an_object(house, client, bucket, refused):
    parts = {1: os.urandom(PART), 3: os.urandom(PART + 1), 10_000: b"end"}
    whole = b"".join(parts.values())
    complete = upload(client, bucket, "k", parts, ContentType="text/csv", Metadata={"a": "b"})
    assert keys_of(client, bucket) == []
    assert [p["PartNumber"] for p in client.list_parts(**{k: complete[k] for k in ("Bucket", "Key", "UploadId")})["Parts"]] == [1, 3, 10_000]
    assert [u["Key"] for u in client.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["k"]
    told = client.complete_multipart_upload(**complete)
    assert told["Location"] == f"{house.s3_url}/{bucket}/k"
    etag = told["ETag"]
    md5s = b"".join(hashlib.md5(part).digest() for part in parts.values())
    assert etag == f'"{hashlib.md5(md5s).hexdigest()}-3"'
    got = client.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == whole and got["ContentType"] == "text/csv" and got["Metadata"] == {"a": "b"}
    for first, last in [(0, 0), (PART - 1, PART), (PART, 2 * PART), (2 * PART, len(whole) - 1), (3, len(whole) - 2)]:
        assert body_of(client, bucket, "k", Range=f"bytes={first}-{last}") == whole[first:last + 1]
    part = client.get_object(Bucket=bucket, Key="k", PartNumber=3)
    assert part["Body"].read() == parts[3] and part["PartsCount"] == 3
    assert client.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts"])["ObjectParts"]["TotalPartsCount"] == 3
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)
    client.delete_object(Bucket=bucket, Key="k")
    client.delete_bucket(Bucket=bucket)


def test_a_completion_may_be_said_again_while_its_object_is_there(client, bucket, refused):
    complete = upload(client, bucket, "k", {1: os.urandom(PART), 2: b"end", 3: b"left out"})
    three = complete["MultipartUpload"]["Parts"]
    complete["MultipartUpload"] = {"Parts": three[:2]}
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.complete_multipart_upload(**complete, IfNoneMatch="*"), range(8)))
    answers.append(client.complete_multipart_upload(**complete))
    assert len({(told["ETag"], told["Key"]) for told in answers}) == 1
    assert len(client.list_object_versions(Bucket=bucket)["Versions"]) == 1
    with refused("InvalidPart", 400):
        client.complete_multipart_upload(**complete | {"MultipartUpload": {"Parts": three}})
    with refused("NoSuchUpload", 404):
        client.complete_multipart_upload(**complete | {"MultipartUpload": {"Parts": three[:1]}})
    with refused("NoSuchUpload", 404):
        client.complete_multipart_upload(**complete | {"Key": "other"})
    with refused("NoSuchUpload", 404):
        client.upload_part(Bucket=bucket, Key="k", UploadId=complete["UploadId"], PartNumber=2, Body=b"late")
    client.put_object(Bucket=bucket, Key="k", Body=b"another")
    with refused("NoSuchUpload", 404):
        client.complete_multipart_upload(**complete)
    assert body_of(client, bucket, "k") == b"another"


def test_what_is_wrong_with_parts_is_said(client, bucket, refused):
    complete = upload(client, bucket, "k", {1: b"small", 2: b"x" * PART})
    listed = complete["MultipartUpload"]["Parts"]

    def refuses(code, parts):
        with refused(code, 400):
            client.complete_multipart_upload(**complete | {"MultipartUpload": {"Parts": parts}})

    refuses("EntityTooSmall", listed)
    refuses("InvalidPartOrder", listed[::-1])
    refuses("InvalidPart", [listed[0] | {"PartNumber": 3}])
    refuses("InvalidPart", [listed[1] | {"ETag": listed[0]["ETag"]}])
    refuses("MalformedXML", [])
    for number in (0, 10_001):
        with refused("InvalidArgument", 400):
            client.upload_part(Bucket=bucket, Key="k", UploadId=complete["UploadId"], PartNumber=number, Body=b"")
    with refused("NoSuchUpload", 404):
        client.upload_part(Bucket=bucket, Key="other", UploadId=complete["UploadId"], PartNumber=1, Body=b"")
    client.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=complete["UploadId"])
    with refused("NoSuchUpload", 404):
        client.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=complete["UploadId"])


def test_uploads_that_were_not_ended_go_with_their_bucket(house, key, client, bucket, refused):
    before = set(files_of(house))
    complete = upload(client, bucket, "k", {1: b"12345"})
    [part] = set(files_of(house)) - before
    aws_s3(house, key, "s3", "rb", f"s3://{bucket}", "--force")
    with refused("NoSuchBucket", 404):
        client.complete_multipart_upload(**complete)
    assert not part.exists()


def test_what_is_said_of_the_whole_is_held_against_it(client, bucket, refused):
    complete = upload(client, bucket, "k", {1: b"12345"}, ChecksumAlgorithm="CRC32", ChecksumType="COMPOSITE")
    [begun] = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert (begun["ChecksumAlgorithm"], begun["ChecksumType"]) == ("CRC32", "COMPOSITE")
    with refused("InvalidRequest", 400):
        client.complete_multipart_upload(**complete, MpuObjectSize=17)
    with refused("InvalidRequest", 400):
        client.complete_multipart_upload(**complete, ChecksumType="FULL_OBJECT")
    with refused("InvalidRequest", 400):
        client.complete_multipart_upload(**complete, ChecksumCRC32="AAA=")
    with refused("InvalidRequest", 400):
        client.complete_multipart_upload(**complete, ChecksumCRC32="AAAAAA==", ChecksumCRC32C="AAAAAA==")
    with refused("InvalidRequest", 400):
        client.create_multipart_upload(Bucket=bucket, Key="k", ChecksumType="COMPOSITE")
    client.complete_multipart_upload(**complete, MpuObjectSize=5, ChecksumType="COMPOSITE")
    plain = upload(client, bucket, "plain", {1: b"12345"})
    value = base64.b64encode(zlib.crc32(b"12345").to_bytes(4, "big")).decode()
    for kind, given in [("COMPOSITE", value), ("FULL_OBJECT", value + "-1")]:
        with refused("BadDigest", 400):
            client.complete_multipart_upload(**plain, ChecksumType=kind, ChecksumCRC32=given)
    client.complete_multipart_upload(**plain, ChecksumType="FULL_OBJECT", ChecksumCRC32=value)
    with refused("InvalidRequest", 400):
        client.get_object(Bucket=bucket, Key="k", PartNumber=1, Range="bytes=0-3")


def test_no_parts_asked_for_are_none(client, bucket):
    complete = upload(client, bucket, "k", {1: b"12345"})
    told = client.list_parts(**{k: complete[k] for k in ("Bucket", "Key", "UploadId")}, MaxParts=0)
    assert not told["IsTruncated"] and "Parts" not in told


def test_versions_are_deleted_page_by_page(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"of no version")
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("j", "k", "l"):
        for _ in range(5):
            client.put_object(Bucket=bucket, Key=key, Body=b"x")
    place, pages = {}, 0
    while True:
        page = client.list_object_versions(Bucket=bucket, MaxKeys=3, **place)
        for version in page["Versions"]:
            client.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
        pages += 1
        if not page["IsTruncated"]:
            break
        place = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    assert pages == 6 and "Versions" not in client.list_object_versions(Bucket=bucket)


def test_a_listing_goes_on_after_a_version_that_is_gone(client, bucket, refused):
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [client.put_object(Bucket=bucket, Key="k", Body=b"x")["VersionId"] for _ in range(5)][::-1]
    client.delete_object(Bucket=bucket, Key="k", VersionId=ids[2])
    rest = client.list_object_versions(Bucket=bucket, KeyMarker="k", VersionIdMarker=ids[2])
    assert [version["VersionId"] for version in rest["Versions"]] == ids[3:]
    with refused("InvalidArgument", 400):
        client.list_object_versions(Bucket=bucket, KeyMarker="k", VersionIdMarker="nobody")
    with refused("InvalidArgument", 400):
        client.list_object_versions(Bucket=bucket, KeyMarker="k", VersionIdMarker=ids[2].upper())


def test_a_part_is_replaced_by_one_of_its_number(client, bucket):
    complete = upload(client, bucket, "k", {1: b"first"})
    told = client.upload_part(Bucket=bucket, Key="k", UploadId=complete["UploadId"], PartNumber=1, Body=b"second")
    complete["MultipartUpload"]["Parts"][0]["ETag"] = told["ETag"]
    client.complete_multipart_upload(**complete)
    assert body_of(client, bucket, "k") == b"second"


def test_parts_are_copied(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="from", Body=b"0123456789")
    upload_id = client.create_multipart_upload(Bucket=bucket, Key="to")["UploadId"]
    told = client.upload_part_copy(Bucket=bucket, Key="to", UploadId=upload_id, PartNumber=1, CopySource={"Bucket": bucket, "Key": "from"},
                                   CopySourceRange="bytes=2-5")
    client.complete_multipart_upload(Bucket=bucket, Key="to", UploadId=upload_id, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": told["CopyPartResult"]["ETag"]}]})
    assert body_of(client, bucket, "to") == b"2345"
    upload_id = client.create_multipart_upload(Bucket=bucket, Key="to")["UploadId"]
    for wrong in ("bytes=0-10", "bytes=-5", "bytes=5-", "bytes=5-4", "0-5"):
        with refused("InvalidArgument", 400):
            client.upload_part_copy(Bucket=bucket, Key="to", UploadId=upload_id, PartNumber=1, CopySource={"Bucket": bucket, "Key": "from"},
                                    CopySourceRange=wrong)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_checksums_of_parts_make_one_of_the_whole(client, bucket, algorithm):
    body = os.urandom(2 * PART + 7)
    path = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    import io
    client.upload_fileobj(io.BytesIO(body), bucket, "k", Config=path, ExtraArgs={"ChecksumAlgorithm": algorithm})
    head = client.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head["Checksum" + algorithm].endswith("-3") and head["ChecksumType"] == "COMPOSITE"
    assert body_of(client, bucket, "k") == body


def test_a_part_without_a_checksum_gets_one_of_its_upload(house, key, bucket):
    quiet = s3(house, key, request_checksum_calculation="when_required")
    upload_id = quiet.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")["UploadId"]
    told = quiet.upload_part(Bucket=bucket, Key="k", UploadId=upload_id, PartNumber=1, Body=b"end")
    assert told["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"end").digest()).decode()


def test_parts_are_told_with_their_checksums_page_by_page(house, key, client, bucket, refused):
    complete = upload(client, bucket, "k", {2: b"x" * PART, 5: b"y" * PART, 9: b"end"}, ChecksumAlgorithm="SHA256")
    whole = client.complete_multipart_upload(**complete)["ChecksumSHA256"]

    def ask(**options):
        return client.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts", "ObjectSize", "Checksum"], **options)

    told = ask()
    assert "etag" not in told["ResponseMetadata"]["HTTPHeaders"], "minio-go takes one for a sign that there are no attributes"
    assert told["ObjectSize"] == 2 * PART + 3 and told["Checksum"] == {"ChecksumSHA256": whole.removesuffix("-3"), "ChecksumType": "COMPOSITE"}
    parts = told["ObjectParts"]
    assert (parts["TotalPartsCount"], parts["IsTruncated"], parts["MaxParts"]) == (3, False, 1000)
    assert [(p["PartNumber"], p["Size"]) for p in parts["Parts"]] == [(2, PART), (5, PART), (9, 3)]
    assert parts["Parts"][2]["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"end").digest()).decode()
    first = ask(MaxParts=2)["ObjectParts"]
    assert (first["IsTruncated"], first["NextPartNumberMarker"], len(first["Parts"]), first["TotalPartsCount"]) == (True, 5, 2, 3)
    rest = ask(MaxParts=2, PartNumberMarker=5)["ObjectParts"]
    assert (rest["IsTruncated"], [p["PartNumber"] for p in rest["Parts"]]) == (False, [9])
    part = client.get_object(Bucket=bucket, Key="k", PartNumber=9, ChecksumMode="ENABLED")
    assert part["Body"].read() == b"end" and part["ChecksumSHA256"] == parts["Parts"][2]["ChecksumSHA256"]
    assert part["ChecksumType"] == "COMPOSITE"
    answer = requests.get(f"{house.s3_url}/{bucket}/k?partNumber=", auth=SignedS3(key), headers={"x-amz-checksum-mode": "ENABLED"}, timeout=60)
    assert len(answer.content) == 2 * PART + 3 and answer.headers["x-amz-checksum-sha256"] == whole
    [listed] = client.list_object_versions(Bucket=bucket)["Versions"]
    assert (listed["ChecksumAlgorithm"], listed["ChecksumType"]) == (["SHA256"], "COMPOSITE")
    with refused("InvalidArgument", 400):
        ask(MaxParts=-1)


def test_a_full_object_checksum_is_joined(client, bucket, refused):
    import base64
    import zlib
    body = os.urandom(PART + 7)
    wishes = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    complete = upload(client, bucket, "k", {1: body[:PART], 2: body[PART:]}, **wishes)
    told = client.complete_multipart_upload(**complete)
    assert told["ChecksumCRC32"] == base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    # Also where only the parts and the end speak of one.
    complete = upload(client, bucket, "other", {1: body[:PART], 2: body[PART:]})
    with refused("BadDigest", 400):
        client.complete_multipart_upload(**complete, ChecksumCRC32="AAAAAA==", ChecksumType="FULL_OBJECT")
    client.complete_multipart_upload(**complete, ChecksumCRC32=told["ChecksumCRC32"], ChecksumType="FULL_OBJECT")
    assert body_of(client, bucket, "other") == body


def test_the_aws_command_moves_large_files(house, key, client, bucket, tmp_path):
    (tmp_path / "big").write_bytes(os.urandom(20 << 20))
    aws_s3(house, key, "s3", "cp", tmp_path / "big", f"s3://{bucket}/big")
    assert "-" in client.head_object(Bucket=bucket, Key="big")["ETag"]
    aws_s3(house, key, "s3", "mv", f"s3://{bucket}/big", f"s3://{bucket}/dir/moved")
    aws_s3(house, key, "s3", "sync", f"s3://{bucket}/dir", tmp_path / "back")
    assert (tmp_path / "back" / "moved").read_bytes() == (tmp_path / "big").read_bytes()
    assert keys_of(client, bucket) == ["dir/moved"]


def test_versions(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="k", Body=b"before")
    assert "Status" not in client.get_bucket_versioning(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [client.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"] for body in (b"one", b"two")]
    assert body_of(client, bucket, "k") == b"two"
    assert body_of(client, bucket, "k", VersionId=ids[0]) == b"one"
    assert body_of(client, bucket, "k", VersionId="null") == b"before"
    marker = client.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"]
    with refused("NoSuchKey", 404) as error:
        client.get_object(Bucket=bucket, Key="k")
    assert error.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    with refused("MethodNotAllowed", 405):
        client.get_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    listed = client.list_object_versions(Bucket=bucket)
    assert [v["VersionId"] for v in listed["Versions"]] == [ids[1], ids[0], "null"]
    assert [m["VersionId"] for m in listed["DeleteMarkers"]] == [marker["VersionId"]] and listed["DeleteMarkers"][0]["IsLatest"]
    paged = list(client.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1}))
    assert [v["VersionId"] for page in paged for v in page.get("Versions", [])] == [ids[1], ids[0], "null"]
    client.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert body_of(client, bucket, "k") == b"two"
    client.delete_object(Bucket=bucket, Key="k", VersionId=ids[1])
    assert body_of(client, bucket, "k") == b"one"
    with refused("NoSuchVersion", 404):
        client.get_object(Bucket=bucket, Key="k", VersionId=ids[1])
    with refused("InvalidArgument", 400):
        client.delete_object(Bucket=bucket, Key="k", VersionId="")
    client.copy_object(Bucket=bucket, Key="old", CopySource={"Bucket": bucket, "Key": "k", "VersionId": "null"})
    assert body_of(client, bucket, "old") == b"before"


def test_a_copy_of_an_empty_version_is_refused(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="k", Body=b"x")

    def empty_version(request, **_):
        request.headers.replace_header("x-amz-copy-source", f"{bucket}/k?versionId=")

    client.meta.events.register("before-sign.s3.CopyObject", empty_version)
    try:
        with refused("InvalidArgument", 400):
            client.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    finally:
        client.meta.events.unregister("before-sign.s3.CopyObject", empty_version)


def test_suspended_versioning_replaces_the_null_version(client, bucket):
    for status in ("Enabled", "Suspended"):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
        told = client.put_object(Bucket=bucket, Key="k", Body=status.encode())
    assert told["VersionId"] == "null"
    client.put_object(Bucket=bucket, Key="k", Body=b"again")
    assert len(client.list_object_versions(Bucket=bucket)["Versions"]) == 2
