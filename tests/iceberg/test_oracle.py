# SPDX-License-Identifier: Apache-2.0
"""What the Iceberg room writes, read by pyiceberg, fastavro and DuckDB: src/iceberg/oracle_test.cc makes the tables."""

import datetime
import decimal
import json
import os
import pathlib
import subprocess
import uuid

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.expressions import EqualTo, GreaterThan
from pyiceberg.table import StaticTable
from pyiceberg.transforms import BucketTransform
from pyiceberg.types import UUIDType

from support.paths import ROOT
from support.readers import plain_path, read_with_duckdb, read_with_pyiceberg, rows_of

PROGRAM = pathlib.Path(os.environ.get("BOATHOUSE_ICEBERG_TEST", ROOT / "build" / "release" / "iceberg_test"))

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="iceberg_test is not built")


def field(name, kind, field_id, nullable=True):
    return pa.field(name, kind, nullable=nullable, metadata={"PARQUET:field_id": str(field_id)})


BASE = [field("id", pa.int32(), 1, nullable=False), field("name", pa.string(), 2), field("at", pa.timestamp("us", tz="UTC"), 3),
        field("day", pa.date32(), 4)]
EVOLVED = [field("id", pa.int64(), 1, nullable=False), field("full name", pa.string(), 2), *BASE[2:], field("more", pa.string(), 5)]
DELETES = [field("file_path", pa.string(), 2147483546, nullable=False), field("pos", pa.int64(), 2147483545, nullable=False)]
AT = datetime.datetime(2024, 1, 1, 10, 0, 0, 123456, datetime.timezone.utc)
TYPED_UUID = uuid.UUID("f79c3e09-677c-4bbd-a479-3f349cb785e7")
FIRST = datetime.date(2024, 1, 1)
SECOND = datetime.date(2024, 1, 2)


def write_real_files(folder):
    """Parquet files for the test RealFiles to adopt, and the rows that must be found in the end."""
    files = []
    location = f"file://{folder}/warehouse/real/data/day%3D"

    def write(name, fields, rows, day, commit, kind="data", **more):
        path = folder / name
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path)
        files.append({"path": str(path), "rows": len(rows), "size": path.stat().st_size, "day": str(day), "kind": kind,
                      "commit": commit, **more})
        return f"{location}/{day}/{name}"

    def people(start, count, day, name="name"):
        return [{"id": i, name: None if i % 3 == 0 else f"row {i} ä", "at": AT, "day": day} for i in range(start, start + count)]

    a = write("a.parquet", BASE, people(0, 10, FIRST), FIRST, 0)
    b = write("b.parquet", BASE, people(10, 10, FIRST), FIRST, 0)
    write("c.parquet", BASE, people(20, 10, SECOND), SECOND, 0)
    write("d1.parquet", DELETES, [{"file_path": a, "pos": 3}, {"file_path": a, "pos": 9}, {"file_path": b, "pos": 0}], FIRST, 1,
          kind="deletes", first=a, last=b)
    new = [{"id": 2 ** 40, "full name": "new", "at": AT, "day": SECOND, "more": "more"}]
    write("e.parquet", EVOLVED, new, SECOND, 2)
    write("d2.parquet", DELETES, [{"file_path": b, "pos": 9}], FIRST, 2, kind="deletes", first=b, last=b)
    (folder / "real.json").write_text(json.dumps(files))
    rows = people(0, 10, FIRST, "full name") + people(10, 10, FIRST, "full name") + people(20, 10, SECOND, "full name")
    kept = [row | {"more": None} for row in rows if row["id"] not in (3, 9, 10, 19)]
    return kept + new


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    """The folder of tables, after the program has written them; `.expected` are the rows of the table `real`."""
    folder = tmp_path_factory.mktemp("oracle")
    expected = write_real_files(folder)
    subprocess.run([PROGRAM, "--gtest_filter=Oracle*", "--gtest_brief=1"], check=True,
                   env=os.environ | {"BOATHOUSE_ORACLE_DIR": str(folder)})

    class Found:
        path = folder
        rows = expected

        @staticmethod
        def location(name):
            return (folder / f"{name}.location").read_text()

        def table(self, name):
            return StaticTable.from_metadata(self.location(name))

    return Found()


def file_names(paths):
    return sorted(pathlib.Path(path).stem for path in paths)


def live(table, snapshot=None):
    """Names of the live data and delete files."""
    entries = table.inspect.files(snapshot).to_pylist()
    return (file_names(e["file_path"] for e in entries if e["content"] == 0),
            file_names(e["file_path"] for e in entries if e["content"] == 1))


def test_metadata_is_read_whole(oracle):
    table = oracle.table("history")
    assert table.metadata.format_version == 2
    assert table.metadata.last_sequence_number == 4
    assert [f.name for f in table.schema().fields] == ["id", "more", "full name", "at", "day"]
    assert [(f.field_id, str(f.field_type)) for f in table.schema().fields][:2] == [(1, "long"), (5, "list<string>")]
    assert table.metadata.last_column_id == 6
    assert [str(f.transform) for f in table.spec().fields] == ["identity", "bucket[8]"]
    assert [s.summary.operation.value for s in table.snapshots()] == ["append", "delete", "overwrite", "append"]
    assert table.snapshots()[1].summary["boathouse.request-id"] == 'r "1"'
    assert {tuple(f.names): f.field_id for f in table.name_mapping()} == {
        ("id",): 1, ("more",): 5, ("full name",): 2, ("at",): 3, ("day",): 4}
    assert len(table.history()) == 3
    assert len(table.metadata.metadata_log) == 6
    for entry in table.metadata.metadata_log:
        assert pathlib.Path(plain_path(entry.metadata_file)).exists()
    refs = table.metadata.refs
    assert {name: ref.snapshot_ref_type.value for name, ref in refs.items()} == {"main": "branch", "key-x%2Fy": "branch", "a tag": "tag"}
    assert refs["a tag"].snapshot_id == table.snapshots()[1].snapshot_id
    assert refs["a tag"].max_ref_age_ms == 1000


def test_files_and_their_numbers(oracle):
    table = oracle.table("history")
    assert live(table) == (["a", "c"], ["d"])
    first, second, third, on_branch = [s.snapshot_id for s in table.snapshots()]
    assert live(table, first) == (["a", "b"], [])
    assert live(table, second) == (["a", "b"], ["d"])
    assert live(table, on_branch) == (["on-branch"], [])
    entries = {pathlib.Path(e["data_file"]["file_path"]).stem: e for e in table.inspect.entries(third).to_pylist()}
    numbers = {name: (e["status"], e["sequence_number"], e["file_sequence_number"], e["snapshot_id"]) for name, e in entries.items()}
    numbers.pop("b", None)  # the removal, which pyiceberg may leave out
    assert numbers == {"a": (0, 1, 1, first), "d": (1, 2, 2, second), "c": (1, 3, 3, third)}
    a = next(e for e in table.inspect.files(first).to_pylist() if e["file_path"].endswith("a.parquet"))
    assert (a["record_count"], a["file_size_in_bytes"], dict(a["value_counts"]), dict(a["null_value_counts"])) == (10, 1000, {1: 10}, {1: 0})
    assert a["readable_metrics"]["id"]["lower_bound"] == 1 and a["readable_metrics"]["id"]["upper_bound"] == 10
    assert table.metadata.snapshot_by_id(third).summary["total-records"] == "17"
    manifests = table.inspect.manifests().to_pylist()
    assert sum(m["existing_data_files_count"] for m in manifests) == 1
    assert sum(m["deleted_data_files_count"] for m in manifests) == 1


def test_manifests_merge_and_keep_every_file(oracle):
    table = oracle.table("many")
    assert live(table) == ([f"{i:03}" for i in range(230) if i % 10], [])
    assert len(table.inspect.manifests().to_pylist()) <= 100
    by_id = {s.snapshot_id: s.sequence_number for s in table.snapshots()}
    for entry in table.inspect.entries().to_pylist():
        if entry["status"] == 2:
            continue
        name = int(pathlib.Path(entry["data_file"]["file_path"]).stem)
        assert entry["sequence_number"] == name + 1 == by_id[entry["snapshot_id"]]
    assert table.current_snapshot().summary["total-data-files"] == "207"
    assert len(table.snapshots()) == 231
    assert len(table.metadata.metadata_log) == 20


def test_replaced_and_rolled_back(oracle):
    table = oracle.table("replaced")
    assert live(table) == (["r0"], [])
    assert [live(table, s.snapshot_id)[0] for s in table.snapshots()] == [["r0"], ["r1"], ["r2"], ["r0"]]
    assert table.snapshots()[3].parent_snapshot_id == table.snapshots()[2].snapshot_id


def test_partition_values_of_every_type(oracle):
    table = oracle.table("typed")
    names = [f.name for f in table.spec().fields]
    files = {}
    for manifest in table.current_snapshot().manifests(table.io):
        for entry in manifest.fetch_manifest_entry(table.io):
            files[pathlib.Path(entry.data_file.file_path).stem] = dict(zip(names, entry.data_file.partition, strict=True))
    assert set(files["nulls"].values()) == {None}
    assert files["typed"] == {
        "b": True, "i": -3, "l": 2 ** 63 - 1, "de": decimal.Decimal("-1234567.89"), "da": -1, "ts": -1_000_000,
        "tz": 1_704_067_200_000_000, "s pä": "a/b=ä", "u": TYPED_UUID,
        "fi": b"\x00\xff\x01", "bi": b"\x00", "f": 1.5, "d": -2.5, "ti": 86_399_999_999, "da_year": -1, "ts_month": -1,
        "tz_day": 19723, "tz_hour": 473352, "s pä_trunc_2": "a/", "u_bucket_16": BucketTransform(16).transform(UUIDType())(TYPED_UUID)}


def test_avro_headers_and_field_ids(oracle):
    manifests = [path for path in (oracle.path / "warehouse" / "history" / "metadata").glob("*-m*.avro") if not path.name.startswith("snap-")]
    assert manifests
    for manifest in manifests:
        with manifest.open("rb") as file:
            reader = fastavro.reader(file)
            list(reader)
            header = reader.metadata
        assert header["format-version"] == "2" and header["content"] in ("data", "deletes")
        assert {"schema", "schema-id", "partition-spec", "partition-spec-id"} <= set(header)
        json.loads(header["schema"]), json.loads(header["partition-spec"])
        fields = json.loads(header["avro.schema"])["fields"]
        assert {f["name"]: f["field-id"] for f in fields} == {"status": 0, "snapshot_id": 1, "sequence_number": 3,
                                                             "file_sequence_number": 4, "data_file": 2}
    lists = list((oracle.path / "warehouse" / "many" / "metadata").glob("snap-*.avro"))
    assert len(lists) == 231
    with lists[0].open("rb") as file:
        for record in fastavro.reader(file):
            assert (oracle.path / plain_path(record["manifest_path"])).stat().st_size == record["manifest_length"]


def test_real_rows_after_deletes_and_evolution(oracle):
    location = oracle.location("real")
    expected = sorted(tuple(row.values()) for row in oracle.rows)
    assert rows_of(read_with_pyiceberg(location), "id") == expected
    found = rows_of(read_with_duckdb(location), "id")
    assert [row[:2] + row[3:] for row in found] == [row[:2] + row[3:] for row in expected]
    assert {row[2].timestamp() for row in found} == {AT.timestamp()}


def test_real_rows_pruned(oracle):
    location = oracle.location("real")
    assert read_with_pyiceberg(location, row_filter=EqualTo("day", "2024-01-02")).num_rows == 11
    assert read_with_pyiceberg(location, row_filter=GreaterThan("id", 2 ** 33)).num_rows == 1
    assert read_with_pyiceberg(location, row_filter=EqualTo("id", 9)).num_rows == 0
