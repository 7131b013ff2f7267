# SPDX-License-Identifier: Apache-2.0
"""The hiring example's rows, and what its insights must say about them, worked out here in plain Python."""

import collections
import importlib.util
import pathlib

from support.paths import HIRING, ROOT

_spec = importlib.util.spec_from_file_location("make_data", HIRING / "make_data.py")
make_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_data)

to_csv = make_data.to_csv
DEPARTMENTS = make_data.departments()
JOBS = make_data.jobs()
HIRED = make_data.hired_employees()
COLUMNS = ["id", "name", "datetime", "department_id", "job_id"]


def is_good(row):
    return all(field != "" for field in row)


def as_stored(row):
    number, name, at, department, job = row
    return int(number), name, at, int(department), int(job)


def hires_by_department_and_job(departments=None, jobs=None, hired=None):
    department_of, job_of = dict(departments or DEPARTMENTS), dict(jobs or JOBS)
    counts = collections.defaultdict(lambda: [0, 0, 0, 0])
    for row in filter(is_good, hired or HIRED):
        if row[2].startswith("2021-"):
            counts[department_of[row[3]], job_of[row[4]]][(int(row[2][5:7]) - 1) // 3] += 1
    return [{"department": department, "job": job, "q1": q[0], "q2": q[1], "q3": q[2], "q4": q[3]}
            for (department, job), q in sorted(counts.items())]


def departments_above_mean(departments=None, hired=None):
    department_of = dict(departments or DEPARTMENTS)
    counts = collections.Counter(row[3] for row in hired or HIRED if is_good(row) and row[2].startswith("2021-"))
    mean = sum(counts.values()) / len(counts)
    above = [{"id": int(number), "department": department_of[number], "hired": count}
             for number, count in counts.items() if count > mean]
    return sorted(above, key=lambda row: (-row["hired"], row["department"]))


def real_files():
    """The folder of real hiring files beside the checkout, where there is one."""
    folder = ROOT.parent / "shared" / "data"
    return folder if (folder / "hired_employees.csv").exists() else None


def read_plain(path):
    """Rows of a CSV file that quotes nothing."""
    return [tuple(line.split(",")) for line in pathlib.Path(path).read_text().splitlines() if line]
