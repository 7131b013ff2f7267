# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of the tests' own (scripts/postgres), asked through psql."""

import contextlib
import csv
import io
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from support.paths import ROOT

SCRIPT = ROOT / "scripts" / "postgres"
OTHERS = ROOT / "build" / "deps" / "postgres"
PASSWORD = "Sink-secret-77"
NULL = "\\N"


class Postgres:
    def __init__(self, version=None):
        """Debian's, or one that scripts/postgres-versions has fetched."""
        self.env = dict(os.environ)
        if version:
            self.env["POSTGRES_BIN"] = str(OTHERS / str(version) / "bin")
        # Not under pytest's folders, which only their owner may enter: as root, the server runs as another user.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boathouse-postgres-"))
        self.bin = pathlib.Path(subprocess.run([SCRIPT, "bin"], capture_output=True, text=True, check=True).stdout.strip())
        self.host = None

    def start(self):
        done = subprocess.run([SCRIPT, "start", self.folder, "--password", PASSWORD], env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        self.port = int(re.search(r":(\d+)/lake$", done.stdout.strip())[1])
        self.url = self.url_of("lake")
        return self

    def url_of(self, database, user="boathouse", password=PASSWORD):
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def stop(self, mode="immediate"):
        subprocess.run([SCRIPT, "stop", self.folder, mode], env=self.env, check=True, timeout=60)

    def end(self):
        subprocess.run([SCRIPT, "stop", self.folder, "immediate"], env=self.env, capture_output=True, timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, name):
        """A database of a test's own."""
        self.sql(f'CREATE DATABASE "{name}"', database="lake")
        return Database(self, name)

    def sql(self, statement, database="lake", expect=0):
        """The rows as tuples of texts, None for NULL."""
        done = subprocess.run([self.bin / "psql", self.url_of(database), "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-P", f"null={NULL}"],
                              input=statement, capture_output=True, text=True, timeout=120)
        assert done.returncode == expect, done.stderr
        return [tuple(None if value == NULL else value for value in row) for row in csv.reader(io.StringIO(done.stdout))]


class Database:
    def __init__(self, server, name):
        self.server, self.name, self.url = server, name, server.url_of(name)

    def sql(self, statement, **options):
        return self.server.sql(statement, database=self.name, **options)

    def value(self, statement):
        [[value]] = self.sql(statement)
        return value

    def types(self, table):
        """Column to type, as PostgreSQL writes it."""
        return dict(self.sql("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
                             f"'{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"))

    def key(self, table):
        return [name for [name] in self.sql(
            f"SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
            f"WHERE i.indrelid = '{table}'::regclass AND i.indisprimary")]

    def session(self, statement):
        """A session that runs the statement and then waits, inside its transaction, until it is closed."""
        return Session(self, statement)

    def kill_backends(self, sig=signal.SIGKILL):
        """Waits for up to five seconds until PostgreSQL has processes for our sinks' sessions, and kills them; how many."""
        pids = self.sql("""CREATE FUNCTION pg_temp.ours() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN
              FOR look IN 1..5000 LOOP
                PERFORM pg_stat_clear_snapshot();
                RETURN QUERY SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'boathouse';
                EXIT WHEN FOUND;
                PERFORM pg_sleep(0.001);
              END LOOP; END $$;
            SELECT * FROM pg_temp.ours()""")
        killed = 0
        for [pid] in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), sig)
                killed += 1
        return killed


class Session:
    def __init__(self, database, statement):
        self.process = subprocess.Popen([database.server.bin / "psql", database.url, "-X", "-q", "-A", "-t"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(f"BEGIN;\n{statement};\nSELECT 'ready';\n")
        self.process.stdin.flush()
        while self.process.stdout.readline().strip() != "ready":
            assert self.process.poll() is None
            time.sleep(0.01)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
