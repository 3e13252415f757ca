"""DNS messages of any bytes through the kernel's parser; `scripts/soak --only dns` has many more."""

from __future__ import annotations

import random

from dns_noise import SERVER, Reading, asking, noisy_server
from internet import Internet


def test_questions_and_answers_of_any_bytes_are_counted_exactly(tool, workloads):
    with Internet() as internet, noisy_server(internet, workloads):
        command = asking(workloads, random.randrange(1 << 30), 5_000)
        finished = tool("trace", *command, prefix=internet.resolving(SERVER))
    reading = Reading(finished.reports / "run.jsonl")
    assert reading.problems(finished.truth) == [], finished.explain()
    assert min(reading.answered, len(reading.names), len(reading.broken)) > 100
