# SPDX-License-Identifier: Apache-2.0
"""What processes hold in memory and how long they have run: PSS, in which a page shared by n processes counts a nth to each, and
processor time."""

import contextlib
import os
import pathlib
import threading


def pss_of(pid):
    """Bytes; 0 when the process is gone."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def tree_of(pid):
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in pathlib.Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def kind_of(pid):
    """server, or what kind of worker: query, ingest, background; None when the process is gone."""
    try:
        name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return None
    return name.removeprefix("bh-") if name.startswith("bh-") else "server"


def seconds_of(pid):
    """Processor time of the process so far, with that of its children that have ended."""
    with contextlib.suppress(OSError):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0


def seconds_by_kind(pid):
    """Processor time of a server's tree, by kind of process."""
    spent = {}
    for each in tree_of(pid):
        kind = kind_of(each)
        spent[kind] = spent.get(kind, 0) + seconds_of(each)
    return spent


class Watch:
    """Samples a process and its tree until the end of the `with`; `server` and `all` are the most seen, in bytes. `phases`
    has, for each name given to phase(), the most of `all` then and what each kind of process had of it."""

    def __init__(self, pid, every=0.05):
        self.pid, self.every, self.server, self.all, self.phases = pid, every, 0, 0, {}
        self._phase = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def phase(self, name):
        """One begins; what went before is looked at once more, however short it was."""
        self._sample(self._phase)
        self.phases[name] = (0, {})
        self._phase = name

    def _run(self):
        while not self._end.wait(self.every):
            self._sample(self._phase)

    def _sample(self, phase):
        kinds = {}
        for pid in tree_of(self.pid):
            kind = kind_of(pid)
            kinds.setdefault(kind, []).append(pss_of(pid))
        total = sum(map(sum, kinds.values()))
        self.server = max(self.server, sum(kinds.get("server", [])))
        self.all = max(self.all, total)
        if phase is not None and total > self.phases[phase][0]:
            self.phases[phase] = (total, kinds)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._sample(self._phase)
        self._end.set()
        self._thread.join()
