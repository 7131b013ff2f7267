# SPDX-License-Identifier: Apache-2.0
"""Flows from Python: tasks, datasets as files, frames or text, the summary as a DataFrame."""

import pandas as pd
import pytest
from pandas.testing import assert_series_equal

import boathouse

FRAME = pd.DataFrame({"name": ["Ada", "Grace", "Alan"], "age": [36, 85, 41], "height": [1.7, None, 1.8]})


@pytest.fixture
def flow(client, name):
    return client.flows.create(name, "about it")


def test_flows_are_made_listed_found_and_removed(client, flow, name):
    assert (flow.title, flow.description, flow.dataset) == (name, "about it", None)
    assert client.flows.list() == [flow] and client.flows.list("ABOUT") == [flow] and client.flows.list("nothing") == []
    assert client.flows.get(flow.fid) == flow == client.flows.get(name)
    with pytest.raises(boathouse.BoathouseError, match="already have a project"):
        client.flows.create(name)
    assert client.flows.get(flow.rename(name + "!").fid).title == name + "!"
    flow.delete()
    assert client.flows.list() == []
    for gone in (flow.fid, name):
        with pytest.raises(boathouse.BoathouseError):
            client.flows.get(gone)


def test_tasks(flow, user):
    task = flow.add_task("clean", "the rows", due="2030-01-31")
    assert task["status"] == "open" and flow.tasks() == [task]
    assert flow.change_task(task, assignee=user[0])["assignee"] == user[0]
    assert [one["tid"] for one in flow.tasks(assignee=user[0], search="ROWS")] == [task["tid"]]
    assert flow.close(task["tid"])["status"] == "done" and flow.tasks(status="open") == []
    flow.comment("well done", task)
    flow.comment("on the whole")
    assert [one["text"] for one in flow.comments()] == ["well done", "on the whole"]
    assert [one["text"] for one in flow.comments(task)] == ["well done"]
    flow.remove_task(task)
    assert flow.tasks() == [] and flow.activity()[0]["what"] == "task-deleted"


def test_a_list_of_many_pages_is_one(flow, monkeypatch):
    for n in range(7):
        flow.add_task(f"task {n}", "x")
    real = flow._http.request

    def few(method, path, **options):
        if options.get("params"):
            options["params"] = options["params"] | {"limit": 2}
        return real(method, path, **options)

    monkeypatch.setattr(flow._http, "request", few)
    assert [task["title"] for task in flow.tasks()] == [f"task {n}" for n in range(7)]


def test_members(client, flow, admin, user):
    admin.make_user("helper-of-" + user[0])
    assert flow.add_member("helper-of-" + user[0])["role"] == "member"
    assert [member["role"] for member in flow.members()] == ["owner", "member"]
    flow.remove_member("helper-of-" + user[0])
    assert len(flow.members()) == 1


@pytest.mark.parametrize("way", ["frame", "path", "text", "bytes", "file"])
def test_a_dataset_and_its_summary(client, flow, tmp_path, way):
    text = FRAME.to_csv(index=False)
    path = tmp_path / "people.csv"
    path.write_text(text)
    source = {"frame": FRAME, "path": path, "text": text, "bytes": text.encode(), "file": path.open("rb")}[way]
    dataset = flow.upload(source)
    assert (dataset["number"], dataset["rows"]) == (1, 3)
    assert flow.download().decode() == text
    summary = flow.summary()
    for column in ("age", "height"):
        expected = FRAME[column].describe()
        assert_series_equal(summary[column].dropna()[expected.index], expected, check_names=False, rtol=1e-9)
    assert summary["name"]["avg_words"] == 1
    assert len(client.load(dataset["table"])) == 3
    flow.upload("a\n1\n")
    assert flow.download(1).decode() == text and list(flow.summary().columns) == ["a"]
    assert client.flows.get(flow.fid).dataset


def test_names_that_look_like_values_are_names_of_a_frame(client, flow):
    frame = pd.DataFrame([[4, 5, 6], [7, 8, 9]], columns=[1, 2, 3])
    table = flow.upload(frame)["table"]
    assert list(client.load(table).columns) == ["1", "2", "3"] and len(client.load(table)) == 2
    with pytest.raises(boathouse.InvalidError, match="header=true"):
        flow.upload("1,2,3\n4,5,6\n")
    assert flow.upload("1,2,3\n4,5,6\n", header=True)["rows"] == 1


def test_a_task_about_data_notes_what_mended_it(flow):
    table = flow.upload(FRAME)["table"]
    task = flow.add_task("mend", "it", target={"table": table})
    version = flow.upload(FRAME.fillna(1.75))["version"]
    assert flow.close(task)["mended_version"] == version


def test_what_is_wrong_is_said(flow):
    with pytest.raises(boathouse.InvalidError, match="no CSV"):
        flow.upload(b'{"a": 1}\n{"a": 2}\n')
    with pytest.raises(boathouse.InvalidError, match="no dataset"):
        flow.summary()
