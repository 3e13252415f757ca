"""Swift's tests told apart, compared with a suite that knows whose its every event is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BUILT, FIXTURES, clean_environment
from ground_truth import score

SUITE = FIXTURES / "attribution/swift"
SCRATCH = BUILT / "attribution-swift"


@pytest.fixture(scope="session")
def swift_test():
    """The command that runs the suite, built."""
    command = ["swift", "build", "--package-path", SUITE, "--scratch-path", SCRATCH, "--build-tests", "-q"]
    subprocess.run([str(part) for part in command], check=True, env=clean_environment())
    return ["swift", "test", "--package-path", SUITE, "--scratch-path", SCRATCH, "--skip-build"]


def test_ground_truth(tool, tmp_path, swift_test):
    truth = tmp_path / "truth.jsonl"
    finished = tool("trace", *swift_test, environment={"TRUTH": str(truth)})
    found = score(finished.run, truth)
    print(found)
    assert found.total >= 400
    assert not found.problems(least_exact=0.95)
    assert finished.run.is_complete


def test_results_and_places(tool, tmp_path, swift_test):
    finished = tool("trace", *swift_test, "--filter", "Results|Inner|free|ClassicTests.testSkipped|MoreTests")
    tests = {test.name: test for test in finished.run.tests.values() if "(" in test.name or "/test" in test.name}
    assert {name: test.result for name, test in tests.items()} == {
        "ConcurrencyTests.Results/skipped()": "skipped",
        "ConcurrencyTests.Results/knownIssue()": "passed",
        "ConcurrencyTests.Results/passes()": "passed",
        "ConcurrencyTests.Structured/Inner/one()": "passed",
        "ConcurrencyTests.free()": "passed",
        "ClassicTests.ClassicTests/testSkipped": "skipped",
        "ClassicTests.MoreTests/testAsync": "passed",
        "ClassicTests.MoreTests/testPlain": "passed",
    }
    place = tests["ConcurrencyTests.Structured/Inner/one()"].values
    assert (place["runner"], place["suite"]) == ("Swift Testing", "ConcurrencyTests.Structured/Inner")
    assert place["file"].endswith("/Tests/ConcurrencyTests/StructuredTests.swift") and int(place["line"]) > 0
    assert tests["ClassicTests.MoreTests/testPlain"].values["runner"] == "XCTest"


def test_failures(tool, tmp_path, swift_test):
    finished = tool("trace", *swift_test, "--filter", "Failing", environment={"FAIL": "1"}, code=1)
    results = {test.name: test.result for test in finished.run.tests.values()}
    assert results["ConcurrencyTests.Failing/expectation()"] == "failed"
    assert results["ConcurrencyTests.Failing/thrown(_:)|1"] == "passed"
    assert results["ConcurrencyTests.Failing/thrown(_:)|2"] == "failed"
    assert results["ClassicTests.FailingTests/testFailing"] == "failed"


def test_the_user_sees_no_difference(tool, swift_test):
    def shown(adapters):
        finished = tool(
            "trace", *swift_test, "--filter", "Serialized", "--disable-xctest", options=["--adapters", adapters]
        )  # fmt: skip
        text = finished.stdout.decode() + finished.stderr.partition("process-tracer:")[0]
        # What SwiftPM says of itself depends on its cache, and on who else tests.
        shown = [line for line in text.splitlines() if not line.startswith(("Another instance of SwiftPM", "[", "Build"))]
        return sorted(line.partition(" passed after")[0].partition(" seconds")[0] for line in shown)

    assert shown("swift") == shown("none")


def test_the_package_manager_finds_its_environment_as_it_was(tool, tmp_path, swift_test):
    """SwiftPM compiles every manifest again where a variable has changed; what changes is for the tests alone."""
    seen = tmp_path / "seen"

    def run():
        only = ["--filter", "Results/passes", "--disable-xctest"]
        return tool("trace", *swift_test, *only, environment={"SEEN": str(seen)}).run

    first, second = run(), run()
    programs = [execution.name for process in second.processes for execution in process.executions]
    assert "swift-package" in programs
    assert not [name for name in programs if name.endswith("-manifest")]
    told = [line.split(" ") for line in seen.read_text().splitlines()]
    assert [parent.split("-")[1] for parent, _ in told] == [first.trace_id, second.trace_id]
    assert all(Path(session).name == "session" for _, session in told), told


def test_an_inbound_context_is_the_parent(tool, tmp_path, swift_test):
    seen, trace = tmp_path / "seen", "4bf92f3577b34da6a3ce929d0e0e4736"
    only = ["--filter", "Results/passes", "--disable-xctest"]
    inbound = f"00-{trace}-00f067aa0ba902b7-01"
    run = tool("trace", *swift_test, *only, environment={"SEEN": str(seen), "TRACEPARENT": inbound}).run
    [parent, _] = seen.read_text().split()
    assert run.trace_id == trace and parent.startswith(f"00-{trace}-") and parent != inbound


def test_one_process_a_test(tool, tmp_path, swift_test):
    truth = tmp_path / "truth.jsonl"
    finished = tool(
        "trace", *swift_test, "--parallel", "--disable-swift-testing", environment={"TRUTH": str(truth)}
    )  # fmt: skip
    found = score(finished.run, truth)
    assert not found.missing and not found.wrong
    assert {level for level, _ in found.promised} == {"exact"}


def test_one_class_alone(tool, tmp_path, swift_test):
    """Nothing else of the run has marked a thread when its first test begins."""
    truth = tmp_path / "truth.jsonl"
    alone = ["--filter", "ClassicTests.MoreTests", "--disable-swift-testing"]
    finished = tool("trace", *swift_test, *alone, environment={"TRUTH": str(truth)})
    found = score(finished.run, truth)
    assert found.counts == {("exact", True): 2}, found
    assert not found.missing
    assert finished.run.is_complete


def test_what_is_left_of_two_tests(tool, tmp_path, swift_test):
    """A thread of nobody's works while one test is open, which another one was beside before."""
    truth = tmp_path / "truth.jsonl"
    only = ["--filter", "ConcurrencyTests.Alone", "--disable-xctest"]
    finished = tool("trace", *swift_test, *only, environment={"TRUTH": str(truth), "ALONE": "1"})
    assert score(finished.run, truth).counts == {("process", True): 1}


def test_a_stripped_toolchain_is_told_by_process(tool, tmp_path, swift_test):
    compiler = Path(shutil.which("swift")).resolve()
    library = compiler.parents[1] / "lib/swift/linux/libTesting.so"
    stripped = tmp_path / "libTesting.so"
    subprocess.run(["strip", "--strip-unneeded", "-o", stripped, library], check=True)
    hidden = ["unshare", "-m", "sh", "-c", f'mount --bind {stripped} {library} && exec "$@"', "sh"]
    finished = tool(
        "test", *swift_test, "--filter", "free", "--disable-xctest", prefix=hidden, options=["--deny-run", "true"]
    )  # fmt: skip
    [note] = finished.verdict["attributionNotes"]
    assert "known by process only" in note and "is stripped" in note
    assert note in finished.stderr
