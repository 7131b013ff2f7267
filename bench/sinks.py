# SPDX-License-Identifier: Apache-2.0
"""Rows that changed, on their way to PostgreSQL, beside psql's own COPY and INSERT .. ON CONFLICT of the same rows."""

import statistics
import subprocess
import time

from bench.report import Line
from support.postgres import Postgres
from support.sinks import Sink

ROWS = 2_000_000
CHANGED = 1_000_000
ROUNDS = 3


def write_rows(path, count, text):
    with open(path, "w") as out:
        out.write("id,name,amount,at,note\n")
        for n in range(count):
            out.write(f"{n * 2 % ROWS if text != 'first' else n},{text} {n},{n % 1000}.25,2024-06-{n % 28 + 1:02}T10:00:00Z,note of row {n}\n")


PSQL = """
BEGIN;
CREATE TEMP TABLE incoming (LIKE changed) ON COMMIT DROP;
\\copy incoming FROM '{path}' WITH (FORMAT csv, HEADER true)
INSERT INTO changed SELECT * FROM incoming ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, amount = EXCLUDED.amount,
  at = EXCLUDED.at, note = EXCLUDED.note;
COMMIT;
"""


def sinks(server, folder, megabytes):
    postgres = Postgres().start()
    try:
        yield from measure(server, folder, postgres)
    finally:
        postgres.end()


def measure(server, folder, postgres):
    api = server.admin()
    ours, theirs = postgres.database("ours"), postgres.database("theirs")
    columns = ["id BIGINT", "name STRING", "amount DECIMAL(12,2)", "at TIMESTAMPTZ", "note STRING"]
    api.put_contract("changed", columns, key=["id"])
    first = folder / "sink-first.csv"
    write_rows(first, ROWS, "first")
    with open(first, "rb") as body:
        api.post_rows("changed", body, mode="upsert")
    sink = Sink(api, "bench")
    sink.put(url=ours.url, tables=["changed"])
    sink.settled()
    theirs.sql("CREATE TABLE changed (id bigint PRIMARY KEY, name text, amount numeric(12,2), at timestamptz, note text)")
    psql(theirs, PSQL.format(path=first))
    took = {"ours": [], "theirs": []}
    for round in range(ROUNDS):
        changes = folder / f"sink-{round}.csv"
        write_rows(changes, CHANGED, f"round {round}")
        for database in (ours, theirs):
            database.sql("VACUUM changed; CHECKPOINT")
        with open(changes, "rb") as body:
            api.post_rows("changed", body, mode="upsert")
        begun = time.perf_counter()
        sink.settled()
        took["ours"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        psql(theirs, PSQL.format(path=changes))
        took["theirs"].append(time.perf_counter() - begun)
    assert ours.value("SELECT count(*) FROM changed WHERE name LIKE 'round 2%'") == str(CHANGED)
    mine, other = statistics.median(took["ours"]), statistics.median(took["theirs"])
    yield Line(f"{CHANGED:,} changed rows of {ROWS:,} to PostgreSQL", f"{mine:.2f} s", f"psql's COPY and INSERT .. ON CONFLICT: {other:.2f} s",
               f"{mine / other:.2f}", "at most 1.3", mine <= 1.3 * other)


def psql(database, script):
    subprocess.run([database.server.bin / "psql", database.url, "-X", "-q", "-v", "ON_ERROR_STOP=1"], input=script, text=True, check=True)
