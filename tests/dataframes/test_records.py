# SPDX-License-Identifier: Apache-2.0
"""Frames as JSON and CSV: what older clients send, and what comes back."""

import json

import numpy as np
import pandas as pd
import pytest


def frame(n=5, begin=0):
    return pd.DataFrame({"id": range(begin, begin + n), "x": [i + 0.5 for i in range(n)], "name": [f"n{i}" for i in range(n)]})


def test_a_frame_comes_back_as_it_was(frames):
    sent = frame()
    answer = frames.upload(sent, "project/first", external_key="NOW", columns_keys={}, keep_last=False)
    assert answer | {"chunks": [], "version": ""} == {
        "df_name": "project/first", "columns_keys": {}, "external_key": "NOW", "keep_last": False, "total_rows": 5,
        "chunks": [], "version": ""}
    assert answer["version"].isdigit()
    assert [(c["rows"], c["number"]) for c in answer["chunks"]] == [(5, 1)]
    pd.testing.assert_frame_equal(frames.load("project/first"), sent)


def test_uploads_append_and_keep_last_replaces(frames):
    frames.upload(frame(3), "f")
    frames.upload(frame(2, 10), "f")
    assert list(frames.load("f")["id"]) == [0, 1, 2, 10, 11]
    assert list(frames.load("f", use_last="true")["id"]) == [10, 11]
    frames.upload(pd.DataFrame({"other": ["a", "b"]}), "f", keep_last=True)
    assert frames.records("f") == [{"other": "a"}, {"other": "b"}]


def test_an_array_its_text_and_csv_are_alike(frames):
    records = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    frames.upload(records, "array")
    frames.upload(json.dumps(records), "text")
    frames.upload("a,b\n1,x\n2,\n", "csv")
    for name in ("array", "text", "csv"):
        assert frames.records(name) == records, name


def test_keys_are_kept_apart_and_read_together(frames):
    frames.upload(frame(2), "f", external_key="k/1")
    frames.upload(pd.DataFrame({"other": ["a"]}), "f", external_key="main")
    frames.upload(frame(1, 7), "f")
    frames.upload(frame(1, 9), "f", external_key="k/1")
    assert list(frames.load("f", external_key="k/1")["id"]) == [0, 1, 9]
    assert frames.records("f", external_key="main") == [{"other": "a"}]
    assert list(frames.load("f", external_key="NOW")["id"]) == [7]
    together = frames.records("f")
    assert [(r.get("id"), r.get("other")) for r in together] == [(0, None), (1, None), (None, "a"), (7, None), (9, None)]
    assert [r["id"] for r in frames.records("f", use_last="true")] == [9]
    assert frames.records("f", external_key="none", expect=404)["error"]
    assert frames.list(prefix="f")[0]["external_keys"] == ["NOW", "k/1", "main"] or \
        sorted(frames.list(prefix="f")[0]["external_keys"]) == ["NOW", "k/1", "main"]


def test_a_frame_begun_under_a_key_has_no_now(frames):
    frames.upload(frame(2), "f", external_key="only")
    assert frames.records("f", external_key="NOW", expect=404)["error"]
    assert len(frames.records("f")) == 2
    frames.upload(pd.DataFrame({"z": [1]}), "f")
    assert frames.records("f", external_key="NOW") == [{"z": 1}]


@pytest.mark.parametrize("values, stored", [
    (["2024-01-01", "2024-02-29", None], "DATE"),
    (["2024-01-01T10:00:00", "2024-02-29T23:59:59"], "TIMESTAMP"),
    (["2024-01-01 10:00", "2024-02-29 23:59"], "TIMESTAMP"),
    (["2024-01-01T10:00:00.123", "2024-02-29T23:59:59.000"], "TIMESTAMP"),
    (["2024-01-01T10:00:00.123456Z", "2024-02-29T23:59:59.000001Z"], "TIMESTAMPTZ"),
    (["2024-01-01T10:00:00+02:00", "2024-02-29T01:00:00+02:00"], "TIMESTAMPTZ"),
    (["2024-01-01T10:00:00-0330", "2024-02-29T23:30:00-0330"], "TIMESTAMPTZ"),
    ([1704067200000, 1709164800001, None], "TIMESTAMP"),
])
def test_dates_come_back_as_they_came(frames, values, stored):
    records = [{"day": v, "n": i} for i, v in enumerate(values)]
    answer = frames.upload(records, "f", columns_keys={"day": "Date"})
    assert answer["columns_keys"] == {"day": "Date"}
    assert sorted(frames.records("f"), key=lambda r: r["n"]) == records
    folders = {c["path"].split("/data/")[1].rsplit("/", 1)[0] for c in answer["chunks"]}
    assert "day/2024-01-01" in folders or stored == "TIMESTAMPTZ"
    frames.upload(records[:1], "f")
    assert len(frames.records("f")) == len(records) + 1


def test_milliseconds_stay_numbers_without_a_key(frames):
    sent = pd.DataFrame({"t": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    frames.upload(sent, "f")
    assert frames.records("f") == [{"t": 1704067200000}, {"t": 1704153600000}]


def test_files_follow_ranges_of_ids(frames):
    ids = list(range(250_000))
    np.random.default_rng(1).shuffle(ids)
    answer = frames.upload(pd.DataFrame({"id": ids}), "f", columns_keys={"id": "ID"})
    places = [c["path"].split("/data/")[1].rsplit("/", 1)[0] for c in answer["chunks"]]
    assert places == ["id/from_0_to_99999", "id/from_100000_to_199999", "id/from_200000_to_249999"]
    assert [c["rows"] for c in answer["chunks"]] == [100_000, 100_000, 50_000]
    assert [c["number"] for c in answer["chunks"]] == [1, 2, 3]
    assert sorted(r["id"] for r in frames.records("f")) == list(range(250_000))


def test_an_id_of_many_rows_has_files_of_its_own(frames):
    answer = frames.upload(pd.DataFrame({"id": [1] * 10 + [2] * 150_000 + [3] * 10}), "f", columns_keys={"id": "ID"})
    places = [(c["path"].split("/")[-2], c["rows"]) for c in answer["chunks"]]
    assert all(rows <= 100_000 for _, rows in places)
    spans = sorted(tuple(map(int, p.removeprefix("from_").split("_to_"))) for p, _ in places)
    assert all(a[1] <= b[0] if a[1] == b[0] == 2 else a[1] < b[0] for a, b in zip(spans, spans[1:])), places


def test_the_day_is_above_the_range(frames):
    records = [{"day": f"2024-01-0{1 + i % 2}", "id": i} for i in range(10)]
    answer = frames.upload(records, "f", columns_keys={"day": "Date", "id": "ID"})
    places = [c["path"].split("/data/")[1].rsplit("/", 1)[0] for c in answer["chunks"]]
    assert places == ["day/2024-01-01/id/from_0_to_8", "day/2024-01-02/id/from_1_to_9"]


def test_ids_may_be_long(frames):
    ids = ["x" * 500, "ü/.." * 100, "y"]
    answer = frames.upload([{"id": i} for i in ids], "f", columns_keys={"id": "ID"})
    assert len(answer["chunks"][0]["path"].split("/")[-2]) <= 255
    assert sorted(r["id"] for r in frames.records("f")) == sorted(ids)


def test_rows_keep_their_order_over_many_files(frames):
    values = np.random.default_rng(2).permutation(230_000)
    answer = frames.upload(pd.DataFrame({"v": values}), "f")
    assert [c["rows"] for c in answer["chunks"]] == [100_000, 100_000, 30_000]
    assert [r["v"] for r in frames.records("f")] == values.tolist()


def test_fractions_make_a_whole_column_double(frames):
    frames.upload([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], "f")
    first = frames.list()[0]["version"]
    frames.upload([{"a": 1.0, "b": "z"}], "f")
    assert frames.api.get(frames.path("f")).text.replace(" ", "") == \
        '[{"a":1.0,"b":"x"},{"a":2.0,"b":"y"},{"a":1.0,"b":"z"}]'
    assert frames.records("f", use_last="true") == [{"a": 1.0, "b": "z"}]
    assert frames.api.get(frames.path("f"), params={"version": first}).text == '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'


def test_fractions_are_refused_beside_integers_that_no_double_holds(frames):
    frames.upload([{"a": 2**53 + 1}], "f")
    assert "a" in frames.upload([{"a": 0.5}], "f", expect=400)["error"]
    assert frames.records("f") == [{"a": 2**53 + 1}]


def test_a_column_without_values_takes_the_type_of_its_first(frames):
    frames.upload([{"a": None, "b": 1}], "f")
    frames.upload([{"a": 5, "b": 2}], "f")
    assert frames.records("f") == [{"a": None, "b": 1}, {"a": 5, "b": 2}]
    frames.upload([{"a": "text", "b": 3}], "f", expect=400)


@pytest.mark.parametrize("records", [
    [{"a": [1, 2, {"b": None}]}, {"a": {"x": "y"}}, {"a": None}],
    [{"a": 1}, {"a": "1"}, {"a": True}],
    [{"a": 12345678901234567890123}, {"a": -1}],
    [{"a": 9007199254740993}, {"a": 0.5}],
    [{"A": 1, "a": 2, "_row": 3}],
    [{"a": "ünï", "ключ": "\u0000" if False else "x\ny"}],
    [{"a": 9223372036854775807}, {"a": -9223372036854775808}],
    [{"a": 1e300}, {"a": -0.1}],
    [{"a": True}, {"a": None}, {"a": False}],
    [{"a": "2024-01-01", "b": "2024-01-01T00:00:00Z", "c": "007"}],
    [{"0": 1, "1": 2}],
    [{"a'b\"c": 1, "select": 2, "file_row_number": 3, "filename": "x"}],
])
def test_values_come_back_as_they_came(frames, records):
    frames.upload(records, "f")
    assert frames.records("f") == records
    frames.upload(records, "f")
    assert frames.records("f") == records + records


def test_what_is_no_finite_number_comes_back_as_null(frames):
    frames.upload(pd.DataFrame({"a": [1.5, np.nan, np.inf, -np.inf]}), "f")
    assert frames.records("f") == [{"a": 1.5}, {"a": None}, {"a": None}, {"a": None}]


@pytest.mark.parametrize("fields, words", [
    ({"columns_keys": {"missing": "Date"}}, "missing"),
    ({"columns_keys": {"a": "Hash"}}, "Date"),
    ({"columns_keys": ["a"]}, "columns_keys"),
    ({"columns_keys": {"b": "Date"}}, "ISO 8601"),
    ({"external_key": 5}, "external_key"),
    ({"external_key": ""}, "external_key"),
    ({"keep_last": "yes"}, "keep_last"),
])
def test_wrong_fields_are_told(frames, fields, words):
    assert words in frames.upload([{"a": 1, "b": "text"}], "f", expect=400, **fields)["error"]
    assert frames.list() == []


@pytest.mark.parametrize("dataframe", [
    "", "[", "[1,2]", "[{\"a\":1}", "[{\"a\":1},]", 5, None, True, {"a": 1}, "{\"a\":{\"0\":1}}", [[1]], ["x"], "[]", [],
    "a,b\n1,2,3\n", "a,a\n1,2\n", "a,\n1,2\n", [{"a": 1e400}] if False else "[{\"a\":1e400}]", "[{\"\":1}]",
    "[{\"a\":1,\"a\":2}]", "a\n\"open",
])
def test_frames_that_are_none_are_refused(frames, dataframe):
    assert frames.upload(dataframe, "f", expect=400)["error"]
    assert frames.list() == []


@pytest.mark.parametrize("name", ["a/../b", "/a", "a//b", "a/", "..", "", "x" * 300, "a@b", "a$b", "a\\b", "a\nb", 5, None])
def test_names_that_are_none_are_refused(frames, name):
    assert frames.upload([{"a": 1}], name, expect=400)["error"]


@pytest.mark.parametrize("name", ["ünïcødé/数据", "a b+c%2F", "x" * 128, "a.b/c-d", "upload", "main"])
def test_names_may_be_anything_else(frames, name):
    frames.upload([{"a": 1}], name)
    assert frames.records(name) == [{"a": 1}]
    assert [f["name"] for f in frames.list()] == [name]


def test_a_frame_without_rows_keeps_its_columns(frames):
    frames.upload("a,b\n", "f")
    assert frames.records("f") == []
    frames.upload([{"a": 1, "b": "x"}], "f")
    assert frames.records("f") == [{"a": 1, "b": "x"}]
    frames.upload("[]", "f")
    assert frames.records("f", use_last="true") == []
    assert len(frames.records("f")) == 1
    frames.upload("[]", "f", keep_last=True, expect=200)
    assert frames.records("f") == []


def test_what_is_not_there_is_404(frames):
    assert frames.records("nothing", expect=404)["error"]
    frames.upload([{"a": 1}], "f")
    assert frames.records("f", version="12", expect=404)["error"]
    assert frames.records("f", version="x", expect=400)["error"]
    assert frames.records("f", as_of="2001-01-01T00:00:00Z", expect=404)["error"]
    assert frames.records("f", as_of="today", expect=400)["error"]


def test_parts_of_a_frame(frames):
    frames.upload([{"a": i, "b": f"t{i}"} for i in range(10)], "f")
    assert frames.records("f", columns="b", where="a > 7") == [{"b": "t8"}, {"b": "t9"}]
    assert frames.records("f", columns='["b"]', limit=1) == [{"b": "t0"}]
    for query in ({"where": "1) UNION SELECT (1"}, {"where": "a IN (SELECT 1)"}, {"columns": "zz"}, {"limit": "-1"}, {"where": "zz = 1"}):
        assert frames.records("f", expect=400, **query)["error"]


def test_a_column_comes_once_and_a_time_is_one(frames):
    version = frames.upload([{"a": 1}], "f")["version"]
    later = "2999-01-01T00:00:00Z"
    for query in ({"columns": "a,a"}, {"version": version, "as_of": later}, {"use_last": "true", "as_of": later}):
        assert frames.records("f", expect=400, **query)["error"]
        assert frames.parquet("f", expect=400, **query).json()["error"]
    assert "NUL" in frames.upload([{"a": 1}], "f", external_key="a\0b", expect=400)["error"]


def test_rows_of_no_frame_take_a_frames_place(frames):
    frames.upload([{"a": 1, "A": {"x": 2}, "day": "2024-01-31"}], "f", columns_keys={"day": "Date"})
    table = frames.api.table_path("f", ws=frames.api.get("/v1/me").json()["workspace"])
    frames.api.post(table + "/rows?mode=replace", data="a,day\n5,2024-02-01\n", headers={"Content-Type": "text/csv"}, expect=200)
    told = [{"a": 5, "A__2": None, "day": 1706745600000}]  # what a table that is no frame can say
    assert frames.records("f") == told
    frames.upload([{"a": 6, "A__2": "text"}], "f")
    assert frames.records("f") == told + [{"a": 6, "A__2": "text", "day": None}]
    assert frames.list()[0]["columns_keys"] == {}


def test_nobody_sees_another_ones_frames(server, frames):
    frames.upload([{"a": 1}], "mine")
    other = type(frames)(server.admin().make_user("other-" + frames.api.get("/v1/me").json()["name"]))
    assert other.records("mine", expect=404)["error"]
    assert other.list() == []
    answer = server.api().get("/dataframes/mine")
    assert answer.status_code == 401 and answer.json()["error"] and "WWW-Authenticate" in answer.headers
    token = frames.api.post("/v1/tokens", json={"name": "t", "role": "viewer",
                                                "workspace": frames.api.get("/v1/me").json()["workspace"]}, expect=201).json()["token"]
    viewer = type(frames)(frames.api.with_token(token))
    assert viewer.records("mine") == [{"a": 1}]
    assert viewer.upload([{"a": 2}], "mine", expect=403)["error"]


def test_a_repeated_upload_counts_once(frames):
    headers = {"Idempotency-Key": "k1"}
    first = frames.upload([{"a": 1}], "f", headers=headers)
    assert frames.upload([{"a": 1}], "f", headers=headers) == first
    assert frames.upload([{"a": 2}], "f", headers=headers, expect=422)["error"]
    assert frames.records("f") == [{"a": 1}]


def test_unknown_fields_are_ignored(frames):
    frames.upload([{"a": 1}], "f", surprise=[1, {"x": "}"}], another=None)
    assert frames.records("f", surprise="yes") == [{"a": 1}]


def test_a_body_past_its_limit_is_413(make_server):
    from dataframes.frames import Frames
    small = Frames(make_server(args=["--max-dataframe-bytes", "4KiB"]).start().admin())
    small.upload([{"a": "x" * 3000}], "f")
    assert small.upload([{"a": "x" * 5000}], "f", expect=413)["error"]
    assert len(small.records("f")) == 1
