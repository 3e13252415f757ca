"""The main job on real suites: violations named everywhere, the remedy that makes it pass, the runner's own failure."""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BUILT, FIXTURES, IN_NAMESPACE, clean_environment
from google.protobuf.json_format import MessageToDict
from junitparser import Failure, JUnitXml
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from test_formats import assert_spans_nest, parsed
from verdicts import destinations, programs, remedy_flags, remedy_lines

pytestmark = pytest.mark.suites

SUITES = Path(os.environ.get("PROCESS_TRACER_SUITES", FIXTURES / "suites"))
REACHED = {"203.0.113.9:443", "198.51.100.7:5353"}


@dataclass(frozen=True)
class Suite:
    directory: str
    command: str
    program: str  # part of the name of the test processes' program
    test: str = ""  # part of the name by which a violation's test is known, where attribution reaches that far

    def __str__(self) -> str:
        return f"{self.directory}: {self.command}"


PYTEST = [
    Suite("pytest", command, "python", "test_network.py::test_reaches_out_over_")
    for command in ("pytest", "pytest -n 4", "python3 -m pytest", "make test")
]
GO = [
    Suite("go", command, "network.test")
    for command in ("go test -count=1 ./...", "gotestsum -- -count=1 ./...", "make test GOFLAGS=-count=1")
]
SWIFT = [
    Suite(directory, f"swift test --skip-build{parallel}", ".xctest" if directory == "xctest" else "")
    for directory in ("xctest", "swift-testing")
    for parallel in ("", " --parallel")
]
RUNNERS = [*PYTEST, *GO, *SWIFT]


def copy_if_other(source: str, copy: str) -> None:
    """A file that is there already stays untouched: another test may be reading it."""
    if not os.path.exists(copy) or not filecmp.cmp(source, copy, shallow=False):
        shutil.copy2(source, copy)


def suite_directory(suite: str) -> Path:
    """A copy of the suite, built where it needs that, kept from run to run."""
    BUILT.mkdir(exist_ok=True)
    copy = BUILT / f"suite-{suite}"
    with open(BUILT / f"suite-{suite}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = shutil.ignore_patterns(".build", ".pytest_cache")
        shutil.copytree(SUITES / suite, copy, dirs_exist_ok=True, ignore=built, copy_function=copy_if_other)
        if (copy / "Package.swift").exists():
            subprocess.run(["swift", "build", "--build-tests"], cwd=copy, check=True, stdout=subprocess.DEVNULL)
        elif (copy / "go.mod").exists():
            subprocess.run(["go", "vet", "./..."], cwd=copy, check=True, stdout=subprocess.DEVNULL)
    return copy


def gate(tool, suite: Suite, code: int | None, options: list = [], environment: dict = {}):
    return tool(
        "test",
        *suite.command.split(),
        options=options,
        prefix=IN_NAMESPACE,
        directory=suite_directory(suite.directory),
        environment=environment,
        code=code,
    )


@pytest.mark.parametrize("suite", RUNNERS, ids=str)
def test_violations_are_named_everywhere_and_the_remedy_works(tool, suite):
    finished = gate(tool, suite, code=120)
    verdict = finished.verdict
    assert destinations(verdict) == REACHED
    assert all(suite.program in program for program in programs(verdict))
    if suite.test:
        assert all(suite.test in (violation["test"]["name"] or suite.test) for violation in verdict["violations"])
    assert all(violation["test"]["runner"] for violation in verdict["violations"])

    junit = JUnitXml.fromfile(str(finished.reports / "junit.xml"))
    results = [result for each in junit for case in each for result in case.result if isinstance(result, Failure)]
    logs = str([MessageToDict(data) for data in parsed(finished.reports / "logs.jsonl", LogsData)])
    for destination in REACHED:
        assert destination in finished.stderr
        assert any(destination in f"{result.message}\n{result.text}" for result in results)
        assert destination.partition(":")[0] in logs
    for program in programs(verdict):
        assert program in finished.stderr and program in logs
        assert any(program in f"{result.message}\n{result.text}" for result in results)
    assert_spans_nest(finished)

    flags = remedy_flags(verdict)
    assert all(flag in finished.stderr for flag in flags)
    assert gate(tool, suite, code=0, options=flags).verdict["outcome"] == []


@pytest.mark.parametrize("suite", [PYTEST[0], GO[0]], ids=str)
def test_the_policy_lines_of_the_remedy_work(tool, suite, tmp_path):
    lines = remedy_lines(gate(tool, suite, code=120).verdict)
    allowed = [line.partition("[")[2].partition("]")[0] for line in lines]
    policy = tmp_path / "policy.yml"
    policy.write_text(f"version: 1\nnetwork: {{ allow: [{', '.join(allowed)}] }}\n")
    assert gate(tool, suite, code=0, options=["--policy", policy]).verdict["outcome"] == []


@pytest.mark.parametrize("suite", [PYTEST[0], GO[0], SWIFT[0], SWIFT[2]], ids=str)
def test_forbidden_program_is_named(tool, suite):
    options = ["--allow-net", "203.0.113.9", "--allow-net", "198.51.100.7", "--deny-run", "git"]
    finished = gate(tool, suite, code=120, options=options)
    assert programs(finished.verdict) == {"git"}
    assert "git" in finished.stderr


def test_runners_own_failure_code_passes_through(tool):
    finished = gate(tool, Suite("failing", "pytest", "python"), code=1)
    assert finished.verdict["outcome"] == ["command-failed"]


def test_runners_failure_wins_and_violations_are_still_reported(tool):
    suite = Suite("pytest", "pytest test_network.py no-such-file.py", "python")
    alone = subprocess.run(
        [*IN_NAMESPACE, *suite.command.split()],
        cwd=suite_directory("pytest"),
        env=clean_environment(),
        capture_output=True,
    )
    finished = gate(tool, suite, code=alone.returncode)
    assert "command-failed" in finished.verdict["outcome"]
    suite = Suite("pytest", "sh -c 'pytest;exit 3'", "python")
    finished = tool(
        "test", "sh", "-c", "pytest; exit 3", prefix=IN_NAMESPACE, directory=suite_directory("pytest"), code=3
    )
    assert set(finished.verdict["outcome"]) == {"command-failed", "violations"}
    assert all(destination in finished.stderr for destination in REACHED)


def test_audit_reports_and_keeps_the_code(tool):
    finished = gate(tool, PYTEST[0], code=0, options=["--mode", "audit"])
    assert destinations(finished.verdict) == REACHED
    assert all(destination in finished.stderr for destination in REACHED)


@pytest.mark.parametrize("scope, code", [("tests", 0), ("all", 120)])
def test_build_phase_is_shown_and_judged_only_when_asked(tool, scope, code):
    directory = suite_directory("build-fetch")
    finished = tool(
        "test",
        "make",
        "test",
        options=["--scope", scope],
        prefix=[str(directory / "with-server")],
        directory=directory,
        code=code,
    )
    if scope == "tests":
        assert "not judged" in finished.stderr
        assert any("192.0.2.10" in each["destination"] for each in finished.verdict["notJudged"])
    else:
        assert destinations(finished.verdict) == {"192.0.2.10:8080"}


def test_per_test_rule(tool, tmp_path):
    policy = tmp_path / "policy.yml"
    policy.write_text(
        "version: 1\n"
        "tests:\n"
        '  - match: "*test_programs.py::*"\n'
        "    processes: { deny: [git] }\n"
        "network: { allow: [203.0.113.9, 198.51.100.7] }\n"
    )
    finished = gate(tool, PYTEST[0], code=120, options=["--policy", policy])
    assert programs(finished.verdict) == {"git"}
    assert {violation["test"]["name"] for violation in finished.verdict["violations"]} == {
        "test_programs.py::test_git_version"
    }
