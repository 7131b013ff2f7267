# SPDX-License-Identifier: Apache-2.0
"""Who signed, and what: right, wrong, late, changed on its way."""

import datetime
import re
import xml.etree.ElementTree as ET

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.s3 import s3

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def code_of(answer):
    return answer.status_code, ET.fromstring(answer.content).findtext("Code")


def signed(house, key, method, path, body=b"", region="us-east-1", headers=None, hash_=None):
    """A request as botocore signs it, not sent yet."""
    request = AWSRequest(method=method, url=house.s3_url + path, data=body, headers=dict(headers or {}))
    if hash_:
        request.headers["X-Amz-Content-SHA256"] = hash_
        request.context["client_config"] = None
    signer = S3SigV4Auth(Credentials(*key), "s3", region)
    if hash_:
        signer.payload = lambda _: hash_
    signer.add_auth(request)
    return request.prepare()


def send(prepared, **changes):
    return requests.request(changes.get("method", prepared.method), changes.get("url", prepared.url),
                            data=changes.get("body", prepared.body),
                            headers=dict(prepared.headers) | changes.get("headers", {}), timeout=60)


def test_without_credentials_nothing_opens(house, bucket):
    for method in ("GET", "PUT", "POST", "DELETE"):
        for path in ("/", f"/{bucket}", f"/{bucket}/k"):
            if method != "GET" and path == "/":
                continue
            answer = requests.request(method, house.s3_url + path, timeout=60)
            assert code_of(answer) in ((403, "AccessDenied"),), (method, path)
    answer = requests.get(f"{house.s3_url}/{bucket}/k", headers={"X-Amz-Content-SHA256": EMPTY}, timeout=60)
    assert code_of(answer) == (403, "AccessDenied")


def test_what_is_no_signature_of_this_kind_is_told_so(house, key, client, bucket):
    right = signed(house, key, "GET", f"/{bucket}")
    for changed, expected in [({"Authorization": "Bearer x"}, (400, "InvalidArgument")), ({"Authorization": "AWS a:b"}, (400, "InvalidRequest")),
                              ({"Authorization": right.headers["Authorization"].replace("HMAC", "ECDSA")}, (400, "InvalidArgument")),
                              ({"X-Amz-Date": "today"}, (403, "AccessDenied"))]:
        assert code_of(send(right, headers=changed)) == expected, changed
    url = client.generate_presigned_url("list_objects_v2", Params={"Bucket": bucket}, ExpiresIn=60)
    for old, new in [("AWS4-HMAC", "AWS4-ECDSA"), ("X-Amz-Signature=", "x-signature="), ("X-Amz-Algorithm=", "x-algorithm="),
                     ("X-Amz-Date=", "x-date="), ("%2Fs3%2F", "%2Fsts%2F")]:
        assert old in url
        assert code_of(requests.get(url.replace(old, new), timeout=60)) == (400, "AuthorizationQueryParametersError"), old


def test_any_region_is_accepted(house, key, bucket):
    assert s3(house, key, region="eu-central-1").head_bucket(Bucket=bucket)


def test_what_is_changed_on_its_way_is_refused(house, key, bucket):
    right = signed(house, key, "PUT", f"/{bucket}/k?x-id=PutObject", b"body", headers={"x-amz-meta-a": "b"})
    assert send(right).status_code == 200
    wrong = (403, "SignatureDoesNotMatch")
    assert code_of(send(right, body=b"bodY")) == (400, "XAmzContentSHA256Mismatch")
    assert code_of(send(right, headers={"x-amz-meta-a": "c"})) == wrong
    assert code_of(send(right, headers={"x-amz-meta-new": "c"})) == (403, "AccessDenied")
    assert code_of(send(right, url=right.url + "&a=b")) == wrong
    assert code_of(send(right, url=right.url.replace("/k?", "/l?"))) == wrong
    assert code_of(send(right, method="DELETE")) == wrong
    for old, new, expected in [("us-east-1/s3", "eu-west-1/s3", wrong), (key[0], "BHAKAAAAAAAAAAAAAAAA", (403, "InvalidAccessKeyId")),
                               ("/s3/", "/sts/", (400, "AuthorizationHeaderMalformed"))]:
        changed = right.headers["Authorization"].replace(old, new)
        assert code_of(send(right, headers={"Authorization": changed})) == expected
    changed = re.sub("Signature=.", lambda m: "Signature=" + ("0" if m[0][-1] != "0" else "1"), right.headers["Authorization"])
    assert code_of(send(right, headers={"Authorization": changed})) == wrong
    assert send(right).status_code == 200


@pytest.mark.parametrize("minutes, fine", [(-14, True), (14, True), (-16, False), (16, False)])
def test_clocks_may_differ_by_15_minutes(house, key, bucket, monkeypatch, minutes, fine):
    import botocore.auth
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: moment.replace(tzinfo=None), raising=False)
    answer = send(signed(house, key, "GET", f"/{bucket}"))
    assert answer.status_code == 200 if fine else code_of(answer) == (403, "RequestTimeTooSkewed")


def test_presigned_urls_open_one_thing_for_a_time(house, client, bucket):
    client.put_object(Bucket=bucket, Key="a b", Body=b"hello")
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=60)
    assert requests.get(url, timeout=60).content == b"hello"
    assert code_of(requests.put(url, data=b"x", timeout=60)) == (403, "SignatureDoesNotMatch")
    assert code_of(requests.get(url.replace("a%20b", "a%20c"), timeout=60)) == (403, "SignatureDoesNotMatch")
    assert code_of(requests.get(url.replace("Expires=60", "Expires=61"), timeout=60)) == (403, "SignatureDoesNotMatch")
    assert code_of(requests.get(url.replace("Expires=60", "Expires=604801"), timeout=60)) == (400, "AuthorizationQueryParametersError")
    put = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new"}, ExpiresIn=60)
    assert requests.put(put, data=b"unsigned", timeout=60).status_code == 200
    assert requests.get(client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "new"}), timeout=60).text == "unsigned"


def test_a_presigned_url_expires(house, key, bucket, monkeypatch):
    import botocore.auth
    for moved in (datetime.timedelta(minutes=-2), datetime.timedelta(days=1)):
        moment = datetime.datetime.now(datetime.timezone.utc) + moved
        with monkeypatch.context() as patch:
            patch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True, at=moment: at.replace(tzinfo=None), raising=False)
            url = s3(house, key).generate_presigned_url("list_objects_v2", Params={"Bucket": bucket}, ExpiresIn=60)
        assert code_of(requests.get(url, timeout=60)) == (403, "AccessDenied")


def test_a_key_that_was_removed_opens_nothing(house, bucket):
    from support.aws import make_key
    admin = house.admin()
    key = make_key(admin)
    assert send(signed(house, key, "GET", f"/{bucket}")).status_code == 200
    admin.delete(f"/v1/access-keys/{key[0]}", expect=204)
    assert code_of(send(signed(house, key, "GET", f"/{bucket}"))) == (403, "InvalidAccessKeyId")


def test_a_body_needs_a_length(house, key, bucket):
    request = signed(house, key, "PUT", f"/{bucket}/k", hash_="UNSIGNED-PAYLOAD")
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    answer = requests.put(request.url, data=iter([b"a", b"b"]), headers=headers, timeout=60)
    assert code_of(answer) == (411, "MissingContentLength")
