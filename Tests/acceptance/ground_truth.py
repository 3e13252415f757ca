"""Compares what the tracer says of each event with what the suites of Fixtures/attribution know about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from recorded_run import RecordedRun

LEVELS = ("exact", "handoff", "creator", "process", "window", "none")


def events(run: RecordedRun) -> Iterator[tuple[int, str | None, str]]:
    """Everything with a number: (number, marked owner, level)."""
    for connection in run.connections:
        if connection.direction == "connect":
            yield connection.peer_port, *(connection.test or (None, "none"))
    for process in run.processes:
        for execution in process.executions:
            for argument in execution.arguments:
                if argument.startswith("event-"):
                    yield int(argument[6:]), *(execution.test or (None, "none"))


@dataclass
class Score:
    #: Events by (level, whether the owner is right).
    counts: Counter = field(default_factory=Counter)
    #: Of these the events that the tracer promises to know: all but those that a suite calls unstructured.
    promised: Counter = field(default_factory=Counter)
    #: In words.
    wrong: list[str] = field(default_factory=list)
    #: Numbers of events that were not recorded.
    missing: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.counts.total()

    def problems(self, least_exact: float) -> list[str]:
        problems = [f"{len(self.missing)} events were not recorded"] if self.missing else []
        if self.counts["exact", False]:
            problems.append("; ".join(line for line in self.wrong if line.endswith("(exact)")))
        if not self.total or self.promised["exact", True] < least_exact * self.promised.total():
            problems.append(f"less than {least_exact:.0%} exact: {'; '.join(self.wrong[:5])}")
        return problems

    def __str__(self) -> str:
        known = [(level, is_right) for level in LEVELS for is_right in (True, False) if self.counts[level, is_right]]
        shares = [
            f"{self.counts[key]} {key[0]} {'right' if key[1] else 'wrong'} ({self.counts[key] / self.total:.1%})"
            for key in known
        ]
        told = f"{self.total} events: {', '.join(shares)}"
        if self.promised.total() == self.total:
            return told
        exact = self.promised["exact", True]
        return f"{told}; {exact} of {self.promised.total()} structured ones exact ({exact / self.promised.total():.1%})"


def score(run: RecordedRun, truth: Path) -> Score:
    owners = {entry["number"]: entry for entry in map(json.loads, truth.read_text().splitlines())}
    result, seen = Score(), set()
    for number, marked, level in events(run):
        if number not in owners:
            continue
        seen.add(number)
        owner = owners[number]["owner"]
        outcome = (level, marked == owner)
        result.counts[outcome] += 1
        if owners[number].get("structured", True):
            result.promised[outcome] += 1
        if marked != owner:
            result.wrong.append(f"{number}: {owner} is told as {marked} ({level})")
    result.missing = sorted(owners.keys() - seen)
    return result


class Levels(Counter):
    """Connections and executions by how their test is known."""

    @property
    def problems(self) -> list[str]:
        return [f"{self['window']} events are known by time alone"] if self["window"] else []

    def __str__(self) -> str:
        return ", ".join(f"{self[level]} {level}" for level in LEVELS if self[level])


def levels_of(run: RecordedRun) -> Levels:
    executions = [execution for process in run.processes for execution in process.executions]
    return Levels(event.test[1] if event.test else "none" for event in [*run.connections, *executions])
