# SPDX-License-Identifier: Apache-2.0
"""/logs: the aws command and boto3 read the logs of runs as those of the function that they stand for."""

import subprocess

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.aws import AWS, REGION, aws_env, make_key
from support.runs import ended_run, ended_runs
from support.s3 import aws_s3, s3

GROUP = "/aws/lambda/DataPipelineStack-DataProcessorFunction"


@pytest.fixture(scope="module")
def mine(house, request):
    """A workspace of its own, so that no other test's runs are in its logs: (client of logs, key, api)."""
    api = house.admin().make_user("log-reader")
    key = make_key(api)
    client = boto3.client("logs", endpoint_url=house.url + "/logs", region_name=REGION, aws_access_key_id=key[0],
                          aws_secret_access_key=key[1], config=Config(retries={"max_attempts": 0}))
    return client, key, api


def aws_logs(house, key, *arguments):
    env = aws_env(house.url, key) | {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": house.url + "/logs"}
    done = subprocess.run([str(AWS), "logs", *arguments], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def people(changed):
    return "id,name\n" + "".join(f"{n},{'changed' if n == changed else 'as it was'}\n" for n in range(1, 11))


def test_the_old_guides_walk(house, mine, tmp_path):
    _, key, api = mine
    aws_s3(house, key, "s3", "mb", "s3://pipeline")
    file = tmp_path / "data.csv"
    for count, changed, target in ((1, None, "s3://pipeline/data/"), (2, 3, "s3://pipeline/data/data.csv")):
        file.write_text(people(changed))
        aws_s3(house, key, "s3", "cp", file, target)
        runs = ended_runs(api, "pipeline", "data/data.csv", count)
    workspace = api.get("/v1/me", expect=200).json()["workspace"]
    assert api.sql("SELECT count(*), count(*) FILTER (WHERE name = 'changed') FROM data", workspace=workspace) == [(10, 1)]
    stream = aws_logs(house, key, "describe-log-streams", "--log-group-name", GROUP, "--order-by", "LastEventTime", "--descending",
                      "--limit", "1", "--query", "logStreams[0].logStreamName", "--output", "text")
    assert stream.endswith(f"/[$LATEST]{runs[0]['id']}")
    told = aws_logs(house, key, "get-log-events", "--log-group-name", GROUP, "--log-stream-name", stream, "--output", "text",
                    "--query", "events[].message")
    assert f"START {runs[0]['id']}" in told and "10 rows read, 10 written, 0 rejected" in told and f"END {runs[0]['id']}" in told
    # What `aws logs tail` of the second version asks.
    tail = aws_logs(house, key, "filter-log-events", "--log-group-name", GROUP, "--interleaved", "--start-time", "0", "--output", "text",
                    "--query", "events[].message")
    assert all(f"START {run['id']}" in tail and f"END {run['id']}" in tail for run in runs)
    assert tail.index(f"START {runs[1]['id']}") < tail.index(f"START {runs[0]['id']}")


def test_groups_are_the_triggers(mine):
    client, key, api = mine
    workspace = api.get("/v1/me", expect=200).json()["workspace"]
    api.put(f"/v1/workspaces/{workspace}/triggers/a-second", json={"bucket": "second"}, expect=201)
    names = [group["logGroupName"] for group in client.describe_log_groups()["logGroups"]]
    assert GROUP in names and "/aws/lambda/a-second" in names
    assert [group["logGroupName"] for group in client.describe_log_groups(logGroupNamePrefix="/aws/lambda/a-")["logGroups"]] == ["/aws/lambda/a-second"]
    pages = client.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 1})
    assert [group["logGroupName"] for page in pages for group in page["logGroups"]] == names
    assert client.describe_log_streams(logGroupName="/aws/lambda/a-second")["logStreams"] == []


def test_the_stream_of_the_last_event_is_that_of_a_run_tried_again(house, mine):
    client, key, api = mine
    workspace = api.get("/v1/me", expect=200).json()["workspace"]
    api.put(f"/v1/workspaces/{workspace}/triggers/again", json={"bucket": "again", "prefix": "", "table": "again", "mode": "upsert"}, expect=201)
    aws_s3(house, key, "s3", "mb", "s3://again")
    runs = []
    for n in range(3):
        s3(house, key).put_object(Bucket="again", Key=f"{n}.csv", Body=b"n\n1\n")
        runs.append(ended_run(api, "again", f"{n}.csv")["id"])

    def streams(**fields):
        pages = client.get_paginator("describe_log_streams").paginate(logGroupName="/aws/lambda/again", orderBy="LastEventTime", **fields)
        return [stream["logStreamName"].split("]")[1] for page in pages for stream in page["logStreams"]]

    assert streams() == runs
    api.post(f"/v1/jobs/{runs[1]}/retry", expect=200)
    ended_run(api, "again", "1.csv")
    assert streams() == [runs[0], runs[2], runs[1]]
    assert streams(descending=True, PaginationConfig={"PageSize": 1}) == [runs[1], runs[2], runs[0]]
    newest = aws_logs(house, key, "describe-log-streams", "--log-group-name", "/aws/lambda/again", "--order-by", "LastEventTime",
                      "--descending", "--limit", "1", "--query", "logStreams[].logStreamName", "--output", "text")
    assert newest.endswith(runs[1])
    with pytest.raises(ClientError) as refused:
        client.describe_log_streams(logGroupName="/aws/lambda/again", orderBy="LastEventTime", nextToken="x")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_streams_and_events_page(house, mine):
    client, key, api = mine
    aws_s3(house, key, "s3", "mb", "s3://pages")

    for n in range(5):
        s3(house, key).put_object(Bucket="pages", Key=f"data/p{n}.csv", Body=b"id\n1\n")
    runs = [ended_run(api, "pages", f"data/p{n}.csv")["id"] for n in range(5)]
    pages = client.get_paginator("describe_log_streams").paginate(logGroupName=GROUP, descending=True, PaginationConfig={"PageSize": 2})
    streams = [stream for page in pages for stream in page["logStreams"]]
    assert [stream["logStreamName"].split("]")[1] for stream in streams][:5] == runs[::-1]
    stream = streams[0]
    assert stream["firstEventTimestamp"] <= stream["lastEventTimestamp"]
    date = stream["logStreamName"].split("[")[0]
    named = client.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=date)["logStreams"]
    assert [entry["logStreamName"] for entry in named] == [entry["logStreamName"] for entry in streams[::-1]]
    assert client.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="1999/")["logStreams"] == []

    name = stream["logStreamName"]
    whole = client.get_log_events(logGroupName=GROUP, logStreamName=name, startFromHead=True)
    messages = [event["message"] for event in whole["events"]]
    read, token = [], None
    while True:
        page = client.get_log_events(logGroupName=GROUP, logStreamName=name, startFromHead=True, limit=2, **({"nextToken": token} if token else {}))
        read += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert read == messages and len(read) > 4
    last = client.get_log_events(logGroupName=GROUP, logStreamName=name, limit=2)
    assert [event["message"] for event in last["events"]] == messages[-2:]
    before = client.get_log_events(logGroupName=GROUP, logStreamName=name, limit=2, nextToken=last["nextBackwardToken"])
    assert [event["message"] for event in before["events"]] == messages[-4:-2]
    head = client.get_log_events(logGroupName=GROUP, logStreamName=name, nextToken=whole["nextBackwardToken"])
    assert head["events"] == [] and head["nextBackwardToken"] == whole["nextBackwardToken"]
    assert client.get_log_events(logGroupName=GROUP, logStreamName=name, endTime=1)["events"] == []


def test_events_are_found_by_words_streams_and_times(mine):
    client, _, _ = mine
    every = client.filter_log_events(logGroupName=GROUP)["events"]
    assert [event["timestamp"] for event in every] == sorted(event["timestamp"] for event in every)
    assert len({event["eventId"] for event in every}) == len(every)
    paged = client.get_paginator("filter_log_events").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 3})
    assert {event["eventId"] for page in paged for event in page["events"]} == {event["eventId"] for event in every}

    def found(pattern):
        return [event["message"] for event in client.filter_log_events(logGroupName=GROUP, filterPattern=pattern)["events"]]

    assert found("START") and all(line.startswith("START") for line in found("START"))
    assert found('"rows read"') == [line for line in (event["message"] for event in every) if "rows read" in line]
    assert found("rows -written") == [line for line in (event["message"] for event in every) if "rows" in line and "written" not in line]
    assert set(found("?START ?END")) == set(found("START") + found("END"))
    stream = every[0]["logStreamName"]
    of_stream = client.filter_log_events(logGroupName=GROUP, logStreamNames=[stream])["events"]
    assert {event["logStreamName"] for event in of_stream} == {stream}
    middle = every[len(every) // 2]["timestamp"]
    since = client.filter_log_events(logGroupName=GROUP, startTime=middle)["events"]
    until = client.filter_log_events(logGroupName=GROUP, endTime=middle)["events"]
    assert len(since) + len(until) == len(every) and min(event["timestamp"] for event in since) >= middle


@pytest.mark.parametrize("call, code", [
    (lambda client: client.describe_log_streams(logGroupName="/aws/lambda/nobody"), "ResourceNotFoundException"),
    (lambda client: client.get_log_events(logGroupName=GROUP, logStreamName="2026/01/01/[$LATEST]nothing"), "ResourceNotFoundException"),
    (lambda client: client.filter_log_events(logGroupName=GROUP, filterPattern="{ $.a = 1 }"), "InvalidParameterException"),
    (lambda client: client.filter_log_events(logGroupName=GROUP, nextToken="x"), "InvalidParameterException"),
    (lambda client: client.create_log_group(logGroupName="x"), "UnknownOperationException"),
])
def test_what_cannot_be_is_refused_as_there(mine, call, code):
    with pytest.raises(ClientError) as refused:
        call(mine[0])
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_another_workspaces_logs_are_not_there(house, mine):
    key = make_key(house.admin().make_user("log-stranger"))
    client = boto3.client("logs", endpoint_url=house.url + "/logs", region_name=REGION, aws_access_key_id=key[0],
                          aws_secret_access_key=key[1], config=Config(retries={"max_attempts": 0}))
    assert client.describe_log_groups()["logGroups"] == []
    with pytest.raises(ClientError) as refused:
        client.describe_log_streams(logGroupName=GROUP)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
