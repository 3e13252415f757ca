"""A package that depends on this one by URL, for its assertions, on a machine that has nothing else."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BINARY, FIXTURES, IN_NAMESPACE, ROOT, clean_environment
from internet import Internet
from name_server import resolver
from recorded_run import RecordedRun

# What building the tool needs and using the modules must not.
HIDDEN = [
    "libbpf-dev", "libelf-dev", "libyaml-dev", "libmd-dev", "zlib1g-dev", "libexpat1-dev", "libcapstone-dev",
    "libssl-dev", "libhttp-parser-dev", "libnanopb-dev",
]  # fmt: skip
TESTS = ".build/debug/consumerPackageTests.xctest"
# It is built once.
pytestmark = pytest.mark.xdist_group("consumer")


@dataclass
class Consumer:
    package: Path
    output: str
    environment: dict[str, str]

    def run(self, *command: object, **options) -> subprocess.CompletedProcess:
        options.setdefault("env", self.environment)
        return subprocess.run(
            [str(part) for part in command], cwd=self.package, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=300, **options,
        )  # fmt: skip


@pytest.fixture(scope="module")
def consumer(tmp_path_factory) -> Consumer:
    """The package with its tests built, and what that said."""
    directory = tmp_path_factory.mktemp("consumer")
    clone, package = directory / "process-tracer", directory / "consumer"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True)
    shutil.copytree(FIXTURES / "consumer", package, ignore=shutil.ignore_patterns(".build*"))
    (package / "Tests/SwiftTestingTests/FromREADME.swift").write_text(readme_example())
    environment = clean_environment() | {
        "PROCESS_TRACER_CLONE": clone.as_uri(), "PROCESS_TRACER_REVISION": revision.stdout.strip()
    }  # fmt: skip
    # An empty file over each of them, in a mount namespace that ends with the build.
    script = 'echo "$HIDDEN" | while read -r file; do mount --bind /dev/null "$file"; done && exec swift build --build-tests'
    built = subprocess.run(
        ["unshare", "-m", "sh", "-ec", script], cwd=package, env=environment | {"HIDDEN": "\n".join(hidden_files())},
        capture_output=True, text=True,
    )  # fmt: skip
    output = built.stdout + built.stderr
    assert built.returncode == 0, output
    return Consumer(package, output, environment)


def readme_example() -> str:
    [example] = re.findall(r"^```swift\n(import ProcessExpectations\n.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    return example


def hidden_files() -> list[str]:
    listed = subprocess.run(["dpkg", "-L", *HIDDEN], check=True, capture_output=True, text=True).stdout.split()
    files = [path for path in set(listed) if path.endswith((".h", ".a", ".pc")) and os.path.isfile(path)]
    assert any(path.endswith("libbpf.h") for path in files)
    return files


@pytest.fixture(scope="module")
def traced(consumer, tmp_path_factory) -> tuple[subprocess.CompletedProcess, dict, RecordedRun]:
    """The whole suite under the tracer, what its reports say, and the recorded run."""
    reports = tmp_path_factory.mktemp("reports")
    with Internet() as internet, resolver(internet):
        finished = consumer.run(
            *internet.resolving("203.0.113.54"), BINARY, "trace", "-q", "--report-dir", reports, "--",
            "swift", "test", "--skip-build",
        )  # fmt: skip
    return finished, json.loads((reports / "verdict.json").read_text()), RecordedRun.read(reports / "run.jsonl")


def test_it_builds_what_it_uses_and_says_nothing(consumer):
    assert "warning:" not in consumer.output
    modules = set(re.findall(r"Emitting module (\w+)", consumer.output))
    assert {name for name in modules if not name.startswith("consumer")} == {
        "ProcessActivity", "ProcessExpectations", "ProcessExpectationsXCTest", "Work", "SwiftTestingTests", "XCTestTests"
    }  # fmt: skip


def test_at_most_three_pins_are_added(consumer):
    pins = json.loads((consumer.package / "Package.resolved").read_text())["pins"]
    assert {pin["identity"] for pin in pins} == {"process-tracer", "swift-argument-parser"}


def expected_failures(package: Path) -> dict[tuple[str, int], str]:
    found = {}
    for source in package.glob("Tests/*/*.swift"):
        for number, line in enumerate(source.read_text().splitlines(), 1):
            _, mark, text = line.partition("// fails: ")
            if mark:
                found[source.name, number] = text
    return found


# `FailingTests.swift:50:29: …` of Swift Testing, `…/FailingCase.swift:30: error: …` of XCTest.
FAILURE = re.compile(r"(\w+\.swift):(\d+):(?:\d+:| error:)")


def test_each_expectation_fails_at_its_line_and_says_what_happened(consumer, traced):
    finished, _, _ = traced
    assert finished.returncode == 1, finished.stdout
    failures: dict[tuple[str, int], str] = {}
    where = None
    for line in finished.stdout.splitlines():
        match = FAILURE.search(line)
        if match and "warning" not in line:
            where = match[1], int(match[2])
        elif not line.startswith(("↳", " ", "±")):
            where = None
        if where:
            failures[where] = failures.get(where, "") + line + "\n"
    expected = expected_failures(consumer.package)
    assert len(expected) > 20
    assert sorted(failures) == sorted(expected), finished.stdout
    for place, text in expected.items():
        assert text in failures[place], place


def test_the_others_pass(traced):
    finished, _, _ = traced
    lines = finished.stdout.splitlines()
    assert any("Test clonesFromTheMirror() passed" in line for line in lines), "the README's example"
    for suite in ["Suite PassingTests passed", "Suite ConcurrentTests passed"]:
        assert any(suite in line for line in lines), finished.stdout
    for case in ["PassingCase", "PassingAsynchronousCase", "PassingTracedCase"]:
        assert any(f"Test Suite '{case}' passed" in line for line in lines), finished.stdout


def test_the_traced_tests_are_known_by_name_in_reports(traced):
    _, verdict, _ = traced
    assert verdict["counts"]["tests"] >= 225
    assert verdict["counts"]["eventsByLevel"]["exact"] > 600


def test_what_is_done_beside_scopes_is_known_as_its_own(traced):
    """A scope leaves nothing on its thread that the next test on it would be taken for."""
    _, _, run = traced
    commands = [(each.executions[-1].arguments, each.test) for each in run.processes if each.executions]
    beside = [(arguments[2], test) for arguments, test in commands if arguments[1:2] == ["beside"]]
    assert len(beside) == 124
    wrong = [
        (told, test)
        for told, test in beside
        if test is None or told not in re.split(r"\W+", test[0]) and test[1] == "exact"
    ]  # fmt: skip
    assert wrong == []
    assert sum(level == "exact" for _, (_, level) in beside) >= 100


def test_two_hundred_at_once_see_their_own_alone_in_twenty_runs(consumer):
    loop = f"for run in $(seq 20); do {TESTS} --testing-library swift-testing --filter ConcurrentTests || exit 1; done"
    finished = consumer.run(BINARY, "trace", "-q", "--", "sh", "-c", loop)
    assert finished.returncode == 0, finished.stdout[-4000:]
    assert finished.stdout.count("with 200 test cases passed") == 20


@pytest.mark.parametrize(
    ("variables", "code", "text"),
    [
        ({}, 0, "skipped"),
        ({"CI": "true"}, 1, "process-tracer test -- swift test"),
        ({"PROCESS_TRACER_MISSING": "fail"}, 1, "process-tracer test -- swift test"),
        ({"CI": "true", "PROCESS_TRACER_MISSING": "skip"}, 0, "skipped"),
        ({"CI": "true", "PROCESS_TRACER_MISSING": "run"}, 0, "passed"),
    ],
)
def test_without_a_tracer(consumer, variables, code, text):
    finished = consumer.run(
        TESTS, "--testing-library", "swift-testing", "--filter", "PassingTests/noEgress",
        env=consumer.environment | variables,
    )  # fmt: skip
    assert finished.returncode == code, finished.stdout
    assert text in finished.stdout


def trace_tests(consumer, *arguments, **variables) -> subprocess.CompletedProcess:
    return consumer.run(
        *IN_NAMESPACE, "swift", "package", "trace-tests", *arguments, env=consumer.environment | variables
    )  # fmt: skip


def test_the_plugin_passes_its_arguments_on(consumer, tmp_path):
    reports = tmp_path / "re ports"
    finished = trace_tests(
        consumer, "-q", "--report-dir", reports, "--", "--filter", "PassingTests/noEgress|'no \"such test",
        PROCESS_TRACER=str(BINARY),
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout
    verdict = json.loads((reports / "verdict.json").read_text())
    assert verdict["counts"]["tests"] == 1 and verdict["commandExitCode"] == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--", "--skip-build", "--filter", "FailingTests/noEgress"], "exit code 1"),
        (["--deny-run", "true", "--", "--skip-build", "--filter", "PassingTests/neverRuns"], "exit code 120"),
    ],
    ids=["a test fails", "the policy is violated"],
)
def test_the_plugin_fails_when(consumer, arguments, text):
    finished = trace_tests(consumer, *arguments, PROCESS_TRACER=str(BINARY))
    assert finished.returncode == 1 and f"Plugin ended with {text}" in finished.stdout, finished.stdout


def test_the_plugin_adds_nothing_to_the_tests_library_path(consumer):
    for variables, said in (({}, "none"), ({"LD_LIBRARY_PATH": "/nowhere"}, "/nowhere")):
        finished = trace_tests(
            consumer, "--", "--skip-build", "--filter", "saysItsLibraryPath", PROCESS_TRACER=str(BINARY), **variables
        )  # fmt: skip
        assert f"library path: {said}\n" in finished.stdout, finished.stdout


def test_the_plugin_says_where_the_tool_is_from(consumer):
    finished = trace_tests(consumer, PROCESS_TRACER="", PATH=without_the_tool())
    assert finished.returncode == 1
    assert finished.stdout.splitlines()[-1] == (
        "error: process-tracer is not on PATH: run scripts/install of its repository, or set PROCESS_TRACER to the binary"
    )


def without_the_tool() -> str:
    directories = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(path for path in directories if not os.path.exists(f"{path}/process-tracer"))
