"""What CI systems and trace viewers read: SARIF, code quality, trace events, Markdown, the tree."""

import gzip
import json
import re
from collections import Counter

import made_up_runs
import perfetto
import pytest
import schemas
import trace_events
from conftest import BINARY, IN_NAMESPACE, run_plain


@pytest.fixture
def violated(tool, hostile):
    """Violations of programs and destinations, odd arguments, a process that became another, one left running."""
    script = f"{hostile}/odd-argv; {hostile}/net-namespace; sh -c 'exec {hostile}/killed-by-signal'; {hostile}/daemon 3"
    return tool("test", "/bin/sh", "-c", script, options=["--deny-run", "exit-with"], prefix=IN_NAMESPACE, code=120)


def report(finished, *options: object, code: int = 120):
    done = run_plain(BINARY, "report", finished.reports / "run.jsonl", "--deny-run", "exit-with", *options)
    assert done.returncode == code, done.stderr
    return done.stdout


def findings(finished) -> set[tuple]:
    """What the findings of every format join: program and destination."""
    return {
        (each["process"]["path"], each["destination"] and each["destination"]["text"])
        for each in finished.verdict["violations"]
    }


def test_sarif_is_valid_and_holds_every_finding(violated, tmp_path):
    report(violated, "--sarif", tmp_path / "x.sarif")
    run = schemas.sarif(tmp_path / "x.sarif")
    results = run["results"]
    assert len(results) == len(findings(violated))
    assert {result["ruleId"] for result in results} == {"unexpected-egress", "unexpected-program"}
    known = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(known[result["ruleIndex"]] == result["ruleId"] for result in results)
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    assert len(set(prints)) == len(prints)
    for result in results:
        place = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[\w.~%/-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] >= 1


def test_code_quality_is_valid_and_holds_every_finding(violated, tmp_path):
    report(violated, "--codequality", tmp_path / "quality.json")
    issues = schemas.code_quality(tmp_path / "quality.json")
    assert len(issues) == len(findings(violated)) == len({issue["fingerprint"] for issue in issues})


def test_junit_is_valid(violated, tmp_path):
    report(violated, "--junit", tmp_path / "gate.xml")
    schemas.junit(tmp_path / "gate.xml")
    report(violated, "--junit", tmp_path / "audit.xml", "--mode", "audit", code=0)
    schemas.junit(tmp_path / "audit.xml")


def test_an_incomplete_run_is_valid_everywhere(tmp_path):
    """A recorded run that breaks off: missing evidence has places of its own in each format."""
    lines = made_up_runs.hostile(tmp_path / "whole.jsonl").read_text().splitlines()
    run = tmp_path / "run.jsonl"
    run.write_text("\n".join(lines[:-1]) + "\n")
    check_every_format(run, tmp_path, "--allow-net", "any", code=121)


def test_hostile_names_keep_every_format_valid(tmp_path):
    run = made_up_runs.hostile(tmp_path / "run.jsonl")
    check_every_format(run, tmp_path, "--deny-run", "*", code=120)
    text = (tmp_path / "junit.xml").read_text() + (tmp_path / "x.sarif").read_text()
    assert not re.search("[\x00-\x08\x0b-\x1f\u2028\u2029\u202a-\u202e]", text)


def check_every_format(run, directory, *options: object, code: int) -> None:
    names = {"--sarif": "x.sarif", "--codequality": "x.json", "--junit": "junit.xml", "--timeline": "timeline.json"}
    files = [each for option, name in names.items() for each in (option, directory / name)]
    done = run_plain(BINARY, "report", run, "--format", "markdown", *files, *options)
    assert done.returncode == code, done.stderr
    results = schemas.sarif(directory / "x.sarif")["results"]
    issues = schemas.code_quality(directory / "x.json")
    schemas.junit(directory / "junit.xml")
    trace_events.check(json.loads((directory / "timeline.json").read_text())["traceEvents"])
    assert len(results) == len([each for each in issues if each["check_name"] != "process-tracer.incomplete-evidence"])
    assert len(done.stdout.encode()) < 1 << 20


def test_sarif_keeps_githubs_limits(tmp_path):
    """10 MB compressed, 25,000 results, 1,024 characters of a rule's description, 20 tags."""
    run = made_up_runs.large(tmp_path / "run.jsonl", 20_000)
    done = run_plain(BINARY, "report", run, "-q", "--depth", "0", "--sarif", tmp_path / "x.sarif", "--deny-run", "*")
    assert done.returncode == 120, done.stderr
    sarif = schemas.sarif(tmp_path / "x.sarif")
    assert 2_000 < len(sarif["results"]) <= 25_000
    # As large as it can get: the limit's number of results like these.
    compressed = len(gzip.compress((tmp_path / "x.sarif").read_bytes()))
    assert compressed * 25_000 / len(sarif["results"]) < 10_000_000
    for rule in sarif["tool"]["driver"]["rules"]:
        assert len(rule["shortDescription"]["text"]) <= 1024 and len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 20


def test_timeline_follows_the_rules_and_holds_the_run(violated):
    events = json.loads((violated.reports / "timeline.json").read_text())["traceEvents"]
    trace_events.check(events)
    kinds = Counter((event["ph"], event.get("cat")) for event in events)
    run = violated.run
    assert kinds["X", "process"] == len(run.processes)
    assert kinds["b", "connection"] >= len(run.connections) > 0
    assert kinds["s", "start"] == sum(process.parent is not None for process in run.processes)
    assert kinds["i", "violation"] == len(violated.verdict["violations"])
    became_more = [process for process in run.processes if len(process.executions) > 1]
    assert kinds["X", "program"] == sum(len(process.executions) for process in became_more) > 0


@pytest.fixture
def tested(tool, tmp_path):
    """A run of pytest, in which one test does nothing that the kernel sees."""
    (tmp_path / "test_it.py").write_text(
        "import subprocess\n"
        "def test_one(): subprocess.run(['true'])\n"
        "def test_two(): subprocess.run(['sh', '-c', 'true; true'])\n"
        "def test_idle(): pass\n"
    )
    command = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_it.py"]
    return tool("trace", *command)


def test_timeline_of_tests(tested):
    events = json.loads((tested.reports / "timeline.json").read_text())["traceEvents"]
    trace_events.check(events)
    tests = {event["name"]: event for event in events if event.get("cat") == "test"}
    assert list(tests) == ["test_it.py::test_one", "test_it.py::test_two", "test_it.py::test_idle"]
    assert all(test["args"]["result"] == "passed" for test in tests.values())
    for marked in tested.run.tests.values():
        assert tests[marked.name]["dur"] == pytest.approx((marked.end - marked.start) / 1000, abs=0.002)
    assert [event["name"] for event in events if event.get("cat") == "phase"] == ["setup", "call", "teardown"] * 3


def test_perfetto_opens_the_timeline(violated, tested, browser):
    for finished, violations in ((violated, len(violated.verdict["violations"])), (tested, 0)):
        with perfetto.opened(finished.reports / "timeline.json", browser) as trace:
            count = dict(map(tuple, trace.query("SELECT category, count() FROM slice GROUP BY category")))
            run = finished.run
            assert count["process"] == len(run.processes)
            assert count.get("connection", 0) == len(run.connections)
            assert count.get("violation", 0) == violations
            assert count.get("test", 0) == len(run.tests) and count.get("phase", 0) == 3 * len(run.tests)
            programs = sum(len(process.executions) for process in run.processes if len(process.executions) > 1)
            assert count.get("program", 0) == programs
            # Each flow leads from a slice of the parent's lane to the child's.
            flows = trace.query(
                "SELECT source.pid, child.pid FROM flow "
                "JOIN slice AS s ON s.id = flow.slice_out JOIN thread_track AS st ON st.id = s.track_id "
                "JOIN thread AS t ON t.utid = st.utid JOIN process AS source ON source.upid = t.upid "
                "JOIN slice AS e ON e.id = flow.slice_in JOIN thread_track AS et ON et.id = e.track_id "
                "JOIN thread AS u ON u.utid = et.utid JOIN process AS child ON child.upid = u.upid"
            )
            expected = [(each.parent.identity[0], each.identity[0]) for each in run.processes if each.parent]
            assert Counter(map(tuple, flows)) == Counter(expected)
            broken = "SELECT name, value FROM stats WHERE severity IN ('error', 'data_loss') AND value > 0"
            assert trace.query(broken) == []


def test_tree_is_printed_and_filtered(violated):
    everything = report(violated)
    names = Counter(process.executions[-1].name for process in violated.run.processes if process.executions)
    assert all(everything.count(f"{name}(") >= count for name, count in names.items())
    assert "killed-by-signal(" not in report(violated, "--depth", 1)
    only = report(violated, "--only", "violations", "--only", "exe=exit-with")
    assert "exit-with(" in only and "killed-by-signal(" not in only and "left out by --only" in only
    assert "exit-with(" not in report(violated, "--depth", 0).split("process-tracer: ")[0]


def test_wrong_shapes_are_refused(violated):
    for options in (["--only", "pid=1"], ["--depth", "-1"], ["--format", "xml"], ["--format", "json", "--depth", "1"]):
        assert report(violated, *options, code=64) == ""


def test_markdown_is_the_summary(violated):
    text = report(violated, "--format", "markdown")
    assert text.startswith("## ❌ process-tracer: failed\n")
    assert "203.0.113.9" in text or "203&#46;0&#46;113&#46;9" in text
