# SPDX-License-Identifier: Apache-2.0
"""The papers say what is so: their links lead somewhere, their targets exist, their commands work."""

import re
import subprocess

import pytest

from support.paths import ROOT

PAPERS = [path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]]


@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_links_lead_somewhere(paper):
    text = (ROOT / paper).read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert ((ROOT / paper).parent / target).exists(), f"{paper} links to {target}"


def test_every_make_target_that_is_spoken_of_exists():
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for paper in PAPERS:
        spoken = set(re.findall(r"(?:^    |`)make ([a-z0-9]+)", (ROOT / paper).read_text(), re.MULTILINE))
        assert spoken <= targets, f"{paper}: {spoken - targets}"


def test_every_room_is_in_the_architecture():
    rooms = {path.name for path in (ROOT / "src").iterdir() if any(path.rglob("*.h"))}
    table = set(re.findall(r"^\| `([a-z]+)` \|", (ROOT / "docs" / "ARCHITECTURE.md").read_text(), re.MULTILINE))
    assert rooms <= table


def test_the_first_upload_of_the_readme_works(house, tmp_path):
    """Runs the indented curl commands of README.md, against the shared server."""
    code = [line[4:] for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("    ")]
    commands = re.findall(r"^((?:curl|printf) (?:.*\\\n)*.*)$", "\n".join(code), re.MULTILINE)
    assert len(commands) >= 5
    answers = []
    for command in commands:
        line = command.replace("http://127.0.0.1:8000", house.url).replace("curl ", "curl --silent --show-error --fail-with-body ", 1)
        done = subprocess.run(["bash", "-ec", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        answers.append(done.stdout)
    assert "successfully uploaded 2 registers" in answers[1]
    assert "Figurehead Carver" in answers[2]
