"""DNS messages of any bytes: through the parser of the tool, and through the kernel's on a real run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from internet import Internet
from name_server import QUESTIONS, resolver

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = 10_000_000
QUESTION_COUNT = 200_000


def answers(soak) -> None:
    started = time.monotonic()
    finished = subprocess.run(
        ["swift", "test", "--filter", "DNSMessageTests/survivesMutations"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PROCESS_TRACER_TEST_MUTATIONS": str(ANSWERS)},
    )
    soak.say(f"{ANSWERS:,} mutated DNS answers", [finished.stdout[-500:]] if finished.returncode else [], started)


def questions(soak) -> None:
    started = time.monotonic()
    with Internet() as internet, resolver(internet):
        _, run = soak.record([sys.executable, "-c", QUESTIONS, 1, QUESTION_COUNT], prefix=internet.resolving("203.0.113.54"))
    seen = sum(line["asked"] for line in run.lookups) + run.loss.messages_unparsed
    # What the resolver says to them can be unreadable as well.
    problems = [] if seen >= QUESTION_COUNT else [f"{seen} of {QUESTION_COUNT} questions seen"]
    if run.end["failures"] or run.loss.names_refused or run.loss.questions_refused:
        problems.append(f"{run.end}")
    soak.say(f"{QUESTION_COUNT:,} mutated DNS questions", problems, started)
