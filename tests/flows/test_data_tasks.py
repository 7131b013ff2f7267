# SPDX-License-Identifier: Apache-2.0
"""Tasks meet data: what they are about, which version mended it, and rules that open them when a job is parked."""

import json
import time

import pytest

from support.aws import make_key
from support.flows import FlowClient, signed_up
from support.runs import ended_run
from support.s3 import s3
from support.sinks import Sink

CONTRACT = ["id INTEGER required", "age INTEGER"]


class Person(FlowClient):
    """Somebody with a flow, and their workspace at the native door."""

    def __init__(self, house):
        user = signed_up(house)
        super().__init__(house.url, user.token)
        self.user, self.house = user.user, house
        self.api = house.api().with_token(user.token)
        self.ws = self.api.get("/v1/me", expect=200).json()["workspace"]
        self.fid = self.flow("data")

    def change(self, task, **fields):
        return self.call("PATCH", "/flows/tasks", json={"fid": self.fid, "tid": task["tid"]} | fields)

    def tasks(self):
        return self.call("GET", f"/flows/tasks?fid={self.fid}")[1]

    def events(self):
        return [event["what"] for event in self.call("GET", f"/flows/activity?fid={self.fid}")[1]]


@pytest.fixture
def person(house):
    return Person(house)


def test_a_task_points_at_data_that_is_there(person):
    person.api.put_contract("people", CONTRACT, ws=person.ws)
    version = person.api.post_rows("people", "id,age\n1,30\nx,31\n", ws=person.ws).json()["version"]
    row = person.api.quarantine("people", ws=person.ws)[0]["id"]
    target = {"table": "PEOPLE", "version": version, "quarantine": [row], "finding": "a letter for an id"}
    task = person.task(person.fid, "mend it", target=target)
    assert task["target"] == target | {"table": "people"} and "mended_version" not in task
    assert person.tasks() == [task]
    assert person.change(task, target=None)[1][0].get("target") is None
    assert person.change(task, target={"table": "people"})[1][0]["target"] == {"table": "people"}
    assert person.change(task, description="text")[1][0]["target"] == {"table": "people"}


def test_rows_of_a_target_are_in_quarantine_when_it_is_set(person):
    person.api.put_contract("people", CONTRACT, ws=person.ws)
    person.api.post_rows("people", "id,age\n1,30\nx,31\ny,32\n", ws=person.ws)
    x, y = (row["id"] for row in person.api.quarantine("people", ws=person.ws))
    task = person.task(person.fid, "mend them", target={"table": "people", "quarantine": [x, y]})
    status, body = person.call("PATCH", "/flows/tasks", json={"fid": person.fid, "tid": task["tid"], "target": {"table": "people", "quarantine": [x, "z"]}})
    assert status == 400 and '"z"' in body["error"]
    person.api.delete(person.api.table_path("people", "/quarantine", ws=person.ws), json={"ids": [x]}, expect=200)
    assert person.change(task, target=task["target"], status="done")[1][0]["status"] == "done", "one that stays is not looked up anew"
    status, body = person.call("PATCH", "/flows/tasks", json={"fid": person.fid, "tid": task["tid"], "target": {"table": "people", "quarantine": [x]}})
    assert status == 400 and x in body["error"]
    assert person.change(task, target={"table": "people", "quarantine": [y]})[1][0]["target"]["quarantine"] == [y]


@pytest.mark.parametrize("target", [
    "x", 1, [], {}, {"table": 1}, {"table": "nothing"}, {"table": "people", "version": "12"}, {"table": "people", "version": "x"},
    {"table": "people", "version": 5}, {"table": "people", "quarantine": []}, {"table": "people", "quarantine": ["x"]},
    {"table": "people", "finding": "x" * 1001}, {"table": "people", "more": "x"}])
def test_a_target_that_is_not_there_is_refused(person, target):
    person.api.post_rows("people", "id\n1\n", ws=person.ws)
    status, body = person.call("POST", "/flows/tasks", json={"fid": person.fid, "title": "t", "description": "d", "target": target})
    assert status == 400 and body["error"], body
    assert person.tasks() == []


def test_another_workspaces_table_is_no_target(person, house):
    other = Person(house)
    other.api.post_rows("theirs", "id\n1\n", ws=other.ws)
    status, body = person.call("POST", "/flows/tasks", json={"fid": person.fid, "title": "t", "description": "d", "target": {"table": "theirs"}})
    assert status == 400 and "theirs" in body["error"]


def test_closing_a_task_records_what_mended_it(person):
    first = person.api.post_rows("people", "id\n1\n", ws=person.ws).json()["version"]
    second = person.api.post_rows("people", "id\n2\n", ws=person.ws).json()["version"]
    task = person.task(person.fid, "one", target={"table": "people"})
    assert person.change(task, status="doing")[1][0].get("mended_version") is None
    assert person.change(task, status="done")[1][0]["mended_version"] == second
    assert person.change(task, status="done", mended_version=first)[1][0]["mended_version"] == first
    assert person.change(task, mended_version=None)[1][0].get("mended_version") is None
    status, body = person.change(task, mended_version="12")
    assert status == 400 and "version" in body["error"]
    plain = person.task(person.fid, "about nothing")
    assert person.change(plain, status="done")[1][0].get("mended_version") is None
    assert person.change(plain, mended_version=first)[0] == 400


def test_each_closing_of_a_task_records_what_mended_it(person):
    versions = [person.api.post_rows("people", f"id\n{n}\n", ws=person.ws).json()["version"] for n in range(2)]
    task = person.task(person.fid, "one", target={"table": "people"}, status="done")
    assert task["mended_version"] == versions[-1]
    versions.append(person.api.post_rows("people", "id\n2\n", ws=person.ws).json()["version"])
    assert person.change(task, status="done")[1][0]["mended_version"] == versions[1], "it was closed already"
    assert person.change(task, title="two")[1][0]["mended_version"] == versions[1]
    assert "mended_version" not in person.change(task, status="open")[1][0]
    assert person.change(task, status="done")[1][0]["mended_version"] == versions[2]
    person.api.post_rows("ports", "id\n2\n", ws=person.ws)
    assert "mended_version" not in person.change(task, target={"table": "ports"})[1][0], "it says nothing of another table"
    other = person.change(task, target={"table": "people"}, mended_version=versions[0])[1][0]
    assert other["mended_version"] == versions[0]
    assert person.change(task, target={"table": "people"})[1][0] == other | {"updated_at": person.tasks()[0]["updated_at"]}


@pytest.mark.parametrize("rules", [None, "x", {}, [1], [{}], [{"event": "rain"}], [{"event": 1}], [{"event": "drift", "more": "x"}],
                                   [{"event": "drift", "title": "x" * 201}], [{"event": "drift", "title": ""}],
                                   [{"event": "drift"}, {"event": "drift", "title": "x"}], [{"event": "drift"}] * 21])
def test_wrong_rules_are_refused(person, rules):
    status, body = person.call("PUT", "/flows/rules", json={"fid": person.fid, "rules": rules})
    assert status == 400 and ("ule" in body["error"] or "title" in body["error"]), body
    assert person.call("GET", f"/flows/rules?fid={person.fid}") == (200, [])


def test_rules_come_as_a_form_too(person):
    rules = [{"event": "drift"}, {"event": "sink_failed", "title": "Copy"}]
    assert person.call("PUT", "/flows/rules", data={"fid": person.fid, "rules": json.dumps(rules)}) == (200, rules)
    assert person.call("PUT", "/flows/rules", data={"fid": person.fid, "rules": "[{"})[0] == 400
    assert person.call("GET", f"/flows/rules?fid={person.fid}") == (200, rules)


def test_a_failed_trigger_opens_a_task_once(person, house):
    rules = [{"event": "trigger_failed", "title": "Unreadable"}, {"event": "drift"}]
    assert person.call("PUT", "/flows/rules", json={"fid": person.fid, "rules": rules}) == (200, rules)
    assert person.call("GET", f"/flows/rules?fid={person.fid}") == (200, rules)
    quiet = person.flow("without rules")
    client = s3(house, make_key(person.api, workspace=person.ws))
    client.create_bucket(Bucket="files")

    def fail():
        client.put_object(Bucket="files", Key="data/bad.csv", Body=b"a,b\n\"open,1\n")
        deadline = time.monotonic() + 60
        while any(job["state"] in ("queued", "running") for job in runs()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return runs()

    def runs():
        return person.api.get("/v1/jobs", params={"kind": "ingest", "object": "files/data/bad.csv"}, expect=200).json()["jobs"]

    client.put_object(Bucket="files", Key="data/bad.csv", Body=b"a,b\n\"open,1\n")
    run = ended_run(person.api, "files", "data/bad.csv")
    assert run["state"] == "failed"
    task, = person.tasks()
    assert task["title"] == "Unreadable: files/data/bad.csv" and task["status"] == "open"
    assert run["error"] in task["description"] and run["id"] in task["description"]
    assert person.events()[0] == "task-opened-by-rule"
    # The same once more, by a retry and by another file of that name, is no second task while the first is open.
    person.api.post(f"/v1/jobs/{run['id']}/retry", expect=200)
    assert len(fail()) == 2
    assert person.tasks() == [task]
    person.change(task, status="done")
    fail()
    assert [t["title"] for t in person.tasks()] == [task["title"], task["title"] + " (2)"]
    assert person.call("GET", f"/flows/tasks?fid={quiet}") == (200, [])


def test_a_copy_that_fails_opens_a_task_while_it_is_tried_on(person):
    rules = [{"event": "sink_failed"}]
    assert person.call("PUT", "/flows/rules", json={"fid": person.fid, "rules": rules}) == (200, rules)
    person.api.post_rows("people", "id\n1\n", ws=person.ws, mode="upsert", key="id")
    sink = Sink(person.api, "lake", person.ws)
    sink.put(url="postgresql://u:p@127.0.0.1:1/db", tables=["people"])
    seen = sink.wait(lambda _: person.tasks(), "opens no task")
    task, = person.tasks()
    assert task["title"] == "A copy could not be made: people@lake" and task["target"] == {"table": "people"}
    assert "127.0.0.1" in task["description"] and seen["state"] == "failing"
    job, = person.api.get("/v1/jobs", params={"kind": "sink", "object": "people@lake"}, expect=200).json()["jobs"]
    assert job["state"] in ("queued", "running") and job["id"] in task["description"]
    # Further attempts tell of the same.
    sink.wait(lambda _: any("attempt 6" in line for line in sink.log("people")), "is not tried on")
    assert person.tasks() == [task]
    person.api.delete(sink.path, expect=204)


def test_drift_opens_a_task(person):
    assert person.call("PUT", "/flows/rules", json={"fid": person.fid, "rules": [{"event": "drift"}]})[0] == 200

    def profiled(count):
        deadline = time.monotonic() + 60
        while True:
            jobs = person.api.get("/v1/jobs", params={"kind": "profile", "object": "ages"}, expect=200).json()["jobs"]
            if len(jobs) == count and jobs[0]["state"] == "succeeded":
                return jobs[0]["result"]["drift"]
            assert time.monotonic() < deadline, jobs
            time.sleep(0.1)

    person.api.post_rows("ages", "age\n" + "".join(f"{20 + i % 30}\n" for i in range(300)), ws=person.ws)
    assert profiled(1) is False and person.tasks() == []
    person.api.post_rows("ages", "age\n" + "".join(f"{70 + i % 30}\n" for i in range(300)), ws=person.ws, mode="replace")
    assert profiled(2) is True
    task, = person.tasks()
    assert "ages" in task["title"] and "age" in task["description"] and task["status"] == "open"
