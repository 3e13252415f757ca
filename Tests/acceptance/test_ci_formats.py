"""What CI systems and trace viewers read: SARIF, code quality, trace events, Markdown, the tree."""

import json
import re
from collections import Counter

import pytest
import trace_events
from conftest import BINARY, IN_NAMESPACE, run_plain
from sarif_pydantic import Sarif


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


def test_sarif_is_read_by_others_and_holds_every_finding(violated, tmp_path):
    report(violated, "--sarif", tmp_path / "x.sarif")
    text = (tmp_path / "x.sarif").read_text()
    run = Sarif.model_validate_json(text).runs[0]
    assert len(run.results) == len(findings(violated))
    assert {result.rule_id for result in run.results} == {"unexpected-egress", "unexpected-program"}
    known = [rule.id for rule in run.tool.driver.rules]
    assert all(known[result.rule_index] == result.rule_id for result in run.results)
    prints = [result.partial_fingerprints["primaryLocationLineHash"] for result in run.results]
    assert len(set(prints)) == len(prints)
    for result in json.loads(text)["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[\w.~%/-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] >= 1


def test_code_quality_holds_every_finding(violated, tmp_path):
    report(violated, "--codequality", tmp_path / "quality.json")
    issues = json.loads((tmp_path / "quality.json").read_text())
    assert len(issues) == len(findings(violated)) == len({issue["fingerprint"] for issue in issues})
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not issue["location"]["path"].startswith((".", "/")) or issue["location"]["path"].startswith(".process")
        assert issue["location"]["lines"]["begin"] >= 1


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


def test_timeline_of_tests(tool, tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import subprocess\n"
        "def test_one(): subprocess.run(['true'])\n"
        "def test_two(): subprocess.run(['sh', '-c', 'true; true'])\n"
    )
    command = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_it.py"]
    finished = tool("trace", *command)
    events = json.loads((finished.reports / "timeline.json").read_text())["traceEvents"]
    trace_events.check(events)
    tests = [event["name"] for event in events if event.get("cat") == "test"]
    assert tests == ["test_it.py::test_one", "test_it.py::test_two"]


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
