# SPDX-License-Identifier: Apache-2.0
"""The way of a user from creation to a token as guides for Cognito tell it, word for word, by the aws command in a shell."""

import subprocess

import jwt

from support.aws import aws_env

# The commands of such a guide; whoever follows it sets the endpoint and the keys in the environment.
GUIDE = r"""
set -eu
USER_POOL_ID=`aws cognito-idp list-user-pools \
  --max-results 10 \
  --query 'UserPools[*].[Name, Id]' \
  --output 'text' | awk '/data_platform-user_pool/ { print $2 }'`
USER_POOL_CLIENT_ID=`aws cognito-idp list-user-pool-clients \
  --user-pool-id $USER_POOL_ID \
  --query 'UserPoolClients[0].ClientId' \
  --output 'text'`
USER_POOL_CLIENT_SECRET=`aws cognito-idp describe-user-pool-client \
  --user-pool-id $USER_POOL_ID \
  --client-id $USER_POOL_CLIENT_ID \
  --query 'UserPoolClient.ClientSecret' \
  --output 'text'`
USER_POOL_USER_NAME='user@example.com'
USER_POOL_USER_PASSWORD=`python3 -c 'import uuid; print(uuid.uuid4())'`
aws cognito-idp admin-create-user \
  --user-pool-id $USER_POOL_ID \
  --username $USER_POOL_USER_NAME \
  --temporary-password $USER_POOL_USER_PASSWORD > /dev/null
USER_POOL_SECRET_HASH=`echo -n "$USER_POOL_USER_NAME$USER_POOL_CLIENT_ID" \
  | openssl dgst -sha256 -hmac $USER_POOL_CLIENT_SECRET -binary \
  | openssl base64`
USER_POOL_AUTH_SESSION=`aws cognito-idp admin-initiate-auth \
  --auth-flow 'ADMIN_NO_SRP_AUTH' \
  --user-pool-id $USER_POOL_ID \
  --client-id $USER_POOL_CLIENT_ID \
  --auth-parameters "USERNAME=$USER_POOL_USER_NAME,PASSWORD=$USER_POOL_USER_PASSWORD,SECRET_HASH=$USER_POOL_SECRET_HASH" \
  --query 'Session' \
  --output 'text'`
USER_POOL_USER_PASSWORD_NEW=`python3 -c 'import uuid; print(uuid.uuid4())'`
USER_POOL_AUTHORIZATION_TOKEN=`aws cognito-idp admin-respond-to-auth-challenge \
  --user-pool-id $USER_POOL_ID \
  --client-id $USER_POOL_CLIENT_ID \
  --session $USER_POOL_AUTH_SESSION \
  --challenge-name 'NEW_PASSWORD_REQUIRED' \
  --challenge-responses "NEW_PASSWORD=$USER_POOL_USER_PASSWORD_NEW,USERNAME=$USER_POOL_USER_NAME,SECRET_HASH=$USER_POOL_SECRET_HASH" \
  --query 'AuthenticationResult.IdToken' \
  --output 'text'`
echo $USER_POOL_AUTHORIZATION_TOKEN
USER_POOL_AUTHORIZATION_TOKEN=`aws cognito-idp admin-initiate-auth \
  --auth-flow 'ADMIN_NO_SRP_AUTH' \
  --user-pool-id $USER_POOL_ID \
  --client-id $USER_POOL_CLIENT_ID \
  --auth-parameters "USERNAME=$USER_POOL_USER_NAME,PASSWORD=$USER_POOL_USER_PASSWORD_NEW,SECRET_HASH=$USER_POOL_SECRET_HASH" \
  --query 'AuthenticationResult.IdToken' \
  --output 'text'`
echo $USER_POOL_AUTHORIZATION_TOKEN
"""


def test_the_guide_works_as_it_is_written(make_pool):
    pool = make_pool()
    done = subprocess.run(["bash", "-c", GUIDE], env=aws_env(pool.server.url, pool.key), capture_output=True, text=True,
                          timeout=240)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split()
    claims = pool.claims(second)
    assert claims["cognito:username"] == claims["email"] == "user@example.com"
    assert claims["cognito:groups"] == ["editor"]
    assert claims["token_use"] == "id"
    assert pool.claims(first)["jti"] != claims["jti"]
    assert jwt.get_unverified_header(second)["alg"] == "RS256"
    me = pool.server.api().with_token(second).get("/v1/me", expect=200).json()
    assert me["name"] == "user@example.com"
    assert {"name": "main", "role": "editor"} in me["workspaces"]
