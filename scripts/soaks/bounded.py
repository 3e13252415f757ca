"""Runs a command that may hang for reasons of its own, and ends it then with everything that it started."""

from __future__ import annotations

import itertools
import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path

NUMBERS = itertools.count(1)


@dataclass
class Patience:
    """How long a run may take, in seconds, how often it is tried again when it takes longer, and how often it did."""

    seconds: float
    tries: int = 6
    hung: int = 0

    def run(self, command: list, **options) -> subprocess.CompletedProcess:
        """As `subprocess.run`; TimeoutError where no try ended in time."""
        for _ in range(self.tries):
            try:
                return in_own_cgroup(command, self.seconds, **options)
            except subprocess.TimeoutExpired:
                self.hung += 1
        raise TimeoutError(f"{command}: none of {self.tries} tries ended within {self.seconds:.0f} s")


def in_own_cgroup(command: list, seconds: float, **options) -> subprocess.CompletedProcess:
    root = next(line.split()[4] for line in open("/proc/self/mountinfo") if " - cgroup2 " in line)
    group = Path(root) / f"soak-{os.getpid()}-{next(NUMBERS)}"
    group.mkdir()
    try:
        join = lambda: (group / "cgroup.procs").write_text("0")  # noqa: E731
        return subprocess.run(command, preexec_fn=join, timeout=seconds, **options)
    finally:
        end_all(group)
        for directory, _, _ in os.walk(group, topdown=False):
            os.rmdir(directory)


def end_all(group: Path) -> None:
    """Returns when nobody is left: the kernel tells of a change in `cgroup.events` by POLLPRI."""
    events = os.open(group / "cgroup.events", os.O_RDONLY)
    try:
        changes = select.poll()
        changes.register(events, select.POLLPRI)
        (group / "cgroup.kill").write_text("1")
        while b"populated 1" in os.pread(events, 4096, 0):
            changes.poll()
    finally:
        os.close(events)
