# SPDX-License-Identifier: Apache-2.0
"""S3 clients of a server of ours: boto3, and the aws command."""

import subprocess

import boto3
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from support.aws import AWS, REGION, aws_env


def s3(server, key, path=None, region=REGION, **config):
    """A boto3 client: on the S3 listener, or (path="/s3") below that path of the main one."""
    settings = Config(**({"retries": {"max_attempts": 0}, "signature_version": "s3v4",
                         "s3": {"addressing_style": "path"}} | config))
    return boto3.client("s3", endpoint_url=server.url + path if path else server.s3_url, region_name=region,
                        aws_access_key_id=key[0], aws_secret_access_key=key[1], config=settings)


def aws_s3(server, key, *arguments, status=0):
    """Runs `aws ARGUMENTS` against the S3 listener; returns what it prints."""
    env = aws_env(server.url, key) | {"AWS_ENDPOINT_URL_S3": server.s3_url}
    done = subprocess.run([str(AWS), *map(str, arguments)], env=env, capture_output=True, text=True, timeout=170)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


class SignedS3(requests.auth.AuthBase):
    """Signs what `requests` sends, as botocore does for S3."""

    def __init__(self, key, region=REGION):
        self.signer = S3SigV4Auth(Credentials(*key), "s3", region)

    def __call__(self, request):
        own = {name: value for name, value in request.headers.items() if name.lower().startswith("x-amz-")}
        signed = AWSRequest(method=request.method, url=request.url, data=request.body or b"", headers=own)
        self.signer.add_auth(signed)
        request.headers.update(dict(signed.headers))
        return request


def keys_of(client, bucket, **options):
    """All keys as the client pages through them."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, **options)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def body_of(client, bucket, key, **options):
    return client.get_object(Bucket=bucket, Key=key, **options)["Body"].read()


def files_of(server):
    """The files that hold objects' bytes."""
    return [path for path in (server.data / "buckets").rglob("*") if path.is_file()]
