# SPDX-License-Identifier: Apache-2.0
"""Many clients at once: every answered upload is there exactly once, and nobody sees a 5xx."""

import concurrent.futures
import time

import pytest

from support import hiring
from support.readers import read_with_duckdb, read_with_pyiceberg


def run_all(tasks, clients=8):
    """Runs the callables on that many threads; the first exception is raised."""
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]



def patiently(send):
    """Sends again while the server says that it is too busy."""
    for _ in range(200):
        answer = send()
        if answer.status_code != 429:
            return answer
        time.sleep(float(answer.headers.get("Retry-After", "0.1")) / 10)
    return answer


def test_many_clients_append_to_one_table(house, admin, table):
    admin.put_contract(table, ["batch INTEGER", "n INTEGER"])
    batches = range(64)

    def send(batch):
        body = "batch,n\n" + "".join(f"{batch},{n}\n" for n in range(10))
        answer = patiently(lambda: admin.post_rows(table, body, expect=None))
        assert answer.status_code == 200, answer.text
        return answer.json()["version"]

    versions = run_all([lambda b=b: send(b) for b in batches])
    assert len(set(versions)) >= 1
    counted = admin.sql(f"SELECT batch, count(*), count(DISTINCT n) FROM {table} GROUP BY batch ORDER BY batch")
    assert counted == [(batch, 10, 10) for batch in batches]
    location = admin.describe(table)["metadata_location"]
    assert read_with_pyiceberg(location).num_rows == read_with_duckdb(location).num_rows == 640


def test_many_clients_write_many_tables(house, admin, table):
    names = [f"{table}_{n}" for n in range(8)]

    def send(name, turn):
        answer = patiently(lambda: admin.post_rows(name, f"turn\n{turn}\n", expect=None))
        assert answer.status_code == 200, answer.text

    run_all([lambda n=name, t=turn: send(n, t) for turn in range(8) for name in names])
    for name in names:
        assert admin.sql(f"SELECT turn FROM {name} ORDER BY turn") == [(turn,) for turn in range(8)]


def test_sixteen_upserters_of_the_same_new_keys_leave_one_row_a_key(house, admin, table):
    admin.put_contract(table, ["id INTEGER required", "who INTEGER"], key=["id"])

    def send(who):
        body = "id,who\n" + "".join(f"{n},{who}\n" for n in range(1000))
        answer = patiently(lambda: admin.post_rows(table, body, mode="upsert", expect=None))
        assert answer.status_code == 200, answer.text

    run_all([lambda w=who: send(w) for who in range(16)], clients=16)
    assert admin.sql(f"SELECT count(*), count(DISTINCT id), min(id), max(id), count(DISTINCT who) FROM {table}") == [(1000, 1000, 0, 999, 1)]
    told = admin.describe(table)
    assert told["rows"] == 1000
    assert read_with_pyiceberg(told["metadata_location"]).num_rows == 1000
    assert read_with_duckdb(told["metadata_location"]).num_rows == 1000


def test_uploads_from_many_people_at_once(house, admin):
    """The same file again and again through /upload, while insights are read: the table stays what one upload makes it."""
    people = ("hiring", "Boathouse-demo-1")
    api = house.api()
    files = [("departments.csv", hiring.DEPARTMENTS), ("jobs.csv", hiring.JOBS), ("hired_employees.csv", hiring.HIRED[:1000])]

    def upload(name, rows):
        answer = patiently(lambda: api.upload(name, hiring.to_csv(rows), *people))
        assert answer.status_code == 200, answer.text

    def read():
        answer = patiently(lambda: api.get("/insights?table=HIRES_DEPARTMENT_JOB"))
        assert answer.status_code == 200, answer.text

    run_all([task for _ in range(4) for name, rows in files for task in (lambda n=name, r=rows: upload(n, r), read)])
    assert admin.value("SELECT count(*) FROM departments") == 12
    assert admin.value("SELECT count(*) FROM jobs") == len(hiring.JOBS)
    assert admin.sql("SELECT count(*) = count(DISTINCT id) FROM hired_employees") == [(True,)]


def test_readers_see_whole_versions_while_writers_write(house, admin, table):
    """A replace swaps 1000 rows of one generation for 1000 of the next; no reader ever sees a mixture."""
    admin.put_contract(table, ["generation INTEGER", "n INTEGER"])

    def write(generation):
        body = "generation,n\n" + "".join(f"{generation},{n}\n" for n in range(1000))
        assert patiently(lambda: admin.post_rows(table, body, mode="replace", expect=None)).status_code == 200

    def read():
        answer = patiently(lambda: admin.sql_answer(f"SELECT count(*), count(DISTINCT generation) FROM {table}"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["rows"] == [[1000, 1]]

    write(0)
    run_all([task for generation in range(1, 9) for task in [lambda g=generation: write(g)] + [read] * 4])


@pytest.mark.parametrize("same_body", [True, False])
def test_one_idempotency_key_from_many_clients_writes_once(house, admin, table, same_body):
    admin.put_contract(table, ["id INTEGER"])

    def send(n):
        body = f"id\n{1 if same_body else n}\n"
        return patiently(lambda: admin.post_rows(table, body, expect=None, headers={"Idempotency-Key": f"{table}-k"}))

    answers = run_all([lambda n=n: send(n) for n in range(8)])
    statuses = [a.status_code for a in answers]
    assert 200 in statuses
    assert set(statuses) <= ({200, 409} if same_body else {200, 409, 422})
    assert admin.value(f"SELECT count(*) FROM {table}") == 1


def test_tables_made_and_dropped_by_many(house, admin, table):
    def turn(n):
        answer = admin.post_rows(table, f"id\n{n}\n", expect=None)
        assert answer.status_code in (200, 404, 409, 429), answer.text
        answer = admin.delete(admin.table_path(table))
        assert answer.status_code in (200, 204, 404, 409, 429), answer.text

    run_all([lambda n=n: turn(n) for n in range(24)])
    admin.post_rows(table, "id\n1\n", mode="replace")
    assert admin.sql(f"SELECT id FROM {table}") == [(1,)]
