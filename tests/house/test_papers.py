# SPDX-License-Identifier: Apache-2.0
"""The papers say what is so: their links lead somewhere, their targets exist, their commands work."""

import os
import re
import subprocess

import pytest

from support.paths import BINARY, HIRING, ROOT

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


def test_the_first_upload_of_the_readme_works(make_server, tmp_path):
    """Runs the indented commands of README.md that talk to a server, in one shell, as a reader would."""
    server = make_server(apply=HIRING).start()
    code = [line[4:] for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("    ")]
    commands = re.findall(r"^((?:curl|printf|export|sed|build/release/boathouse) (?:.*\\\n)*.*)$", "\n".join(code), re.MULTILINE)
    assert len(commands) >= 14
    marker = "== next"
    script = "\n".join(f"{command}\necho '{marker}'" for command in commands)
    script = script.replace("http://127.0.0.1:8000", server.url).replace("curl ", "curl --silent --show-error --fail-with-body ")
    script = script.replace("build/release/boathouse", str(BINARY))
    done = subprocess.run(["bash", "-ec", script], cwd=tmp_path, env=os.environ | {"BOATHOUSE_URL": server.url},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(zip(commands, done.stdout.split(marker), strict=False))
    assert "successfully uploaded 2 registers" in told[commands[1]]
    assert "Figurehead Carver" in told[commands[2]]

    def of(words):
        [command] = [command for command in commands if command.endswith(words)]
        return told[command]

    assert 'id: "x" is not an INTEGER' in of("table quarantine jobs --user hiring")
    assert "1 accepted, 0 rejected" in of("table resubmit jobs rejected.json --user hiring")
    assert "203,Nobody" in of("WHERE id > 200'")
