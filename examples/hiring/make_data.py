#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the example's CSV files: departments.csv, jobs.csv and hired_employees.csv, without header, CRLF line ends.

Usage: examples/hiring/make_data.py DIR

The files are the same at every run. Of the 1999 hires 70 lack a field, 33 of them among the first 1000: those rows are
there to be rejected. Names of people are put together from two lists; nobody is meant.
"""

import datetime
import pathlib
import random
import sys

DEPARTMENTS = ["Boat Building", "Sail Loft", "Rigging", "Harbour Office", "Navigation", "Rope Works", "Paint Shop",
               "Provisions", "Charts and Maps", "Weather Desk", "Ferry Service", "Lighthouse"]
LEVELS = ["Junior", "Senior", "Lead", "Assistant", "Chief", "Visiting"]
TRADES = ["Carpenter", "Sailmaker", "Rigger", "Pilot", "Navigator", "Bookkeeper", "Cook", "Mechanic", "Painter", "Diver",
          "Engineer", "Archivist", "Forecaster", "Signaller", "Clerk", "Buyer", "Surveyor", "Electrician", "Welder",
          "Planner", "Trainer", "Analyst", "Caulker", "Cooper", "Welder, Underwater", 'Keeper "of the Light"', "Steward",
          "Designer", "Chandler", "Nurse"]
FIRST = ["Ada", "Bo", "Carla", "Dmitri", "Elin", "Farid", "Grete", "Hugo", "Inês", "Jonas", "Kaja", "Lars", "Mina", "Noor",
         "Olu", "Petra", "Quinn", "Rosa", "Søren", "Tomás", "Uma", "Vera", "Wen", "Ximena", "Yusuf", "Zoë"]
LAST = ["Anker", "Berg", "Castro", "Dahl", "Evans", "Falk", "Gomes", "Holm", "Ito", "Jansen", "Kruse", "Lund", "Moreno",
        "Nygaard", "O'Hara", "Pires", "Quist", "Rasmussen", "Strand", "Tanaka", "Ulven", "Vik", "Wolff", "Yilmaz"]
HIRES = 1999
BAD_AMONG_FIRST_1000 = 33
BAD_AFTER = 37
SINCE = datetime.datetime(2021, 1, 1)
DAYS = 410


def departments():
    return [(str(number), name) for number, name in enumerate(DEPARTMENTS, 1)]


def jobs():
    names = [f"{level} {trade}" for trade in TRADES for level in LEVELS]
    return [(str(number), name) for number, name in enumerate(names, 1)]


def hired_employees():
    """Rows of text (id, name, datetime, department_id, job_id); a bad row has one empty field."""
    dice = random.Random(2021)

    def pick(limit):
        # Built on random() alone, whose sequence Python promises to keep.
        return int(dice.random() * limit)

    def some(first, last, count):
        chosen = set()
        while len(chosen) < count:
            chosen.add(first + pick(last - first + 1))
        return chosen

    bad = some(1, 1000, BAD_AMONG_FIRST_1000) | some(1001, HIRES, BAD_AFTER)
    weights = [1 + pick(4) for _ in DEPARTMENTS]
    ladder = [number for number, weight in enumerate(weights, 1) for _ in range(weight)]
    rows = []
    for number in range(1, HIRES + 1):
        at = SINCE + datetime.timedelta(days=pick(DAYS), seconds=pick(86400))
        row = [str(number), f"{FIRST[pick(len(FIRST))]} {LAST[pick(len(LAST))]}", at.strftime("%Y-%m-%dT%H:%M:%SZ"),
               str(ladder[pick(len(ladder))]), str(1 + pick(len(LEVELS) * len(TRADES)))]
        if number in bad:
            row[1 + pick(4)] = ""
        rows.append(tuple(row))
    return rows


def to_csv(rows):
    """CSV as spreadsheets write it: CRLF, quotes only where needed."""
    def field(text):
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text
    return "".join(",".join(map(field, row)) + "\r\n" for row in rows).encode()


def write(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("departments", departments()), ("jobs", jobs()), ("hired_employees", hired_employees())):
        (folder / f"{name}.csv").write_bytes(to_csv(rows))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
