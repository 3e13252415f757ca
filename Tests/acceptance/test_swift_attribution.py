"""Swift's tests told apart, compared with a suite that knows whose its every event is."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from conftest import BUILT, FIXTURES, clean_environment

SUITE = FIXTURES / "attribution/swift"
SCRATCH = BUILT / "attribution-swift"


@pytest.fixture(scope="session")
def swift_test():
    """The command that runs the suite, built."""
    command = ["swift", "build", "--package-path", SUITE, "--scratch-path", SCRATCH, "--build-tests", "-q"]
    subprocess.run([str(part) for part in command], check=True, env=clean_environment())
    return ["swift", "test", "--package-path", SUITE, "--scratch-path", SCRATCH, "--skip-build"]


def lines_of(finished):
    return [json.loads(line) for line in (finished.reports / "run.jsonl").read_text().splitlines()]


def marked_tests(lines):
    """Name, with the parameters of those that have any, and the marker's other lines, by id."""
    tests = {}
    for line in lines:
        if line["type"] == "marker" and line["verb"] in ("begin", "fixture"):
            name, *values = line["text"].split("\n")
            values = dict(value.split("=", 1) for value in values)
            parameters = values.get("parameters")
            tests[line["test"]] = (f"{name}|{parameters}" if parameters else name, values)
    return tests


def events(lines):
    """Everything with a number: (number, line)."""
    for line in lines:
        if line["type"] == "connect":
            yield int(line["peer"].rpartition(":")[2]), line
        elif line["type"] == "exec":
            for argument in line["arguments"]:
                if argument.startswith("event-"):
                    yield int(argument[6:]), line


def score(finished, truth):
    """How many events are told how: by (whether the suite says that the tracer knows it exactly, level, is right)."""
    owners = {entry["number"]: entry for entry in map(json.loads, truth.read_text().splitlines())}
    lines = lines_of(finished)
    tests = marked_tests(lines)
    counts, wrong, seen = Counter(), [], set()
    for number, line in events(lines):
        if number not in owners:
            continue
        seen.add(number)
        marked = tests[line["test"]][0] if "test" in line else None
        level, owner = line.get("test_level", "none"), owners[number]
        counts[owner["structured"], level, marked == owner["owner"]] += 1
        if marked != owner["owner"]:
            wrong.append(f"{number}: {owner['owner']} is told as {marked} ({level})")
    assert seen == owners.keys(), sorted(owners.keys() - seen)[:5]
    return counts, wrong


def test_ground_truth(tool, tmp_path, swift_test):
    truth = tmp_path / "truth.jsonl"
    finished = tool("trace", *swift_test, environment={"TRUTH": str(truth)})
    counts, wrong = score(finished, truth)
    print({f"{level} {'right' if right else 'wrong'}{'' if known else ', unstructured'}": count
           for (known, level, right), count in sorted(counts.items())})  # fmt: skip
    assert sum(counts.values()) >= 400
    assert not [count for (_, level, right), count in counts.items() if level == "exact" and not right], wrong
    structured = sum(count for (known, _, _), count in counts.items() if known)
    assert counts[True, "exact", True] >= 0.95 * structured, wrong
    assert finished.run.is_complete


def test_results_and_places(tool, tmp_path, swift_test):
    lines = lines_of(tool("trace", *swift_test, "--filter", "Results|Inner|free|ClassicTests.testSkipped|MoreTests"))
    tests = marked_tests(lines)
    results = {tests[line["test"]][0]: line["text"] for line in lines if line["type"] == "marker" and line["verb"] == "end"}
    assert {name: result for name, result in results.items() if "(" in name or "/test" in name} == {
        "ConcurrencyTests.Results/skipped()": "skipped",
        "ConcurrencyTests.Results/knownIssue()": "passed",
        "ConcurrencyTests.Results/passes()": "passed",
        "ConcurrencyTests.Structured/Inner/one()": "passed",
        "ConcurrencyTests.free()": "passed",
        "ClassicTests.ClassicTests/testSkipped": "skipped",
        "ClassicTests.MoreTests/testAsync": "passed",
        "ClassicTests.MoreTests/testPlain": "passed",
    }
    values = {name: values for name, values in tests.values()}
    place = values["ConcurrencyTests.Structured/Inner/one()"]
    assert (place["runner"], place["suite"]) == ("Swift Testing", "ConcurrencyTests.Structured/Inner")
    assert place["file"].endswith("/Tests/ConcurrencyTests/StructuredTests.swift") and int(place["line"]) > 0
    assert values["ClassicTests.MoreTests/testPlain"]["runner"] == "XCTest"


def test_failures(tool, tmp_path, swift_test):
    finished = tool("trace", *swift_test, "--filter", "Failing", environment={"FAIL": "1"}, code=1)
    lines = lines_of(finished)
    tests = marked_tests(lines)
    results = {tests[line["test"]][0]: line["text"] for line in lines if line["type"] == "marker" and line["verb"] == "end"}
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


def test_one_process_a_test(tool, tmp_path, swift_test):
    truth = tmp_path / "truth.jsonl"
    finished = tool(
        "trace", *swift_test, "--parallel", "--disable-swift-testing", environment={"TRUTH": str(truth)}
    )  # fmt: skip
    counts, wrong = score(finished, truth)
    assert not wrong
    assert {level for known, level, _ in counts if known} == {"exact"}


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
