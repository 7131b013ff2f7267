# SPDX-License-Identifier: Apache-2.0
"""What lies in deploy/ is right as far as this machine can tell."""

import re
import shutil
import subprocess
import tomllib

import pytest

from support.paths import BINARY, ROOT

DEPLOY = ROOT / "deploy"


@pytest.fixture
def unit(tmp_path):
    """The unit with a program that exists here."""
    file = tmp_path / "boathouse.service"
    file.write_text((DEPLOY / "boathouse.service").read_text().replace("/usr/lib/boathouse/boathouse ", f"{BINARY} "))
    return file


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_takes_the_unit_and_finds_it_tight(unit):
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert checked.returncode == 0 and str(unit) not in checked.stderr, checked.stderr
    judged = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout[-500:]


def test_the_unit_waits_longer_than_the_server_needs_to_drain():
    patience = int(re.search(r"kPatience\{(\d+)'000\}", (ROOT / "src/app/commands/serve.cc").read_text())[1])
    limit = int(re.search(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "boathouse.service").read_text(), re.MULTILINE)[1])
    assert limit > patience + 10


def test_the_settings_and_variables_of_deploy_exist():
    told = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    flags = set(re.findall(r"--([a-z0-9-]+)", told))
    settings = tomllib.loads((DEPLOY / "boathouse.toml").read_text())
    offered = re.findall(r"^# ([a-z_]+) = ", (DEPLOY / "boathouse.toml").read_text(), re.MULTILINE)
    variables = re.findall(r"BOATHOUSE_([A-Z0-9_]+)=", (DEPLOY / "Containerfile").read_text())
    for name in [*settings, *offered, *map(str.lower, variables)]:
        assert name.replace("_", "-") in flags, name


def test_the_image_has_every_library_that_the_binaries_need():
    """The packages of the second stage, by the libraries that the binaries name; packages bring along what those need."""
    if not shutil.which("dpkg-query"):
        pytest.skip("this is no Debian")
    stage = (DEPLOY / "Containerfile").read_text().split("FROM ")[-1]
    installed = set(re.findall(r"[a-z0-9.+-]+", re.search(r"recommends ((?:.*\\\n)*.*)\n && rm", stage)[1]))
    needed = set()
    for program in (BINARY, BINARY.with_name("boathouse-worker")):
        dynamic = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
        named = set(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic))
        for line in subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines():
            if "=> /" in line and "libduckdb" not in line and line.split()[0] in named:
                place = "/".join(line.split("=> ")[1].split()[0].split("/")[-2:])  # packages know it under /lib or /usr/lib
                owner = subprocess.run(["dpkg-query", "-S", f"*/{place}"], capture_output=True, text=True).stdout
                needed.add(owner.split(":")[0])
    assert "libpq5" in needed
    assert needed - installed <= {"libc6", "libgcc-s1", ""}  # what every Debian has
