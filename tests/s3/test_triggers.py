# SPDX-License-Identifier: Apache-2.0
"""Files put under a trigger's prefix become rows: by the S3 clients that people use, followed as they would follow them."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.aws import make_key
from support.runs import ended_run, ended_runs, log_of, runs_of
from support.s3 import aws_s3, s3

DEFAULT = "DataPipelineStack-DataProcessorFunction"


def put_trigger(admin, name, expect=201, **fields):
    return admin.put(f"/v1/workspaces/main/triggers/{name}", json=fields, expect=expect)


def listed(admin, bucket):
    triggers = admin.get("/v1/workspaces/main/triggers", expect=200).json()["triggers"]
    return [(trigger["name"], trigger["built_in"]) for trigger in triggers if trigger["bucket"] == bucket]


def rows(admin, table, columns="*", order="id"):
    return admin.sql(f'SELECT {columns} FROM "{table}" ORDER BY {order}')


def put(client, bucket, key, body):
    client.put_object(Bucket=bucket, Key=key, Body=body)


# The walk that the old pipeline's users know


def people(count, changed=None):
    lines = ["id,name,email"] + [f"{n},{'changed' if n == changed else f'person {n}'},p{n}@example.org" for n in range(1, count + 1)]
    return "\n".join(lines) + "\n"


def test_a_file_put_twice_is_updated_not_doubled(house, admin, key, bucket, table, tmp_path):
    file = tmp_path / f"{table}.csv"
    file.write_text(people(10))
    aws_s3(house, key, "s3", "cp", file, f"s3://{bucket}/data/")
    run = ended_run(admin, bucket, f"data/{table}.csv")
    assert run["state"] == "succeeded", run
    assert (run["result"]["rows_accepted"], run["result"]["table"]) == (10, table)
    file.write_text(people(10, changed=3))
    aws_s3(house, key, "s3", "cp", file, f"s3://{bucket}/data/{table}.csv")
    ended_runs(admin, bucket, f"data/{table}.csv", 2)
    assert rows(admin, table, "count(*), count(*) FILTER (WHERE name = 'changed')", "1") == [(10, 1)]
    assert [column["name"] for column in admin.describe(table)["columns"]] == ["id", "name", "email", "processed_at"]
    assert rows(admin, table, "count(DISTINCT processed_at)", "1") == [(1,)], "all rows came anew"


def test_a_run_has_a_log_that_people_can_read(admin, client, bucket, table):
    admin.put_contract(table, ["id INTEGER required", "n INTEGER", "processed_at TIMESTAMPTZ"], key=["id"])
    client.put_object(Bucket=bucket, Key=f"data/{table}.csv", Body=b"id;n\n1;5\nx;6\n2;7\n")
    run = ended_run(admin, bucket, f"data/{table}.csv")
    assert run["state"] == "succeeded"
    log = log_of(admin, run)
    for line in (f"START {run['id']}: {bucket}/data/{table}.csv of 17 bytes", "CSV delimited by ';' with a header",
                 f"table {table}, upsert by id", "3 rows read, 2 written, 1 rejected", "row 2 rejected: id ", f"table {table} is at version ", f"END {run['id']} after "):
        assert line in log, log


# Formats


def parquet(table):
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


RECORDS = [{"id": 1, "name": "Ada, the first"}, {"id": 2, "name": "Grace"}]
FORMATS = {
    "comma.csv": b'id,name\n1,"Ada, the first"\n2,Grace\n',
    "semicolon.csv": b"id;name\r\n1;Ada, the first\r\n2;Grace\r\n",
    "pipe.csv": b"id|name\n1|Ada, the first\n2|Grace\n",
    "mark.csv": b'\xef\xbb\xbfid,name\n1,"Ada, the first"\n2,Grace\n',
    "tabs.tsv": b"id\tname\n1\tAda, the first\n2\tGrace\n",
    "tabs.txt": b"id\tname\n1\tAda, the first\n2\tGrace\n",
    "list.json": json.dumps(RECORDS, indent=2).encode(),
    "lines.json": "".join(json.dumps(record) + "\n" for record in RECORDS).encode(),
    "lines.ndjson": "".join(json.dumps(record) + "\n" for record in RECORDS).encode(),
    "rows.parquet": parquet(pa.table({"id": [1, 2], "name": ["Ada, the first", "Grace"]})),
    "noname": b'id,name\n1,"Ada, the first"\n2,Grace\n',
}


def zstd(body):
    return pa.compress(body, codec="zstd", asbytes=True)


@pytest.mark.parametrize("fold, ending", [(None, ""), (gzip.compress, ".gz"), (zstd, ".zst")], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_and_compression_is_read(admin, client, bucket, table, name, fold, ending):
    kind = name.partition(".")[2]
    key = f"data/{table}{'.' + kind if kind else ''}{ending}"
    body = fold(FORMATS[name]) if fold else FORMATS[name]
    put(client, bucket, key, body)
    run = ended_run(admin, bucket, key)
    assert run["state"] == "succeeded", run
    assert rows(admin, table, "id, name") == [(1, "Ada, the first"), (2, "Grace")]
    assert admin.value(f'SELECT count(*) FROM "{table}" WHERE processed_at > now() - INTERVAL 1 HOUR') == 2
    # The bytes are the object's own, whatever the run did with them.
    assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == body


def test_a_file_without_a_header_has_the_tables_columns(admin, client, bucket, table):
    put(client, bucket, f"data/{table}.csv", b"id,n\n1,10\n2,20\n")
    ended_run(admin, bucket, f"data/{table}.csv")
    put(client, bucket, f"data/{table}.csv", b"2,21\n3,30\n")
    ended_runs(admin, bucket, f"data/{table}.csv", 2)
    assert rows(admin, table, "id, n") == [(1, 10), (2, 21), (3, 30)]
    assert admin.value(f'SELECT count(*) FROM "{table}" WHERE processed_at IS NULL') == 0


def test_a_file_in_parts_becomes_rows(admin, client, bucket, table):
    key = f"data/{table}.csv"
    first = b"id,n\n" + b"".join(b"%d,%d\n" % (n, n) for n in range(700_000))
    begun = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    parts = []
    for number, body in enumerate([first, b"700000,1\n700001,2\n"], 1):
        tag = client.upload_part(Bucket=bucket, Key=key, UploadId=begun, PartNumber=number, Body=body)["ETag"]
        parts.append({"PartNumber": number, "ETag": tag})
    client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=begun, MultipartUpload={"Parts": parts})
    assert ended_run(admin, bucket, key)["state"] == "succeeded"
    assert rows(admin, table, "count(*), max(id)", "1") == [(700_002, 700_001)]


def test_a_copy_into_the_prefix_has_a_run(admin, client, bucket, table):
    put(client, bucket, "elsewhere.csv", b"id\n1\n")
    assert runs_of(admin, bucket, "elsewhere.csv") == []
    client.copy_object(Bucket=bucket, Key=f"data/{table}.csv", CopySource={"Bucket": bucket, "Key": "elsewhere.csv"})
    assert ended_run(admin, bucket, f"data/{table}.csv")["state"] == "succeeded"
    assert rows(admin, table, "id") == [(1,)]


# What a file's rows are to the table


def test_the_key_is_id_else_email_else_there_is_none(admin, client, bucket, table):
    for suffix, header, expected in (("a", "ID,email,n", 1), ("b", "Email,n", 1), ("c", "n", 2)):
        line = header.replace("ID", "7").replace("Email", "a@x").replace("email", "a@x").replace("n", "{}")
        for n in (1, 2):
            put(client, bucket, f"data/{table}{suffix}.csv", f"{header}\n{line.format(n)}\n".encode())
        ended_runs(admin, bucket, f"data/{table}{suffix}.csv", 2)
        assert admin.value(f'SELECT count(*) FROM "{table}{suffix}"') == expected, header


def test_a_contracts_key_is_the_key(admin, client, bucket, table):
    admin.put_contract(table, ["id INTEGER", "code STRING required", "n INTEGER"], key=["code"])
    put(client, bucket, f"data/{table}.csv", b"id,code,n\n1,a,1\n1,b,2\n")
    put(client, bucket, f"data/{table}.csv", b"id,code,n\n2,a,3\n")
    ended_runs(admin, bucket, f"data/{table}.csv", 2)
    assert rows(admin, table, "id, code, n", "code") == [(2, "a", 3), (1, "b", 2)], "and no processed_at, which it does not know"


def test_rejected_rows_lie_in_quarantine(admin, client, bucket, table):
    admin.put_contract(table, ["id INTEGER required", "n INTEGER"], key=["id"])
    put(client, bucket, f"data/{table}.csv", b"id,n\n1,1\n2,many\n,3\n")
    run = ended_run(admin, bucket, f"data/{table}.csv")
    assert (run["state"], run["result"]["rows_rejected"]) == ("succeeded", 2)
    quarantined = admin.quarantine(table)
    assert {row["row"] for row in quarantined} == {2, 3} and all(row["file"] == f"data/{table}.csv" for row in quarantined)
    assert "row 2 rejected: n " in log_of(admin, run)


def test_a_trigger_of_its_own_says_how(admin, client, bucket, table):
    put_trigger(admin, f"own-{table}", bucket=bucket, prefix="in/", suffix=".txt", table=table, mode="replace", delimiter="~", header=False)
    put(client, bucket, "in/a.txt", b"1~x\n2~y\n")
    put(client, bucket, "in/a.csv", b"id\n1\n")
    put(client, bucket, f"data/{table}x.csv", b"id\n1\n")
    assert ended_run(admin, bucket, "in/a.txt")["state"] == "succeeded"
    put(client, bucket, "in/b.txt", b"3~z\n")
    ended_run(admin, bucket, "in/b.txt")
    assert rows(admin, table, "column1, column2", "1") == [(3, "z")]
    assert runs_of(admin, bucket, "in/a.csv") == [] and runs_of(admin, bucket, f"data/{table}x.csv") == []
    assert listed(admin, bucket) == [(f"own-{table}", False)]


# Which buckets have which triggers


def test_a_bucket_may_be_made_without_a_trigger(admin, house, key, client, table):
    name = f"quiet-{table}"
    client.meta.events.register("before-sign.s3.CreateBucket", add_none)
    try:
        client.create_bucket(Bucket=name)
    finally:
        client.meta.events.unregister("before-sign.s3.CreateBucket", add_none)
    put(client, name, f"data/{table}.csv", b"id\n1\n")
    assert listed(admin, name) == [] and runs_of(admin, name, f"data/{table}.csv") == []


def add_none(request, **_):
    request.headers["x-boathouse-triggers"] = "none"


def test_a_trigger_may_be_there_before_its_bucket(admin, client, table):
    name = f"later-{table}"
    put_trigger(admin, f"own-{table}", bucket=name, prefix="", table=table)
    client.create_bucket(Bucket=name)
    assert listed(admin, name) == [(f"own-{table}", False)]
    put(client, name, "a.csv", b"id\n1\n")
    assert ended_run(admin, name, "a.csv")["state"] == "succeeded"


def test_a_triggers_sink_that_is_not_there_is_told(admin, client, table):
    name = f"sinks-{table}"
    put_trigger(admin, name, bucket=name, sinks=["nowhere"])
    client.create_bucket(Bucket=name)
    put(client, name, f"data/{table}.csv", b"id\n1\n")
    run = ended_run(admin, name, f"data/{table}.csv")
    assert run["state"] == "succeeded"
    assert 'the trigger\'s sink "nowhere" is not there: it gets no rows' in log_of(admin, run)


def test_the_built_in_trigger_is_seen_and_taken_away(admin, client, bucket, table):
    assert listed(admin, bucket) == [(DEFAULT, True)]
    path = f"/v1/workspaces/main/triggers/{DEFAULT}"
    found = admin.get(path, params={"bucket": bucket}, expect=200).json()
    assert (found["bucket"], found["prefix"], found["mode"], found["table"]) == (bucket, "data/", "auto", None)
    admin.delete(path, params={"bucket": bucket}, expect=204)
    assert listed(admin, bucket) == []
    admin.get(path, params={"bucket": bucket}, expect=404)
    put(client, bucket, f"data/{table}.csv", b"id\n1\n")
    assert runs_of(admin, bucket, f"data/{table}.csv") == []


def test_folders_and_other_prefixes_have_no_run(admin, client, bucket):
    for key in ("data/", "data/sub/", "other/a.csv", "adata/a.csv"):
        put(client, bucket, key, b"")
        assert runs_of(admin, bucket, key) == [], key


@pytest.mark.parametrize("fields, field", [
    ({}, "bucket"), ({"bucket": "Not a bucket"}, "bucket"), ({"bucket": "files", "mode": "merge"}, "mode"),
    ({"bucket": "files", "mode": "append", "key": ["id"]}, "key"), ({"bucket": "files", "colour": "red"}, "colour"),
    ({"bucket": "files", "table": "a$b"}, "table"), ({"bucket": "files", "delimiter": ";;"}, "delimiter"),
    ({"bucket": "lake-ingress"}, "bucket"), ({"bucket": "123456789012-lake-ingress"}, "bucket"),
])
def test_a_wrong_trigger_is_refused_by_its_field(admin, fields, field):
    problem = put_trigger(admin, "wrong", expect=400, **fields).json()
    assert problem["field"] == field and field in problem["detail"]
    admin.get("/v1/workspaces/main/triggers/wrong", expect=404)


# Runs that fail, and runs again


def test_a_file_that_cannot_be_parsed_fails_at_once(admin, client, bucket, table):
    put(client, bucket, f"data/{table}.csv", b'id,n\n1,"never closed\n')
    run = ended_run(admin, bucket, f"data/{table}.csv")
    assert (run["state"], run["attempts"]) == ("failed", 1)
    assert "quote" in run["error"] and "ERROR" in log_of(admin, run)
    head = client.head_object(Bucket=bucket, Key=f"data/{table}.csv")["ResponseMetadata"]["HTTPHeaders"]
    assert (head["x-boathouse-run"], head["x-boathouse-state"]) == (run["id"], "failed")


@pytest.mark.parametrize("name, body, words", [
    ("{}.csv", b"", "empty"), ("{}.csv", b"\x00\x01\x02\n", "NUL"), ("{}.csv.gz", gzip.compress(b"id\n1\n")[:-6], "cut short"),
    ("{}.parquet", b"PAR1 nonsense", "Parquet"), ("{}.json", b'{"id": ', "not closed"), ("a$b{}.csv", b"id\n1\n", "table name"),
    ("{}.csv", b"a,a\n1,2\n", "twice"), ("{}.csv", b"id,a\n", "no rows"), ("{}.json", b"[]", "no rows"),
])
def test_what_is_wrong_with_a_file_is_said(admin, client, bucket, table, name, body, words):
    key = "data/" + name.format(table)
    put(client, bucket, key, body)
    run = ended_run(admin, bucket, key)
    assert (run["state"], run["attempts"]) == ("failed", 1), run
    assert words.lower() in run["error"].lower(), run["error"]


def test_a_failed_run_runs_again_with_the_bytes_that_it_was_given(admin, client, bucket, table):
    name = f"own-{table}"
    put_trigger(admin, name, bucket=bucket, prefix="", table=table, mode="upsert")
    put(client, bucket, "a.csv", b"n\n1\n")
    failed = ended_run(admin, bucket, "a.csv")
    assert failed["state"] == "failed" and "key" in failed["error"]
    client.delete_object(Bucket=bucket, Key="a.csv")
    put_trigger(admin, name, expect=200, bucket=bucket, prefix="", table=table, mode="append")
    admin.post(f"/v1/jobs/{failed['id']}/retry", expect=200)
    assert ended_run(admin, bucket, "a.csv")["state"] == "succeeded"
    assert rows(admin, table, "n", "n") == [(1,)]


def test_a_run_whose_trigger_is_gone_says_so(admin, client, bucket, table):
    put_trigger(admin, f"own-{table}", bucket=bucket, prefix="", mode="upsert", table=table)
    put(client, bucket, "a.csv", b"n\n1\n")
    run = ended_run(admin, bucket, "a.csv")
    admin.delete(f"/v1/workspaces/main/triggers/own-{table}", expect=204)
    admin.post(f"/v1/jobs/{run['id']}/retry", expect=200)
    run = ended_run(admin, bucket, "a.csv")
    assert run["state"] == "failed" and "is gone" in run["error"]


# State, order, once


def test_an_object_tells_its_runs_state(admin, client, bucket, table):
    put(client, bucket, f"data/{table}.csv", b"id\n1\n")
    run = ended_run(admin, bucket, f"data/{table}.csv")
    for answer in (client.head_object(Bucket=bucket, Key=f"data/{table}.csv"), client.get_object(Bucket=bucket, Key=f"data/{table}.csv")):
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        assert (headers["x-boathouse-run"], headers["x-boathouse-state"]) == (run["id"], "succeeded")
        assert answer["Metadata"] == {}
    put(client, bucket, "plain.csv", b"id\n1\n")
    assert "x-boathouse-state" not in client.head_object(Bucket=bucket, Key="plain.csv")["ResponseMetadata"]["HTTPHeaders"]


def test_fifty_fast_overwrites_run_in_their_order(admin, client, bucket, table):
    put_trigger(admin, f"own-{table}", bucket=bucket, prefix="", table=table, mode="append")
    for n in range(50):
        put(client, bucket, "a.csv", f"n\n{n}\n".encode())
    runs = ended_runs(admin, bucket, "a.csv", 50)
    assert {run["state"] for run in runs} == {"succeeded"}
    versions = [run["result"]["version"] for run in reversed(runs)]
    newest_first = [version["version"] for version in admin.versions(table) if version["operation"] == "append"]
    assert versions == newest_first[::-1]
    assert admin.sql(f'SELECT n FROM "{table}" ORDER BY processed_at') == [(n,) for n in range(50)]


# Who may


def test_viewers_and_strangers(house, admin, bucket, table):
    viewer = admin.make_user(f"viewer-{table}", role="viewer")
    stranger = admin.make_user(f"stranger-{table}")
    path = f"/v1/workspaces/main/triggers/own-{table}"
    viewer.put(path, json={"bucket": bucket}, expect=403)
    stranger.put(path, json={"bucket": bucket}, expect=404)
    stranger.get("/v1/workspaces/main/triggers", expect=404)
    put_trigger(admin, f"own-{table}", bucket=bucket)
    assert viewer.get(path, expect=200).json()["bucket"] == bucket
    viewer.delete(path, expect=403)
    entries = admin.get("/v1/audit", params={"workspace": "main"}, expect=200).json()["entries"]
    assert ("set-trigger", f"own-{table}", "ok") in {(entry["what"], entry["target"], entry["outcome"]) for entry in entries}


def test_a_stranger_does_not_see_runs(house, admin, client, bucket, table):
    put(client, bucket, f"data/{table}.csv", b"id\n1\n")
    run = ended_run(admin, bucket, f"data/{table}.csv")
    stranger = admin.make_user(f"stranger-{table}")
    stranger.get(f"/v1/jobs/{run['id']}", expect=404)
    assert runs_of(stranger, bucket, f"data/{table}.csv") == []
    theirs = s3(house, make_key(stranger))
    theirs.create_bucket(Bucket=bucket)
    put(theirs, bucket, f"data/{table}.csv", b"id\n2\n")
    assert ended_run(stranger, bucket, f"data/{table}.csv")["state"] == "succeeded"
    assert rows(admin, table, "id") == [(1,)]
