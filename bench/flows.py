# SPDX-License-Identifier: Apache-2.0
"""A dataset of 30 mixed columns, from its upload to a flow until its summary is there, beside pandas on the same file."""

import json
import os
import subprocess
import sys
import time

import duckdb

from bench.memory import Watch
from bench.report import Line
from support.flows import signed_up
from support.pandas_summary import differences

BYTES_PER_ROW = 328
TURNS = 3

# What the flow tracker's own function did, timed without Python's start.
BY_PANDAS = """
import json, sys, time
import pandas as pd
begun = time.perf_counter()
frame = pd.read_csv(sys.argv[1], low_memory=False)
summary = frame.select_dtypes(include=["number"]).describe().to_dict()
for name in frame.columns:
    if name not in summary:
        text = (frame[name].astype(str) if frame[name].dtype == bool else frame[name]).str
        summary[name] = {"avg_length": text.len().mean(), "avg_words": text.split(" ").str.len().mean(),
                         "avg_capitals": text.count("[A-Z]").mean(), "avg_symbols": text.count(r"[^a-zA-Z0-9\\s]").mean()}
print(json.dumps([time.perf_counter() - begun, summary], default=float))
"""

WORDS = "['alpha', 'Beta', 'gamma', 'Delta-7', 'epsilon', 'zeta,', 'ETA', 'theta''s', 'iota', 'kappa_9', 'naïve', 'Ω']"


def word(seed):
    return f"{WORDS}[(1 + hash(range + {seed}) % 12)::BIGINT]"


def columns():
    yield "range AS id"
    for i in range(5):
        yield f"(hash(range + {i}) % {10 ** (2 * i + 1)})::BIGINT - {10 ** (2 * i)} AS whole{i}"
    for i in range(5):
        yield f"round((hash(range + {10 + i}) % 1000000) / {7 * 10 ** i}, 3) AS number{i}"
    yield "(hash(range + 20) % 1000000007) / 1000000007 AS exact"
    for i in range(3):
        yield f"CASE WHEN hash(range + {30 + i}) % 10 > 0 THEN ((hash(range + {40 + i}) % 100000) / 100)::DECIMAL(9,2) END AS gaps{i}"
    yield "CASE WHEN hash(range + 50) % 2 = 0 THEN 'True' ELSE 'False' END AS flag"
    yield "DATE '2020-01-01' + (hash(range + 51) % 1500)::INTEGER AS day"
    yield "strftime(TIMESTAMP '2020-01-01' + to_seconds((hash(range + 52) % 130000000)::BIGINT), '%Y-%m-%dT%H:%M:%SZ') AS at"
    for i in range(4):
        yield f"{word(60 + i)} AS word{i}"
    for i in range(4):
        yield f"{word(70 + i)} || ' ' || {word(80 + i)} || ' ' || {word(90 + i)} AS text{i}"
    yield "printf('%016x-%08x', (hash(range) % 4611686018427387904)::BIGINT, (hash(range + 1) % 4294967296)::BIGINT) AS key"
    yield "'user' || (hash(range + 2) % 1000000) || '@mail.example' AS email"
    yield "printf('%05dX', (hash(range + 3) % 100000)::BIGINT) AS code"
    yield "CASE WHEN hash(range + 4) % 5 > 0 THEN 'note of ' || range END AS note"


def make_dataset(folder, megabytes):
    path = folder / f"dataset-{megabytes}.csv"
    if not path.exists():
        rows = (megabytes << 20) // BYTES_PER_ROW
        duckdb.sql(f"COPY (SELECT {', '.join(columns())} FROM range({rows})) TO '{path}.part' (FORMAT csv, HEADER)")
        os.rename(f"{path}.part", path)
    return path


def by_pandas(path):
    done = subprocess.run([sys.executable, "-c", BY_PANDAS, path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def by_upload(client, path, turn):
    """Seconds until the answer with the upload, and until the summary is there, with the summary."""
    fid = client.flow(f"bench {turn}")
    begun = time.perf_counter()
    subprocess.run(["curl", "-sSf", "-o", os.devnull, "-H", f"Authorization: Bearer {client.token}", "-F", f"dataset=@{path};type=text/csv",
                    f"{client.url}/flows/dataset?fid={fid}"], check=True)
    uploaded = time.perf_counter() - begun
    status, summary = client.summary(fid)
    assert status == 200, summary
    return uploaded, time.perf_counter() - begun, summary


def flows(server, folder, megabytes):
    path, client, ours, theirs = make_dataset(folder, megabytes), signed_up(server), [], []
    with Watch(server.process.pid) as watch:
        for turn in range(TURNS):
            uploaded, took, summary = by_upload(client, path, turn)
            ours.append((took, uploaded))
            seconds, expected = by_pandas(path)
            theirs.append(seconds)
            assert differences(summary, expected) == [], differences(summary, expected)[:9]
    (took, uploaded), other = sorted(ours)[TURNS // 2], sorted(theirs)[TURNS // 2]
    yield Line(f"summary of a CSV of {path.stat().st_size >> 20} MB, 30 columns, from upload on", f"{took:.1f} s (upload {uploaded:.1f})",
               f"pandas read_csv and the same figures: {other:.1f} s", f"{other / took:.1f}", "at least 8 times faster", other >= 8 * took)
    yield Line("memory meanwhile (PSS, server and workers)", f"{watch.all / 1e6:.0f} MB", "-", "-", "under 500 MB", watch.all < 500e6)
