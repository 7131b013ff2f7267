# SPDX-License-Identifier: Apache-2.0
"""How bodies may come (chunked, with checksums and conditions), copies, ranges, deletes of many, tags."""

import base64
import hashlib
import http.client
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from s3.chunked import put_chunked
from s3.test_signatures import code_of, send, signed
from support.s3 import body_of, keys_of, s3

BODY = bytes(range(256)) * 1000


def crc32(body):
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_are_checked_kept_and_told(client, bucket, refused, algorithm):
    kept = client.put_object(Bucket=bucket, Key="k", Body=BODY, ChecksumAlgorithm=algorithm)
    name = "Checksum" + algorithm
    head = client.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head[name] == kept[name] and head["ChecksumType"] == "FULL_OBJECT"
    assert client.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == BODY
    wrong = {name: base64.b64encode(b"\0" * len(base64.b64decode(kept[name]))).decode()}
    with refused("BadDigest", 400):
        client.put_object(Bucket=bucket, Key="other", Body=BODY, **wrong)
    with refused("404", 404):
        client.head_object(Bucket=bucket, Key="other")


@pytest.mark.parametrize("name, value", [("crc32", "y/Q5Jg=="), ("crc32c", "4waSgw=="), ("crc64nvme", "rosUhgp5mIg=")])
def test_crcs_of_the_catalogue(house, key, bucket, name, value):
    request = signed(house, key, "PUT", f"/{bucket}/{name}", b"123456789", headers={"x-amz-checksum-" + name: value})
    answer = send(request)
    assert answer.status_code == 200 and answer.headers["x-amz-checksum-" + name] == value
    request = signed(house, key, "PUT", f"/{bucket}/{name}", b"123456780", headers={"x-amz-checksum-" + name: value})
    assert code_of(send(request)) == (400, "BadDigest")


@pytest.mark.parametrize("headers", [{"x-amz-checksum-crc32": "AAA="}, {"x-amz-checksum-crc32": ""}, {"x-amz-checksum-sha1": "AAAAAA=="},
                                     {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="},
                                     {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-sdk-checksum-algorithm": "CRC32C"},
                                     {"x-amz-sdk-checksum-algorithm": "SHA512"}, {"x-amz-checksum-sha512": "AAAA"}])
def test_what_can_be_no_checksum_is_refused(house, key, bucket, headers):
    answer = send(signed(house, key, "PUT", f"/{bucket}/k", b"", headers=headers))
    assert code_of(answer) == (400, "InvalidRequest")


def test_fields_that_come_more_than_once_are_lists(house, key, client, bucket):
    def ask(method, path, fields):
        request = AWSRequest(method=method, url=house.s3_url + path, data=b"")
        for name, value in fields:
            request.headers[name] = value
        S3SigV4Auth(Credentials(*key), "s3", "us-east-1").add_auth(request)
        connection = http.client.HTTPConnection(urlparse(house.s3_url).netloc, timeout=60)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in [*request.headers.items(), ("Content-Length", "0")]:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    assert ask("PUT", f"/{bucket}/k", [("x-amz-meta-a", "1"), ("x-amz-meta-b", "2"), ("x-amz-meta-a", "3")])[0] == 200
    assert client.head_object(Bucket=bucket, Key="k")["Metadata"] == {"a": "1,3", "b": "2"}
    assert ask("PUT", f"/{bucket}/k", [("Content-Encoding", "gzip"), ("Content-Encoding", "br")])[0] == 200
    assert client.head_object(Bucket=bucket, Key="k")["ContentEncoding"] == "gzip,br"
    status, told = ask("GET", f"/{bucket}/k?attributes", [("x-amz-object-attributes", name) for name in ("ETag", "ObjectSize", "StorageClass")])
    assert status == 200 and "<ETag>" in told and "<ObjectSize>0<" in told and "<StorageClass>STANDARD<" in told
    assert ask("GET", f"/{bucket}/k?attributes", [("x-amz-object-attributes", "ETag"), ("x-amz-object-attributes", "Etag")])[0] == 400


def test_content_md5_is_checked(client, bucket, refused):
    right = base64.b64encode(hashlib.md5(BODY).digest()).decode()
    client.put_object(Bucket=bucket, Key="k", Body=BODY, ContentMD5=right)
    with refused("BadDigest", 400):
        client.put_object(Bucket=bucket, Key="k", Body=BODY + b"x", ContentMD5=right)
    with refused("InvalidDigest", 400):
        client.put_object(Bucket=bucket, Key="k", Body=BODY, ContentMD5="bm8=")


@pytest.mark.parametrize("form", ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                                  "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_bodies_in_chunks(house, key, client, bucket, form):
    trailer = {"x-amz-checksum-crc32": crc32(BODY)} if form.endswith("TRAILER") else {}
    assert put_chunked(house, key, f"/{bucket}/k", BODY, form, trailer).status_code == 200
    got = client.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == BODY and "ContentEncoding" not in got
    assert put_chunked(house, key, f"/{bucket}/empty", b"", form, {"x-amz-checksum-crc32": crc32(b"")} if trailer else {}).status_code == 200
    if trailer:
        [name] = trailer
        assert put_chunked(house, key, f"/{bucket}/spaced", BODY, form, trailer, spaced=True).status_code == 200
        assert body_of(client, bucket, "spaced") == BODY
        wrong = put_chunked(house, key, f"/{bucket}/wrong", BODY, form, {"x-amz-checksum-crc32": crc32(b"other")})
        assert code_of(wrong) == (400, "BadDigest")
        twice = {name: f"{trailer[name]}\n{name}:{crc32(b'other')}"}
        assert code_of(put_chunked(house, key, f"/{bucket}/wrong", BODY, form, twice, announced=name)) == (400, "MalformedTrailerError")
        unknown = {**trailer, "x-amz-checksum-sha512": "AAAA"}
        assert code_of(put_chunked(house, key, f"/{bucket}/wrong", BODY, form, unknown, announced=name)) == (400, "MalformedTrailerError")
        for odd, code in [({"announced": "x-amz-checksum-crc32c"}, "MalformedTrailerError"), ({"announced": "x-amz-meta-a"}, "InvalidRequest"),
                          ({"headers": {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(BODY).digest()).decode()}}, "InvalidRequest"),
                          ({"headers": {"x-amz-sdk-checksum-algorithm": "SHA1"}}, "InvalidRequest")]:
            answer = put_chunked(house, key, f"/{bucket}/wrong", BODY, form, trailer, **odd)
            assert code_of(answer) == (400, code), odd
    short = put_chunked(house, key, f"/{bucket}/wrong", BODY, form, trailer, length=len(BODY) + 1)
    assert code_of(short) == (400, "IncompleteBody")
    if "HMAC" in form:
        for change in ("bytes", "order", "repeat"):
            answer = put_chunked(house, key, f"/{bucket}/wrong", BODY, form, trailer, change=change)
            assert answer.status_code in (400, 403), change
            assert code_of(answer)[1] in ("SignatureDoesNotMatch", "IncompleteBody"), change
        if trailer:
            assert code_of(put_chunked(house, key, f"/{bucket}/wrong", BODY, form, trailer, change="trailer"))[1] in (
                "SignatureDoesNotMatch", "BadDigest")
            unsigned = put_chunked(house, key, f"/{bucket}/wrong", BODY, form, trailer, change="unsigned", spaced=True)
            assert code_of(unsigned) == (403, "SignatureDoesNotMatch")
    assert "wrong" not in keys_of(client, bucket)


def test_conditional_writes(client, bucket, refused):
    first = client.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        client.put_object(Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*")
    second = client.put_object(Bucket=bucket, Key="k", Body=b"3", IfMatch=first["ETag"])
    with refused("PreconditionFailed", 412):
        client.put_object(Bucket=bucket, Key="k", Body=b"4", IfMatch=first["ETag"])
    with refused("NoSuchKey", 404):
        client.put_object(Bucket=bucket, Key="other", Body=b"5", IfMatch=second["ETag"])
    assert body_of(client, bucket, "k") == b"3"


def test_of_many_conditional_writers_one_wins(house, key, bucket):
    def write(number):
        try:
            s3(house, key).put_object(Bucket=bucket, Key="k", Body=str(number).encode(), IfNoneMatch="*")
            return number
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"
            return None

    with ThreadPoolExecutor(16) as pool:
        won = [number for number in pool.map(write, range(48)) if number is not None]
    assert len(won) == 1
    assert body_of(s3(house, key), bucket, "k") == str(won[0]).encode()


def test_ranges_and_conditions_of_reads(client, bucket, refused):
    etag = client.put_object(Bucket=bucket, Key="k", Body=BODY)["ETag"]
    for text, part in [("bytes=0-9", BODY[:10]), ("bytes=255990-", BODY[255990:]), ("bytes=-5", BODY[-5:]), ("bytes=10-999999", BODY[10:])]:
        got = client.get_object(Bucket=bucket, Key="k", Range=text)
        assert got["Body"].read() == part and got["ResponseMetadata"]["HTTPStatusCode"] == 206
    with refused("InvalidRange", 416):
        client.get_object(Bucket=bucket, Key="k", Range="bytes=256000-")
    client.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert client.get_object(Bucket=bucket, Key="empty", Range="bytes=-1")["ResponseMetadata"]["HTTPStatusCode"] == 200
    with refused("InvalidRange", 416):
        client.get_object(Bucket=bucket, Key="empty", Range="bytes=0-")
    assert body_of(client, bucket, "k", IfMatch=etag) == BODY
    with refused("PreconditionFailed", 412):
        client.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    with refused("304", 304):
        client.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    modified = client.head_object(Bucket=bucket, Key="k")["LastModified"]
    with refused("304", 304):
        client.get_object(Bucket=bucket, Key="k", IfModifiedSince=modified)


def test_copies(client, bucket, refused):
    said = {"ContentType": "text/csv", "Metadata": {"a": "b"}}
    etag = client.put_object(Bucket=bucket, Key="from \u00e9", Body=BODY, Tagging="t=1", **said)["ETag"]
    source = {"Bucket": bucket, "Key": "from \u00e9"}
    assert client.copy_object(Bucket=bucket, Key="to", CopySource=source)["CopyObjectResult"]["ETag"] == etag
    got = client.get_object(Bucket=bucket, Key="to")
    assert got["Body"].read() == BODY and {name: got[name] for name in said} == said and got["TagCount"] == 1
    client.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE", Metadata={"c": "d"},
                       TaggingDirective="REPLACE", Tagging="u=2&v=3")
    got = client.head_object(Bucket=bucket, Key="to")
    assert got["Metadata"] == {"c": "d"}
    assert client.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == [{"Key": "u", "Value": "2"}, {"Key": "v", "Value": "3"}]
    with refused("InvalidRequest", 400):
        client.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "to"})
    with refused("PreconditionFailed", 412):
        client.copy_object(Bucket=bucket, Key="x", CopySource=source, CopySourceIfMatch='"other"')
    with refused("NoSuchKey", 404):
        client.copy_object(Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "none"})


def test_where_a_website_sends_readers_is_not_copied(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="from", Body=b"x", WebsiteRedirectLocation="/elsewhere")
    source = {"Bucket": bucket, "Key": "from"}
    client.copy_object(Bucket=bucket, Key="to", CopySource=source)
    client.copy_object(Bucket=bucket, Key="sent", CopySource=source, WebsiteRedirectLocation="https://example.com/")
    told = [client.head_object(Bucket=bucket, Key=name).get("WebsiteRedirectLocation") for name in ("from", "to", "sent")]
    assert told == ["/elsewhere", None, "https://example.com/"]
    client.copy_object(Bucket=bucket, Key="from", CopySource=source, WebsiteRedirectLocation="/further")
    assert client.head_object(Bucket=bucket, Key="from")["WebsiteRedirectLocation"] == "/further"
    for change in (lambda where: client.put_object(Bucket=bucket, Key="from", Body=b"x", WebsiteRedirectLocation=where),
                   lambda where: client.copy_object(Bucket=bucket, Key="to", CopySource=source, WebsiteRedirectLocation=where)):
        with refused("InvalidRedirectLocation", 400):
            change("elsewhere")


def test_a_copy_by_a_checksum_that_is_not_known_is_refused(house, key, client, bucket):
    client.put_object(Bucket=bucket, Key="from", Body=b"x")
    headers = {"x-amz-copy-source": f"/{bucket}/from", "x-amz-checksum-algorithm": "SHA512"}
    assert code_of(send(signed(house, key, "PUT", f"/{bucket}/to", headers=headers))) == (400, "InvalidRequest")
    assert keys_of(client, bucket) == ["from"]


def test_many_are_deleted_at_once(client, bucket):
    names = [f"k{i}" for i in range(1000)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: client.put_object(Bucket=bucket, Key=name, Body=b""), names))
    told = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": name} for name in names[1:]] + [{"Key": "none"}]})
    assert len(told["Deleted"]) == 1000 and "Errors" not in told
    assert keys_of(client, bucket) == ["k0"]
    assert "Deleted" not in client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k0"}], "Quiet": True})
    assert keys_of(client, bucket) == []


def test_tags(client, bucket, refused):
    client.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="a=1&b=two%20words")
    assert client.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "two words"}]
    client.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": ""}]})
    assert client.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "c", "Value": ""}]
    client.delete_object_tagging(Bucket=bucket, Key="k")
    assert client.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    with refused("InvalidTag", 400):
        client.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": str(i), "Value": ""} for i in range(11)]})
    for tagged in ("aws:a=1", "a=1&a=2", "=1"):
        with refused("InvalidTag", 400):
            client.put_object(Bucket=bucket, Key="k", Body=b"", Tagging=tagged)
    with refused("NoSuchTagSet", 404):
        client.get_bucket_tagging(Bucket=bucket)
    client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": "x"}]})
    assert client.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "team", "Value": "x"}]


def test_an_object_is_tagged_while_it_is_replaced(house, key, client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"x")
    done = threading.Event()

    def replace():
        own = s3(house, key)
        while not done.is_set():
            own.put_object(Bucket=bucket, Key="k", Body=b"x")

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(replace) for _ in range(2)]
        try:
            for _ in range(100):
                client.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
        finally:
            done.set()
        for writer in writers:
            writer.result()


def test_a_body_that_breaks_off_leaves_nothing(house, key, client, bucket):
    request = signed(house, key, "PUT", f"/{bucket}/k", hash_="UNSIGNED-PAYLOAD")
    files = {path for path in (house.data / "buckets").rglob("*") if path.is_file()}
    connection = http.client.HTTPConnection(house.s3_url.removeprefix("http://"))
    connection.putrequest("PUT", f"/{bucket}/k", skip_host=True)
    for name, value in (dict(request.headers) | {"Host": house.s3_url.removeprefix("http://"), "Content-Length": "200000"}).items():
        connection.putheader(name, value)
    connection.endheaders(b"x" * 100_000)
    connection.close()
    client.put_object(Bucket=bucket, Key="after", Body=b"")
    assert keys_of(client, bucket) == ["after"]
    deadline = time.monotonic() + 60
    while len({path for path in (house.data / "buckets").rglob("*") if path.is_file()} - files) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.02)
