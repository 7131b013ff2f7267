# SPDX-License-Identifier: Apache-2.0
"""ArcticDB on LMDB doing what bench/frames.py does, in build/venv-bench; prints seconds as JSON.

    build/venv-bench/bin/python bench/arctic.py all ROWS FOLDER
"""

import json
import logging
import os
import pathlib
import shutil
import statistics
import sys
import time

os.environ.setdefault("ARCTICDB_all_loglevel", "ERROR")

import arcticdb  # noqa: E402  (its log level is set above)
from made_frame import make_frame  # noqa: E402


def seconds(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def main():
    rows, folder = int(sys.argv[2]), pathlib.Path(sys.argv[3])
    logging.disable(logging.CRITICAL)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    library = arcticdb.Arctic(f"lmdb://{folder}?map_size=20GB").get_library("bench", create_if_missing=True)
    frame = make_frame(rows).astype({"kind": object})  # ArcticDB takes no category
    wanted = arcticdb.QueryBuilder()
    wanted = wanted[(wanted["id"] >= 5_000_000) & (wanted["id"] <= 5_050_000)]
    took = {"save": [], "load": [], "part": []}
    for _ in range(3):
        took["save"].append(seconds(lambda: library.write("frame", frame)))
        took["load"].append(seconds(lambda: library.read("frame")))
        took["part"].append(seconds(lambda: library.read("frame", columns=["b", "x"], query_builder=wanted)))
    small = frame.head(1000)
    took["small"] = [seconds(lambda: library.write("small", small)) for _ in range(40)][10:]
    print(json.dumps({what: statistics.median(all_of) for what, all_of in took.items()}))


main()
