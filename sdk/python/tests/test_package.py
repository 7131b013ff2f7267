# SPDX-License-Identifier: Apache-2.0
"""The package itself: its types, its wheel, and the same tests with the wheel and the newest pandas."""

import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SDK = ROOT / "sdk" / "python"
NEWEST = ROOT / "build" / "venv-newest" / "bin" / "python"


def run(*command, **more):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, **more)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check",
        "-w", folder, SDK)
    (made,) = folder.glob("*.whl")
    return made


def test_the_types_hold(tmp_path):
    run(sys.executable, "-m", "mypy", "--cache-dir", tmp_path, cwd=SDK)


def test_the_wheel_holds_the_package_and_its_types(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"boathouse/__init__.py", "boathouse/client.py", "boathouse/py.typed"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names) and not any("tests" in name for name in names)


@pytest.mark.timeout(900)
def test_the_wheel_with_the_newest_pandas(wheel, tmp_path):
    """All other tests of this folder, but for those that need other engines."""
    assert NEWEST.exists(), "run scripts/test-venv"
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    # The ini file would put the source first on the path.
    ini = tmp_path / "pytest.ini"
    ini.write_text("[pytest]\naddopts = -q --import-mode=importlib\ntimeout = 180\n")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BOATHOUSE_", "PYTEST_"))}
    shown = run(NEWEST, "-m", "pytest", "-c", ini, SDK / "tests", "--ignore", SDK / "tests" / "test_package.py",
                "--ignore", SDK / "tests" / "test_engines.py", cwd=tmp_path,
                env=clean | {"PYTHONPATH": str(tmp_path / "site")})
    assert " passed" in shown and "skipped" not in shown
