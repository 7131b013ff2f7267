# SPDX-License-Identifier: Apache-2.0
"""Uploads of 1000 rows into one table whose versions all stay: how long the first hundred took and how long the last.

    build/venv/bin/python bench/versions.py [--uploads 10000] [-- --more-flags-of-serve]
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))

from support.server import Server  # noqa: E402  (found by the line above)

BODY = "id,name,x\n" + "".join(f"{n},name {n},{n}.5\n" for n in range(1000))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("serve", nargs="*", help="flags of the server")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(pathlib.Path(folder) / "data", args=wanted.serve).start()
        try:
            measure(server, wanted.uploads)
        finally:
            server.end()


def measure(server, uploads):
    admin = server.admin()
    admin.put_contract("t", ["id INTEGER required", "name STRING", "x DOUBLE"])
    took = []
    for n in range(1, uploads + 1):
        begin = time.perf_counter()
        admin.post_rows("t", BODY)
        took.append((time.perf_counter() - begin) * 1000)
        if n % max(1, uploads // 20) == 0:
            print(f"{n:7} uploads: median of the last hundred {statistics.median(took[-100:]):.1f} ms", flush=True)
    first, last = took[:100], took[-100:]
    print(f"first hundred: median {statistics.median(first):.1f} ms, mean {statistics.mean(first):.1f} ms")
    print(f"last hundred:  median {statistics.median(last):.1f} ms, mean {statistics.mean(last):.1f} ms")
    print(f"ratio:         median {statistics.median(last) / statistics.median(first):.2f}, "
          f"mean {statistics.mean(last) / statistics.mean(first):.2f}")
    told = admin.describe("t")
    metadata = pathlib.Path(told["metadata_location"].removeprefix("file://"))
    on_disk = sum(file.stat().st_size for file in metadata.parent.parent.rglob("*"))
    begin = time.perf_counter()
    assert admin.value("SELECT count(*) FROM t") == 1000 * uploads
    print(f"reading: count(*) {(time.perf_counter() - begin) * 1000:.0f} ms over {told['files']} files; "
          f"current version {told['bytes'] / 1e6:.0f} MB, on disk {on_disk / 1e6:.0f} MB, "
          f"metadata file {metadata.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
