"""Which test did it, for Swift: ground truth many times over."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from ground_truth import Score, score

ROOT = Path(__file__).resolve().parents[2]
SUITE = ROOT / "Fixtures/attribution/swift"
# Of the events of structured code.
LEAST_EXACT = 0.95
LEAST_EVENTS = 400


def built(cache: Path) -> list[str]:
    """The command that runs the suite."""
    package = ["--package-path", str(SUITE), "--scratch-path", str(cache / "attribution-swift")]
    subprocess.run(["swift", "build", *package, "--build-tests", "-q"], check=True, stdout=sys.stderr)
    return ["swift", "test", *package, "--skip-build"]


def scored(soak, command: list[str]) -> tuple[Score | None, list[str]]:
    truth = soak.scratch / "truth.jsonl"
    truth.unlink(missing_ok=True)
    finished, run = soak.record(command, settings={"TRUTH": str(truth)})
    if finished.returncode:
        return None, [f"exit code {finished.returncode}: {(finished.stdout + finished.stderr)[-600:]}"]
    found = score(run, truth)
    problems = found.problems(LEAST_EXACT)
    if found.total < LEAST_EVENTS:
        problems.append(f"expected {LEAST_EVENTS} events or more")
    if not run.is_complete:
        problems.append(f"losses: {vars(run.loss)}, {run.end['failures']}")
    return found, problems


def repeated(soak, cache: Path, two_hogs) -> None:
    """The ground truth, every other time beside two busy loops."""
    command = built(cache)
    for number in range(1, soak.runs + 1):
        started = time.monotonic()
        is_busy = number % 2 == 0
        with two_hogs() if is_busy else nullcontext():
            found, problems = scored(soak, command)
        beside = ", two busy loops beside it" if is_busy else ""
        soak.say(f"run {number} of {soak.runs}{beside}: {found}", problems, started)
