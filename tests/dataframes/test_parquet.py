# SPDX-License-Identifier: Apache-2.0
"""Frames as Parquet: types, the footer's own entries, versions, downloads in parts."""

import datetime
import decimal
import io
import json
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

UTC = datetime.timezone.utc
PLAIN = {
    "i8": pa.array([1, None, -128], pa.int8()),
    "i32": pa.array([1, None, -2**31], pa.int32()),
    "i64": pa.array([1, None, 2**63 - 1], pa.int64()),
    "u32": pa.array([1, None, 2**32 - 1], pa.uint32()),
    "f32": pa.array([1.5, None, float("nan")], pa.float32()),
    "f64": pa.array([1.5, None, float("inf")], pa.float64()),
    "dec": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("-99.99")], pa.decimal128(9, 2)),
    "text": pa.array(["a", None, "ü"], pa.string()),
    "flag": pa.array([True, None, False]),
    "day": pa.array([datetime.date(2024, 1, 31), None, datetime.date(1, 1, 1)]),
    "clock": pa.array([datetime.time(1, 2, 3, 4), None, datetime.time(0)], pa.time64("us")),
    "at": pa.array([datetime.datetime(2024, 1, 1), None, datetime.datetime(1700, 1, 1)], pa.timestamp("us")),
    "zoned": pa.array([datetime.datetime(2024, 1, 1, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
    "bytes": pa.array([b"\x00\xff", None, b""], pa.binary()),
}
WIDER = {"i8": pa.int32(), "u32": pa.int64(), "f32": pa.float64()}


def test_columns_of_every_plain_type_come_back(frames):
    sent = pa.table(PLAIN)
    answer = frames.save_parquet(sent, "f")
    assert answer["total_rows"] == 3 and answer["df_name"] == "f"
    got = frames.load_table("f")
    assert got.column_names == sent.column_names
    for name in sent.column_names:
        wanted = sent[name].cast(WIDER.get(name, sent[name].type))
        assert got[name].type == wanted.type, name
        assert repr(got[name].to_pylist()) == repr(wanted.to_pylist()), name
    record = frames.records("f")[0]
    assert record["dec"] == 1.5 and record["at"] == 1704067200000 and record["day"] == 1706659200000
    assert frames.records("f")[2]["i64"] == 2**63 - 1 and frames.records("f")[2]["f64"] is None


def test_unsigned_numbers_pass_where_they_fit(frames):
    frames.save_parquet(pa.table({"u": pa.array([1, 2**63 - 1], pa.uint64())}), "f")
    assert frames.load_table("f")["u"].to_pylist() == [1, 2**63 - 1]
    assert "u" in frames.save_parquet(pa.table({"u": pa.array([2**63], pa.uint64())}), "f", expect=400)["error"]


@pytest.mark.parametrize("column", [
    pa.array([datetime.datetime(2024, 1, 1, tzinfo=UTC)], pa.timestamp("ns", "UTC")),
    pa.array([1], pa.timestamp("ns")),
])
def test_what_a_table_cannot_hold_is_refused(frames, column):
    body = io.BytesIO()
    pq.write_table(pa.table({"odd": column}), body, version="2.6")
    assert "odd" in frames.save_bytes(body.getvalue(), "f", expect=400)["error"]
    assert frames.list() == []


def test_no_parquet_is_told(frames):
    assert "Parquet" in frames.save_bytes(b"PAR1 no file PAR1", "f", expect=400)["error"]
    assert frames.save_bytes(b"", "f", expect=400)["error"]
    answer = frames.api.post("/dataframes/f", data=b"a,b\n1,2\n", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 415 and answer.json()["error"]


def test_the_footer_comes_back_with_each_version(frames):
    table = pa.table({"a": [1, 2, 3]})
    first = table.replace_schema_metadata({"pandas": '{"x": 1}', "boathouse": "own 'text' \u00fc", "other": "dropped"})
    one = frames.save_parquet(first, "f")["version"]
    two = frames.save_parquet(table, "f")["version"]
    read = lambda **query: pq.ParquetFile(io.BytesIO(frames.parquet("f", **query).content)).metadata.metadata or {}  # noqa: E731
    assert read(version=one, where="a > 1", columns="a")[b"pandas"] == b'{"x": 1}'
    assert read(version=one)[b"boathouse"] == "own 'text' \u00fc".encode()
    assert b"other" not in read(version=one)
    assert b"pandas" not in read(version=two) and b"pandas" not in read(external_key="NOW")
    frames.save_parquet(table.replace_schema_metadata({"pandas": "x" * (1 << 20)}), "f")
    frames.save_parquet(table.replace_schema_metadata({"pandas": "x" * (1 << 20), "boathouse": "y"}), "f", expect=413)


def test_versions_stay_as_they_were(frames):
    one = frames.save_parquet(pa.table({"a": [1]}), "f")["version"]
    before = frames.parquet("f", version=one)
    frames.save_parquet(pa.table({"a": [2]}), "f")
    assert frames.parquet("f", version=one).content == before.content
    assert frames.parquet("f", version=one).headers["ETag"] == before.headers["ETag"]
    assert frames.load_table("f", external_key="NOW")["a"].to_pylist() == [1, 2]
    frames.save_parquet(pa.table({"b": ["x"]}), "f", keep_last="true")
    assert frames.load_table("f")["b"].to_pylist() == ["x"]
    assert frames.load_table("f", version=one)["a"].to_pylist() == [1]
    later = datetime.datetime.now(UTC) + datetime.timedelta(hours=1)
    assert frames.load_table("f", as_of=later.isoformat().replace("+00:00", "Z"))["b"].to_pylist() == ["x"]


def test_a_cut_download_goes_on(frames):
    frames.save_parquet(pa.table({"a": list(range(100_000))}), "f")
    whole = frames.parquet("f")
    tag = whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes" and tag.startswith('"')
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    rest = frames.parquet("f", expect=206, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert whole.content[:1000] + rest.content == whole.content
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    frames.parquet("f", expect=416, headers={"Range": f"bytes={len(whole.content)}-"})
    assert frames.parquet("f", expect=304, headers={"If-None-Match": tag}).content == b""
    frames.save_parquet(pa.table({"a": [1]}), "f")
    changed = frames.parquet("f", expect=200, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert changed.headers["ETag"] != tag and len(changed.content) > 1000


def test_parts_of_a_frame(frames):
    frames.save_parquet(pa.table({"a": list(range(100)), "b": [f"t{i}" for i in range(100)]}), "f")
    assert frames.load_table("f", columns="b", where="a >= 98").to_pydict() == {"b": ["t98", "t99"]}
    assert frames.load_table("f", limit=3)["a"].to_pylist() == [0, 1, 2]


def test_days_and_ids_lay_files_out(frames):
    table = pa.table({"day": pa.array([datetime.date(2024, 1, 1 + i % 2) for i in range(10)]), "id": list(range(10))})
    answer = frames.save_parquet(table, "f", columns_keys=json.dumps({"day": "Date", "id": "ID"}), external_key="k")
    places = [c["path"].split("/data/")[1].rsplit("/", 1)[0] for c in answer["chunks"]]
    assert places == ["day/2024-01-01/id/from_0_to_8", "day/2024-01-02/id/from_1_to_9"]
    assert sorted(frames.load_table("f", external_key="k")["id"].to_pylist()) == list(range(10))


def test_types_that_differ_are_refused_and_numbers_grow(frames):
    frames.save_parquet(pa.table({"a": pa.array([1, 2], pa.int32())}), "f")
    frames.save_parquet(pa.table({"a": pa.array([2**40], pa.int64())}), "f")
    frames.save_parquet(pa.table({"a": pa.array([0.5])}), "f")
    assert frames.load_table("f", external_key="NOW")["a"].to_pylist() == [1.0, 2.0, 2.0**40, 0.5]
    for wrong in (["x"], [True], [datetime.date(2024, 1, 1)]):
        assert "a" in frames.save_parquet(pa.table({"a": wrong}), "f", expect=400)["error"]


def test_keys_of_other_shapes_are_read_one_by_one(frames):
    frames.save_parquet(pa.table({"a": [1]}), "f")
    frames.save_parquet(pa.table({"a": ["x"]}), "f", external_key="k")
    assert frames.load_table("f", external_key="NOW")["a"].to_pylist() == [1]
    assert frames.load_table("f", external_key="k")["a"].to_pylist() == ["x"]
    assert "external_key" in frames.parquet("f", expect=400).json()["error"]
    assert frames.records("f") == [{"a": 1}, {"a": "x"}]


def test_a_repeated_upload_counts_once(frames):
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    first = frames.save_parquet(pa.table({"a": [1]}), "f", headers=headers)
    assert frames.save_parquet(pa.table({"a": [1]}), "f", headers=headers) == first
    assert frames.load_table("f")["a"].to_pylist() == [1]


def test_frames_without_rows_keep_their_columns(frames):
    frames.save_parquet(pd.DataFrame({"a": pd.Series([], dtype="int64"), "b": pd.Series([], dtype="str")}), "f")
    assert frames.load_table("f").column_names == ["a", "b"] and frames.load_table("f").num_rows == 0
    assert frames.load_table("f")["a"].type == pa.int64()


def test_columns_that_differ_in_case_come_back_under_their_names(frames):
    for _ in range(2):
        frames.save_parquet(pa.table({"a": [1], "A": [2], "a_1": [3], "A__2": [4]}), "f")
    assert frames.records("f") == [{"a": 1, "A": 2, "a_1": 3, "A__2": 4}] * 2
    assert frames.load_table("f").column_names[:2] == ["a", "A__2"]


@pytest.mark.parametrize("table, words", [
    (pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), "rename"),
    (pa.table({"": [1]}), "no name"),
    (pa.table({"a": pa.array([1], pa.decimal256(60, 0))}), "38"),
    (pa.table({"a": pa.array([[1]], pa.list_(pa.decimal256(39, 0)))}), "38"),
])
def test_columns_that_no_table_has_are_refused(frames, table, words):
    assert words in frames.save_parquet(table, "f", expect=400)["error"]
    assert frames.list() == []


def test_flags_may_be_written_as_python_writes_them(frames):
    for n in range(2):
        frames.save_parquet(pa.table({"a": [n]}), "f")
    for yes in ("true", "True", "1", "TRUE"):
        assert frames.records("f", use_last=yes) == [{"a": 1}]
    for no in ("false", "False", "0"):
        assert len(frames.records("f", use_last=no)) == 2
    assert "use_last" in frames.records("f", use_last="yes", expect=400)["error"]
    frames.save_parquet(pa.table({"a": [7]}), "f", keep_last="True")
    assert frames.records("f") == [{"a": 7}]


def test_as_many_columns_as_a_table_may_have(frames):
    # Twice each: what the first took must not be missing for the next.
    wide = pd.DataFrame(np.arange(10_000.0).reshape(2, 5000), columns=[f"c{k}" for k in range(5000)])
    for _ in range(2):
        frames.save_parquet(wide, "wide", keep_last="true")
        pd.testing.assert_frame_equal(frames.load_table("wide").to_pandas(), wide)
        frames.upload(wide, "records", keep_last=True)
    assert frames.records("records", columns="c4999", limit=1) == [{"c4999": 4999.0}]
    frames.save_parquet(wide.assign(more=1.5), "wide", expect=413)


def test_bodies_that_are_no_whole_file_are_told_so(frames):
    def bytes_of(table):
        body = io.BytesIO()
        pq.write_table(table, body, compression="none")
        return body.getvalue()

    good = bytes_of(pa.table({"a": range(100)}))
    for broken in (bytes_of(pa.table({})), good[:-1], good[:20] + b"\xff" * 20 + good[40:], b"PAR1" + bytes(100) + b"PAR1"):
        told = frames.save_bytes(broken, "f", expect=400)["error"]
        assert told.startswith("the body is not a whole Parquet file: ") and "/" not in told, told
    assert frames.list() == []


def test_a_filter_that_varies_is_worked_out_every_time(frames):
    frames.save_parquet(pa.table({"a": range(100)}), "f")
    same = {frames.parquet("f", where="a < 50").headers["ETag"] for _ in range(2)}
    assert len(same) == 1
    for where in ("random() < 2", "a < epoch(now())", "current_date > DATE '2020-01-01'"):
        first, second = (frames.parquet("f", where=where) for _ in range(2))
        assert first.headers["ETag"] != second.headers["ETag"]
        assert pq.read_table(io.BytesIO(second.content)).num_rows == 100
