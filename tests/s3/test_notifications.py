# SPDX-License-Identifier: Apache-2.0
"""A bucket's notification calls a URL with S3's event records, signed, until it is taken."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from support.aws import make_key
from support.s3 import body_of, s3
from support.server import Server


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it is sent; `answers` are the statuses of the first calls, then 200."""

    def __init__(self, answers=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls, self.answers, self.lock = [], list(answers), threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}/hook?token=hidden"

    def wait(self, count):
        deadline = time.monotonic() + 60
        while len(self.calls) < count:
            assert time.monotonic() < deadline, self.calls
            time.sleep(0.02)
        return self.calls


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.calls.append((dict(self.headers), body))
            status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory):

    server = Server(tmp_path_factory.mktemp("notified") / "data", env={"BOATHOUSE_WEBHOOKS_INSIDE": "true"}).start()
    yield server
    server.end()


@pytest.fixture
def client(server):
    return s3(server, make_key(server.admin()))


@pytest.fixture
def make_receiver():
    made = []

    def make(answers=()):
        made.append(Receiver(answers))
        return made[-1]

    yield make
    for receiver in made:
        receiver.shutdown()


def hook(url, *events, **filters):
    rules = [{"Name": name, "Value": value} for name, value in filters.items()]
    return {"Id": "first", "TopicArn": url, "Events": list(events)} | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def listen(client, bucket, *hooks):
    answer = client.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"TopicConfigurations": list(hooks)})
    return answer["ResponseMetadata"]["HTTPHeaders"].get("x-boathouse-webhook-secret")


def records(calls):
    return [json.loads(body)["Records"][0] for _, body in calls]


def test_a_put_is_told_and_signed(server, client, make_receiver):
    receiver = make_receiver()
    client.create_bucket(Bucket="told")
    secret = listen(client, "told", hook(receiver.url, "s3:ObjectCreated:*", Prefix="in/", Suffix=".csv"))
    etag = client.put_object(Bucket="told", Key="in/a b+ü.csv", Body=b"id\n1\n")["ETag"]
    client.put_object(Bucket="told", Key="out/a.csv", Body=b"x")
    client.put_object(Bucket="told", Key="in/a.txt", Body=b"x")
    [(headers, body)] = receiver.wait(1)
    record = json.loads(body)["Records"][0]
    assert (record["eventSource"], record["eventName"], record["awsRegion"]) == ("aws:s3", "ObjectCreated:Put", "us-east-1")
    assert record["userIdentity"] == {"principalId": "admin"}
    assert record["s3"]["configurationId"] == "first"
    assert record["s3"]["bucket"]["name"] == "told" and record["s3"]["bucket"]["arn"] == "arn:aws:s3:::told"
    told = record["s3"]["object"]
    assert (told["key"], told["size"], told["eTag"]) == ("in/a+b%2B%C3%BC.csv", 5, etag.strip('"'))
    assert secret.startswith("whsec_")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    # The same secret for as long as there is a hook; never in the metadata as it is, nor in the log.
    assert listen(client, "told", hook(receiver.url, "s3:ObjectCreated:Put")) == secret
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    assert raw not in (server.data / "boathouse.db").read_bytes()
    assert "token=hidden" not in server.log_path.read_text()


def test_every_kind_of_event(client, make_receiver):
    receiver = make_receiver()
    client.create_bucket(Bucket="kinds")
    listen(client, "kinds", hook(receiver.url, "s3:ObjectCreated:*", "s3:ObjectRemoved:*"))
    client.put_object(Bucket="kinds", Key="a", Body=b"x")
    client.copy_object(Bucket="kinds", Key="b", CopySource={"Bucket": "kinds", "Key": "a"})
    upload = client.create_multipart_upload(Bucket="kinds", Key="c")["UploadId"]
    tag = client.upload_part(Bucket="kinds", Key="c", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    client.complete_multipart_upload(Bucket="kinds", Key="c", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    client.delete_object(Bucket="kinds", Key="a")
    client.delete_object(Bucket="kinds", Key="never")
    client.put_bucket_versioning(Bucket="kinds", VersioningConfiguration={"Status": "Enabled"})
    marker = client.delete_object(Bucket="kinds", Key="b")["VersionId"]
    told = {(record["eventName"], record["s3"]["object"]["key"]): record["s3"]["object"] for record in records(receiver.wait(5))}
    assert set(told) == {("ObjectCreated:Put", "a"), ("ObjectCreated:Copy", "b"), ("ObjectCreated:CompleteMultipartUpload", "c"),
                         ("ObjectRemoved:Delete", "a"), ("ObjectRemoved:DeleteMarkerCreated", "b")}
    assert told["ObjectRemoved:DeleteMarkerCreated", "b"]["versionId"] == marker
    assert len(receiver.calls) == 5, "what was not there was not deleted"


def test_a_call_that_fails_is_made_again_one_that_is_refused_is_not(server, client, make_receiver):
    again, refuses = make_receiver([503, 429]), make_receiver([410])
    client.create_bucket(Bucket="again")
    listen(client, "again", hook(again.url, "s3:ObjectCreated:*"), hook(refuses.url, "s3:ObjectCreated:*") | {"Id": "second"})
    client.put_object(Bucket="again", Key="a", Body=b"x")
    calls = again.wait(3)
    assert len({headers["webhook-id"] for headers, _ in calls}) == 1 and len({body for _, body in calls}) == 1
    refuses.wait(1)
    deadline = time.monotonic() + 30
    while True:
        jobs = server.admin().get("/v1/jobs", params={"kind": "notify", "object": "again/a"}, expect=200).json()["jobs"]
        if all(job["state"] in ("succeeded", "failed") for job in jobs):
            break
        assert time.monotonic() < deadline, jobs
        time.sleep(0.05)
    assert sorted((job["state"], job["attempts"]) for job in jobs) == [("failed", 1), ("succeeded", 3)]
    assert "hidden" not in json.dumps(jobs)


def test_settings_come_back_and_go(client, make_receiver, refused):
    client.create_bucket(Bucket="settings")
    wanted = {"TopicConfigurations": [hook("https://hooks.example.org/x", "s3:ObjectCreated:Put", Prefix="in/")],
              "QueueConfigurations": [{"Id": "q", "QueueArn": "http://hooks.example.org/q", "Events": ["s3:ObjectRemoved:*"]}],
              "LambdaFunctionConfigurations": [{"Id": "l", "LambdaFunctionArn": "http://hooks.example.org/l", "Events": ["s3:ObjectCreated:*"]}]}
    client.put_bucket_notification_configuration(Bucket="settings", NotificationConfiguration=wanted)
    back = client.get_bucket_notification_configuration(Bucket="settings")
    assert {name: back[name] for name in wanted} == wanted
    assert listen(client, "settings") is None
    assert "TopicConfigurations" not in client.get_bucket_notification_configuration(Bucket="settings")
    for url, events in (("arn:aws:sns:us-east-1:1:t", ["s3:ObjectCreated:*"]), ("ftp://x/y", ["s3:ObjectCreated:*"]),
                        ("http://user:word@x/", ["s3:ObjectCreated:*"]), ("http://", ["s3:ObjectCreated:*"]),
                        ("https://x/", ["s3:Replication:*"])):
        with refused("InvalidArgument", 400):
            listen(client, "settings", hook(url, *events))
    with refused("NotImplemented", 501):
        client.put_bucket_notification_configuration(Bucket="settings", NotificationConfiguration={"EventBridgeConfiguration": {}})


def test_addresses_inside_are_not_called_unless_the_house_allows_it(house, make_receiver):
    receiver = make_receiver()
    admin = house.admin()
    client = s3(house, make_key(admin))
    client.create_bucket(Bucket="inside")
    listen(client, "inside", hook(receiver.url, "s3:ObjectCreated:*"))
    client.put_object(Bucket="inside", Key="a", Body=b"x")
    deadline = time.monotonic() + 30
    while True:
        [job] = admin.get("/v1/jobs", params={"kind": "notify", "object": "inside/a"}, expect=200).json()["jobs"]
        if job["state"] not in ("queued", "running"):
            break
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    assert job["state"] == "failed" and "may not be called" in job["error"] and receiver.calls == []


def test_past_the_limit_what_would_be_told_is_asked_to_come_again(make_server):
    server = make_server(env={"BOATHOUSE_WEBHOOKS_INSIDE": "true", "BOATHOUSE_MAX_QUEUED_FILES": "3"}).start()
    client = s3(server, make_key(server.admin()))
    client.create_bucket(Bucket="deaf")
    listen(client, "deaf", hook("http://127.0.0.1:9/nobody", "s3:ObjectCreated:*", "s3:ObjectRemoved:*", Prefix="in/"))
    taken, refused = -1, 0
    for n in range(40):  # those that are being sent do not wait just then
        try:
            client.put_object(Bucket="deaf", Key="in/a", Body=str(n).encode())
            taken = n
        except ClientError as error:
            assert error.response["Error"]["Code"] == "SlowDown"
            refused += 1
            assert body_of(client, "deaf", "in/a") == str(taken).encode(), "nothing changed"
    assert taken >= 2 and refused > 0
    client.put_object(Bucket="deaf", Key="elsewhere", Body=b"x")
