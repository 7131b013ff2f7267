# SPDX-License-Identifier: Apache-2.0
"""The lines of matrix.txt, and how one is asked."""

import pathlib
from urllib.parse import quote

from permissions.requests_of import REQUESTS, TEAM, Scene


def read_matrix():
    """[(line's name, {caller: cell})]"""
    text = pathlib.Path(__file__).with_name("matrix.txt").read_text()
    lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip() and not line.startswith("#")]
    callers = lines[0][1:]
    return [(line[0], dict(zip(callers, line[1:], strict=True))) for line in lines[1:]]


MATRIX = read_matrix()


def fits(cell, status):
    return 200 <= status < 300 if cell == "ok" else status == int(cell)


def ask(server, callers, name, caller):
    """The answer to the request of a line, made by one of the callers."""
    method, url = name.split("?")[0].split(" ")
    who = None if caller == "anonymous" else callers[caller]
    values, options = REQUESTS[name](Scene(server, callers, who))
    for parameter, value in ({"workspace": TEAM} | values).items():
        url = url.replace("{%s}" % parameter, quote(value, safe=""))
    assert "{" not in url, f"{name} leaves a parameter open"
    return callers[caller].request(method, url, **options)
