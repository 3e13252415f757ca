"""Questions and answers of changed bytes through the kernel's parser, counted against what the asker says.

The record is read line by line, so that a long run needs no more memory than its tables have entries.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from internet import Internet

SERVER = "203.0.113.54"


@contextmanager
def noisy_server(internet: Internet, workloads: Path) -> Iterator[None]:
    """A nameserver in the world that changes its answers."""
    command = [*internet.world, workloads / "dns-noise", "serve", SERVER]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.wait()


def asking(workloads: Path, seed: int, count: int) -> list[str]:
    return [str(each) for each in (workloads / "dns-noise", "ask", SERVER, seed, count)]


class Reading:
    """What a recorded run says of questions, answers and names."""

    def __init__(self, record: Path):
        self.asked = self.answered = self.learnt_answers = 0
        self.names: set[tuple[str, str]] = set()
        # By the tool's own parser: what sound answers teach, and the names in answers that make no sense to their end.
        self.taught: set[tuple[str, str]] = set()
        self.broken: set[str] = set()
        self.end: dict = {}
        with open(record, encoding="utf-8") as lines:
            for line in lines:
                self._read(json.loads(line))

    def _read(self, line: dict) -> None:
        match line["type"]:
            case "lookup":
                self.asked += line["asked"]
                self.answered += line["answered"]
            case "name":
                self.names.add((line["name"], line["address"]))
            case "answer" if "doubts" not in line:
                self.learnt_answers += 1
                if line.get("broken"):
                    self.broken.add(line["name"])
                for record in line.get("records", []):
                    for address in [*([record["address"]] if "address" in record else []), *record.get("hints", [])]:
                        self.taught.add((line["name"], address))
            case "end":
                self.end = line

    def problems(self, truth: dict) -> list[str]:
        """Where the kernel's counts are not what the asker counted, or its names are not those in the answers."""
        lost = self.end["lost"]
        problems = []
        if self.asked != truth["questions"]:
            problems.append(f"{self.asked} questions seen of {truth['questions']}")
        if self.answered != truth["fitting"]:
            problems.append(f"{self.answered} fitting answers seen of {truth['fitting']}")
        if lost["messages_unparsed"] < truth["sent"] - truth["questions"]:
            problems.append(f"{lost['messages_unparsed']} messages unparsed, {truth['sent'] - truth['questions']} were none")
        if missing := self.taught - self.names:
            problems.append(f"{len(missing)} names not learnt, {min(missing)} first")
        if beyond := {each for each in self.names - self.taught if each[0] not in self.broken}:
            problems.append(f"{len(beyond)} names that no answer taught, {min(beyond)} first")
        full = {name: lost[name] for name in ("names_refused", "questions_refused", "flows_refused") if lost[name]}
        full |= {name: count for name, count in lost["ring_failures"].items() if count}
        if full or self.end["failures"] or any(lost["recursion_misses"].values()):
            problems.append(f"lost: {lost}, failures: {self.end['failures']}")
        return problems
