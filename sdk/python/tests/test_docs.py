# SPDX-License-Identifier: Apache-2.0
"""The examples in docstrings, the README and the notebook run as they stand, against a server."""

import doctest
import importlib
import json
import os
import pathlib
import pkgutil
import re

import pandas as pd
import pytest

import boathouse

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODULES = sorted(one.name for one in pkgutil.iter_modules(boathouse.__path__))


@pytest.fixture
def environment(house, user, admin, monkeypatch):
    """A user's own URL and token, as the examples expect them."""
    mine = house.api().login(*user)
    token = mine.post("/v1/tokens", json={"name": "docs", "workspace": mine.get("/v1/me").json()["workspace"], "role": "owner"}, expect=201)
    monkeypatch.setenv("BOATHOUSE_URL", house.url)
    monkeypatch.setenv("BOATHOUSE_TOKEN", token.json()["token"])


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_docstrings(environment, module):
    names = {"boathouse": boathouse, "pd": pd, "os": os, "client": boathouse.Client()}
    found = doctest.testmod(importlib.import_module(f"boathouse.{module}"), extraglobs=names)
    assert found.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    counted = {module: sum(len(one.examples) for one in finder.find(importlib.import_module(f"boathouse.{module}"))) for module in MODULES}
    assert counted["client"] > 20 and counted["errors"] and counted["legacy"]


def test_the_readme(environment, capsys):
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", (ROOT / "sdk" / "python" / "README.md").read_text(), re.S | re.M):
        exec(compile(block, "README.md", "exec"), names)
    assert "0 added, 0 removed, 1 changed" in capsys.readouterr().out


def test_the_notebook(environment, capsys):
    notebook = json.loads((ROOT / "examples" / "frames.ipynb").read_text())
    names = {}
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        exec(compile(cell, "frames.ipynb", "exec"), names)
    assert len(cells) > 5 and "1 added, 1 removed, 1 changed" in capsys.readouterr().out
    assert all(cell["outputs"] == [] for cell in notebook["cells"] if cell["cell_type"] == "code")
