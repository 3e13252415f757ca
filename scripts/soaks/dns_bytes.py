"""DNS messages of any bytes: through the parser of the tool, and through the kernel's on a real run."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path

from dns_noise import SERVER, Reading, asking, noisy_server
from internet import Internet

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = 10_000_000
ROUNDS = 5_000_000  # a question and its answer each
RUN_ROUNDS = 40_000
RING_BYTES = 64 << 20  # room for every answer of a run: the two parsers are compared on all


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


def messages(soak, workloads: Path) -> None:
    """In runs that the kernel's tables have room for: each count is exact."""
    started = time.monotonic()
    problems: list[str] = []
    totals: Counter[str] = Counter()
    with Internet() as internet, noisy_server(internet, workloads):
        for seed in range(ROUNDS // RUN_ROUNDS):
            record = soak.scratch / "run.jsonl"
            finished = subprocess.run(
                [*internet.resolving(SERVER), soak.binary, "trace", "-q", "--record", record, "--",
                 *asking(workloads, seed, RUN_ROUNDS)],
                env={**os.environ, "PROCESS_TRACER_TEST_RING_BYTES": str(RING_BYTES)},
                capture_output=True,
                text=True,
            )  # fmt: skip
            if finished.returncode:
                problems.append(f"seed {seed}: exit code {finished.returncode}: {finished.stderr[-300:]}")
                break
            truth = json.loads(finished.stdout)
            totals.update({name: truth[name] for name in ("sent", "questions", "fitting")})
            problems += [f"seed {seed}: {each}" for each in Reading(record).problems(truth)]
    soak.say(
        f"{totals['sent']:,} mutated DNS questions and as many answers; {totals['questions']:,} of them questions still, "
        f"{totals['fitting']:,} answers that fit",
        problems[:5],
        started,
    )
