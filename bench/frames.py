# SPDX-License-Identifier: Apache-2.0
"""Data frames by the SDK, against pyarrow on local Parquet and against ArcticDB on LMDB: the same frame, in turn, in one run."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import time

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import boathouse
from bench.made_frame import make_frame
from bench.memory import Watch
from bench.report import Line
from support.server import ADMIN_PASSWORD

ROOT = pathlib.Path(__file__).resolve().parent.parent
ARCTIC = ROOT / "build" / "venv-bench" / "bin" / "python"
ROWS = int(os.environ.get("BENCH_FRAME_ROWS", "10000000"))
COLUMNS, WHERE = ["b", "x"], "id BETWEEN 5000000 AND 5050000"
TURNS = 3


def seconds(call):
    begun = time.perf_counter()
    result = call()
    return time.perf_counter() - begun, result


def told(value):
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.1f} ms"


def arctic(what, rows, folder):
    """Seconds by ArcticDB, in a process and with packages of its own; nothing where `make bench` has not made these."""
    if not ARCTIC.exists():
        return None
    done = subprocess.run([ARCTIC, ROOT / "bench" / "arctic.py", what, str(rows), str(folder)], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def compared(work, ours, theirs, against, most):
    here, there = statistics.median(ours), statistics.median(theirs)
    return Line(work, told(here), f"{against}: {told(there)}", f"{here / there:.2f}", f"at most {most}", here <= most * there)


def beside(work, here, figures, what):
    """A line without a wish: who is faster is told."""
    if figures is None:
        return Line(work, told(here), "ArcticDB: not there (scripts/test-venv --bench)", "-", "-", True)
    return Line(work, told(here), f"ArcticDB on LMDB: {told(figures[what])}", f"{here / figures[what]:.2f}", "told, not wished", True)


def frames(server, folder, megabytes):
    client = boathouse.Client(server.url, username="admin", password=ADMIN_PASSWORD, progress=False)
    frame, path = make_frame(ROWS), folder / "frame.parquet"
    ours = {"save": [], "load": [], "part": []}
    theirs = {"save": [], "load": []}
    with Watch(server.process.pid) as watch:
        for _ in range(TURNS):
            theirs["save"].append(seconds(lambda: pq.write_table(pa.Table.from_pandas(frame), path))[0])
            ours["save"].append(seconds(lambda: client.save(frame, "bench/frame"))[0])
            theirs["load"].append(seconds(lambda: pq.read_table(path).to_pandas())[0])
            took, back = seconds(lambda: client.load("bench/frame"))
            ours["load"].append(took)
            ours["part"].append(seconds(lambda: client.load("bench/frame", columns=COLUMNS, where=WHERE))[0])
    pd.testing.assert_frame_equal(back, frame)
    del back
    yield compared(f"SDK: save {ROWS:,} rows of 10 columns", ours["save"], theirs["save"], "pyarrow writing local Parquet", 1.5)
    yield compared(f"SDK: load {ROWS:,} rows", ours["load"], theirs["load"], "pyarrow reading local Parquet", 1.5)
    yield compared("SDK: load 2 columns and a filter", ours["part"], ours["load"], "the full load", 0.2)
    yield Line("server and workers meanwhile (PSS, most)", f"{watch.all / 1e6:.0f} MB", "-", "-", "under 300 MB", watch.all < 300e6)
    small = frame.head(1000)
    saves = [seconds(lambda: client.save(small, "bench/small"))[0] for _ in range(40)][10:]
    median = statistics.median(saves)
    yield Line("SDK: save 1,000 rows", told(median), "-", "-", "median under 25 ms", median < 0.025)
    del frame
    figures = arctic("all", ROWS, folder / "arctic")
    shutil.rmtree(folder / "arctic", ignore_errors=True)
    for what, here in (("save", statistics.median(ours["save"])), ("load", statistics.median(ours["load"])),
                       ("part", statistics.median(ours["part"])), ("small", median)):
        yield beside({"save": "SDK save beside ArcticDB", "load": "SDK load beside ArcticDB", "part": "SDK 2 columns and a filter beside ArcticDB",
                      "small": "SDK save of 1,000 rows beside ArcticDB"}[what], here, figures, what)
