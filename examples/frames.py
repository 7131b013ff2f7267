# SPDX-License-Identifier: Apache-2.0
"""A data frame saved twice, loaded at both versions, compared and asked in SQL. Needs BOATHOUSE_URL and BOATHOUSE_TOKEN."""

import pandas as pd

import boathouse

client = boathouse.Client()

ships = pd.DataFrame({"ship": ["Fram", "Gjoa", "Maud"], "length": [39.0, 21.0, 36.5],
                      "kind": pd.Categorical(["schooner", "sloop", "schooner"]),
                      "arrived": pd.to_datetime(["2024-06-01", "2024-06-02", "2024-06-03"]).tz_localize("Europe/Oslo")})
first = client.save(ships, "demo/ships")

later = ships.drop(index=0).assign(length=[21.3, 36.5]).reset_index(drop=True)
second = client.save(later, "demo/ships")

print(client.load("demo/ships", version=first))
print(client.load("demo/ships", version=second))
pd.testing.assert_frame_equal(client.load("demo/ships", version=first), ships)  # exactly: categories, time zones, dtypes
pd.testing.assert_frame_equal(client.load("demo/ships"), later)

changes = client.diff("demo/ships", first, second, key="ship")
print(changes, "ship by ship")

print(client.sql(f'''SELECT now.ship, was.length AS was, now.length AS "is"
                     FROM "demo/ships" now JOIN "demo/ships@{first}" was USING (ship) WHERE was.length <> now.length'''))
