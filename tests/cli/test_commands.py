# SPDX-License-Identifier: Apache-2.0
"""What holds for every command: help with an example, --output json, completion, progress on a terminal."""

import json
import os
import pty
import re
import shlex
import subprocess

import pytest

from support.command import boathouse
from support.paths import BINARY

# These talk to people or to shells only: a server's log is JSON of its own, and a script is a script.
WITHOUT_OUTPUT = {"serve", "completion"}


def subcommands(*path):
    text = boathouse(*path, "--help").stdout
    listed = re.search(r"^Subcommands:\n((?:  .*\n)*)", text, re.MULTILINE)
    return re.findall(r"^  ([a-z][a-z-]*)", listed[1], re.MULTILINE) if listed else []


def all_commands(*path):
    yield path
    for name in subcommands(*path):
        yield from all_commands(*path, name)


COMMANDS = list(all_commands()) if BINARY.exists() else []


def name_of(command):
    return " ".join(command) or "boathouse"


@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_help_teaches_by_an_example(command):
    done = boathouse(*command, "--help")
    assert done.returncode == 0
    examples = re.split(r"^(?:Examples?|Start here):$", done.stdout, flags=re.MULTILINE)[1]
    assert " ".join(["boathouse", *command]) in examples


@pytest.mark.parametrize("command", [c for c in COMMANDS if not subcommands(*c)], ids=name_of)
def test_every_command_can_answer_in_json(command):
    options = boathouse(*command, "--help").stdout
    if command[0] not in WITHOUT_OUTPUT:
        assert re.search(r"--output.*json", options), "a script cannot read its answer"


@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_an_unknown_option_is_a_wrong_command_line_with_a_hint(command):
    done = boathouse(*command, "--nosuch")
    assert done.returncode == 2 and "--help" in done.stderr and not done.stdout


def test_the_exit_statuses_are_told_in_one_place():
    text = boathouse("--help").stdout
    assert all(f"{status}: " in text for status in range(7))


# completion

def complete(line):
    words = shlex.split(line) + ([""] if line.endswith(" ") else [])
    script = boathouse("completion", "bash").stdout + f"""
COMP_WORDS=({" ".join(shlex.quote(word) for word in words)})
COMP_CWORD={len(words) - 1}
_boathouse
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_bash_completes_each_commands_subcommands(command):
    assert set(subcommands(*command)) <= complete(" ".join(["boathouse", *command, ""]))


@pytest.mark.parametrize("line, words", [
    ("boathouse tab", {"table"}),
    ("boathouse table ver", {"versions"}),
    ("boathouse table versions --wor", {"--workspace"}),
    ("boathouse upload x.csv --mode ", {"append", "replace", "upsert"}),
    ("boathouse upload --mode up", {"upsert"}),
    ("boathouse --url http://table key rotate ", {"token", "sealing", "rsa"}),
    ("boathouse completion z", {"zsh"}),
])
def test_bash_completes(line, words):
    assert words <= complete(line)
    if not line.endswith(" "):
        assert words == complete(line)


def test_where_a_value_is_wanted_no_option_is_offered():
    assert complete("boathouse upload --key ") == set()


@pytest.mark.parametrize("shell, start", [("zsh", "#compdef boathouse\n"), ("fish", "# fish")])
def test_other_shells_have_a_script(shell, start):
    done = boathouse("completion", shell)
    assert done.returncode == 0 and done.stdout.startswith(start) and "catalog-copy" in done.stdout


# progress

def on_a_terminal(*arguments, env):
    ours, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BOATHOUSE_") and name not in ("TERM", "NO_COLOR")}
    done = subprocess.run([str(BINARY), *map(str, arguments)], env=clean | env, stdout=subprocess.PIPE, stderr=theirs, text=True, timeout=60)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:  # the other end is closed, and everything is read
        pass
    os.close(ours)
    return done, said.decode()


def test_an_upload_shows_a_bar_on_a_terminal_and_takes_it_away(client_env, tmp_path, table):
    file = tmp_path / f"{table}.csv"
    file.write_text("id\n" + "1\n" * 100_000)
    done, said = on_a_terminal("upload", file, env=client_env | {"TERM": "xterm"})
    assert done.returncode == 0
    assert "100 %" in said and file.name in said and said.endswith("\x1b[2K")


@pytest.mark.parametrize("quiet", [{"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}])
def test_no_bar_where_it_is_not_wanted(client_env, tmp_path, table, quiet):
    file = tmp_path / f"{table}.csv"
    file.write_text("id\n1\n")
    done, said = on_a_terminal("upload", file, env=client_env | quiet)
    assert done.returncode == 0 and said == ""


def test_no_bar_beside_json(client_env, tmp_path, table):
    file = tmp_path / f"{table}.csv"
    file.write_text("id\n1\n")
    done, said = on_a_terminal("upload", file, "--output", "json", env=client_env | {"TERM": "xterm"})
    assert json.loads(done.stdout)["rows_accepted"] == 1 and said == ""
