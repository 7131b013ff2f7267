# SPDX-License-Identifier: Apache-2.0
import pytest


@pytest.fixture(scope="module")
def client_env(house, admin):
    token = admin.post("/v1/tokens", json={"name": "cli"}, expect=201).json()["token"]
    return {"BOATHOUSE_URL": house.url, "BOATHOUSE_TOKEN": token}
