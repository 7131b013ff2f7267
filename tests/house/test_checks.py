# SPDX-License-Identifier: Apache-2.0
"""The house's own checks find what they are there to find, and this house passes them."""

import subprocess
import sys

import pytest

from support.paths import ROOT


def run(script, root):
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / script), str(root)], capture_output=True, text=True)
    return done.returncode, done.stdout


def tree(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return root


@pytest.mark.parametrize("path, include, why", [
    ("src/meta/a.cc", '"iceberg/snapshot.h"', "room meta may not include room iceberg"),
    ("src/iceberg/a.cc", '"meta/store.h"', "room iceberg may not include room meta"),
    ("src/core/a.h", '"net/server.h"', "room core may not include room net"),
    ("src/base/a_test.cc", '"batch/csv.h"', "room base may not include room batch"),
    ("src/api/native/a.cc", '"api/dataapi/routes.h"', "door native may not include door dataapi"),
    ("src/engine/a.cc", "<duckdb.h>", "only src/engine/worker/ may include DuckDB"),
    ("src/core/a.cc", '"duckdb.h"', "only src/engine/worker/ may include DuckDB"),
    ("src/engine/a.cc", '"engine/worker/session.h"', "the worker's own headers"),
    ("src/core/a.cc", '"contract.h"', "names no room"),
    ("src/attic/a.cc", '"base/error.h"', "src/attic is no room"),
])
def test_a_wrong_arrow_is_found(tmp_path, path, include, why):
    code, out = run("check-includes", tree(tmp_path, path, f"#include {include}\n"))
    assert code == 1
    assert why in out and out.startswith(path + ":1:")


@pytest.mark.parametrize("path, include", [
    ("src/api/native/a.cc", '"api/native/wire.h"'),
    ("src/api/native/a.cc", '"api/problem.h"'),
    ("src/core/a.cc", '"meta/store.h"'),
    ("src/engine/worker/a.cc", "<duckdb.h>"),
    ("src/net/a.cc", "<boost/beast.hpp>"),
    ("src/app/main.cc", '"core/tables.h"'),
])
def test_a_right_arrow_is_left_alone(tmp_path, path, include):
    assert run("check-includes", tree(tmp_path, path, f"#include {include}\n"))[0] == 0


@pytest.mark.parametrize("path, text, why", [
    ("src/base/a.cc", "int a;\n", "begins without"),
    ("src/base/a.cc", "// SPDX-License-Identifier: Apache-2.0\n// TO" + "DO: more\n", "unfinished"),
    ("src/base/a.cc", "// SPDX-License-Identifier: Apache-2.0\n" + "\n" * 500, "where is its seam"),
    ("notes.md", "see /wor" + "k/main\n", "names the place"),
])
def test_a_broken_house_rule_is_found(tmp_path, path, text, why):
    tree(tmp_path, path, text)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    code, out = run("check-tidy", tmp_path)
    assert code == 1 and why in out


@pytest.mark.parametrize("script", ["check-includes", "check-tidy"])
def test_this_house_passes(script):
    code, out = run(script, ROOT)
    assert code == 0, out
