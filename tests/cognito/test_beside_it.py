# SPDX-License-Identifier: Apache-2.0
"""What guides for data platforms on AWS call beside Cognito: /sts and /apigateway, by the aws command and boto3."""

import subprocess
import xml.etree.ElementTree as ET

import pytest
import requests
from botocore.exceptions import ClientError

from support.aws import Signed, aws, aws_env, client, make_key

ACCOUNT = "123456789012"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# As such a guide has it, but for the endpoint's host, which it derives from AWS's own.
GUIDE = r"""
set -eu
INGRESS_API_ID=`aws apigateway get-rest-apis \
  --query 'items[*].[name,id]' \
  --output 'text'| awk '/data_platform-ingress/ { print $2 }'`
INGRESS_API_ENDPOINT="$SERVER/$INGRESS_API_ID"
curl -s -d '{"key1":"value1", "key2":"value2"}' \
  -H 'Content-Type: application/json' \
  -H "Authorization: $USER_POOL_AUTHORIZATION_TOKEN" \
  -X 'POST' \
  "$INGRESS_API_ENDPOINT/table/myTable/object"
INGRESS_AWS_ACCOUNT_ID=`aws sts get-caller-identity \
  --query 'Account' \
  --output 'text'`
echo " $INGRESS_AWS_ACCOUNT_ID"
"""


def test_a_document_is_posted_as_the_guide_tells(make_pool):
    pool = make_pool()
    env = aws_env(pool.server.url, pool.key) | {"SERVER": pool.server.url}
    env["USER_POOL_AUTHORIZATION_TOKEN"] = pool.tokens(pool.new_user())["IdToken"]
    done = subprocess.run(["bash", "-c", GUIDE], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answer, account = done.stdout.rsplit(" ", 1)
    assert account.strip() == ACCOUNT and '"success":true' in answer
    assert pool.server.admin().sql('SELECT key1, key2 FROM "myTable"') == [("value1", "value2")]


def test_by_endpoint_url(house, admin):
    key = make_key(admin)
    identity = aws(house.url, key, "sts", "get-caller-identity", "--endpoint-url", house.url + "/sts", "--query", "[Account,Arn]")
    assert identity.split() == [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/admin"]
    apis = aws(house.url, key, "apigateway", "get-rest-apis", "--endpoint-url", house.url + "/apigateway", "--query", "items[*].[name,id]")
    assert apis.split() == ["data_platform-ingress", "main"]


def test_everybody_is_told_who_they_are(house, admin):
    name = "a<b>&'\"c@example.org"
    user = admin.make_user(name)
    told = client("sts", house.url, make_key(user), region="eu-west-1").get_caller_identity()
    assert told["Account"] == ACCOUNT and told["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{name}" and told["UserId"]
    [api] = client("apigateway", house.url, make_key(user)).get_rest_apis(limit=500)["items"]
    assert (api["name"], api["id"]) == ("data_platform-ingress", "main")


@pytest.mark.parametrize("service, call, codes", [
    ("sts", "get_caller_identity", ("InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken")),
    ("apigateway", "get_rest_apis", ("UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException"))])
def test_a_signature_must_be_right(house, admin, user_name, service, call, codes):
    user = admin.make_user(user_name)
    known = make_key(user)

    def refused(key, expected):
        with pytest.raises(ClientError) as error:
            getattr(client(service, house.url, key), call)()
        told = error.value.response
        assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (expected, 403)

    getattr(client(service, house.url, known), call)()
    refused(("BHAKNOSUCHKEY", "x"), codes[0])
    refused((known[0], known[1] + "x"), codes[1])
    refused(None, codes[2])
    admin.patch(f"/v1/users/{user_name}", json={"disabled": True})
    refused(known, codes[0])


@pytest.mark.parametrize("path, service, code", [("/sts/", "sts", "IncompleteSignature"), ("/apigateway/restapis", "apigateway", "IncompleteSignatureException"),
                                                 ("/logs/", "logs", "IncompleteSignatureException"),
                                                 ("/cognito-idp/", "cognito-idp", "IncompleteSignatureException")])
def test_a_signature_must_be_dated_and_whole(house, admin, path, service, code):
    targets = {"logs": "Logs_20140328.DescribeLogGroups", "cognito-idp": "AWSCognitoIdentityProviderService.ListUserPools"}
    headers = {"X-Amz-Target": targets[service], "Content-Type": "application/x-amz-json-1.1"} if service in targets else FORM
    method = "GET" if service == "apigateway" else "POST"
    right = requests.Request(method, house.url + path, headers=headers, data="{}", auth=Signed(make_key(admin), service)).prepare()
    for name, value in [("X-Amz-Date", "today"), ("Authorization", "AWS4-HMAC-SHA256 Credential=x"), ("X-Amz-Later", "1")]:
        changed = right.copy()
        changed.headers[name] = value
        answer = requests.Session().send(changed, timeout=30)
        assert answer.status_code == 400 and code in answer.text + answer.headers.get("x-amzn-ErrorType", ""), (name, answer.text)


def post(house, key, body, service="sts", path="/sts/", **options):
    return requests.post(house.url + path, data=body, headers=FORM, auth=Signed(key, service), timeout=30, **options)


def test_wrong_requests(house, admin):
    key = make_key(admin)

    def code(answer):
        assert answer.headers["Content-Type"] == "text/xml"
        space = "{https://sts.amazonaws.com/doc/2011-06-15/}"
        return ET.fromstring(answer.text).find(f"{space}Error/{space}Code").text

    for body in ("", "Version=2011-06-15", "Action=AssumeRole", "Action=%01", "Action=GetCallerIdentitY"):
        answer = post(house, key, body)
        assert (answer.status_code, code(answer)) == (400, "InvalidAction"), body
    answer = post(house, key, "Action=%zz")
    assert (answer.status_code, code(answer)) == (400, "ValidationError")
    answer = post(house, key, "Action=GetCallerIdentity", service="s3")
    assert (answer.status_code, code(answer)) == (403, "SignatureDoesNotMatch")
    answer = post(house, key, "Action=GetCallerIdentity&x=" + "x" * 70_000)
    assert (answer.status_code, code(answer)) == (413, "ValidationError")
    answer = requests.get(house.url + "/sts", timeout=30)
    assert answer.status_code == 405 and answer.headers["Allow"] == "OPTIONS, POST"
    assert requests.get(house.url + "/apigateway/nothing", timeout=30).headers["x-amzn-ErrorType"] == "NotFoundException"
    assert post(house, key, "Action=GetCallerIdentity", path="/sts").status_code == 200
