# SPDX-License-Identifier: Apache-2.0
"""The requests of the matrix's lines about the doors that AWS's clients call. Who asks signs with an access key of their own."""

import itertools
import json

from support.aws import Signed, cognito, make_key, secret_hash

TEMPORARY = "Temporary-word-1"
PASSWORD = "Some-password-1"
NEW_PASSWORD = "Another-password-2"

_numbers = itertools.count(1)


class Pool:
    """The pool as its administrator prepares it."""

    def __init__(self, scene):
        self.url = scene.server.url
        self.admin = cognito(self.url, make_key(scene.admin))
        self.id = self.admin.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
        self.client = self.admin.create_user_pool_client(UserPoolId=self.id, ClientName="c", GenerateSecret=True)["UserPoolClient"]
        self.client_id = self.client["ClientId"]

    def user(self, permanent=True):
        name = f"pooled{next(_numbers)}"
        self.admin.admin_create_user(UserPoolId=self.id, Username=name, TemporaryPassword=TEMPORARY)
        if permanent:
            self.admin.admin_set_user_password(UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True)
        return name

    def group(self):
        name = f"group{next(_numbers)}"
        self.admin.create_group(UserPoolId=self.id, GroupName=name)
        return name

    def login(self, name, password, flow="USER_PASSWORD_AUTH"):
        hashed = secret_hash(name, self.client_id, self.client["ClientSecret"])
        return {"AuthFlow": flow, "ClientId": self.client_id,
                "AuthParameters": {"USERNAME": name, "PASSWORD": password, "SECRET_HASH": hashed}}

    def tokens(self):
        return cognito(self.url).initiate_auth(**self.login(self.user(), PASSWORD))["AuthenticationResult"]

    def new_password(self):
        name = self.user(permanent=False)
        session = cognito(self.url).initiate_auth(**self.login(name, TEMPORARY))["Session"]
        hashed = secret_hash(name, self.client_id, self.client["ClientSecret"])
        return {"ClientId": self.client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session,
                "ChallengeResponses": {"USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD, "SECRET_HASH": hashed}}


# What each operation is sent beside UserPoolId.
OF_OWNERS = {
    "ListUserPools": lambda pool: {"MaxResults": 10},
    "DescribeUserPool": lambda pool: {},
    "ListUserPoolClients": lambda pool: {"MaxResults": 10},
    "DescribeUserPoolClient": lambda pool: {"ClientId": pool.client_id},
    "CreateUserPoolClient": lambda pool: {"ClientName": "another"},
    "DeleteUserPoolClient": lambda pool: {"ClientId": pool.client_id},
    "AdminCreateUser": lambda pool: {"Username": f"new{next(_numbers)}", "TemporaryPassword": TEMPORARY},
    "AdminGetUser": lambda pool: {"Username": "viewer"},
    "AdminSetUserPassword": lambda pool: {"Username": pool.user(), "Password": NEW_PASSWORD},
    "AdminUpdateUserAttributes": lambda pool: {"Username": pool.user(), "UserAttributes": [{"Name": "name", "Value": "Ada"}]},
    "AdminDeleteUserAttributes": lambda pool: {"Username": pool.user(), "UserAttributeNames": ["name"]},
    "AdminEnableUser": lambda pool: {"Username": pool.user()},
    "AdminDisableUser": lambda pool: {"Username": pool.user()},
    "AdminDeleteUser": lambda pool: {"Username": pool.user()},
    "AdminUserGlobalSignOut": lambda pool: {"Username": pool.user()},
    "ListUsers": lambda pool: {},
    "CreateGroup": lambda pool: {"GroupName": f"group{next(_numbers)}"},
    "GetGroup": lambda pool: {"GroupName": "viewer"},
    "ListGroups": lambda pool: {},
    "DeleteGroup": lambda pool: {"GroupName": pool.group()},
    "AdminAddUserToGroup": lambda pool: {"GroupName": pool.group(), "Username": pool.user()},
    "AdminRemoveUserFromGroup": lambda pool: {"GroupName": pool.group(), "Username": pool.user()},
    "AdminListGroupsForUser": lambda pool: {"Username": "viewer"},
    "ListUsersInGroup": lambda pool: {"GroupName": "editor"},
    "AdminInitiateAuth": lambda pool: pool.login(pool.user(), PASSWORD, "ADMIN_USER_PASSWORD_AUTH"),
    "AdminRespondToAuthChallenge": Pool.new_password,
}
OF_ALL = {
    "RespondToAuthChallenge": Pool.new_password,
    "GetUser": lambda pool: {"AccessToken": pool.tokens()["AccessToken"]},
    "ChangePassword": lambda pool: {"AccessToken": pool.tokens()["AccessToken"], "PreviousPassword": PASSWORD,
                                    "ProposedPassword": NEW_PASSWORD},
    "GlobalSignOut": lambda pool: {"AccessToken": pool.tokens()["AccessToken"]},
    "RevokeToken": lambda pool: {"Token": pool.tokens()["RefreshToken"], "ClientId": pool.client_id,
                                 "ClientSecret": pool.client["ClientSecret"]},
}


def asked(operation, body, **options):
    return {"data": json.dumps(body), **options,
            "headers": {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}", "Content-Type": "application/x-amz-json-1.1"}}


def of_owners(operation, body):
    def request(scene):
        pool = Pool(scene)
        signed = {"auth": Signed(make_key(scene.who))} if scene.who else {}
        return {}, asked(operation, {"UserPoolId": pool.id} | body(pool), **signed)
    return request


def of_all(operation, body):
    return lambda scene: ({}, asked(operation, body(Pool(scene))))


def of_pool(scene):
    return {"pool": Pool(scene).id}, {}


def signed(service, **options):
    def request(scene):
        return {}, options | ({"auth": Signed(make_key(scene.who), service)} if scene.who else {})
    return request


COGNITO = {
    "POST /sts": signed("sts", data="Action=GetCallerIdentity&Version=2011-06-15",
                        headers={"Content-Type": "application/x-www-form-urlencoded"}),
    "GET /apigateway/restapis": signed("apigateway"),
    "POST /logs": signed("logs", data="{}", headers={"X-Amz-Target": "Logs_20140328.DescribeLogGroups",
                                                     "Content-Type": "application/x-amz-json-1.1"}),
    "POST /secretsmanager": signed("secretsmanager", data="{}", headers={"X-Amz-Target": "secretsmanager.ListSecrets",
                                                                         "Content-Type": "application/x-amz-json-1.1"}),
    **{f"POST /cognito-idp?{name}": of_owners(name, body) for name, body in OF_OWNERS.items()},
    **{f"POST /cognito-idp?{name}": of_all(name, body) for name, body in OF_ALL.items()},
    "POST /cognito-idp": of_all("InitiateAuth", lambda pool: pool.login(pool.user(), PASSWORD)),
    "GET /cognito-idp/{pool}/.well-known/jwks.json": of_pool,
    "GET /cognito-idp/{pool}/.well-known/openid-configuration": of_pool,
}
