# SPDX-License-Identifier: Apache-2.0
"""Lines of figures and how they are written down."""

import dataclasses
import datetime
import os
import pathlib
import platform
import subprocess

# Written by hand: what a profiler told, and what came of it.
COSTS = pathlib.Path(__file__).with_name("COSTS.md")


@dataclasses.dataclass
class Line:
    work: str
    ours: str
    against: str  # what it was measured against, with its figure
    ratio: str
    wanted: str
    holds: bool

    @property
    def verdict(self):
        return "holds" if self.holds else "does not hold"


def machine():
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) >> 20
    return f"{os.cpu_count()} cores ({cpu}), {memory} GB of memory, Linux {platform.release().split('-')[0]}"


def commit():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def as_markdown(lines, megabytes):
    rows = "".join(f"| {l.work} | {l.ours} | {l.against} | {l.ratio} | {l.wanted} | {l.verdict} |\n" for l in lines)
    return f"""# Results

Written by `make bench` on {datetime.date.today()} at commit {commit()}, on {machine()}. CSV of {megabytes} MB. Each ratio is taken
within one run, ours and the other side in turn, on the same files.

| work | ours | measured against | ratio | wanted | |
|---|---|---|---|---|---|
{rows}{COSTS.read_text()}"""
