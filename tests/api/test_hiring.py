# SPDX-License-Identifier: Apache-2.0
"""The whole hiring story through POST /upload and GET /insights, with the example's rows and, where they lie beside the
checkout, with real ones: what goes in, what comes back, what the insights then say."""

import pytest

from support import hiring
from support.server import ADMIN_PASSWORD

PEOPLE = ("hiring", "Boathouse-demo-1")


class Source:
    """Departments, jobs and hires as rows of text, and as the bytes that are sent."""

    def __init__(self, kind):
        if kind == "made":
            self.departments, self.jobs, self.hired = hiring.DEPARTMENTS, hiring.JOBS, hiring.HIRED
        else:
            folder = hiring.real_files()
            if not folder:
                pytest.skip("no real files beside the checkout")
            self.departments, self.jobs, self.hired = (
                hiring.read_plain(folder / f"{name}.csv") for name in ("departments", "jobs", "hired_employees"))
        self.first, self.rest = self.hired[:1000], self.hired[1000:]


@pytest.fixture(scope="module", params=["made", "real"])
def source(request):
    return Source(request.param)


@pytest.fixture(scope="module")
def loaded(source, tmp_path_factory):
    """A server of its own with everything uploaded once: (server, answers by file name)."""
    from support.paths import HIRING
    from support.server import Server
    server = Server(tmp_path_factory.mktemp("hiring") / "data", apply=HIRING).start()
    api, answers = server.api(), {}
    for name, rows in [("departments.csv", source.departments), ("jobs.csv", source.jobs),
                       ("hired_employees_1.csv", source.first), ("hired_employees_2.csv", source.rest)]:
        answer = api.upload(name, hiring.to_csv(rows), *PEOPLE)
        assert answer.status_code == 200, answer.text
        answers[name] = answer.json()
    yield server, answers
    server.end()


def stored(api):
    return api.sql("SELECT id, name, strftime(datetime, '%Y-%m-%dT%H:%M:%SZ'), department_id, job_id "
                   "FROM hired_employees ORDER BY id")


@pytest.mark.parametrize("name, part", [("hired_employees_1.csv", "first"), ("hired_employees_2.csv", "rest")])
def test_the_answer_tells_what_went_in_and_what_did_not(loaded, source, name, part):
    answer, rows = loaded[1][name], getattr(source, part)
    bad = [row for row in rows if not hiring.is_good(row)]
    assert len(bad) == {"first": 33, "rest": 37}[part]
    assert answer["file"] == name
    assert answer["type"] == "hired_employees"
    assert answer["columns"] == hiring.COLUMNS
    assert answer["rows"] == len(rows)
    assert answer["nrows_inserted"] == len(rows) - len(bad)
    assert answer["nrows_failed"] == len(bad)
    assert answer["rows_failed"] == [dict(zip(hiring.COLUMNS, row)) for row in bad]
    assert answer["result"] == f"Errors founded on records failed, successfully uploaded {len(rows) - len(bad)} registers"
    assert answer["duration(s)"] >= 0


def test_a_file_without_bad_rows_says_so(loaded, source):
    answer = loaded[1]["departments.csv"]
    assert answer["result"] == "All the records have been uploaded"
    assert answer["nrows_inserted"] == answer["rows"] == len(source.departments)
    assert "rows_failed" not in answer and "nrows_failed" not in answer


def test_what_is_stored_is_what_was_sent(loaded, source):
    good = sorted(hiring.as_stored(row) for row in source.hired if hiring.is_good(row))
    assert stored(loaded[0].admin()) == good


def test_bad_rows_wait_in_quarantine_with_reasons(loaded, source):
    admin = loaded[0].admin()
    bad = [row for row in source.hired if not hiring.is_good(row)]
    waiting = admin.sql('SELECT count(*) FROM "hired_employees$quarantine"')
    assert waiting == [(len(bad),)]
    listed = admin.get(admin.table_path("hired_employees", "/quarantine?limit=1000"), expect=200).json()["rows"]
    assert sorted(row["data"]["id"] for row in listed) == sorted(row[0] for row in bad)
    by_id = {row["data"]["id"]: row for row in listed}
    for row in bad:
        reasons = {(reason["column"], reason["rule"]) for reason in by_id[row[0]]["reasons"]}
        assert reasons == {(name, "required") for name, value in zip(hiring.COLUMNS, row) if value == ""}


def test_the_insight_of_hires_by_department_and_job(loaded, source):
    expected = hiring.hires_by_department_and_job(source.departments, source.jobs, source.hired)
    answer = loaded[0].api().get("/insights?table=HIRES_DEPARTMENT_JOB&limit=5000", expect=200).json()
    assert answer == expected
    assert [list(row) for row in answer[:1]] == [["department", "job", "q1", "q2", "q3", "q4"]]


def test_the_insight_of_departments_above_the_mean(loaded, source):
    expected = hiring.departments_above_mean(source.departments, source.hired)
    assert expected, "some department is above the mean"
    answer = loaded[0].api().get("/insights?table=DEPARTMENTS_HIRED_ABOVE_MEAN", expect=200).json()
    assert answer == expected


def test_sending_a_file_again_changes_no_row(loaded, source):
    server, answers = loaded
    admin = server.admin()
    before = stored(admin)
    again = server.api().upload("hired_employees_1.csv", hiring.to_csv(source.first), *PEOPLE).json()
    assert again["nrows_inserted"] == answers["hired_employees_1.csv"]["nrows_inserted"]
    assert stored(admin) == before


def test_all_rows_at_once_are_too_many(loaded, source):
    server = loaded[0]
    before = stored(server.admin())
    answer = server.api().upload("hired_employees.csv", hiring.to_csv(source.hired), *PEOPLE)
    assert answer.status_code == 405
    assert answer.json() == {"error": "The number of lines should be between 1 and 1000"}
    assert stored(server.admin()) == before


def test_it_is_all_there_after_a_restart(loaded, source):
    server = loaded[0]
    before = stored(server.admin())
    server.restart()
    assert stored(server.admin()) == before


def test_the_example_can_be_applied_again(loaded):
    """serve --apply on every start: nothing changes, the password still works."""
    server = loaded[0]
    server.restart()
    assert server.api().login(*PEOPLE).get("/v1/me", expect=200).json()["name"] == "hiring"
    assert server.api().login("admin", ADMIN_PASSWORD)
