# SPDX-License-Identifier: Apache-2.0
"""The flows door with a million tasks in the store: what each route takes of requests at 64 connections, by wrk."""

import contextlib
import shutil
import sqlite3

from bench.documents import wrk
from bench.measures import ms
from bench.report import Line

PEOPLE, FLOWS, TASKS = 100, 10, 1000
SECONDS = 6
PASSWORD = "ships-that-pass"

# Each connection of wrk's one thread asks for another flow each time; `fids` and `tokens` are filled in.
REQUESTS = """
local fids, tokens, n = {%(fids)s}, {%(tokens)s}, 0
local run = os.time() .. tostring({}):sub(8)  -- titles are told apart from those of other runs
local function one()
  n = n + 1
  local i = (n * 7919) %% #fids + 1
  return fids[i], {["Authorization"] = "Bearer " .. tokens[i], ["Content-Type"] = "application/json"}
end
request = function() local fid, headers = one(); %(request)s end
"""
ROUTES = {
    "GET /flows": 'return wrk.format("GET", "/flows", headers)',
    "GET /flows/tasks, 20 of a thousand": 'return wrk.format("GET", "/flows/tasks?limit=20&fid=" .. fid, headers)',
    "POST /flows/tasks": 'return wrk.format("POST", "/flows/tasks", headers, \'{"description":"d","title":"\' .. run .. n .. \'","fid":\' .. fid .. "}")',
    "PATCH /flows/tasks": 'return wrk.format("PATCH", "/flows/tasks", headers, \'{"status":"doing","tid":\' .. (%(first)d + (fid - %(fid)d) * %(tasks)d + n %% %(tasks)d) .. \',"fid":\' .. fid .. "}")',
    "POST /flows": 'return wrk.format("POST", "/flows", headers, \'{"title":"\' .. run .. n .. \'"}\')',
}


def fill(server):
    """People with flows of a thousand tasks each, put straight into the store: (fids, each one's token, the first tid)."""
    api = server.api()
    people = [api.post("/users/signup", json={"email": f"p{n}@example.org", "firstName": "a", "lastName": "b", "password": PASSWORD}, expect=201).json()
              for n in range(PEOPLE)]
    with contextlib.closing(sqlite3.connect(server.data / "boathouse.db", timeout=60)) as store, store:
        owners = {email: (user, workspace) for email, user, workspace in store.execute("SELECT email, id, personal_workspace_id FROM users")}
        fids, tokens = [], []
        for person in people:
            user, workspace = owners[person["email"]]
            for n in range(FLOWS):
                fid = store.execute("INSERT INTO flows (workspace_id, owner_id, title, rules, dataset_table, dataset, created_at, updated_at) "
                                    "VALUES (?, ?, ?, '[]', '', 0, 1, 1)", (workspace, user, f"given {n}")).lastrowid
                store.execute("INSERT INTO flow_members (user_id, fid) VALUES (?, ?)", (user, fid))
                fids.append(fid)
                tokens.append(person["token"])
        first = store.execute("SELECT coalesce(max(tid), 0) + 1 FROM flow_tasks").fetchone()[0]
        store.executemany("INSERT INTO flow_tasks (fid, title, description, status, due, target, cause, mended_version, created_at, updated_at) "
                          "VALUES (?, ?, 'to do', 'open', '', 'null', '', 0, 1, 1)", ((fid, f"task {n}") for fid in fids for n in range(TASKS)))
    return fids, tokens, first


def tracker(server, folder, megabytes):
    if shutil.which("wrk") is None:
        print("   wrk is not here: scripts/install-deps --bench")
        return
    fids, tokens, first = fill(server)
    script = folder / "tracker.lua"
    listed = {"fids": ",".join(map(str, fids)), "tokens": ",".join(f'"{token}"' for token in tokens)}
    for name, request in ROUTES.items():
        if "%(" in request:
            request = request % {"first": first, "fid": fids[0], "tasks": TASKS}
        script.write_text(REQUESTS % (listed | {"request": request}))
        wrk(server.url, 1, script=script)
        rate, p50, p99 = wrk(server.url, SECONDS, script=script)
        yield Line(f"p99 of {name}, 64 connections, {PEOPLE * FLOWS * TASKS:,} tasks", ms(p99), f"p50 {ms(p50)}, {rate:.0f}/s", "-", "under 20 ms", p99 < 20)
