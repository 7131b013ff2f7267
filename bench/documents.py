# SPDX-License-Identifier: Apache-2.0
"""Documents at volume: singles against /healthz in the same run, batches against singles (by wrk), what a query pays for the
latest rows, a look-up by id, and what a document costs in processor time."""

import concurrent.futures
import json
import re
import shutil
import statistics
import subprocess

from bench.memory import Watch, seconds_by_kind
from bench.report import Line
from bench.measures import ms, timed

CONNECTIONS = 64
SECONDS = 15
BATCH_SECONDS = 60

MILLION = 1_000_000
PARTS = 20
SHAPES = 20

# A document of about 300 bytes.
DOCUMENT = """'{"n":' .. n .. ',"kind":"click","price":12.5,"user":{"id":' .. (n % 1000) .. ',"name":"u' .. (n % 1000) .. '"},"note":"' .. pad .. '"}'"""
SINGLE = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %(token)s"
local pad, n = string.rep("x", 200), 0
request = function() n = n + 1; return wrk.format(nil, "/table/singles/object", nil, %(document)s) end
"""
BATCH = """
wrk.method = "POST"
wrk.path = "/table/batches/objects"
wrk.headers["Content-Type"] = "application/x-ndjson"
wrk.headers["Authorization"] = "Bearer %(token)s"
local pad, lines = string.rep("x", 200), {}
for n = 1, 1000 do lines[n] = %(document)s end
wrk.body = table.concat(lines, "\\n")
"""


def wrk(url, seconds, connections=CONNECTIONS, script=None):
    """Requests a second, and the latencies at 50 and 99 percent in milliseconds."""
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "10s"]
    done = subprocess.run(command + (["-s", str(script)] if script else []) + [url], capture_output=True, text=True, check=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    unit = {"us": 0.001, "ms": 1, "s": 1000}
    at = {p: float(value) * unit[u] for p, value, u in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", done.stdout)}
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), at["50"], at["99"]


def lag_of(api):
    return float(re.search(r"^boathouse_documents_lag_seconds ([\d.e+-]+)", api.get("/metrics").text, re.M)[1])


def by_kind(kinds):
    """`server 40 MB, background 60 + 55 MB` of bytes by kind of process."""
    return ", ".join(f"{kind} {' + '.join(f'{bytes / 1e6:.0f}' for bytes in each)} MB" for kind, each in sorted(kinds.items()))


def shaped(number):
    """A document of one of SHAPES shapes, which have four keys in common and five of their own."""
    shape = number % SHAPES
    own = {f"k{shape}_0": number, f"k{shape}_1": number / 8, f"k{shape}_2": f"text {number % 1000}", f"k{shape}_3": number % 2 == 0,
           f"k{shape}_4": {"id": number % 500, "tags": ["a", "b"]}}
    return {"n": number, "kind": f"shape {shape}", "user": {"id": number % 1000, "name": f"u{number % 1000}"}, **own, "note": "x" * 100}


def cost(server):
    """Processor time of server and workers for a million documents of 20 shapes, from the first byte until all are rows."""
    def post(part):
        api = server.admin()
        for first in range(part * MILLION // PARTS, (part + 1) * MILLION // PARTS, 1000):
            body = "\n".join(json.dumps(shaped(number)) for number in range(first, first + 1000))
            api.post("/table/shapes/objects", data=body, headers={"Content-Type": "application/x-ndjson"}, expect=200)

    before = seconds_by_kind(server.process.pid)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(post, range(PARTS)))
    assert server.admin().value("SELECT count(*) FROM shapes") == MILLION
    after = seconds_by_kind(server.process.pid)
    spent = {kind: after[kind] - before.get(kind, 0) for kind in sorted(after)}
    parts = ", ".join(f"{kind} {1e6 * seconds / MILLION:.1f} us" for kind, seconds in spent.items())
    yield Line(f"processor time of a document, a million of {SHAPES} shapes", f"{1e6 * sum(spent.values()) / MILLION:.1f} us", parts, "-", "-", True)


def documents(server, folder, megabytes):
    if shutil.which("wrk") is None:
        print("   wrk is not here: scripts/install-deps --bench")
        return
    api = server.admin()
    token = api.session.headers["Authorization"].split()[1]
    scripts = {}
    for name, text in (("single", SINGLE), ("batch", BATCH)):
        scripts[name] = folder / f"{name}.lua"
        scripts[name].write_text(text % {"token": token, "document": DOCUMENT})
    wrk(server.url, 2, script=scripts["single"])
    with Watch(server.process.pid, every=0.5) as watch:
        watch.phase("singles")
        health, _, _ = wrk(server.url + "/healthz", 5)
        single, p50, p99 = wrk(server.url, SECONDS, script=scripts["single"])
        yield Line("single documents, 64 connections", f"{single:.0f}/s", f"GET /healthz {health:.0f}/s", f"{single / health:.2f}",
                   "at least 0.5", single >= 0.5 * health)
        yield Line("p99 of single documents", ms(p99), f"p50 {ms(p50)}", f"{p99 / p50:.1f}", "under 10", p99 < 10 * p50)
        watch.phase("a query of the latest")
        api.value("SELECT count(*) FROM singles")
        watch.phase("batches")
        batches, _, _ = wrk(server.url, BATCH_SECONDS, connections=4, script=scripts["batch"])
        lag = lag_of(api)
        yield Line("documents in NDJSON batches of 1000, 60 s", f"{1000 * batches:.0f}/s", f"single documents {single:.0f}/s",
                   f"{1000 * batches / single:.1f}", "at least 10", 1000 * batches >= 10 * single)
        yield Line("their lag at the end", f"{lag:.1f} s", "-", "-", "under 2 s", lag < 2)
        watch.phase("a query after them")
        api.value("SELECT count(*) FROM batches")
    for name, (most, kinds) in watch.phases.items():
        yield Line(f"memory during {name} (PSS, server and workers)", f"{most / 1e6:.0f} MB", by_kind(kinds), "-", "under 300 MB",
                   most < 300e6)

    def latest():
        api.post("/table/singles/object", data='{"n":1}', headers={"Content-Type": "application/json"}, expect=200)
        pays, _ = timed(lambda: api.value("SELECT count(*) FROM singles"))
        without, _ = timed(lambda: api.value("SELECT count(*) FROM singles", consistency="committed"))
        return pays - without

    paid = statistics.median(latest() for _ in range(21))
    yield Line("what a query pays for the latest rows", ms(paid), "-", "-", "at most 50 ms", paid <= 50)
    ids = [row[0] for row in api.sql("SELECT _id FROM batches LIMIT 21")]
    rows = api.describe("batches")["rows"]
    look = statistics.median(timed(lambda i=i: api.get(f"/table/batches/object/{i}", expect=200))[0] for i in ids)
    yield from cost(server)
    yield Line(f"look-up by id in {rows / 1e6:.1f} million documents", ms(look), "-", "-", "under 50 ms", look < 50)
