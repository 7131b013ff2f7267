# SPDX-License-Identifier: Apache-2.0
"""A flow's dataset: the file as it came, its rows as versions of a table, its summary; what is refused leaves nothing behind."""

import io
import gzip
import socket
import time

import pandas as pd
import pytest

from flows.test_races import MANY, at_once, outcome
from support.flows import FlowClient, signed_up

CSV = "name,age,city\nAda,36,London\nGrace,85,New York\nAlan,41,London\n"


def error(message, status=400):
    return status, {"error": message}


@pytest.fixture(scope="module")
def owner(house):
    return signed_up(house)


@pytest.fixture
def flow(owner):
    flow.count += 1
    return owner.flow(f"dataset {flow.count}")


flow.count = 0


def native(house, user):
    api = house.api().with_token(user.token)
    return api, api.get("/v1/me", expect=200).json()["workspace"]


def rows(house, user, table):
    api, ws = native(house, user)
    return api.sql(f'SELECT * FROM "{table}"', workspace=ws)


def test_a_dataset_is_kept_as_a_file_a_table_and_a_summary(house, owner, flow):
    status, body = owner.upload(flow, CSV)
    assert status == 201 and len(body) == 1
    assert body == [{"dataset_s3_key": f"{flow}/dataset.csv"}]
    dataset = owner.dataset(flow)
    assert (dataset["number"], dataset["rows"], dataset["rows_rejected"], dataset["bytes"]) == (1, 3, 0, len(CSV))
    assert owner.call("GET", f"/flows/{flow}")[1]["dataset_s3_key"] == dataset["dataset_s3_key"]
    assert rows(house, owner, dataset["table"]) == [("Ada", 36, "London"), ("Grace", 85, "New York"), ("Alan", 41, "London")]
    answer = owner.session.get(f"{house.url}/flows/dataset?fid={flow}", headers={"Authorization": f"Bearer {owner.token}"})
    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (200, "text/csv; charset=utf-8", CSV)
    status, summary = owner.summary(flow)
    assert status == 200
    expected = pd.read_csv(io.StringIO(CSV))["age"].describe()
    assert summary["age"] == pytest.approx(expected.to_dict(), rel=1e-9)
    assert summary["city"] == {"avg_length": pytest.approx(20 / 3), "avg_words": pytest.approx(4 / 3),
                               "avg_capitals": pytest.approx(4 / 3), "avg_symbols": 0.0}


def test_a_new_dataset_is_a_new_version(house, owner, flow):
    owner.upload(flow, CSV)
    first = owner.dataset(flow)
    assert owner.upload(flow, CSV) == error("Flow already has a dataset")
    other = "name,height\nAda,1.7\n"
    status, body = owner.upload(flow, other, method="PUT")
    assert status == 200
    second = body[0]
    assert (second["number"], second["table"]) == (2, first["table"]) and second["version"] != first["version"]
    assert rows(house, owner, first["table"]) == [("Ada", 1.7)]
    assert len(rows(house, owner, f"{first['table']}@{first['version']}")) == 3
    api, ws = native(house, owner)
    assert {v["version"] for v in api.versions(first["table"], ws=ws)} >= {first["version"], second["version"]}
    headers = {"Authorization": f"Bearer {owner.token}"}
    for number, text in ((None, other), (1, CSV), (2, other)):
        query = f"?fid={flow}" + (f"&number={number}" if number else "")
        assert owner.session.get(f"{house.url}/flows/dataset{query}", headers=headers).text == text
    assert owner.call("GET", f"/flows/dataset?fid={flow}&number=3") == error("Flow has no dataset")
    assert set(owner.summary(flow)[1]) == {"name", "height"}


def test_what_is_wrong_is_said_in_order(house, owner, flow):
    stranger = signed_up(house)
    assert FlowClient(house.url).upload(flow, CSV) == error("Unauthorized", 401)
    assert owner.call("POST", "/flows/dataset", files={"dataset": ("d.csv", CSV)}) == error("Please specify an fid")
    assert stranger.upload(flow, CSV) == error("Invalid flow")
    for fid in ("x", "0", "999999999"):
        assert owner.upload(fid, CSV)[0] == 400
    for method in ("GET", "PUT"):
        assert stranger.call(method, f"/flows/dataset?fid={flow}", files={"dataset": ("d.csv", CSV)}) == error("Invalid flow")
    assert stranger.call("GET", f"/flows/summary?fid={flow}") == error("Invalid flow")
    assert owner.call("GET", f"/flows/summary?fid={flow}") == error("Flow has no dataset")
    assert owner.call("GET", f"/flows/dataset?fid={flow}") == error("Flow has no dataset")
    assert owner.upload(flow, CSV, field="file")[1]["error"].startswith("Please specify a dataset")
    assert owner.call("POST", f"/flows/dataset?fid={flow}", json={"dataset": CSV})[1]["error"].startswith("Please specify a dataset")
    assert owner.call("POST", f"/flows/dataset?fid={flow}", files={"dataset": (None, CSV)})[1]["error"].startswith("Please specify a dataset")
    two = [("dataset", ("a.csv", CSV)), ("dataset", ("b.csv", CSV))]
    assert owner.call("POST", f"/flows/dataset?fid={flow}", files=two)[0] == 400
    assert owner.upload(flow, CSV)[0] == 201
    assert owner.upload(flow, "") == error("Flow already has a dataset")


NO_CSV = {
    "empty": b"", "blank": b"\n\n \n", "blanks": b"  \n \n", "blanks and names": b"   \n1,2\n", "blanks for rows": b"a,b\n  \n\t\n", "headless": b"1,2,3\n4,5,6\n", "without rows": b"a,b,c\n", "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "json": b'[{"a": 1}, {"a": 2}]', "lines of json": b'{"a": 1}\n{"a": 2}\n', "compressed": gzip.compress(CSV.encode()),
    "parquet": b"PAR1" + bytes(100) + b"PAR1", "no utf-8": b"a,b\n\xff\xfe,1\n", "an open quote": b'a,b\n"x,1\n2,3\n', "nul": b"a,b\n1,\0\n",
}


@pytest.mark.parametrize("kind", NO_CSV)
def test_what_is_no_csv_is_refused_and_leaves_nothing(house, kind):
    user = signed_up(house)
    flow = user.flow("refused")
    status, body = user.upload(flow, NO_CSV[kind])
    assert status == 400 and body["error"], body
    api, ws = native(house, user)
    assert api.get(f"/v1/workspaces/{ws}/tables", expect=200).json()["tables"] == []
    assert user.call("GET", f"/flows/{flow}")[1]["dataset_s3_key"] is None
    assert user.upload(flow, CSV)[0] == 201
    assert user.summary(flow)[0] == 200
    status, body = user.upload(flow, NO_CSV[kind], method="PUT")
    assert status == 400
    assert len(rows(house, user, "flow_%d" % flow)) == 3 and user.summary(flow)[0] == 200


def test_a_dataset_has_a_limit(make_server):
    server = make_server(env={"BOATHOUSE_FLOWS_DATASET_BYTES": "1000"}).start()
    user = signed_up(server)
    flow = user.flow("limited")
    head = "a\n"
    fits = head + "1\n" * ((1000 - len(head)) // 2)
    assert len(fits) == 1000
    status, body = user.upload(flow, fits + "1")
    assert status == 413 and "1000" in body["error"]
    # One that says beforehand how large it is, past all that a form may have beside it.
    assert user.upload(flow, b"a\n" + b"1\n" * 3_000_000)[0] == 413
    files = [path for path in (server.data / "buckets").rglob("*") if path.is_file()]
    assert files == []
    assert user.upload(flow, fits)[0] == 201


def test_one_that_is_cut_off_leaves_nothing(make_server):
    server = make_server().start()
    user = signed_up(server)
    flow = user.flow("cut")
    boundary = "xyz"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="dataset"; filename="a.csv"\r\n\r\n{CSV}'
    head = (f"POST /flows/dataset?fid={flow} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {user.token}\r\nConnection: close\r\n"
            f"Content-Type: multipart/form-data; boundary={boundary}\r\n")
    host, port = server.url.removeprefix("http://").split(":")

    def send(text, end):
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(text.encode())
            if end:
                connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").read().decode()

    # The form is not closed; the body is shorter than it was said to be.
    answer = send(f"{head}Content-Length: {len(part)}\r\n\r\n{part}", end=False)
    assert answer.startswith("HTTP/1.1 400 ") and '{"error":' in answer, answer
    answer = send(f"{head}Content-Length: {len(part) + 1000}\r\n\r\n{part}", end=True)
    assert not answer or answer.startswith("HTTP/1.1 400 "), answer
    deadline = time.monotonic() + 60
    while [path for path in (server.data / "buckets").rglob("*") if path.is_file()]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert user.call("GET", f"/flows/{flow}")[1]["dataset_s3_key"] is None
    assert user.upload(flow, CSV)[0] == 201


def test_of_many_datasets_one_is_the_flows(house):
    user = signed_up(house)
    flow = user.flow("race")

    def upload(n):
        return outcome(FlowClient(house.url, user.token).upload(flow, f"a,b\n{n},x\n"))

    assert at_once(upload) == {(201, ""): 1, (400, "Flow already has a dataset"): MANY - 1}
    table = f"flow_{flow}"
    assert len(rows(house, user, table)) == 1
    api, ws = native(house, user)
    assert len(api.versions(table, ws=ws)) == 1
    assert rows(house, user, table)[0][0] == next(iter(pd.read_csv(io.StringIO(user_csv(house, user, flow)))["a"]))


def user_csv(house, user, flow):
    return user.session.get(f"{house.url}/flows/dataset?fid={flow}", headers={"Authorization": f"Bearer {user.token}"}).text


def test_odd_headers_and_rows(house, owner, flow):
    text = 'a,,a,A\n1,2,3,4\n5,6\n"x, y",ö,"q""q",\n'
    status, body = owner.upload(flow, text)
    dataset = owner.dataset(flow)
    assert status == 201 and (dataset["rows"], dataset["rows_rejected"]) == (2, 1)
    assert user_csv(house, owner, flow) == text
    columns = house.api().with_token(owner.token).describe(dataset["table"], ws=native(house, owner)[1])["columns"]
    assert [column["name"] for column in columns] == ["a", "Unnamed: 1", "a_1", "A_2"]


GOOD = ["country,2019,2020\nx,1,2\n", "0,1,2,label\n.1,.2,.3,cat\n", ",0,1,2\n0,.1,.2,.3\n", "2019,2020\n1,2\n", "k,2020-01-01\nx,5\n", "name,true\nx,y\n",
        "email@home,name\na@b.c,Bob\n", "1,2\nx,y\n", pd.DataFrame([[0.5, 0.25, 0.125]] * 3).to_csv(index=False), pd.DataFrame([[0.5, 0.25]] * 3, columns=[7, 5]).to_csv()]


@pytest.mark.parametrize("text", GOOD)
def test_names_may_look_like_values(house, owner, flow, text):
    frame = pd.read_csv(io.StringIO(text))
    assert owner.upload(flow, text)[0] == 201
    dataset = owner.dataset(flow)
    assert (dataset["rows"], dataset["rows_rejected"]) == (len(frame), 0)
    columns = house.api().with_token(owner.token).describe(dataset["table"], ws=native(house, owner)[1])["columns"]
    assert [column["name"] for column in columns] == list(frame.columns)
    assert set(owner.summary(flow)[1]) == set(frame.columns)


def test_who_says_that_there_is_a_header_is_believed(house, owner, flow):
    text = "1,2,3\n4,5,6\n"
    status, body = owner.upload(flow, text)
    assert status == 400 and "header=true" in body["error"]
    assert owner.upload(flow, text, header="perhaps")[0] == 400
    assert owner.upload(flow, text, header="false")[0] == 400
    assert owner.upload(flow, text, header="true")[0] == 201
    assert rows(house, owner, owner.dataset(flow)["table"]) == [(4, 5, 6)]
    assert owner.upload(flow, "7,8\n9,10\n", method="PUT", header="true")[1][0]["rows"] == 1
    assert set(owner.summary(flow)[1]) == {"7", "8"}
    status, body = owner.upload(flow, b"PAR1" + bytes(100) + b"PAR1", method="PUT", header="true")
    assert status == 400


def test_lines_of_blanks_are_no_rows(house, owner, flow):
    text = "   \r\na,b\n \t\n1,\" \n \"\n  \n2, \n\n "
    assert owner.upload(flow, text)[0] == 201
    dataset = owner.dataset(flow)
    assert (dataset["rows"], dataset["rows_rejected"]) == (len(pd.read_csv(io.StringIO(text))), 0)
    assert rows(house, owner, dataset["table"]) == [(1, " \n "), (2, " ")]
    assert user_csv(house, owner, flow).encode() == text.encode(), "the file is kept as it came"
    assert owner.upload(flow, "x\n \n5\n", method="PUT")[1][0]["rows"] == 1


def test_names_that_tables_keep_for_themselves_get_a_number(house, owner, flow):
    names = ["_row", "_ok", "_bad", "_reasons", "_data", "_raw", "_part", "_file", "_pos", "_deleted", "_spec_id", "_partition", "_unique", "_request"]
    text = ",".join(names) + "\n" + ",".join("x" for _ in names) + "\n"
    assert owner.upload(flow, text)[0] == 201
    dataset = owner.dataset(flow)
    columns = house.api().with_token(owner.token).describe(dataset["table"], ws=native(house, owner)[1])["columns"]
    assert [column["name"] for column in columns] == [name + "_1" for name in names]
    assert rows(house, owner, dataset["table"]) == [("x",) * len(names)]
    assert set(owner.summary(flow)[1]) == set(names)


def test_a_table_of_the_users_own_is_left_alone(house, owner):
    api, ws = native(house, owner)
    fid = owner.flow("own table")
    api.post_rows(f"flow_{fid}", "mine\n1\n", ws=ws)
    owner.upload(fid, CSV)
    dataset = owner.dataset(fid)
    assert dataset["table"] != f"flow_{fid}"
    assert rows(house, owner, f"flow_{fid}") == [(1,)]


def test_members_give_datasets_too(house, owner, flow):
    member = signed_up(house)
    owner.call("POST", "/flows/members", json={"fid": flow, "email": member.user["email"]})
    member.upload(flow, CSV)
    dataset = member.dataset(flow)
    assert len(rows(house, owner, dataset["table"])) == 3, "it lies in the owner's workspace"
    assert member.summary(flow)[0] == 200
    assert owner.call("GET", f"/flows/activity?fid={flow}")[1][0]["what"] == "dataset-uploaded"


def test_a_dataset_stays_when_its_flow_goes(house, owner, flow):
    owner.upload(flow, CSV)
    dataset = owner.dataset(flow)
    assert owner.call("DELETE", f"/flows/{flow}")[0] == 200
    assert len(rows(house, owner, dataset["table"])) == 3


def test_datasets_and_summaries_outlive_kills(make_server):
    server = make_server().start()
    user = signed_up(server)
    large = "n,text\n" + "".join(f"{n},some words {n}\n" for n in range(200_000))
    flows = [user.flow(f"flow {n}") for n in range(3)]
    for fid in flows:
        status, body = user.upload(fid, large)
        assert status == 201
        server.restart(kill=True)
        user.url = server.url
    for fid in flows:
        status, summary = user.summary(fid)
        assert status == 200 and summary["n"]["count"] == 200_000
        assert user_csv(server, user, fid) == large
        assert len(rows(server, user, f"flow_{fid}")) > 0
    jobs = server.api().with_token(user.token).get("/v1/jobs?kind=dataset-summary", expect=200).json()["jobs"]
    assert {job["state"] for job in jobs} == {"succeeded"} and len(jobs) == 3
