# SPDX-License-Identifier: Apache-2.0
"""The tests' own modules, and one server for those that need one (tests/support has it)."""

import itertools
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(ROOT / "tests")]

from support.server import ADMIN_PASSWORD, Server  # noqa: E402 (the path above comes first)

import boathouse  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """A running server."""
    server = Server(tmp_path_factory.mktemp("house") / "data").start()
    yield server
    server.end()


@pytest.fixture(scope="session")
def admin(house):
    """The tests' own small client, as owner of main."""
    return house.admin()


@pytest.fixture
def user(admin):
    """Name and password of a user with a personal workspace of its own."""
    name = f"sailor{next(_numbers)}"
    admin.make_user(name, password="Some-password-1")
    return name, "Some-password-1"


@pytest.fixture
def client(house, user):
    """The SDK, as a user of its own."""
    return boathouse.Client(house.url, username=user[0], password=user[1])


@pytest.fixture
def main_client(house):
    """The SDK in the workspace main, as its owner."""
    return boathouse.Client(house.url, username="admin", password=ADMIN_PASSWORD, workspace="main")


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"frame{next(_numbers)}"
