# SPDX-License-Identifier: Apache-2.0
"""A file that is put into a bucket is found in PostgreSQL: trigger, table and sink together, as the aws command drives them."""

import pytest

from support.aws import make_key
from support.runs import ended_runs
from support.s3 import aws_s3, s3
from support.sinks import Sink

HEAD = "id,name,email,age\n"


def customers(**changed):
    return HEAD + "".join(f"{n},{changed.get(f'n{n}', f'name {n}')},c{n}@x.example,{20 + n}\n" for n in range(1, 11))


@pytest.fixture
def owner(house, database):
    """A user with a workspace, an access key and a sink of one's own."""
    name = f"feeds-{database.name}"
    api = house.admin().make_user(name)
    return api, name, make_key(api)


def put(house, key, tmp_path, name, text, bucket):
    (tmp_path / name).write_text(text)
    aws_s3(house, key, "s3", "cp", tmp_path / name, f"s3://{bucket}/data/")


def test_a_file_put_twice_is_one_table_in_postgresql(house, owner, database, tmp_path):
    api, workspace, key = owner
    sink = Sink(api, "lake", ws=workspace)
    sink.put(url=database.url)
    aws_s3(house, key, "s3", "mb", "s3://pipeline")
    put(house, key, tmp_path, "customers.csv", customers(), "pipeline")
    put(house, key, tmp_path, "customers.csv", customers(n3="Grace"), "pipeline")
    runs = ended_runs(api, "pipeline", "data/customers.csv", 2)
    assert [run["state"] for run in runs] == ["succeeded", "succeeded"]
    sink.settled()
    rows = database.sql("SELECT id, name, email, age FROM customers ORDER BY id")
    assert rows == [(str(n), "Grace" if n == 3 else f"name {n}", f"c{n}@x.example", str(20 + n)) for n in range(1, 11)]
    assert database.sql("SELECT count(*) FROM customers WHERE processed_at > now() - interval '1 hour'") == [("10",)]
    types = dict(database.sql("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'customers'"))
    assert types == {"id": "bigint", "name": "text", "email": "text", "age": "bigint", "processed_at": "timestamp with time zone"}
    assert database.sql("SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) "
                        "WHERE i.indrelid = 'customers'::regclass AND i.indisprimary") == [("id",)]


def test_a_triggers_sinks_are_the_ones_that_it_feeds(house, owner, database, postgres, tmp_path):
    api, workspace, key = owner
    for name in ("one", "two", "named"):
        Sink(api, name, ws=workspace).put(url=database.url, schema=name, **({"tables": ["other"]} if name == "named" else {}))
    client = s3(house, key)
    for bucket, fields in (("to-one", {"sinks": ["one"]}), ("to-none", {"sinks": []}), ("to-all", {})):
        api.put(f"/v1/workspaces/{workspace}/triggers/{bucket}", json={"bucket": bucket} | fields, expect=201)
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key=f"data/{bucket.replace('-', '_')}.csv", Body=customers().encode())
        ended_runs(api, bucket, f"data/{bucket.replace('-', '_')}.csv")
    for name in ("one", "two", "named"):
        Sink(api, name, ws=workspace).settled()
    found = database.sql("SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename LIKE 'to\\_%' ORDER BY 1")
    assert found == [("one.to_all",), ("one.to_one",), ("two.to_all",)]
