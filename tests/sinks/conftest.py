# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL that these tests share, each with a database of its own, and sinks into that."""

import itertools

import pytest

from support.postgres import Postgres
from support.sinks import Sink

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres():
    server = Postgres().start()
    yield server
    server.end()


@pytest.fixture
def database(postgres):
    return postgres.database(f"db{next(_numbers)}")


@pytest.fixture
def make_sink(admin, database):
    """make_sink(tables=[..], **fields): a sink into the test's database; deleted afterwards."""
    made = []

    def make(api=None, ws="main", **fields):
        sink = Sink(api or admin, f"sink{next(_numbers)}", ws)
        sink.put(**({"url": database.url} | fields))
        made.append(sink)
        return sink

    yield make
    for sink in made:
        sink.api.delete(sink.path)
