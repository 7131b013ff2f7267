# SPDX-License-Identifier: Apache-2.0
"""A sink's credentials by AWS's Secrets Manager, as old guides ask for them: for owners only, each look in the audit log."""

import json
from unittest.mock import ANY

import pytest
from botocore.exceptions import ClientError

from support.aws import aws, client, make_key
from support.postgres import PASSWORD


def test_the_aws_command_reads_a_sinks_password(house, admin, database, make_sink):
    sink = make_sink(tables=[])
    key = make_key(admin)
    secret = json.loads(aws(house.url, key, "secretsmanager", "get-secret-value", "--secret-id", sink.name, "--query", "SecretString"))
    assert secret == {"username": "boathouse", "password": PASSWORD, "host": "127.0.0.1", "port": database.server.port,
                      "dbname": database.name, "engine": "postgres"}
    [entry, *_] = admin.get("/v1/audit", params={"what": "read-sink-secret"}, expect=200).json()["entries"]
    assert entry["target"] == sink.name and entry["who"] == "admin" and entry["outcome"] == "ok"


def test_there_is_no_version_but_the_current_one(house, admin, make_sink):
    sink = make_sink(tables=[])
    secrets = client("secretsmanager", house.url, make_key(admin))
    current = secrets.get_secret_value(SecretId=sink.name)
    assert secrets.get_secret_value(SecretId=sink.name, VersionStage="AWSCURRENT") == current | {"ResponseMetadata": ANY}
    assert secrets.get_secret_value(SecretId=sink.name, VersionId=current["VersionId"])["SecretString"] == current["SecretString"]
    for wish in ({"VersionStage": "AWSPREVIOUS"}, {"VersionId": "0" * 32}):
        with pytest.raises(ClientError) as refused:
            secrets.get_secret_value(SecretId=sink.name, **wish)
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException", wish


def test_secrets_are_described_and_listed_without_their_values(house, admin, make_sink):
    sink = make_sink(tables=[])
    secrets = client("secretsmanager", house.url, make_key(admin))
    assert sink.name in [secret["Name"] for secret in secrets.list_secrets()["SecretList"]]
    described = secrets.describe_secret(SecretId=sink.name)
    value = secrets.get_secret_value(SecretId=described["ARN"])
    assert value["Name"] == sink.name and value["VersionId"] in described["VersionIdsToStages"]
    assert PASSWORD not in str(described) + str(secrets.list_secrets())


def test_others_are_refused_as_aws_does(house, admin, make_sink, user_name):
    sink = make_sink(tables=[])
    user = admin.make_user(user_name)
    secrets = client("secretsmanager", house.url, make_key(user))
    with pytest.raises(ClientError) as refused:  # of one's personal workspace there is no such sink
        secrets.get_secret_value(SecretId=sink.name)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    admin.put(f"/v1/workspaces/main/members/{user_name}", json={"role": "editor"})
    with pytest.raises(ClientError) as refused:
        secrets.get_secret_value(SecretId=sink.name)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    entries = admin.get("/v1/audit", params={"what": "read-sink-secret", "who": user_name}, expect=200).json()["entries"]
    assert [entry["outcome"] for entry in entries] == ["permission-denied", "not-found"]
    with pytest.raises(ClientError) as refused:
        client("secretsmanager", house.url, make_key(admin)).get_secret_value(SecretId="none")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
