# SPDX-License-Identifier: Apache-2.0
"""Runs the `boathouse` command line as a user would."""

import os
import subprocess

from support.paths import BINARY


def boathouse(*arguments, env=None, stdin=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BOATHOUSE_")}
    return subprocess.run([str(BINARY), *map(str, arguments)], env=clean | (env or {}), input=stdin, capture_output=True, text=True,
                          timeout=60)
