# SPDX-License-Identifier: Apache-2.0
"""POST /upload and GET /insights, rule by rule, on tables made for each test."""

import pytest

from support import hiring
from support.server import ADMIN_PASSWORD

TOO_MANY = {"error": "The number of lines should be between 1 and 1000"}
NO_TABLE = {"error": "The data table is not availabe for upload"}
COLUMNS = ["id INTEGER required", "name STRING required", "at ISO_DATE required"]
AT = "2021-11-07T02:48:42Z"


@pytest.fixture
def ships(admin, table):
    """A table with a contract like the example's."""
    admin.put_contract(table, COLUMNS, key=["id"], max_rows=1000)
    return table


def send(api, name, content, **options):
    return api.upload(name, content, "admin", ADMIN_PASSWORD, **options)


def lines(first, last):
    return "".join(f"{n},ship {n},{AT}\r\n" for n in range(first, last + 1))


def ids(admin, table):
    return [row[0] for row in admin.sql(f"SELECT id FROM {table} ORDER BY id")]


# How many rows

@pytest.mark.parametrize("rows", [1, 1000])
def test_the_least_and_the_most_rows_are_taken(anyone, admin, ships, rows):
    answer = send(anyone, f"{ships}.csv", lines(1, rows)).json()
    assert (answer["rows"], answer["nrows_inserted"]) == (rows, rows)
    assert answer["result"] == "All the records have been uploaded"
    assert ids(admin, ships) == list(range(1, rows + 1))


@pytest.mark.parametrize("content", ["", "id,name,at\r\n", lines(1, 1001), "\r\n\r\n"], ids=["empty", "header", "1001", "blank"])
def test_fewer_and_more_rows_are_refused(anyone, admin, ships, content):
    answer = send(anyone, f"{ships}.csv", content)
    assert (answer.status_code, answer.json()) == (405, TOO_MANY)
    assert ids(admin, ships) == []


def test_a_header_is_not_counted(anyone, admin, ships):
    answer = send(anyone, f"{ships}.csv", "id,name,at\r\n" + lines(1, 1000)).json()
    assert (answer["rows"], answer["nrows_inserted"]) == (1000, 1000)


def test_the_refusal_names_the_tables_own_limit(anyone, admin, table):
    admin.put_contract(table, COLUMNS, max_rows=3)
    assert send(anyone, f"{table}.csv", lines(1, 3)).status_code == 200
    answer = send(anyone, f"{table}.csv", lines(1, 4))
    assert answer.status_code == 405
    assert answer.json() == {"error": "The number of lines should be between 1 and 3"}


def test_nothing_inserted_is_still_an_answer(anyone, admin, ships):
    answer = send(anyone, f"{ships}.csv", f"x,ship,{AT}\r\n")
    assert answer.status_code == 200
    assert answer.json()["nrows_inserted"] == 0
    assert answer.json()["nrows_failed"] == 1
    assert answer.json()["rows_failed"] == [{"id": "x", "name": "ship", "at": AT}]


# Rows that exist

def test_a_row_whose_key_exists_is_updated(anyone, admin, ships):
    send(anyone, f"{ships}.csv", lines(1, 3))
    send(anyone, f"{ships}_b.csv", f"2,renamed,{AT}\n4,new,{AT}\n")
    assert admin.sql(f"SELECT id, name FROM {ships} ORDER BY id") == [(1, "ship 1"), (2, "renamed"), (3, "ship 3"), (4, "new")]


def test_of_a_key_twice_in_a_file_the_last_row_stays(anyone, admin, ships):
    send(anyone, f"{ships}.csv", f"1,old,{AT}\n1,new,{AT}\n")
    assert admin.sql(f"SELECT id, name FROM {ships}") == [(1, "new")]


# The text of values

@pytest.mark.parametrize("row", [
    "1.0,a," + AT, " 1,a," + AT, "1 ,a," + AT, "2147483648,a," + AT, "0x1,a," + AT, "1e3,a," + AT, ",a," + AT, "1,," + AT, "1,a,",
    "1,a,2021-02-29T00:00:00Z", "1,a,2021-11-07T02:48:42", "1,a,2021-11-07 02:48:42Z", "1,a,2021-11-07T24:00:00Z",
    "1,a,2021-11-07T02:48:42+00:00", "1,a,2021-11-07T02:48:42.5Z", "1,a,2021-11-07",
])
def test_a_bad_value_comes_back_as_it_was_sent(anyone, admin, ships, row):
    answer = send(anyone, f"{ships}.csv", row + "\r\n" + lines(9, 9)).json()
    assert answer["rows_failed"] == [dict(zip(["id", "name", "at"], row.split(",")))]
    assert ids(admin, ships) == [9]


@pytest.mark.parametrize("text, value", [("-5", -5), ("+5", 5), ("2147483647", 2147483647), ("-2147483648", -2147483648),
                                         ("007", 7)])
def test_integers_at_the_edge_are_taken(anyone, admin, ships, text, value):
    assert send(anyone, f"{ships}.csv", f"{text},a,{AT}\n").json()["nrows_inserted"] == 1
    assert ids(admin, ships) == [value]


# The text of files

@pytest.mark.parametrize("content", [
    f"1,a,{AT}\n2,b,{AT}\n", f"1,a,{AT}\r\n2,b,{AT}\r\n", f"1,a,{AT}\r2,b,{AT}\r", f"1,a,{AT}\n2,b,{AT}",
    f"\ufeff1,a,{AT}\n2,b,{AT}\n", f"\ufeffid,name,at\n1,a,{AT}\n2,b,{AT}\n", f'"1","a","{AT}"\n"2","b","{AT}"\n',
    f"\n1,a,{AT}\n\n2,b,{AT}\n\n",
], ids=["lf", "crlf", "cr", "no end", "bom", "bom header", "quoted", "blank lines"])
def test_odd_but_legal_files_are_read_right(anyone, admin, ships, content):
    answer = send(anyone, f"{ships}.csv", content).json()
    assert (answer["rows"], answer["nrows_inserted"]) == (2, 2)
    assert admin.sql(f"SELECT id, name FROM {ships} ORDER BY id") == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("text", ["two\nlines", "two\r\nlines", "ends with\n", 'a "word"', "a,b", "Zoë 船"])
def test_quoted_text_is_kept_to_the_letter(anyone, admin, ships, text):
    quoted = '"' + text.replace('"', '""') + '"'
    answer = send(anyone, f"{ships}.csv", f"1,{quoted},{AT}\r\n2,b,{AT}\r\n")
    assert answer.json()["nrows_inserted"] == 2
    assert admin.sql(f"SELECT name FROM {ships} WHERE id = 1") == [(text,)]


def test_rows_of_the_wrong_width_are_rejected_alone(anyone, admin, ships):
    answer = send(anyone, f"{ships}.csv", f"1,a,{AT}\n2,b\n3,c,{AT},extra\n4,d,{AT}\n").json()
    assert (answer["rows"], answer["nrows_inserted"], answer["nrows_failed"]) == (4, 2, 2)
    assert ids(admin, ships) == [1, 4]


@pytest.mark.parametrize("content", [b"1,a\0b," + AT.encode() + b"\n", b"1,a\xff," + AT.encode() + b"\n", b'1,"a,' + AT.encode() + b"\n"],
                         ids=["nul", "utf-8", "open quote"])
def test_bytes_that_cannot_be_parsed_store_nothing(anyone, admin, ships, content):
    answer = send(anyone, f"{ships}.csv", lines(5, 5).encode() + content)
    assert 400 <= answer.status_code < 500
    assert ids(admin, ships) == []


# Which table

def test_the_longest_table_name_wins(anyone, admin, table):
    for name in (table + "_leg", table + "_legs_old"):
        admin.put_contract(name, ["id INTEGER"], max_rows=1000)
    for file, expected in [(f"{table}_legs.csv", table + "_leg"), (f"{table}_legs_old_2.csv", table + "_legs_old"),
                           (f"{table}_leg.csv", table + "_leg")]:
        assert send(anyone, file, "1\n").json()["type"] == expected


@pytest.mark.parametrize("name", ["20221120_hired_employees.csv", "myowntable.csv", "employees.csv", "hired_employee.csv"])
def test_a_file_that_names_no_table_is_refused(anyone, name):
    answer = send(anyone, name, lines(1, 1))
    assert (answer.status_code, answer.json()) == (405, NO_TABLE)


@pytest.mark.parametrize("name", ["hired_employees.csv", "hired_employees_20221130.csv", "hired_employees copy.csv"])
def test_what_follows_the_table_name_is_free(anyone, name):
    answer = send(anyone, name, hiring.to_csv(hiring.HIRED[:1]))
    assert answer.json()["file"] == name
    assert answer.json()["type"] == "hired_employees"


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "..%2f..%2fx.csv", "a" * 5000 + ".csv", "x\u202ey.csv"])
def test_file_names_never_become_paths(anyone, house, name):
    before = sorted(path.name for path in house.data.parent.iterdir())
    assert 400 <= send(anyone, name, lines(1, 1)).status_code < 500
    assert sorted(path.name for path in house.data.parent.iterdir()) == before


# Who may

def test_the_form_fields_or_a_header_carry_the_credentials(anyone, admin, ships):
    assert send(anyone, f"{ships}.csv", lines(1, 1)).status_code == 200
    basic = anyone.upload(f"{ships}.csv", lines(2, 2), auth=("admin", ADMIN_PASSWORD))
    bearer = admin.upload(f"{ships}.csv", lines(3, 3))
    assert (basic.status_code, bearer.status_code) == (200, 200)
    assert ids(admin, ships) == [1, 2, 3]


@pytest.mark.parametrize("username, password", [("admin", "wrong"), ("nobody", ADMIN_PASSWORD), ("", "")])
def test_wrong_credentials_are_400(anyone, admin, ships, username, password):
    answer = anyone.upload(f"{ships}.csv", lines(1, 1), username, password or "x")
    if username:
        assert (answer.status_code, answer.json()) == (400, {"detail": "Incorrect username or password"})
    else:
        assert answer.status_code in (400, 422)
    assert ids(admin, ships) == []


def test_a_viewer_may_not_upload(anyone, admin, ships, user_name):
    admin.make_user(user_name, workspace="main", role="viewer")
    answer = anyone.upload(f"{ships}.csv", lines(1, 1), user_name, "Some-password-1")
    assert 400 <= answer.status_code < 500
    assert ids(admin, ships) == []


def missing(field):
    return {"loc": ["body", field], "msg": "field required", "type": "value_error.missing"}


def test_missing_fields_are_named(anyone):
    form = {"username": (None, "admin"), "password": (None, ADMIN_PASSWORD)}
    no_file = anyone.post("/upload", files=form)
    assert (no_file.status_code, no_file.json()) == (422, {"detail": [missing("file")]})
    no_user = anyone.post("/upload", files={"file": ("jobs.csv", b"1,Diver\n", "text/csv")})
    assert no_user.status_code == 422
    assert missing("username") in no_user.json()["detail"] and missing("password") in no_user.json()["detail"]


def test_a_body_that_is_no_form_is_refused(anyone):
    answer = anyone.post("/upload", data=b"1,2,3", headers={"Content-Type": "text/csv"})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 100,
                                          "multipart/form-data; boundary="])
def test_a_broken_form_is_refused(anyone, content_type):
    answer = anyone.post("/upload", data=b"--y\r\nnonsense", headers={"Content-Type": content_type})
    assert 400 <= answer.status_code < 500


def test_a_trailing_slash_is_accepted(anyone, admin, ships):
    answer = anyone.post("/upload/", files={"file": (f"{ships}.csv", lines(1, 1).encode(), "text/csv")},
                         data={"username": "admin", "password": ADMIN_PASSWORD})
    assert answer.status_code == 200
    assert anyone.get("/insights/?table=DEPARTMENTS_HIRED_ABOVE_MEAN").status_code == 200


# Insights

def test_an_unknown_insight_is_named(anyone):
    answer = anyone.get("/insights?table=NOSUCH")
    assert (answer.status_code, answer.json()) == (405, {"error": "The insight NOSUCH is not supported"})


@pytest.mark.parametrize("limit", ["0", "-1", "100001", "ten", "1.5", ""])
def test_a_limit_out_of_range_is_422(anyone, limit):
    assert anyone.get(f"/insights?table=DEPARTMENTS_HIRED_ABOVE_MEAN&limit={limit}").status_code == 422


@pytest.mark.parametrize("limit", ["1", "100000"])
def test_a_limit_at_the_edge_is_taken(anyone, limit):
    anyone.get(f"/insights?table=DEPARTMENTS_HIRED_ABOVE_MEAN&limit={limit}", expect=200)


@pytest.fixture(scope="module")
def insights(tmp_path_factory):
    """A server whose insights are written for these tests."""
    from support.server import Server
    folder = tmp_path_factory.mktemp("insights")
    (folder / "apply" / "insights").mkdir(parents=True)
    for name, text in {"NUMBERS": "-- public: true\nSELECT range AS \"Number\" FROM range(1000)",
                       "PRIVATE": "-- description: for members\nSELECT 1 AS one"}.items():
        (folder / "apply" / "insights" / f"{name}.sql").write_text(text)
    server = Server(folder / "data", apply=folder / "apply").start()
    yield server
    server.end()


def test_the_limit_is_100_unless_said(insights):
    rows = insights.api().get("/insights?table=NUMBERS", expect=200).json()
    assert [row["number"] for row in rows] == list(range(100))
    assert len(insights.api().get("/insights?table=NUMBERS&limit=7", expect=200).json()) == 7
    assert len(insights.api().get("/insights?table=NUMBERS&limit=5000", expect=200).json()) == 1000


def test_a_private_insight_wants_credentials(insights):
    assert insights.api().get("/insights?table=PRIVATE").status_code == 401
    assert insights.admin().get("/insights?table=PRIVATE", expect=200).json() == [{"one": 1}]


def test_the_greeting(anyone):
    assert "message" in anyone.get("/", headers={"Accept": "application/json"}, expect=200).json()
