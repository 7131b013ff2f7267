# SPDX-License-Identifier: Apache-2.0
"""The SDK against a running server: frames in a personal workspace, their versions, keys, SQL, and what other engines see."""

import datetime as dt
import os
import threading

import cases
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from faulty import Proxy
from pandas.testing import assert_frame_equal

import boathouse

FRAME = pd.DataFrame({"id": [1, 2, 3], "v": ["a", None, "c"], "t": pd.date_range("2024-01-01", periods=3, tz="Europe/Oslo"),
                      "c": pd.Categorical(["x", "y", "x"])})


@pytest.mark.parametrize("odd", list(cases.frames()))
def test_odd_frames_come_back(client, name, odd):
    frame = cases.frames()[odd]
    saved = client.save(frame, name)
    back = client.load(name)
    assert_frame_equal(back, frame)
    assert saved.rows == len(frame) and back.attrs == frame.attrs


def test_all_dtypes_come_back(client, name):
    whole = pd.DataFrame(cases.columns())
    client.save(whole, name)
    assert_frame_equal(client.load(name), whole)
    client.save(whole.iloc[:0], name)
    assert_frame_equal(client.load(name), whole.iloc[:0])


@pytest.mark.parametrize("first", range(0, 50, 10))
def test_random_frames_come_back(client, name, first):
    for seed in range(first, first + 10):
        frame = cases.random_frame(seed)
        client.save(frame, f"{name}/{seed}")
        assert_frame_equal(client.load(f"{name}/{seed}"), frame)


def test_versions_and_time_travel(client, name):
    frames = [FRAME.assign(v=f"v{number}") for number in range(3)]
    saved = [client.save(frame, name) for frame in frames]
    versions = client.versions(name)
    assert [one.version for one in versions] == [one.version for one in reversed(saved)]
    assert versions[0].at > versions[-1].at and versions[0].rows == 3 and versions[0].external_key == "NOW"
    for frame, one, told in zip(frames, saved, reversed(versions)):
        for way in ({"version": one}, {"version": one.version}, {"version": told}, {"as_of": told.at},
                    {"as_of": told.at.astimezone(dt.timezone(dt.timedelta(hours=9)))}):
            assert_frame_equal(client.load(name, **way), frame)
    assert client.versions(name, limit=1) == versions[:1]
    with pytest.raises(boathouse.FrameError, match="not both"):
        client.load(name, version=saved[0], as_of=versions[0].at)
    with pytest.raises(boathouse.BoathouseError):
        client.load(name, version="12345")


def test_rollback_and_diff(client, name):
    one = client.save(FRAME, name)
    two = client.save(pd.concat([FRAME.iloc[1:].assign(v=["b", "c"]), FRAME.iloc[:1].assign(id=9)], ignore_index=True), name)
    found = client.diff(name, one, two, key="id")
    assert [frame["id"].tolist() for frame in (found.added, found.removed, found.changed)] == [[9], [1], [2]]
    assert found.changed.v.tolist() == ["b"] and found.changed.dtypes.equals(FRAME.dtypes)
    client.rollback(name, one)
    assert_frame_equal(client.load(name), FRAME)
    assert not client.diff(name, one, client.versions(name)[0], key="id")


def test_rollback_brings_back_another_shape(client, name):
    frames = [cases.frames()["MultiIndex"], FRAME, pd.DataFrame(cases.times())]
    saved = [client.save(frame, name) for frame in frames]
    for one, frame in zip(saved, frames):
        client.rollback(name, one)
        assert_frame_equal(client.load(name), frame)
    client.append(frames[-1], name)
    assert len(client.load(name)) == 2 * len(frames[-1])


def test_keys_have_shapes_of_their_own(client, name):
    other = pd.DataFrame({"id": ["text", "too"]}, index=pd.Index([1.5, 2.5], name="h"))
    client.save(FRAME, name)
    client.save(other, name, external_key="2024/low case")
    client.save(FRAME.head(1), name, external_key="main")
    assert_frame_equal(client.load(name), FRAME)
    assert_frame_equal(client.load(name, external_key="2024/low case"), other)
    assert_frame_equal(client.load(name, external_key="main"), FRAME.head(1))
    (of_key,) = client.versions(name, external_key="2024/low case")
    client.save(FRAME.head(2), name, external_key="2024/low case")
    client.rollback(name, of_key)
    assert_frame_equal(client.load(name, external_key="2024/low case"), other)
    assert_frame_equal(client.load(name), FRAME)


def test_append(client, name):
    client.append(FRAME, name)
    client.append(FRAME.assign(c=pd.Categorical(["z", None, "x"])), name)
    both = client.load(name)
    assert both["id"].tolist() == [1, 2, 3] * 2 and list(both.c.cat.categories) == ["x", "y", "z"]
    assert both.c.tolist()[:3] == ["x", "y", "x"] and both.t.dtype == FRAME.t.dtype
    with pytest.raises(boathouse.FrameError, match="'v'"):
        client.append(FRAME.assign(v=[1, 2, 3]), name)
    with pytest.raises(boathouse.FrameError, match="reset_index"):
        client.append(FRAME.set_index("id"), name)
    assert len(client.load(name)) == 6


def test_append_of_a_slice_and_of_fractions(client, name):
    frame = pd.DataFrame({"n": range(10)})
    client.save(frame.iloc[:4], name)
    client.append(frame.iloc[4:], name)
    assert_frame_equal(client.load(name), frame)
    client.append(pd.DataFrame({"n": [0.5]}), name)
    assert_frame_equal(client.load(name), pd.concat([frame, pd.DataFrame({"n": [0.5]})], ignore_index=True))


def test_append_brings_nanoseconds(client, name):
    one, two = pd.DataFrame({"t": pd.to_datetime([1_000])}), pd.DataFrame({"t": pd.to_datetime([2_001])})
    client.save(one, name)
    client.append(two, name)
    client.append(one, name)
    assert_frame_equal(client.load(name), pd.concat([one, two, one], ignore_index=True))


def test_upsert(client, name):
    client.upsert(FRAME, name, key="id")
    client.upsert(FRAME.iloc[[1, 2, 2]].assign(id=[2, 4, 4], v=["b", "lost", "d"]), name, key=["id"])
    back = client.load(name).sort_values("id", ignore_index=True)
    assert back["id"].tolist() == [1, 2, 3, 4] and back.v.tolist() == ["a", "b", "c", "d"]
    assert back.dtypes.equals(FRAME.dtypes)
    with pytest.raises(boathouse.FrameError, match="'zz' is not among"):
        client.upsert(FRAME, name, key="zz")
    client.save(FRAME.set_index("id"), name + "/indexed")
    client.upsert(FRAME.set_index("id").iloc[:1].assign(v="A"), name + "/indexed", key="id")
    assert client.load(name + "/indexed").v.to_dict()[1] == "A"


def test_some_columns_and_rows(client, name):
    frame = FRAME.assign(**{"a,b": [1.5, 2.5, 3.5], "A": 1, "ns": pd.to_datetime([1, 2, 3])}).set_index("id")
    client.save(frame, name)
    assert_frame_equal(client.load(name, columns=["A", "v"]), frame[["A", "v"]])
    assert_frame_equal(client.load(name, columns=["a,b", "ns"], where="id >= 2 AND \"a,b\" < 3"), frame[["a,b", "ns"]].iloc[1:2])
    assert_frame_equal(client.load(name, where="false"), frame.iloc[:0])
    assert len(client.load(name, limit=1)) == 1
    with pytest.raises(boathouse.FrameError, match="no column 'zz'"):
        client.load(name, columns=["zz"])
    with pytest.raises(boathouse.InvalidError):
        client.load(name, where="zz = 1")
    with pytest.raises(boathouse.FrameError, match="is meant"):
        client.load(name, columns="v")
    with pytest.raises(boathouse.FrameError, match="'v' more than once"):
        client.load(name, columns=["v", "A", "v"])


def test_sql(client, name):
    first = client.save(FRAME, name)
    client.save(FRAME.head(1), name)
    client.save(FRAME.head(2), name, external_key="k")
    assert client.sql(f"SELECT sum(id) AS s, count(*) AS n FROM {name}").to_dict("list") == {"s": [1], "n": [1]}
    assert client.sql(f'SELECT count(*) AS n FROM "{name}@{first}"').n.tolist() == [3]
    assert client.sql(f'SELECT c FROM "{name}@key-k" WHERE id = $id', {"id": np.int64(2)}).c.tolist() == ["y"]
    assert client.sql("SELECT ?::DATE AS d", [dt.date(2020, 1, 2)], as_="pyarrow").column("d").to_pylist() == [dt.date(2020, 1, 2)]
    with pytest.raises(boathouse.InvalidError, match="syntax"):
        client.sql("SELEC 1")
    with pytest.raises(boathouse.PermissionDeniedError):
        client.sql("DROP TABLE x")


def test_other_kinds_of_frames(client, name):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": [1, None], "s": ["x", "y"], "l": [[1], []], "u": [2 ** 64 - 1, 0]}, schema_overrides={"u": pl.UInt64}) \
        .with_columns(pl.col("s").cast(pl.Enum(["y", "x"])).alias("e"), pl.lit(1).cast(pl.Duration("ns")).alias("d"))
    client.save(frame, name)
    back = client.load(name, as_="polars")
    assert back.schema == frame.schema and back.equals(frame)
    assert client.load(name).s.tolist() == ["x", "y"]
    table = pa.table({"m": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int8())), "z": pa.array([1, 2], pa.timestamp("ns", tz="UTC"))})
    client.save(table, name)
    assert client.load(name, as_="pyarrow").equals(table)


def test_tables_and_names(client, name):
    for one in (f"{name}/b", f"{name}/a", f"{name}/ü x%2F"):
        client.save(FRAME, one)
    assert [table.name for table in client.tables(f"{name}/")] == sorted(f"{name}/{end}" for end in ("a", "b", "ü x%2F"))
    assert_frame_equal(client.load(f"{name}/ü x%2F"), FRAME)
    for wrong in ("x" * 300, "a\\b", "a$b"):
        with pytest.raises(boathouse.InvalidError):
            client.save(FRAME, wrong)
    with pytest.raises(boathouse.NotFoundError):
        client.load(f"{name}/none")


def test_a_profile_of_each_version(client, name):
    first = client.save(pd.DataFrame({"n": range(100), "t": ["<x>", None] * 50}), name)
    client.save(pd.DataFrame({"n": [0.5] * 100, "t": ["y"] * 100}), name)
    profile = client.profile(name, first)
    assert (profile.table, profile.version, profile.rows) == (name, first.version, 100)
    assert profile.columns.loc["n", "50%"] == 49.5 and profile.columns.loc["t", "missing"] == 50
    assert profile["t"]["top"] == [{"value": "<x>", "rows": 50}] and "nosuch" not in profile
    with pytest.raises(KeyError):
        profile["nosuch"]
    shown = profile._repr_html_()
    assert "<svg" in shown and "&lt;x&gt;" in shown and "<x>" not in shown
    assert profile.plot("histogram", "n")._repr_svg_().startswith("<svg") and profile.plot().startswith("<svg")
    assert client.profile(name).rows == 100 and client.profile(name).correlations.empty
    with pytest.raises(boathouse.NotFoundError):
        client.profile(name + "none")


def test_how_profiles_differ(client, name):
    first = client.save(pd.DataFrame({"n": range(100)}), name)
    second = client.save(pd.DataFrame({"n": [7] * 100, "more": [1] * 100}), name)
    diff = client.profile_diff(name)
    assert diff.drift and diff.columns.loc["more", "change"] == "added" and diff.columns.loc["n", "vanished_values"] == 99
    assert "drift" in diff._repr_html_() and "drift" in repr(diff)
    assert not client.profile_diff(name, first, second, threshold=100).columns.empty
    assert not client.profile_diff(name, from_=second, to=second).drift


def test_nobody_else_sees_a_frame(client, house, admin, name):
    client.save(FRAME, name)
    admin.make_user(name)
    other = boathouse.Client(house.url, username=name, password="Some-password-1")
    with pytest.raises(boathouse.NotFoundError):
        other.load(name)
    assert other.tables() == []


# Columns keys, layout

def test_columns_keys(client, name):
    frame = FRAME.assign(day=pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-02"]))
    client.save(frame, name, columns_keys={"day": "Date"})
    assert_frame_equal(client.load(name).sort_values("id", ignore_index=True), frame)
    with pytest.raises(boathouse.InvalidError):
        client.save(frame, name, columns_keys={"none": "Date"})
    with pytest.raises(boathouse.InvalidError):
        client.save(frame, name, columns_keys={"day": "Month"})


# Bad weather and crowds

@pytest.fixture
def bad_weather(house, user):
    proxy = Proxy(house.url)
    client = boathouse.Client(proxy.url, username=user[0], password=user[1])
    client.me()
    yield proxy, client
    proxy.close()


def test_an_append_whose_answer_was_lost_counts_once(bad_weather, name):
    proxy, client = bad_weather
    client.save(FRAME, name)
    for _ in range(3):
        encoded = client._joined(FRAME, name, "NOW")
        proxy.cuts = [0]
        client._send(encoded, name, "append", "NOW", None)
    assert proxy.broken == 3 and len(client.load(name)) == 12 and len(client.versions(name)) == 4


def test_a_download_that_is_cut_resumes(bad_weather, name):
    proxy, client = bad_weather
    frame = pd.DataFrame({"x": np.random.default_rng(3).random(600_000)})
    client.save(frame, name)
    proxy.cuts = [1_000_000, 1_500_000]
    assert_frame_equal(client.load(name), frame)
    assert proxy.broken == 2


def test_eight_writers_lose_nothing(house, user, name):
    problems, writers, turns = [], 8, 5

    def write(number):
        try:
            client = boathouse.Client(house.url, username=user[0], password=user[1])
            for turn in range(turns):
                client.append(pd.DataFrame({"writer": number, "turn": [turn] * 3, "c": pd.Categorical([f"w{number}"] * 3)}), name)
        except Exception as problem:  # told below, in the test's own thread
            problems.append(problem)

    boathouse.Client(house.url, username=user[0], password=user[1]).save(
        pd.DataFrame({"writer": [0], "turn": [-1], "c": pd.Categorical(["w0"])}), name)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert problems == []
    back = boathouse.Client(house.url, username=user[0], password=user[1]).load(name)
    counts = back[back.turn >= 0].groupby(["writer", "turn"]).size()
    assert len(counts) == writers * turns and set(counts) == {3}
    assert (back.c.astype(str) == "w" + back.writer.astype(str)).all()


def test_a_large_frame_streams_both_ways(client, name):
    frame = pd.DataFrame({"n": np.arange(700_000), "x": np.random.default_rng(5).random(700_000), "s": [f"row {k % 1000}" for k in range(700_000)]})
    first = client.save(frame, name)
    assert_frame_equal(client.load(name), frame)
    client.append(frame.iloc[:5], name)
    both = client.load(name)
    assert len(both) == 700_005 and both.n.tolist()[-5:] == [0, 1, 2, 3, 4]
    assert_frame_equal(client.load(name, version=first), frame)
    client.upsert(frame.iloc[:1].assign(x=-1.0), name + "/k", key="n")
    client.save(frame.assign(c=pd.Categorical(frame.s)), name + "/k", external_key="long one")
    assert_frame_equal(client.load(name + "/k", external_key="long one"), frame.assign(c=pd.Categorical(frame.s)))


# The older clients' shape

def test_the_older_shape(house, user, name):
    old = boathouse.DataFrameClient(api_url=house.url, user=user[0], password=user[1])
    told = old.load_dataframe(df=pd.DataFrame({"date": ["2024-01-01", "2024-01-02"], "id": [1, 2], "value": [100, 200]}), dataframe_name=name,
                              columns_keys={"date": "Date"})
    assert told["total_rows"] == 2 and told["external_key"] == "NOW" and told["chunks"][0]["number"] == 1
    old.load_dataframe(pd.DataFrame({"date": ["2024-01-03"], "id": [3], "value": [300]}), name, {"date": "Date"})
    assert sorted(old.get_dataframe(name)["value"]) == [100, 200, 300]
    assert old.get_dataframe(name, use_last=True)["date"].tolist() == ["2024-01-03"]
    old.load_dataframe({"id": [9]}, name, external_key="k", keep_last=True)
    assert old.get_dataframe(name, external_key="k")["id"].tolist() == [9]
    with pytest.raises(ValueError, match="required"):
        boathouse.DataFrameClient(house.url)
    with pytest.raises(boathouse.NotFoundError):
        old.get_dataframe(name + "none")


def test_credentials_of_the_environment(house, user, monkeypatch, name):
    token = house.api().login(*user).session.headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("BOATHOUSE_URL", house.url)
    monkeypatch.setenv("BOATHOUSE_TOKEN", token)
    assert boathouse.Client().save(FRAME, name).version
    assert "BOATHOUSE_TOKEN" in os.environ and token not in repr(boathouse.Client())
