# SPDX-License-Identifier: Apache-2.0
"""What processes hold in memory: PSS, in which a page shared by n processes counts a nth to each."""

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


class Watch:
    """Samples a process and its tree until the end of the `with`; `server` and `all` are the most seen, in bytes."""

    def __init__(self, pid, every=0.05):
        self.pid, self.every, self.server, self.all = pid, every, 0, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        while not self._end.wait(self.every):
            own, *others = map(pss_of, tree_of(self.pid))
            self.server = max(self.server, own)
            self.all = max(self.all, own + sum(others))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
