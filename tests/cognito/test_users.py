# SPDX-License-Identifier: Apache-2.0
"""Users and groups as boto3 administers them."""

import datetime
import json

import pytest
import requests
from botocore.exceptions import ClientError

from cognito.conftest import PASSWORD, TEMPORARY
from support.aws import Signed, cognito, make_key


def attributes(user, field="UserAttributes"):
    return {item["Name"]: item["Value"] for item in user[field]}


def test_a_user_lives_and_goes(pool, refused):
    made = pool.admin.admin_create_user(UserPoolId=pool.id, Username="Ada.L", TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS",
                                        UserAttributes=[{"Name": "email", "Value": "ada@example.org"},
                                                        {"Name": "email_verified", "Value": "true"},
                                                        {"Name": "custom:team", "Value": "boats"}])["User"]
    assert (made["Username"], made["UserStatus"], made["Enabled"]) == ("Ada.L", "FORCE_CHANGE_PASSWORD", True)
    assert isinstance(made["UserCreateDate"], datetime.datetime)
    with refused("UsernameExistsException"):
        pool.admin.admin_create_user(UserPoolId=pool.id, Username="ada.l", TemporaryPassword=TEMPORARY)
    pool.admin.admin_set_user_password(UserPoolId=pool.id, Username="Ada.L", Password=PASSWORD, Permanent=True)
    user = pool.admin.admin_get_user(UserPoolId=pool.id, Username="ada.l")
    assert user["UserStatus"] == "CONFIRMED"
    kept = attributes(user)
    assert kept.pop("sub") == attributes(made, "Attributes")["sub"]
    assert kept == {"email": "ada@example.org", "email_verified": "true", "custom:team": "boats"}

    pool.admin.admin_update_user_attributes(UserPoolId=pool.id, Username="Ada.L",
                                            UserAttributes=[{"Name": "name", "Value": "Ada"}, {"Name": "email", "Value": "a@example.org"}])
    pool.admin.admin_delete_user_attributes(UserPoolId=pool.id, Username="Ada.L", UserAttributeNames=["custom:team"])
    kept = attributes(pool.admin.admin_get_user(UserPoolId=pool.id, Username="Ada.L"))
    assert (kept["name"], kept["email"], "custom:team" in kept) == ("Ada", "a@example.org", False)
    with refused("InvalidParameterException"):
        pool.admin.admin_update_user_attributes(UserPoolId=pool.id, Username="Ada.L", UserAttributes=[{"Name": "sub", "Value": "x"}])
    with refused("InvalidParameterException"):
        pool.admin.admin_update_user_attributes(UserPoolId=pool.id, Username="Ada.L", UserAttributes=[{"Name": "email", "Value": "nobody"}])

    tokens = pool.tokens("Ada.L")
    assert pool.claims(tokens["IdToken"])["email_verified"] is True
    pool.admin.admin_disable_user(UserPoolId=pool.id, Username="Ada.L")
    assert pool.admin.admin_get_user(UserPoolId=pool.id, Username="Ada.L")["Enabled"] is False
    assert pool.server.api().with_token(tokens["IdToken"]).get("/v1/me").status_code == 401
    with refused("NotAuthorizedException"):
        pool.tokens("Ada.L")
    pool.admin.admin_enable_user(UserPoolId=pool.id, Username="Ada.L")
    pool.server.api().with_token(tokens["IdToken"]).get("/v1/me", expect=200)
    pool.admin.admin_delete_user(UserPoolId=pool.id, Username="Ada.L")
    assert pool.server.api().with_token(tokens["AccessToken"]).get("/v1/me").status_code == 401
    with refused("UserNotFoundException"):
        pool.admin.admin_get_user(UserPoolId=pool.id, Username="Ada.L")


def test_they_are_the_users_of_every_door(pool, admin):
    name = pool.new_user()
    me = pool.server.api().login(name, PASSWORD).get("/v1/me", expect=200).json()
    assert me["email"] == name and {"name": "main", "role": "editor"} in me["workspaces"]
    admin.make_user("made-elsewhere", PASSWORD)
    assert pool.claims(pool.tokens("made-elsewhere")["IdToken"])["cognito:username"] == "made-elsewhere"
    assert "cognito:groups" not in pool.claims(pool.tokens("made-elsewhere")["IdToken"])
    assert "admin" in [user["Username"] for user in pool.admin.list_users(UserPoolId=pool.id)["Users"]]


def test_a_frame_is_saved_with_a_token_of_the_pool(pool):
    for token in (tokens := pool.tokens(pool.new_user()))["IdToken"], tokens["AccessToken"]:
        api = pool.server.api().with_token(token)
        api.post("/dataframes/upload", json={"dataframe": [{"a": 1}], "dataframe_name": "f", "keep_last": True}, expect=200)
        assert api.get("/dataframes/f", expect=200).json() == [{"a": 1}]


def test_passwords_keep_the_rules(pool, refused):
    for weak in ("short", "alllowercase", "Password1!"):
        with refused("InvalidPasswordException"):
            pool.admin.admin_create_user(UserPoolId=pool.id, Username="weak", TemporaryPassword=weak)
    name = pool.new_user()
    with refused("InvalidPasswordException"):
        pool.admin.admin_set_user_password(UserPoolId=pool.id, Username=name, Password="short", Permanent=True)
    pool.admin.admin_set_user_password(UserPoolId=pool.id, Username=name, Password=TEMPORARY)
    assert pool.start(name, TEMPORARY)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_without_a_password_nobody_knows_it(pool, refused):
    pool.admin.admin_create_user(UserPoolId=pool.id, Username="silent", MessageAction="SUPPRESS")
    assert pool.admin.admin_get_user(UserPoolId=pool.id, Username="silent")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    with refused("InvalidParameterException"):
        pool.admin.admin_create_user(UserPoolId=pool.id, Username="silent", MessageAction="RESEND")


def test_lists_page_and_filter_and_tell_no_hash(make_pool, refused):
    pool = make_pool()
    for n in range(7):
        pool.new_user(f"u{n}@example.org", password=PASSWORD if n % 2 else None)
    pages = pool.admin.get_paginator("list_users").paginate(UserPoolId=pool.id, PaginationConfig={"PageSize": 3})
    pages = [[user["Username"] for user in page["Users"]] for page in pages]
    assert pages == [["admin", "u0@example.org", "u1@example.org"], ["u2@example.org", "u3@example.org", "u4@example.org"],
                     ["u5@example.org", "u6@example.org"]]

    def found(text):
        return [user["Username"] for user in pool.admin.list_users(UserPoolId=pool.id, Filter=text)["Users"]]

    assert found('username = "U3@example.org"') == found('email="u3@example.org"') == ["u3@example.org"]
    assert found('email ^= "u"') == [f"u{n}@example.org" for n in range(7)]
    assert found('cognito:user_status = "FORCE_CHANGE_PASSWORD"') == [f"u{n}@example.org" for n in (0, 2, 4, 6)]
    pool.admin.admin_disable_user(UserPoolId=pool.id, Username="u5@example.org")
    assert found('status = "Disabled"') == ["u5@example.org"]
    assert found('username = "nobody"') == []
    [narrow] = pool.admin.list_users(UserPoolId=pool.id, Filter='username = "u1@example.org"', AttributesToGet=["email"])["Users"]
    assert narrow["Attributes"] == [{"Name": "email", "Value": "u1@example.org"}]
    for wrong in ('password = "x"', "username", 'username = x', 'username ! "x"'):
        with refused("InvalidParameterException"):
            found(wrong)
    for limit in (0, 61):
        with refused("InvalidParameterException"):
            pool.admin.list_users(UserPoolId=pool.id, Limit=limit)
    told = requests.post(pool.server.url + "/cognito-idp/", data=json.dumps({"UserPoolId": pool.id}), auth=Signed(pool.key),
                         headers={"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUsers"}, timeout=60)
    assert told.status_code == 200 and "argon2" not in told.text.lower()
    assert set(told.json()["Users"][0]) == {"Username", "Attributes", "UserCreateDate", "UserLastModifiedDate", "Enabled", "UserStatus"}


def test_groups_are_roles_and_labels(pool, admin, refused):
    name = pool.new_user()
    of_user = {"UserPoolId": pool.id, "Username": name}

    def groups():
        return [group["GroupName"] for group in pool.admin.admin_list_groups_for_user(**of_user)["Groups"]]

    def role():
        members = {member["name"]: member["role"] for member in admin.get("/v1/workspaces/main/members", expect=200).json()["members"]}
        return members.get(name)

    assert groups() == ["editor"]
    pool.admin.create_group(UserPoolId=pool.id, GroupName="sailors", Description="who sail", Precedence=7)
    with refused("GroupExistsException"):
        pool.admin.create_group(UserPoolId=pool.id, GroupName="sailors")
    pool.admin.admin_add_user_to_group(GroupName="sailors", **of_user)
    pool.admin.admin_add_user_to_group(GroupName="viewer", **of_user)
    assert groups() == ["viewer", "sailors"] and role() == "viewer"
    assert pool.claims(pool.tokens(name)["IdToken"])["cognito:groups"] == ["viewer", "sailors"]
    listed = {group["GroupName"]: group for group in pool.admin.list_groups(UserPoolId=pool.id)["Groups"]}
    assert {"owner", "editor", "viewer", "sailors"} <= set(listed)
    assert (listed["sailors"]["Description"], listed["sailors"]["Precedence"]) == ("who sail", 7)
    in_group = pool.admin.list_users_in_group(UserPoolId=pool.id, GroupName="sailors")["Users"]
    assert [user["Username"] for user in in_group] == [name]
    pool.admin.admin_remove_user_from_group(GroupName="sailors", **of_user)
    pool.admin.admin_remove_user_from_group(GroupName="viewer", **of_user)
    assert groups() == [] and role() is None
    pool.admin.delete_group(UserPoolId=pool.id, GroupName="sailors")
    with refused("ResourceNotFoundException"):
        pool.admin.get_group(UserPoolId=pool.id, GroupName="sailors")
    with refused("InvalidParameterException"):
        pool.admin.admin_remove_user_from_group(UserPoolId=pool.id, Username="admin", GroupName="owner")


def test_clients_come_and_go(pool, refused):
    made = pool.admin.create_user_pool_client(UserPoolId=pool.id, ClientName="spa", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    client = made["UserPoolClient"]
    assert "ClientSecret" not in client and client["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH"]
    name = pool.new_user()
    log_in = {"ClientId": client["ClientId"], "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD}}
    assert "IdToken" in pool.anyone.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", **log_in)["AuthenticationResult"]
    with refused("InvalidParameterException"):
        pool.admin.admin_initiate_auth(UserPoolId=pool.id, AuthFlow="ADMIN_USER_PASSWORD_AUTH", **log_in)
    pages = pool.admin.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool.id, PaginationConfig={"PageSize": 1})
    listed = [item["ClientId"] for page in pages for item in page["UserPoolClients"]]
    assert listed[0] == pool.client_id and client["ClientId"] in listed
    pool.admin.delete_user_pool_client(UserPoolId=pool.id, ClientId=client["ClientId"])
    with refused("ResourceNotFoundException"):
        pool.anyone.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", **log_in)
    with refused("ResourceNotFoundException"):
        pool.admin.describe_user_pool_client(UserPoolId=pool.id, ClientId=client["ClientId"])


def test_another_pool_is_not_there(pool, refused):
    for call in (pool.admin.describe_user_pool, pool.admin.list_users, pool.admin.list_groups):
        with refused("ResourceNotFoundException"):
            call(UserPoolId="us-east-1_another00")
    assert pool.admin.describe_user_pool(UserPoolId=pool.id)["UserPool"]["Name"] == "data_platform-user_pool"


def test_the_pools_name_is_a_setting(make_pool):
    pool = make_pool(env={"BOATHOUSE_COGNITO_POOL_NAME": "harbour"})
    assert pool.admin.list_user_pools(MaxResults=1)["UserPools"][0]["Name"] == "harbour"


def test_who_administers_signs_and_is_owner_of_main(pool, admin, refused):
    with refused("AccessDeniedException"):
        cognito(pool.server.url, make_key(admin.make_user("no-owner", PASSWORD, role="editor"))).list_user_pools(MaxResults=1)
    with refused("AccessDeniedException"):
        cognito(pool.server.url, make_key(admin, role="viewer")).list_user_pools(MaxResults=1)
    with refused("MissingAuthenticationTokenException"):
        cognito(pool.server.url).list_user_pools(MaxResults=1)
    with refused("UnrecognizedClientException"):
        cognito(pool.server.url, ("BHAKUNKNOWN", "secret")).list_user_pools(MaxResults=1)
    with refused("InvalidSignatureException"):
        cognito(pool.server.url, (pool.key[0], "wrong")).list_user_pools(MaxResults=1)
    with refused("InvalidSignatureException"):
        raise_as_boto(requests.post(pool.server.url + "/cognito-idp/", data="{}", auth=Signed(pool.key, service="s3"), timeout=60,
                                    headers={"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools"}))
    assert cognito(pool.server.url, pool.key, region="eu-west-3").list_user_pools(MaxResults=1)["UserPools"]


def raise_as_boto(answer):
    told = answer.json()
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-ErrorType"] == told["__type"] + ":"
    raise ClientError({"Error": {"Code": told["__type"], "Message": told["message"]},
                       "ResponseMetadata": {"HTTPStatusCode": answer.status_code}}, "call")


@pytest.mark.parametrize("target, body, code", [
    ("AWSCognitoIdentityProviderService.NoSuch", "{}", "UnknownOperationException"),
    ("AmazonSSM.GetParameter", "{}", "UnknownOperationException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", "{", "SerializationException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", "[1]", "SerializationException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", "", "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", '{"ClientId": 7, "AuthFlow": "USER_SRP_AUTH"}', "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", '{"ClientId": "x", "AuthFlow": "CUSTOM_AUTH"}', "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", '{"ClientId": "x", "AuthFlow": "ADMIN_NO_SRP_AUTH"}', "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", '{"ClientId": "x", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": [1]}',
     "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.InitiateAuth", '{"ClientId": "x", "AuthFlow": "USER_PASSWORD_AUTH"}', "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.RespondToAuthChallenge",
     '{"ClientId": "x", "ChallengeName": "SMS_MFA", "ChallengeResponses": {"USERNAME": "x"}}', "InvalidParameterException"),
    ("AWSCognitoIdentityProviderService.GetUser", '{"AccessToken": "x"}', "NotAuthorizedException"),
    ("AWSCognitoIdentityProviderService.GetUser", " " * (1 << 20) + "{}", "InvalidParameterException"),
])
def test_wrong_calls_are_told_in_cognitos_words(pool, refused, target, body, code):
    with refused(code) as why:
        raise_as_boto(requests.post(pool.server.url + "/cognito-idp", data=body, headers={"X-Amz-Target": target}, timeout=60))
    assert why.message
