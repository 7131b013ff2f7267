# SPDX-License-Identifier: Apache-2.0
"""The SDK in a given workspace: tables under contracts, CSV files, quarantine."""

import gzip
import io

import cases
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import boathouse

COLUMNS = ["id INTEGER required", "name STRING", "depth DOUBLE"]


@pytest.fixture
def table(admin, name):
    admin.put_contract(name, COLUMNS, key=["id"])
    return name


def test_a_csv_file_and_what_was_wrong_with_it(main_client, table, tmp_path):
    path = tmp_path / "ports.csv"
    path.write_text("id,name,depth\n1,Oslo,12.5\nx,Bergen,9\n3,Moss,deep\n")
    with pytest.warns(boathouse.RejectedRowsWarning, match="2 of 3"):
        saved = main_client.upload_csv(path, table)
    assert (saved.rows, saved.rows_accepted, saved.rows_rejected) == (3, 1, 2) and saved.rejected[0]["row"] == 2
    wrong = main_client.quarantine(table).sort_values("row")
    assert wrong.name.tolist() == ["Bergen", "Moss"] and wrong.row.tolist() == [2, 3]
    assert [reasons[0]["column"] for reasons in wrong.reasons] == ["id", "depth"]
    wrong.loc[wrong.name == "Bergen", "id"] = "2"
    done = main_client.resubmit(table, wrong[wrong.name == "Bergen"])
    assert done.rows_accepted == 1
    assert sorted(main_client.load(table)["id"]) == [1, 2] and len(main_client.quarantine(table)) == 1
    left = main_client.quarantine(table)
    main_client.resubmit(table, [{"id": left.index[0], "data": {"id": "3", "name": "Moss", "depth": "4"}}])
    assert main_client.quarantine(table).empty


@pytest.mark.parametrize("way", ["text", "bytes", "file", "gzip", "upsert"])
def test_ways_to_give_a_csv_file(main_client, table, tmp_path, way):
    text = "id,name,depth\n1,Oslo,12.5\n"
    packed = tmp_path / "p.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    source = {"text": text, "bytes": text.encode(), "file": io.StringIO(text), "gzip": str(packed), "upsert": text}[way]
    for _ in range(2):
        main_client.upload_csv(source if way != "file" else io.StringIO(text), table, mode="upsert" if way == "upsert" else "replace")
    assert main_client.load(table)["name"].tolist() == ["Oslo"]


def test_nothing_is_written_where_that_is_asked(main_client, table):
    with pytest.raises(boathouse.InvalidError) as caught:
        main_client.upload_csv("id,name,depth\nx,Oslo,1\n2,Moss,1\n", table, on_reject="fail")
    assert caught.value.status == 422 and caught.value.problem["rows_rejected"] == 1
    assert "row 1, column 'id'" in str(caught.value)


def test_frames_under_a_contract(main_client, table):
    frame = pd.DataFrame({"id": [1, 2], "name": ["Oslo", None], "depth": [12.5, 9.0]})
    main_client.save(frame, table)
    main_client.upsert(pd.DataFrame({"id": [2], "name": ["Bergen"], "depth": [9.5]}), table, key="id")
    assert main_client.load(table, where="id = 2")["name"].tolist() == ["Bergen"]
    with pytest.warns(boathouse.RejectedRowsWarning):
        assert main_client.append(pd.DataFrame({"id": [None, 4], "name": ["a", "b"]}, dtype=object), table).rows_rejected == 1
    assert len(main_client.quarantine(table)) == 1 and main_client.load(table)["id"].max() == 4
    with pytest.raises(boathouse.BoathouseError):
        main_client.save(frame.assign(unknown=1), table)


def test_frames_without_a_contract_come_back_exactly(main_client, name):
    for number, frame in enumerate([cases.frames()["MultiIndex"], pd.DataFrame(cases.times()), cases.frames()["text index"]]):
        main_client.save(frame, name)
        assert_frame_equal(main_client.load(name), frame)
    first, second = (one.version for one in main_client.versions(name)[::-1][:2])
    assert_frame_equal(main_client.load(name, version=first), cases.frames()["MultiIndex"])
    assert_frame_equal(main_client.load(name, version=second), pd.DataFrame(cases.times()))


def test_a_stranger_finds_nothing(house, user, table):
    stranger = boathouse.Client(house.url, username=user[0], password=user[1], workspace="main")
    with pytest.raises(boathouse.NotFoundError):
        stranger.load(table)
    with pytest.raises(boathouse.NotFoundError):
        stranger.save(pd.DataFrame({"id": [1]}), table)
