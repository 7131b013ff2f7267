# SPDX-License-Identifier: Apache-2.0
"""What is measured. Each measure takes (server, folder, megabytes) and yields report lines; they run in this order and
build on each other: the table that `csv` loads is what `sql` and `upsert` work on."""

import contextlib
import itertools
import os
import random
import socket
import statistics
import time
from urllib.parse import urlsplit

import duckdb

from bench.memory import Watch, tree_of, pss_of
from bench.report import Line
from support import hiring
from support.table_files import bytes_of, on_disk, wait_until_tidy

COLUMNS = [
    {"name": "id", "type": "BIGINT", "required": True, "min": 0},
    {"name": "customer", "type": "INTEGER", "required": True},
    {"name": "email", "type": "STRING", "required": True, "pattern": "[^@]+@[^@]+\\.example"},
    {"name": "status", "type": "STRING", "required": True, "values": ["open", "paid", "late", "void"]},
    {"name": "amount", "type": "DECIMAL(12,2)", "required": True, "min": 0},
    {"name": "weight", "type": "DOUBLE"},
    {"name": "day", "type": "DATE", "required": True, "min": "2000-01-01"},
    {"name": "at", "type": "TIMESTAMPTZ", "required": True},
]
DUCKDB_TYPES = {"id": "BIGINT", "customer": "INTEGER", "email": "VARCHAR", "status": "VARCHAR", "amount": "DECIMAL(12,2)",
                "weight": "DOUBLE", "day": "DATE", "at": "TIMESTAMPTZ"}
BYTES_PER_ROW = 92

QUERIES = {
    "count": "SELECT count(*) FROM {t}",
    "sum by group": "SELECT status, count(*), sum(amount), avg(weight) FROM {t} GROUP BY status ORDER BY status",
    "one row by id": "SELECT * FROM {t} WHERE id = 4711",
    "filter and group": "SELECT day, sum(amount) AS s FROM {t} WHERE status = 'paid' AND customer < 50000 GROUP BY day ORDER BY s DESC LIMIT 10",
    "distinct": "SELECT count(DISTINCT customer) FROM {t}",
    "top ten": "SELECT id, amount FROM {t} ORDER BY amount DESC, id LIMIT 10",
}


def timed(call):
    begun = time.perf_counter()
    result = call()
    return 1000 * (time.perf_counter() - begun), result


def ms(value):
    return f"{value:.1f} ms" if value < 10_000 else f"{value / 1000:.1f} s"


def start(server, folder, megabytes):
    """From the start of the process to the first answer, on a folder that has been used before."""
    server.start()
    server.stop()
    times = []
    for _ in range(7):
        with contextlib.suppress(OSError):
            (server.data / "run" / "listen.json").unlink()
        times.append(timed(server.start)[0])
        server.stop()
    server.start()
    best = statistics.median(times)
    yield Line("start to first answer", ms(best), "-", "-", "under 150 ms", best < 150)


def idle(server, folder, megabytes):
    """What the server and one warm worker keep in memory, shared pages counted in part."""
    server.restart()
    server.admin().value("SELECT 1")
    time.sleep(1)
    processes = tree_of(server.process.pid)
    total = sum(map(pss_of, processes)) / 1e6
    yield Line(f"memory idle (PSS, {len(processes)} processes)", f"{total:.0f} MB", "-", "-", "under 100 MB", total < 100)


def upload(server, folder, megabytes):
    """POST /upload of 1000 rows with new ids, form fields for credentials, one connection."""
    api = server.api()
    times = []
    for turn in range(60):
        rows = [(str(turn * 1000 + n + 1), "Ada Berg", "2021-11-07T02:48:42Z", "2", "96") for n in range(1000)]
        body = hiring.to_csv(rows)
        took, answer = timed(lambda: api.upload("hired_employees.csv", body, "hiring", "Boathouse-demo-1"))
        assert answer.json()["nrows_inserted"] == 1000, answer.text
        times.append(took)
    warm = statistics.median(times[10:])
    yield Line("upload of 1000 checked rows, warm", ms(warm), "-", "-", "median under 12 ms", warm < 12)


def make_csv(folder, megabytes):
    path = folder / f"orders-{megabytes}.csv"
    if not path.exists():
        rows = (megabytes << 20) // BYTES_PER_ROW
        duckdb.sql(f"""COPY (
            SELECT range AS id, (hash(range) % 1000000)::INTEGER AS customer, 'user' || (hash(range) % 1000000) || '@mail.example' AS email,
                   ['open', 'paid', 'late', 'void'][(1 + hash(range + 1) % 4)::BIGINT] AS status,
                   ((hash(range + 2) % 10000000) / 100)::DECIMAL(12,2) AS amount, round((hash(range + 3) % 100000) / 777, 4) AS weight,
                   (DATE '2020-01-01' + (hash(range + 4) % 1500)::INTEGER)::DATE AS day,
                   strftime(TIMESTAMP '2020-01-01' + to_seconds((hash(range + 5) % 130000000)::BIGINT), '%Y-%m-%dT%H:%M:%SZ') AS at
            FROM range({rows})) TO '{path}.part' (FORMAT csv, HEADER)""")
        os.rename(f"{path}.part", path)
    return path


def exchange(method, url, headers):
    """A connection on which this request was begun, for clients that cost as little as they can."""
    target = urlsplit(url)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    path = f"{target.path}?{target.query}"
    connection = socket.create_connection((target.hostname, target.port))
    connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: {target.netloc}\r\n{lines}Connection: close\r\n\r\n".encode())
    return connection


def post_file(api, path, target):
    """Sends a file as a request's body straight from the page cache."""
    headers = {"Authorization": api.session.headers["Authorization"], "Content-Type": "text/csv", "Content-Length": path.stat().st_size}
    with open(path, "rb") as file, exchange("POST", api.url + target, headers) as connection:
        connection.sendfile(file)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200"), answer[:2000]


def csv(server, folder, megabytes):
    """The CSV by POST .../rows, checked by a contract of 8 columns, against DuckDB's COPY of it to Parquet."""
    path, admin, ours, theirs = make_csv(folder, megabytes), server.admin(), [], []
    admin.put_contract("orders", COLUMNS, key=["id"])
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in DUCKDB_TYPES.items()) + "}"
    with Watch(server.process.pid) as watch:
        for _ in range(3):
            out = folder / "copy.parquet"
            theirs.append(timed(lambda: duckdb.connect().execute(
                f"COPY (SELECT * FROM read_csv('{path}', header = true, columns = {columns})) TO '{out}' (FORMAT parquet)"))[0])
            out.unlink()
            ours.append(timed(lambda: post_file(admin, path, admin.rows_path("orders") + "?mode=replace"))[0])
    rows = admin.value("SELECT count(*) FROM orders")
    assert rows == (megabytes << 20) // BYTES_PER_ROW, rows
    ratio = statistics.median(ours) / statistics.median(theirs)
    yield Line(f"{megabytes} MB of CSV to a table, checked ({rows:,} rows)", ms(statistics.median(ours)),
               f"DuckDB's COPY to Parquet: {ms(statistics.median(theirs))}", f"{ratio:.2f}", "at most 1.6", ratio <= 1.6)
    yield Line("server memory meanwhile (PSS, most)", f"{watch.server / 1e6:.0f} MB", f"with workers {watch.all / 1e6:.0f} MB", "-",
               "under 200 MB", watch.server < 200e6)


def sql(server, folder, megabytes):
    """Statements through /v1/sql against DuckDB on the same files, in turn, each warm."""
    admin = server.admin()
    files = [row[0] for row in admin.sql('SELECT path FROM "orders$files"', limit=1_000_000)]
    paths = ", ".join("'" + path.removeprefix("file://").replace("'", "''") + "'" for path in files)
    local = duckdb.connect()
    local.execute("SET TimeZone = 'UTC'")
    for name, text in QUERIES.items():
        ours, theirs = [], []
        for turn in range(9):
            there, expected = timed(lambda: local.execute(text.format(t=f"read_parquet([{paths}])")).fetchall())
            here, answer = timed(lambda: admin.sql(text.format(t="orders")))
            assert len(answer) == len(expected)
            if turn >= 2:
                ours.append(here)
                theirs.append(there)
        here, there = statistics.median(ours), statistics.median(theirs)
        yield Line(f"SQL: {name}", ms(here), f"DuckDB on the same files: {ms(there)}", f"{here / there:.2f}", "at most 1.1, plus 3 ms",
                   here <= 1.1 * there + 3)


def upsert(server, folder, megabytes):
    """1,000 rows with keys all over the table, against an append of 1,000 rows to the same table."""
    admin, dice = server.admin(), random.Random(5)
    rows = admin.value("SELECT count(*) FROM orders")
    fresh = rows

    def body(keys):
        return "id,customer,email,status,amount,weight,day,at\n" + "".join(
            f"{key},1,a@b.example,paid,1.00,1.5,2024-01-01,2024-01-01T00:00:00Z\n" for key in keys)

    appends, upserts = [], []
    for _ in range(12):
        text = body(range(fresh, fresh + 1000))
        fresh += 1000
        appends.append(timed(lambda: admin.post_rows("orders", text))[0])
        text = body(dice.sample(range(rows), 1000))
        upserts.append(timed(lambda: admin.post_rows("orders", text, mode="upsert"))[0])
    assert admin.value("SELECT count(*) FROM orders") == fresh
    here, there = statistics.median(upserts[2:]), statistics.median(appends[2:])
    yield Line(f"upsert of 1,000 rows into {rows:,}", ms(here), f"append of 1,000 rows: {ms(there)}", f"{here / there:.1f}", "at most 8",
               here <= 8 * there)


def versions(server, folder, megabytes):
    """Uploads of 1,000 rows into one table, all versions kept: the last hundred, in turn with tables that have ten versions so
    that the machine's own moods cancel out, and against the first hundred. Then only ten are kept, and maintenance runs."""
    many = int(os.environ.get("BENCH_VERSIONS", "1000"))
    admin, dice, fresh = server.admin(), random.Random(9), itertools.count()

    def send(table):
        body = "id,name,x\n" + "".join(f"{next(fresh)},name {dice.randrange(1000)},{dice.random()}\n" for _ in range(1000))
        return timed(lambda: admin.post_rows(table, body))[0]

    def fill(table, count):
        admin.put_contract(table, ["id INTEGER required", "name STRING", "x DOUBLE"])
        return [send(table) for _ in range(count)]

    first = statistics.median(fill("old", many)[:100])
    ours, theirs = [], []
    for turn in range(20):
        fill(f"young{turn}", 10)
        for _ in range(5):
            theirs.append(send(f"young{turn}"))
            ours.append(send("old"))
    assert admin.value("SELECT count(*) FROM old") == 1000 * (many + 100)
    here, there = statistics.median(ours), statistics.median(theirs)
    yield Line(f"upload to a table with {many:,} versions", ms(here), f"to one with 10: {ms(there)}; its first hundred: {ms(first)}",
               f"{here / there:.2f}", "at most 1.5", here <= 1.5 * there)
    yield disk(server, "old")


def disk(server, table):
    """A table's folder once only ten versions are kept and nothing has a grace time, against its current version."""
    server.admin().patch(f"/v1/workspaces/main/tables/{table}", json={"keep_versions": 10, "keep_for": "0s"}, expect=200)
    command = server.command
    server.command = command + ["--file-grace", "0s", "--maintenance-every", "1s"]
    server.restart()
    try:
        admin = server.admin()
        while len(admin.get(f"/v1/workspaces/main/tables/{table}/versions?limit=11", expect=200).json()["versions"]) > 10:
            time.sleep(0.2)
        location = wait_until_tidy(admin, table, limit=600)
        told = admin.describe(table)
        used = bytes_of(on_disk(location))
    finally:
        server.command = command
        server.restart()
    return Line(f"disk of {told['rows']:,} rows after maintenance, 10 versions kept", f"{used / 1e6:.1f} MB",
                f"the current version, {told['files']} files: {told['bytes'] / 1e6:.1f} MB", f"{used / told['bytes']:.2f}", "at most 1.5",
                used <= 1.5 * told["bytes"])


ALL = {"start": start, "idle": idle, "upload": upload, "csv": csv, "sql": sql, "upsert": upsert, "versions": versions}
