# SPDX-License-Identifier: Apache-2.0
"""Where things are, found from this file."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "build" / "release" / "boathouse"
HIRING = ROOT / "examples" / "hiring"
