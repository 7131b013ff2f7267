# SPDX-License-Identifier: Apache-2.0
"""A whole profile, exact, beside DuckDB's SUMMARIZE of the same files with as many threads and as much memory."""

import os
import shutil
import subprocess
import sys
import time
from urllib.parse import unquote, urlparse

from bench.report import Line
from support.api import PARQUET
from support.server import Server

ROWS = int(os.environ.get("BENCH_PROFILE_ROWS", "10000000"))

COLUMNS = """i AS id, (random() * 100)::INTEGER AS small, (random() * 1e9)::BIGINT AS large, random() AS uniform,
  (random() + random() + random() - 1.5) * 100 AS bell, round(random() * 1000, 2) AS price, (random() * 1e6)::DECIMAL(12,2) AS amount,
  CASE WHEN random() < 0.1 THEN NULL ELSE random() * 10 END AS holes, random() < 0.3 AS flag,
  DATE '2015-01-01' + (random() * 3650)::INTEGER AS day, TIMESTAMP '2020-01-01' + INTERVAL (random() * 1e8) SECOND AS moment,
  TIMESTAMPTZ '2020-01-01 00:00:00+00' + INTERVAL (random() * 1e8) SECOND AS instant,
  ['red', 'green', 'blue', 'yellow'][1 + (random() * 3)::INTEGER] AS colour, 'city-' || (random() * 1000)::INTEGER AS city,
  'user' || (random() * 1e6)::INTEGER || '@example.com' AS email, md5(random()::VARCHAR) AS hash, uuid()::VARCHAR AS text_id,
  printf('%04d-%02d-%02d', 2000 + (random() * 20)::INTEGER, 1 + (random() * 11)::INTEGER, 1 + (random() * 27)::INTEGER) AS day_text,
  CASE WHEN random() < 0.5 THEN NULL ELSE 'note number ' || (random() * 5000)::INTEGER END AS note, (random() * 1e4)::INTEGER AS code"""

DUCKDB = """
import duckdb, sys, time
duckdb.sql("SET threads = 2; SET memory_limit = '1GB'; SET temp_directory = '" + sys.argv[1] + "'")
begun = time.monotonic()
duckdb.execute(sys.argv[2]).fetchall()
print(time.monotonic() - begun)
"""


def duckdb_seconds(spill, statement):
    done = subprocess.run([sys.executable, "-c", DUCKDB, str(spill), statement], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])  # after what a progress bar left


def profiles(_, folder, megabytes):
    made = folder / "profiled.parquet"
    duckdb_seconds(folder / "spill", f"COPY (SELECT {COLUMNS} FROM range({ROWS}) r(i)) TO '{made}'")
    data = folder / "profiles-data"
    shutil.rmtree(data, ignore_errors=True)
    server = Server(data, env={"BOATHOUSE_PROFILES": "off"}).start()
    try:
        yield measure(server, folder, made)
    finally:
        server.end()
        shutil.rmtree(data)
        made.unlink()


def measure(server, folder, made):
    api = server.admin()
    with open(made, "rb") as body:
        api.post_rows("profiled", body, PARQUET)
    files = [unquote(urlparse(one["path"]).path) for one in api.get(api.table_path("profiled", "/scan")).json()["files"]]
    theirs = duckdb_seconds(folder / "spill", f"SUMMARIZE SELECT * FROM read_parquet({files})")
    begun = time.monotonic()
    while api.get(api.table_path("profiled", "/profile")).status_code == 202:
        time.sleep(0.1)
    ours = time.monotonic() - begun
    return Line(f"profile of {ROWS:,} rows by 20 columns, exact, with histograms, patterns and correlations", f"{ours:.1f} s",
                f"DuckDB's SUMMARIZE of its files, estimates: {theirs:.1f} s", f"{ours / theirs:.2f}", "at most 1.5", ours <= 1.5 * theirs)
