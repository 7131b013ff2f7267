# SPDX-License-Identifier: Apache-2.0
"""The metadata store as an earlier schema had it, made from that schema's own steps and the rows of a current one."""

import contextlib
import re
import sqlite3

from support.paths import ROOT

FOLDER = ROOT / "src" / "meta" / "sqlite"


def steps():
    """The SQL of each step, in order."""
    text = (FOLDER / "migrations.cc").read_text()
    both = text + (FOLDER / "migration_steps.h").read_text()
    texts = dict(re.findall(r'constexpr const char\* (k\w+) = R"sql\((.*?)\)sql";', both, re.DOTALL))
    names = re.search(r"kSteps = \{(.*?)\}", text, re.DOTALL)[1].replace(",", " ").split()
    return [texts[name] for name in names]


def columns_of(database, schema, table):
    return [row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")]


def downgrade(file, version):
    """Replaces the store of a stopped server by one of schema `version` with what of its rows fits there."""
    now = file.with_suffix(".now")
    file.rename(now)
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.executescript("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL);\n"
                               + "\n".join(steps()[:version]))
        database.execute(f"ATTACH '{now}' AS now")
        for table in [row[0] for row in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]:
            database.execute(f"DELETE FROM main.{table}")
            shared = ", ".join(name for name in columns_of(database, "main", table) if name in columns_of(database, "now", table))
            if shared and table != "schema_migrations":
                database.execute(f"INSERT INTO main.{table} ({shared}) SELECT {shared} FROM now.{table}")
        database.executemany("INSERT INTO main.schema_migrations VALUES (?, 1)", [[n] for n in range(1, version + 1)])
    now.unlink()


def version_of(file):
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT max(version) FROM schema_migrations").fetchone()[0]
