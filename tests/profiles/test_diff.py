# SPDX-License-Identifier: Apache-2.0
"""How versions differ, beside the same distances worked out here."""

import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from profiles.profiling import as_parquet, send
from support.api import PARQUET, TIMEOUT


def diff(client, table, **query):
    deadline = time.monotonic() + TIMEOUT
    while True:
        answer = client.get(client.table_path(table, "/profile/diff"), params=query)
        if answer.status_code == 200:
            return answer.json()
        assert answer.status_code == 202 and time.monotonic() < deadline, answer.text
        time.sleep(0.05)


def replace(admin, table, frame):
    """A frame's content, whose columns need not be those of before; the version."""
    body = as_parquet(pa.Table.from_pandas(frame, preserve_index=False))
    answer = admin.post(f"/dataframes/{table}", data=body, params={"keep_last": "true", "workspace": "main"}, headers={"Content-Type": PARQUET})
    assert answer.status_code == 200, answer.text
    return answer.json()["version"]


def two(admin, table, earlier, later):
    versions = [replace(admin, table, pd.DataFrame(frame)) for frame in (earlier, later)]
    told = diff(admin, table)
    assert (told["from"]["version"], told["to"]["version"]) == tuple(versions)
    return told, {column["name"]: column for column in told["columns"]}


def ks(a, b):
    values = np.unique(np.concatenate([a, b]))
    shares = [np.searchsorted(np.sort(one), values, side="right") / len(one) for one in (a, b)]
    return np.abs(shares[0] - shares[1]).max()


def psi_of_shares(before, now):
    before, now = np.maximum(before, 1e-4), np.maximum(now, 1e-4)
    return float(((now - before) * np.log(now / before)).sum())


def psi(a, b):
    """Bins are tenths of `a` by rank: a value's is by the share of `a` below it."""
    ordered = np.sort(a)
    bins = [np.minimum(9, np.floor(10 * np.searchsorted(ordered, one, side="left") / len(a))) for one in (a, b)]
    used = np.unique(np.concatenate(bins))
    return psi_of_shares(*[np.array([(one == bin).mean() for bin in used]) for one in bins])


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_exact(admin, table, seed):
    random = np.random.default_rng(seed)
    earlier = {"n": random.normal(0, 1, 2000), "i": random.integers(0, 30, 2000), "tied": random.integers(0, 3, 2000) * 1.5}
    later = {"n": random.normal(0.5, 1.5, 1500), "i": random.integers(5, 40, 1500), "tied": random.integers(1, 5, 1500) * 1.5}
    told, found = two(admin, table, earlier, later)
    for name in earlier:
        assert found[name]["ks"] == pytest.approx(ks(earlier[name], later[name]), abs=1e-12)
        assert found[name]["psi"] == pytest.approx(psi(earlier[name], later[name]), rel=1e-9, abs=1e-12)
    assert told["exact"] and found["n"]["mean"]["to"] == pytest.approx(later["n"].mean())


def test_categories_have_a_psi_and_no_ks(admin, table):
    earlier, later = ["a"] * 50 + ["b"] * 30 + ["c"] * 20, ["a"] * 20 + ["b"] * 30 + ["d"] * 50
    told, found = two(admin, table, {"t": earlier}, {"t": later})
    assert found["t"]["psi"] == pytest.approx(psi_of_shares(np.array([0.5, 0.3, 0.2, 0]), np.array([0.2, 0.3, 0, 0.5])))
    assert found["t"]["ks"] is None
    assert found["t"]["new_values"] == {"distinct": 1, "rows": 50, "examples": ["d"]}
    assert found["t"]["vanished_values"] == {"distinct": 1, "rows": 20, "examples": ["c"]}
    assert {(f["kind"], f["column"]) for f in told["findings"]} == {("new-values", "t"), ("drift", "t")} and told["drift"]


def test_what_stays_the_same_has_no_distance(admin, table):
    random = np.random.default_rng(1)
    frame = {"n": random.normal(0, 1, 500), "t": random.choice(["x", "y"], 500), "b": random.random(500) < 0.5}
    told, found = two(admin, table, frame, frame)
    assert all(column["psi"] == pytest.approx(0, abs=1e-12) and column["new_values"]["distinct"] == 0 for column in found.values())
    assert found["n"]["ks"] == 0 and told["findings"] == [] and told["drift"] is False


def test_few_rows_are_no_drift(admin, table):
    told, found = two(admin, table, {"n": [1.0, 2.0, 3.0]}, {"n": [7.0, 8.0]})
    assert found["n"]["ks"] == 1 and told["drift"] is False


def test_keys_and_times_do_not_drift(admin, table):
    days = pd.date_range("2024-01-01", periods=400)
    told, found = two(admin, table, {"id": range(200), "at": days[:200], "v": [1, 2] * 100}, {"id": range(200, 400), "at": days[200:], "v": [1, 2] * 100})
    assert found["id"]["ks"] == 1 and found["at"]["ks"] == 1 and told["drift"] is False


def test_columns_that_come_go_and_change(admin, table):
    told, found = two(admin, table, {"stays": [1, 2], "goes": [1, 2], "turns": [1, 2]}, {"stays": [1, 2], "comes": [1, 2], "turns": ["1", "x"]})
    assert {name: column["change"] for name, column in found.items()} == {"stays": "none", "goes": "removed", "comes": "added", "turns": "type"}
    assert (found["turns"]["type_from"], found["turns"]["type_to"]) == ("BIGINT", "STRING") and "psi" not in found["turns"]
    assert {(f["kind"], f["column"]) for f in told["findings"]} == {("column-removed", "goes"), ("column-added", "comes"), ("type-changed", "turns")}


def test_numbers_that_widen_are_still_compared(admin, table):
    _, found = two(admin, table, {"n": [1, 2, 3, 4]}, {"n": [1.0, 2.0, 3.0, 4.5]})
    assert found["n"]["change"] == "type" and found["n"]["ks"] == 0.25 and found["n"]["new_values"]["distinct"] == 1


@pytest.mark.parametrize("missing, drift", [(0.02, False), (0.5, True)])
def test_missing_values_drift(admin, table, missing, drift):
    random = np.random.default_rng(2)
    values = random.normal(0, 1, 1000)
    told, found = two(admin, table, {"n": pd.array(values)}, {"n": pd.array(np.where(np.arange(1000) < 1000 * missing, None, values), dtype="Float64")})
    assert found["n"]["missing_share"] == {"from": 0, "to": missing} and told["drift"] is drift


def test_the_threshold_decides(admin, table):
    random = np.random.default_rng(4)
    told, found = two(admin, table, {"n": random.normal(0, 1, 5000)}, {"n": random.normal(0.25, 1, 5000)})
    assert 0.02 < found["n"]["psi"] < 0.1 and told["drift"] is False
    assert diff(admin, table, threshold=0.02)["drift"] is True
    for wrong in ("0", "-1", "x", "101", "nan", ""):
        admin.get(admin.table_path(table, "/profile/diff"), params={"threshold": wrong}, expect=400)


def test_nothing_before_is_a_conflict(admin, table):
    admin.get(admin.table_path(table, "/profile/diff"), expect=404)
    first = admin.post_rows(table, "n\n1\n").json()["version"]
    admin.get(admin.table_path(table, "/profile/diff"), expect=409)
    second = admin.post_rows(table, "n\n2\n").json()["version"]
    assert diff(admin, table, to=second)["from"]["version"] == first
    assert diff(admin, table, **{"from": second, "to": first})["to"]["rows"] == 1
    admin.get(admin.table_path(table, "/profile/diff"), params={"from": "1"}, expect=404)
    assert diff(admin, table, **{"from": second})["drift"] is False


def test_the_job_finds_drift(admin, table):
    send(admin, table, {"n": list(np.random.default_rng(0).normal(0, 1, 1000))})

    def ended(count):
        deadline = time.monotonic() + TIMEOUT
        while True:
            jobs = [job for job in admin.get("/v1/jobs", params={"kind": "profile"}).json()["jobs"] if job["object"] == table and job["state"] == "succeeded"]
            if len(jobs) >= count:
                return jobs[0]["result"]
            assert time.monotonic() < deadline
            time.sleep(0.1)

    assert ended(1)["drift"] is False
    send(admin, table, {"n": list(np.random.default_rng(0).normal(5, 1, 1000))}, mode="replace")
    assert ended(2)["drift"] is True
