# SPDX-License-Identifier: Apache-2.0
"""The demo, as `make demo` runs it after building."""

import os
import signal
import socket
import subprocess
import time

from support.paths import ROOT


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def demo_env(folder, port, **more):
    return os.environ | {"DEMO_DIR": str(folder), "DEMO_PORT": str(port)} | more


def test_it_shows_everything_and_ends_also_a_second_time(tmp_path):
    for _ in range(2):
        done = subprocess.run([ROOT / "scripts" / "demo"], env=demo_env(tmp_path, free_port(), DEMO_ONESHOT="1"), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        for shown in ("967 accepted", "33 rejected", "962 accepted", "37 rejected", "required", "Boat Building", "Navigation",
                      "iceberg_scan", "1 removed, 1 changed", "data_platform-user_pool knows ", "tags__0 STRING", "quarantined: ",
                      "min -3  25% 20.25", "Noor's age  done",
                      "10 rows read, 10 written, 0 rejected", "1 | Waterman  | 2024-03-02 08:15:00+00 |     310", "the server has stopped"):
            assert shown in done.stdout, shown


def test_ctrl_c_stops_it_cleanly(tmp_path):
    port = free_port()
    demo = subprocess.Popen([ROOT / "scripts" / "demo"], env=demo_env(tmp_path, port), stdout=subprocess.PIPE, text=True)
    for line in demo.stdout:
        if "Ctrl-C stops it" in line:
            break
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0 and "the server has stopped" in rest
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "nothing listens any more"


def test_a_taken_port_is_told_with_who_has_it_and_what_to_do(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        time.sleep(0.05)
        done = subprocess.run([ROOT / "scripts" / "demo"], env=demo_env(tmp_path, port, DEMO_ONESHOT="1"), capture_output=True, text=True,
                              timeout=60)
    assert done.returncode != 0
    assert str(port) in done.stderr and "DEMO_PORT" in done.stderr and str(os.getpid()) in done.stderr
