# SPDX-License-Identifier: Apache-2.0
"""The figures of profiles, beside those of pandas."""

import datetime as dt
import decimal
import math
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from profiles.profiling import check_number, check_text, close, columns, profile, send

NUMBERS = {
    "plain": lambda random, n: random.normal(50, 10, n),
    "few": lambda random, n: random.integers(0, 7, n),
    "negative": lambda random, n: -random.exponential(3, n),
    "huge": lambda random, n: random.normal(0, 1, n) * 1e307,
    "tiny": lambda random, n: random.normal(0, 1, n) * 1e-290,
    "large integers": lambda random, n: random.integers(-2**62, 2**62, n),
    "constant": lambda random, n: np.full(n, 3.25),
    "with infinities": lambda random, n: np.where(random.random(n) < 0.02, np.inf, random.normal(0, 1, n)),
    "both infinities": lambda random, n: np.where(random.random(n) < 0.02, -np.inf, np.where(random.random(n) < 0.02, np.inf, 1.5)),
    "with nan": lambda random, n: np.where(random.random(n) < 0.1, np.nan, random.random(n)),
}


@pytest.mark.parametrize("rows", [1, 2, 17, 3000])
def test_numbers_are_as_pandas_has_them(admin, table, rows):
    random = np.random.default_rng(rows)
    frame = pd.DataFrame({name: make(random, rows) for name, make in NUMBERS.items()})
    send(admin, table, pa.Table.from_pandas(frame, preserve_index=False))
    found = columns(admin, table)
    assert list(found) == list(frame)
    for name in frame:
        check_number(found[name], frame[name])


def test_missing_numbers(admin, table):
    frame = pd.DataFrame({"n": pd.array([1, None, 3, None, 5], dtype="Int64")})
    send(admin, table, pa.Table.from_pandas(frame))
    column = columns(admin, table)["n"]
    check_number(column, frame["n"].astype("float64"))
    assert column["missing"] == 2 and column["type"] == "BIGINT" and column["rows"] == 5


def test_texts_are_as_pandas_has_them(admin, table):
    random = np.random.default_rng(7)
    words = ["Oslo", "Bergen", "", "Århus", "naïve café", "东京", "👍🏽 ok", "e\u0301", 'say "hi"', "2024-01-31", "a,b\nc", "ÅÄÖ 12", "٣٤", "x" * 300]
    frame = pd.DataFrame({"t": [words[i] if i < len(words) else None for i in random.integers(0, len(words) + 2, 2000)],
                          "ids": [f"AB-{i:05}" for i in range(2000)]})
    send(admin, table, pa.Table.from_pandas(frame, preserve_index=False))
    found = columns(admin, table)
    for name in frame:
        check_text(found[name], frame[name])
    assert found["ids"]["patterns"] == [{"pattern": "AA-99999", "rows": 2000, "share": 1.0}] and found["ids"]["unique"]
    assert [one["value"] for one in found["t"]["top"] if one.get("cut")] == ["x" * 200]
    assert found["t"]["min"] == "" and found["t"]["max"] == max(words, key=lambda word: word.encode())


def test_decimals_keep_their_digits(admin, table):
    values = [decimal.Decimal(text) for text in ("0.10", "0.20", "0.20", "-99999999999999999999.99", "99999999999999999999.99")]
    send(admin, table, {"d": pa.array(values, pa.decimal128(22, 2))})
    column = columns(admin, table)["d"]
    assert column["type"] == "DECIMAL(22,2)" and column["min"] == "-99999999999999999999.99" and column["max"] == "99999999999999999999.99"
    assert column["top"][0] == {"value": "0.20", "rows": 2} and column["distinct"] == 4 and column["negatives"] == 1
    assert close(column["quantiles"]["50%"], 0.2)


@pytest.mark.parametrize("precision", [4, 9, 18, 19, 38])
def test_quantiles_of_decimals_lie_between_their_neighbours(admin, table, precision):
    values = [decimal.Decimal(number).scaleb(-2) for number in (-9999, -1, 0, 7, 9998)]
    for count in (1, 2, 5):
        send(admin, f"{table}{count}", {"d": pa.array(values[:count], pa.decimal128(precision, 2))})
        told = columns(admin, f"{table}{count}")["d"]["quantiles"]
        for name, value in told.items():
            theirs = pd.Series([float(each) for each in values[:count]]).quantile(int(name[:-1]) / 100)
            assert close(value, theirs), (count, name, value, theirs)


def test_between_a_number_and_an_infinity_there_is_nothing(admin, table):
    send(admin, table, {"x": pa.array([1.0, 2.0, math.inf])})
    told = columns(admin, table)["x"]["quantiles"]
    assert close(told["25%"], 1.5) and told["75%"] is None


def test_integers_that_json_cannot_hold_are_text(admin, table):
    send(admin, table, {"n": pa.array([2**53, 2**53 + 1, -(2**63), 2**63 - 1], pa.int64())})
    column = columns(admin, table)["n"]
    assert column["min"] == str(-(2**63)) and column["max"] == str(2**63 - 1)
    assert {one["value"] for one in column["top"]} == {2**53, str(2**53 + 1), str(-(2**63)), str(2**63 - 1)}


def test_booleans(admin, table):
    send(admin, table, {"b": pa.array([True, False, True, None])})
    column = columns(admin, table)["b"]
    assert (column["true"], column["false"], column["missing"], column["distinct"]) == (2, 1, 1, 2)
    assert column["top"] == [{"value": True, "rows": 2}, {"value": False, "rows": 1}]


def test_times_have_a_range_and_gaps(admin, table):
    start = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
    moments = [start + dt.timedelta(minutes=10 * i) for i in range(1000)]
    moments = [moment for moment in moments if not dt.datetime(2024, 1, 3, tzinfo=dt.timezone.utc) <= moment < dt.datetime(2024, 1, 4, tzinfo=dt.timezone.utc)]
    send(admin, table, {"at": pa.array(moments, pa.timestamp("us", "UTC")), "day": pa.array([m.date() for m in moments]),
                        "plain": pa.array([m.replace(tzinfo=None) for m in moments], pa.timestamp("us")),
                        "clock": pa.array([m.time() for m in moments], pa.time64("us"))})
    found = columns(admin, table)
    at = found["at"]
    assert at["min"] == "2024-01-01T00:00:00Z" and at["max"] == "2024-01-07T22:30:00Z"
    assert at["range_seconds"] == (moments[-1] - moments[0]).total_seconds() and at["unique"]
    assert at["gaps"][0] == {"from": "2024-01-02T23:50:00Z", "to": "2024-01-04T00:00:00Z", "seconds": 86400 + 600}
    assert at["quantiles"]["50%"] in {moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in moments}
    assert sum(at["histogram"]["counts"]) == len(moments) and at["histogram"]["edges"][0] == at["min"]
    assert found["day"]["min"] == "2024-01-01" and found["day"]["distinct"] == 6
    assert found["day"]["gaps"][0] == {"from": "2024-01-02", "to": "2024-01-04", "seconds": 2 * 86400}
    assert found["plain"]["min"] == "2024-01-01T00:00:00" and found["plain"]["gaps"][0]["seconds"] == 86400 + 600
    assert found["clock"]["min"] == "00:00:00" and found["clock"]["max"] == "23:50:00" and found["clock"]["distinct"] == 144


def test_uuids_and_bytes(admin, table):
    ids = [uuid.UUID(int=i) for i in range(5)]
    admin.put_contract(table, ["u UUID", "b BINARY", "j JSON"])
    admin.post_rows(table, "u,b,j\n" + "".join(f'{one},{"YWJj" if i else "YQ=="},"{{""a"":{i}}}"\n' for i, one in enumerate(ids)))
    found = columns(admin, table)
    assert found["u"]["min"] == str(ids[0]) and found["u"]["max"] == str(ids[4]) and found["u"]["unique"]
    assert found["b"]["lengths"] == {"min": 1, "max": 3, "mean": 2.6} and found["b"]["top"][0] == {"value": "YWJj", "rows": 4}
    assert found["j"]["type"] == "JSON" and found["j"]["distinct"] == 5 and found["j"]["patterns"][0]["pattern"] == '{"a":9}'


def test_correlations_are_as_pandas_has_them(admin, table):
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"a": random.normal(0, 1, 500), "b": random.normal(0, 1, 500)})
    frame["c"] = frame["a"] * 2 + random.normal(0, 0.1, 500)
    frame["holes"] = np.where(random.random(500) < 0.3, np.nan, -frame["a"])
    frame["huge"] = frame["b"] * 1e300
    frame["constant"] = 1.0
    send(admin, table, pa.Table.from_pandas(frame, preserve_index=False))
    told = profile(admin, table)["correlations"]
    assert told["columns"] == ["a", "b", "c", "holes", "huge"] and told["exact"] and told["left_out"] == 0
    theirs = frame.assign(huge=frame["b"])[told["columns"]].corr()
    assert np.allclose(np.array(told["matrix"], dtype=float), theirs.to_numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mode", ["contract only", "no rows", "all missing"])
def test_nothing_is_no_mistake(admin, table, mode):
    admin.put_contract(table, ["i INTEGER", "d DOUBLE", "t STRING", "b BOOLEAN", "day DATE", "at TIMESTAMPTZ", "x BINARY", "u UUID", "m DECIMAL(9,2)"])
    if mode == "no rows":
        admin.post_rows(table, "i,d,t,b,day,at,x,u,m\n")
    if mode == "all missing":
        admin.post_rows(table, "i,d,t,b,day,at,x,u,m\n" + ",,,,,,,,\n" * 3)
    told = profile(admin, table)
    rows = 3 if mode == "all missing" else 0
    assert told["rows"] == rows and len(told["columns"]) == 9
    for column in told["columns"]:
        assert (column["rows"], column["missing"], column["distinct"], column["top"]) == (rows, rows, 0, [])
        assert column.get("min") is None and column.get("mean") is None and "histogram" not in column
    assert {finding["kind"] for finding in told["findings"]} == ({"all-missing"} if rows else set())


def test_five_hundred_columns(admin, table):
    random = np.random.default_rng(5)
    frame = pd.DataFrame({f"c{i}": random.normal(i, 1, 50) if i % 2 else [f"v{k}" for k in random.integers(0, i + 1, 50)] for i in range(500)})
    send(admin, table, pa.Table.from_pandas(frame, preserve_index=False))
    found = columns(admin, table)
    assert list(found) == list(frame)
    for name in frame:
        (check_number if frame[name].dtype == float else check_text)(found[name], frame[name])
    assert profile(admin, table)["correlations"]["left_out"] == 220


def test_names_are_only_names(admin, table):
    names = ['a"b', "v", "k", "g", "profiled", "ünï", "; DROP TABLE g", "x y", "'"]
    send(admin, table, {name: [1.0, 2.0, 4.0] for name in names})
    found = columns(admin, table)
    assert list(found) == names and all(column["mean"] == pytest.approx(7 / 3) for column in found.values())


def test_deleted_and_upserted_rows_do_not_count(admin, table):
    admin.post_rows(table, "id,n\n" + "".join(f"{i},{i}\n" for i in range(100)), mode="upsert", key="id")
    admin.post_rows(table, "id,n\n" + "".join(f"{i},{-i}\n" for i in range(50)), mode="upsert", key="id")
    admin.delete(admin.rows_path(table), params={"where": "id >= 90"}, expect=200)
    rows = admin.sql(f"SELECT id, n FROM {table}")
    found = columns(admin, table)
    for i, name in enumerate(["id", "n"]):
        check_number(found[name], pd.Series([row[i] for row in rows]))
