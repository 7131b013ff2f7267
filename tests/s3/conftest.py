# SPDX-License-Identifier: Apache-2.0
"""Clients of the shared server's S3 door, and a bucket of each test's own."""

import itertools

import pytest
from botocore.exceptions import ClientError

from support.aws import make_key
from support.s3 import s3

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def key(house):
    return make_key(house.admin())


@pytest.fixture(scope="session")
def client(house, key):
    return s3(house, key)


@pytest.fixture
def bucket(client):
    name = f"bucket-{next(_numbers)}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def refused():
    """`with refused("NoSuchKey", 404):` the call must be refused so."""
    class Refused:
        def __init__(self, code, status):
            self.expected = (code, status)

        def __enter__(self):
            return self

        def __exit__(self, kind, error, trace):
            assert isinstance(error, ClientError), f"{error!r} instead of {self.expected}"
            self.response = error.response
            assert (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]) == self.expected, error
            return True

    return Refused
