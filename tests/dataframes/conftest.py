# SPDX-License-Identifier: Apache-2.0
import uuid

import pytest

from dataframes.frames import Frames
from support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("frames") / "data").start()
    yield server
    server.end()


@pytest.fixture()
def frames(server):
    """The frames of a user of the test's own."""
    return Frames(server.admin().make_user("user-" + uuid.uuid4().hex[:12]))
