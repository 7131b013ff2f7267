# SPDX-License-Identifier: Apache-2.0
"""Measures a real server against DuckDB and against itself on this machine; run by `make bench`.

Settings (environment):
  BENCH_CSV_MB=1024   size of the CSV; below 1024 the figures go to build/bench/RESULTS.md instead of bench/RESULTS.md
  BENCH_VERSIONS=1000 versions of the table that has many (10000 is what is wanted of us, and takes minutes)
  BENCH_ONLY=a,b      only these measures: start, idle, upload, csv, sql, upsert, versions, frames, documents, objects, put_to_table, sink, flows, tracker, profile
  BENCH_FRAME_ROWS=10000000  rows of the data frame
"""

import os
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "sdk" / "python" / "src")]

from bench import documents, flows, frames, measures, objects, profiles, report, sinks, tracker  # noqa: E402 (the path above comes first)
from support.paths import HIRING  # noqa: E402
from support.server import Server  # noqa: E402


def main():
    megabytes = int(os.environ.get("BENCH_CSV_MB", "1024"))
    wanted = set(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
    folder = ROOT / "build" / "bench"
    shutil.rmtree(folder / "data", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder / "data", apply=HIRING)
    lines = []
    try:
        for name, measure in (measures.ALL | {"frames": frames.frames, "documents": documents.documents, "objects": objects.objects, "put_to_table": objects.put_to_table, "sink": sinks.sinks, "flows": flows.flows, "tracker": tracker.tracker, "profile": profiles.profiles}).items():
            if wanted and name not in wanted:
                continue
            print(f"-- {name}", flush=True)
            if name != "start" and server.process is None:
                server.start()
            for line in measure(server, folder, megabytes):
                print(f"   {line.work}: {line.ours} against {line.against}: {line.ratio} (wanted {line.wanted}, {line.verdict})", flush=True)
                lines.append(line)
    finally:
        server.end()
    out = (ROOT / "bench" if megabytes >= 1024 and not wanted else folder) / "RESULTS.md"
    out.write_text(report.as_markdown(lines, megabytes))
    print(f"written: {out.relative_to(ROOT)}")


main()
