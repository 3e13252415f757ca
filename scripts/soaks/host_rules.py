"""Enforced rules about hosts: a program connects the moment that it has an answer."""

from __future__ import annotations

import json
import time
from pathlib import Path

from internet import Internet
from name_races import ALLOWED, PORT, SERVER, race_resolver

ROUNDS = 10_000
THREADS = 4


def races(soak, workloads: Path) -> None:
    for transport in ("udp", "tcp"):
        started = time.monotonic()
        with Internet() as internet, race_resolver(internet):
            finished, run = soak.record(
                [workloads / "name-race", SERVER, ROUNDS, transport, THREADS, PORT],
                prefix=internet.resolving(SERVER),
                options=["--enforce", "--allow-net", ALLOWED],
            )
        expected = {
            "allowed": {"connected": ROUNDS, "refused": 0, "failed": 0},
            "denied": {"connected": 0, "refused": ROUNDS, "failed": 0},
        }
        truth = json.loads(finished.stdout) if finished.stdout else finished.stderr
        problems = [] if truth == expected else [f"{truth}"]
        if finished.returncode != 120:
            problems.append(f"exit code {finished.returncode}")
        if not run.is_complete:
            problems.append(f"{run.end}")
        soak.say(f"{ROUNDS:,} names of each kind over {transport}, {THREADS} at once", problems, started)
