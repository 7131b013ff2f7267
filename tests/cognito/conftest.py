# SPDX-License-Identifier: Apache-2.0
"""The pool of the shared server, its client, and users of a test's own."""

import itertools
from dataclasses import dataclass

import jwt
import pytest
from botocore.exceptions import ClientError

from support.aws import cognito, make_key, secret_hash
from support.server import Server

_numbers = itertools.count(1)
TEMPORARY = "Temporary-word-1"
PASSWORD = "Some-password-1"


@dataclass
class Pool:
    """A server's user pool as its administrator has it."""
    server: Server
    key: tuple
    id: str
    client_id: str
    client_secret: str

    def __post_init__(self):
        self.admin = cognito(self.server.url, self.key)
        self.anyone = cognito(self.server.url)

    def hash(self, name):
        return secret_hash(name, self.client_id, self.client_secret)

    def parameters(self, name, **others):
        return {"USERNAME": name, "SECRET_HASH": self.hash(name)} | others

    def new_user(self, name=None, password=PASSWORD, **fields):
        """A user whose password is not temporary any more; returns the name."""
        name = name or f"user{next(_numbers)}@example.org"
        self.admin.admin_create_user(UserPoolId=self.id, Username=name, TemporaryPassword=TEMPORARY, **fields)
        if password:
            self.admin.admin_set_user_password(UserPoolId=self.id, Username=name, Password=password, Permanent=True)
        return name

    def start(self, name, password=PASSWORD, flow="USER_PASSWORD_AUTH"):
        return self.anyone.initiate_auth(ClientId=self.client_id, AuthFlow=flow,
                                         AuthParameters=self.parameters(name, PASSWORD=password))

    def tokens(self, name, password=PASSWORD):
        return self.start(name, password)["AuthenticationResult"]

    @property
    def issuer(self):
        return f"{self.server.url}/cognito-idp/{self.id}"

    def verified(self, token, **options):
        """The claims of a token as PyJWT verifies them by the pool's JWKS."""
        key = jwt.PyJWKClient(f"{self.issuer}/.well-known/jwks.json").get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["RS256"], issuer=self.issuer, **options)

    def claims(self, id_token):
        return self.verified(id_token, audience=self.client_id)


def pool_of(server, key=None):
    key = key or make_key(server.admin())
    admin = cognito(server.url, key)
    [pool] = admin.list_user_pools(MaxResults=10)["UserPools"]
    client = admin.list_user_pool_clients(UserPoolId=pool["Id"], MaxResults=10)["UserPoolClients"][0]
    told = admin.describe_user_pool_client(UserPoolId=pool["Id"], ClientId=client["ClientId"])["UserPoolClient"]
    return Pool(server, key, pool["Id"], told["ClientId"], told["ClientSecret"])


@pytest.fixture(scope="session")
def pool(house):
    return pool_of(house)


@pytest.fixture
def make_pool(make_server):
    """The pool of a server of the test's own, started: make_pool(env=.., args=..)."""
    return lambda **options: pool_of(make_server(**options).start())


@pytest.fixture
def refused():
    """`with refused("NotAuthorizedException") as why:` the call must be refused so, with the status 400."""
    class Refused:
        def __init__(self, code):
            self.code = code

        def __enter__(self):
            return self

        def __exit__(self, kind, error, trace):
            assert isinstance(error, ClientError), f"{error!r} instead of {self.code}"
            self.message = error.response["Error"]["Message"]
            assert (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]) == (self.code, 400), error
            return True

    return Refused
