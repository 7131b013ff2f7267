# SPDX-License-Identifier: Apache-2.0
"""AWS's own clients, spoken to a server of ours: boto3, and the aws command."""

import base64
import hashlib
import hmac
import os
import pathlib
import subprocess
import sys

import boto3
import requests
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

REGION = "us-east-1"
AWS = pathlib.Path(sys.executable).with_name("aws")


def make_key(api, **fields):
    """An access key of whoever `api` speaks as: (id, secret)."""
    key = api.post("/v1/access-keys", json=fields, expect=201).json()
    return key["access_key_id"], key["secret_access_key"]


def client(service, url, key=None, region=REGION):
    """boto3's client of a service, which the server has at /<service>: signed with `key`, or anonymous."""
    config = Config(retries={"max_attempts": 0}, signature_version=None if key else UNSIGNED)
    access, secret = key or (None, None)
    return boto3.client(service, endpoint_url=f"{url}/{service}", region_name=region, aws_access_key_id=access,
                        aws_secret_access_key=secret, config=config)


def cognito(url, key=None, region=REGION):
    return client("cognito-idp", url, key, region)


def aws_env(url, key, region=REGION):
    """The environment in which `aws` reaches the server, and nothing else of the caller's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return env | {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": url + "/cognito-idp", "AWS_ENDPOINT_URL_STS": url + "/sts",
                  "AWS_ENDPOINT_URL_API_GATEWAY": url + "/apigateway", "AWS_ENDPOINT_URL_SECRETS_MANAGER": url + "/secretsmanager", "AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1], "AWS_DEFAULT_REGION": region,
                  "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1",
                  "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                  "PATH": f"{AWS.parent}:{env.get('PATH', '')}"}


def aws(url, key, *arguments):
    """What `aws ARGUMENTS --output text` prints; fails the test when it fails."""
    command = [str(AWS), *arguments, "--output", "text"]
    done = subprocess.run(command, env=aws_env(url, key), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def secret_hash(name, client_id, secret):
    return base64.b64encode(hmac.new(secret.encode(), (name + client_id).encode(), hashlib.sha256).digest()).decode()


class Signed(requests.auth.AuthBase):
    """Signs what `requests` sends, by Signature Version 4 as botocore makes it."""

    def __init__(self, key, service="cognito-idp", region=REGION):
        self.signer = SigV4Auth(Credentials(*key), service, region)

    def __call__(self, request):
        signed = AWSRequest(method=request.method, url=request.url, data=request.body,
                            headers={name: value for name, value in request.headers.items() if name.lower().startswith("x-amz-")})
        self.signer.add_auth(signed)
        request.headers.update(dict(signed.headers))
        return request
