# SPDX-License-Identifier: Apache-2.0
"""Fixtures: one server that most tests share (each works on tables of its own), and servers of a test's own."""

import itertools
import signal

import pytest

from support.paths import HIRING
from support.server import Server

_numbers = itertools.count(1)

# A shell's background jobs are started deaf to Ctrl-C, and so would be what the tests start and then interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """A running server with the hiring example applied."""
    server = Server(tmp_path_factory.mktemp("house") / "data", apply=HIRING).start()
    yield server
    server.end()


@pytest.fixture(scope="session")
def admin(house):
    """A client that is owner of main."""
    return house.admin()


@pytest.fixture
def anyone(house):
    """A client without credentials."""
    return house.api()


@pytest.fixture
def table():
    """A table name that no other test uses."""
    return f"t{next(_numbers)}"


@pytest.fixture
def user_name():
    return f"user{next(_numbers)}"


@pytest.fixture
def make_server(tmp_path):
    """Makes servers of the test's own: make_server(name="data", apply=.., args=.., env=..), not started."""
    servers = []

    def make(name="data", **options):
        servers.append(Server(tmp_path / name, **options))
        return servers[-1]

    yield make
    for server in servers:
        server.end()
