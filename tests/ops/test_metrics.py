# SPDX-License-Identifier: Apache-2.0
"""/metrics says what docs/METRICS.md lists, counts what happens, and is what dashboard and alerts ask for."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from support.paths import ROOT

ROW = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|(?: (.*?))? \| ", re.MULTILINE)
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
FROM_PROMETHEUS = {"job", "instance"}  # labels of the scrape


def documented():
    rows = ROW.findall((ROOT / "docs" / "METRICS.md").read_text())
    return {name: (kind, set(re.findall(r"`([a-z_]+)`(?: \(.*?\))?", re.sub(r"\(.*?\)", "", labels)))) for name, kind, labels in rows}


def samples(text):
    return [(name, dict(LABEL.findall(labels)), float(value)) for name, labels, value in SAMPLE.findall(text)]


def figure(api, name, **labels):
    """The sum of a metric's samples with these labels."""
    found = [value for each, has, value in samples(api.get("/metrics", expect=200).text) if each == name and labels.items() <= has.items()]
    assert found, f"no {name} {labels}"
    return sum(found)


@pytest.fixture
def busy(admin, table):
    """A server on which a little of everything has happened."""
    admin.put_contract(table, ["id INTEGER required"])
    admin.post_rows(table, "id\n1\nx\n")
    admin.sql(f"SELECT * FROM {table}")
    return admin


def test_the_list_of_metrics_is_what_a_server_answers(busy):
    text = busy.get("/metrics", expect=200).text
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    told = documented()
    assert types == {name: kind for name, (kind, labels) in told.items()}
    for name, labels, _ in samples(text):
        family = re.sub(r"_(bucket|sum|count)$", "", name) if name not in types else name
        assert set(labels) - {"le"} == told[family][1], name


def test_names_follow_the_convention(busy):
    for name, (kind, _) in documented().items():
        assert name.startswith(("boathouse_", "process_")), name
        assert (kind == "counter") == name.endswith("_total"), name
        assert kind != "histogram" or name.endswith("_seconds"), name
    text = busy.get("/metrics").text
    assert set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE)) == set(documented())


def test_rows_bytes_and_commits_are_counted(house, admin, table):
    admin.put_contract(table, ["id INTEGER required"])
    names = [("boathouse_ingest_rows_total", {"outcome": "accepted"}), ("boathouse_ingest_rows_total", {"outcome": "rejected"}),
             ("boathouse_ingest_batches_total", {}), ("boathouse_ingest_bytes_total", {}), ("boathouse_commits_total", {"outcome": "committed"}),
             ("boathouse_ingest_stage_duration_seconds_count", {"stage": "commit"}), ("boathouse_fsync_duration_seconds_count", {}),
             ("boathouse_metadata_commit_duration_seconds_count", {})]
    before = [figure(admin, name, **labels) for name, labels in names]
    body = "id\n1\n2\nx\n"
    admin.post_rows(table, body)
    grown = [figure(admin, name, **labels) - was for (name, labels), was in zip(names, before)]
    assert grown[:6] == [2, 1, 1, len(body), 1, 1]
    assert grown[6] >= 2 and grown[7] >= 1


def test_rows_that_leave_quarantine_are_counted_once(admin, table):
    admin.put_contract(table, ["id INTEGER required"])
    admin.post_rows(table, "id\nx\ny\nz\n")
    rows = admin.quarantine(table)
    rejected = figure(admin, "boathouse_ingest_rows_total", outcome="rejected")
    corrected = figure(admin, "boathouse_quarantine_rows_left_total", how="corrected")
    discarded = figure(admin, "boathouse_quarantine_rows_left_total", how="discarded")
    path = admin.table_path(table, "/quarantine")
    admin.post(f"{path}/resubmit", json={"rows": [{"id": rows[0]["id"], "data": {"id": "7"}}, {"id": rows[1]["id"]}]}, expect=200)
    admin.delete(path, expect=200)
    assert figure(admin, "boathouse_quarantine_rows_left_total", how="corrected") == corrected + 1
    assert figure(admin, "boathouse_quarantine_rows_left_total", how="discarded") == discarded + 2
    assert figure(admin, "boathouse_ingest_rows_total", outcome="rejected") == rejected


def test_statements_are_counted_by_outcome(admin):
    fine = figure(admin, "boathouse_queries_total", outcome="ok")
    wrong = figure(admin, "boathouse_queries_total", outcome="invalid-argument")
    admin.sql("SELECT 1")
    assert admin.sql_answer("SELECT nonsense FROM nowhere").status_code == 400
    assert figure(admin, "boathouse_queries_total", outcome="ok") == fine + 1
    assert figure(admin, "boathouse_queries_total", outcome="invalid-argument") == wrong + 1
    assert figure(admin, "boathouse_query_duration_seconds_count") >= 2


def test_the_process_and_its_disk_are_told(admin):
    assert 1e6 < figure(admin, "process_resident_memory_bytes") < 1e10
    assert 0 < figure(admin, "process_open_fds") < figure(admin, "process_max_fds")
    assert 0 < figure(admin, "boathouse_data_disk_free_bytes") < figure(admin, "boathouse_data_disk_size_bytes")


def expressions():
    dashboard = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"dashboard, {panel['title']}", target["expr"]
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


@pytest.mark.parametrize("place, expression", list(expressions()))
def test_dashboard_and_alerts_ask_for_what_there_is(place, expression):
    told = documented()
    asked = re.findall(r"\b((?:boathouse|process)_[a-z_]+)(?:\{([^}]*)\})?", expression)
    assert asked or expression.startswith("up{"), place
    available = set(FROM_PROMETHEUS)
    for name, selector in asked:
        family = re.sub(r"_(bucket|sum|count)$", "", name) if name not in told else name
        kind, labels = told[family]
        assert (kind == "histogram") == (family != name), f"{place}: {name}"
        assert set(re.findall(r"([a-z_]+)\s*[=!]", selector)) <= labels | FROM_PROMETHEUS, f"{place}: {name}"
        available |= labels | ({"le"} if kind == "histogram" else set())
    for by in re.findall(r"by \(([^)]*)\)", expression):
        assert {label.strip() for label in by.split(",")} <= available, f"{place}: by {by}"


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool (Debian: prometheus) is not here")
def test_prometheus_takes_the_rules():
    done = subprocess.run(["promtool", "check", "config", "prometheus.yml"], cwd=ROOT / "deploy", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_that_wants_an_answer_has_one_in_the_papers():
    alerts = {place for place, _ in expressions() if place.startswith("Boathouse")}
    answers = set(re.findall(r"^\| `(Boathouse\w+)`", (ROOT / "docs" / "OPERATIONS.md").read_text(), re.MULTILINE))
    assert answers <= alerts
