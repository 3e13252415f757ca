"""Other people's readers read the reports, and what the reports say fits together."""

import base64
import html
import json
import re
from pathlib import Path

import pytest
import schemas
from conftest import BINARY, IN_NAMESPACE, run_plain
from google.protobuf import json_format
from junitparser import Failure, JUnitXml
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

IDS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}


@pytest.fixture
def violated(tool, hostile):
    """A run with violations, odd arguments and three levels of processes."""
    command = ["/bin/sh", "-c", f"{hostile}/odd-argv; {hostile}/net-namespace; sh -c {hostile}/killed-by-signal"]
    return tool("test", *command, options=["--deny-run", "exit-with"], prefix=IN_NAMESPACE, code=120)


def with_binary_ids(value: object) -> object:
    """OTLP's JSON has ids in hexadecimal where protobuf's own JSON has base64 (OTLP specification, JSON encoding)."""
    if isinstance(value, list):
        return [with_binary_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, item in value.items():
        if key in IDS and item != "":
            assert re.fullmatch(f"[0-9a-f]{{{IDS[key]}}}", item), (key, item)
            assert int(item, 16) != 0
            result[key] = base64.b64encode(bytes.fromhex(item)).decode()
        else:
            result[key] = with_binary_ids(item)
    return result


def parsed(path: Path, message: type) -> list:
    """Every line, with unknown fields an error."""
    lines = path.read_text().splitlines()
    assert lines
    return [json_format.ParseDict(with_binary_ids(json.loads(line)), message()) for line in lines]


def spans_of(finished) -> list:
    return [
        span
        for data in parsed(finished.reports / "traces.jsonl", TracesData)
        for resource in data.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def attributes_of(item) -> dict:
    def plain(value):
        kind = value.WhichOneof("value")
        if kind == "array_value":
            return [plain(each) for each in value.array_value.values]
        return getattr(value, kind) if kind else None

    return {attribute.key: plain(attribute.value) for attribute in item.attributes}


def test_junit_is_valid_and_read_by_junitparser(violated):
    path = violated.reports / "junit.xml"
    schemas.junit(path)
    suites = JUnitXml.fromfile(str(path))
    cases = [case for suite in suites for case in suite]
    failed = [case for case in cases if any(isinstance(result, Failure) for result in case.result)]
    assert suites.failures == len(failed) > 0
    assert suites.tests == len(cases)
    assert len({(case.classname, case.name) for case in cases}) == len(cases)
    texts = [f"{result.message}\n{result.text}" for case in failed for result in case.result]
    assert any("203.0.113.9:443" in text for text in texts)
    assert any("exit-with" in text for text in texts)
    assert all(result.message and result.text.strip() for case in failed for result in case.result)


def assert_spans_nest(finished) -> None:
    spans = spans_of(finished)
    assert len({span.trace_id for span in spans}) == 1
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    roots = [span for span in spans if span.parent_span_id not in by_id]
    assert len(roots) == 1
    for span in spans:
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano, span.name
        parent = by_id.get(span.parent_span_id)
        if parent is not None:
            assert parent.start_time_unix_nano <= span.start_time_unix_nano, (parent.name, span.name)
            assert span.end_time_unix_nano <= parent.end_time_unix_nano, (parent.name, span.name)


def test_spans_nest(violated):
    assert_spans_nest(violated)


def test_every_process_has_a_span_with_its_exit_code(violated):
    spans = spans_of(violated)
    known = {span.span_id for span in spans}
    below_the_run = [attributes_of(span) for span in spans if span.parent_span_id in known]
    processes = {each["process.pid"]: each for each in below_the_run if "process.pid" in each}
    assert set(processes) == {process.identity[0] for process in violated.run.processes}
    codes = [attributes.get("process.exit.code") for attributes in processes.values()]
    assert 47 in codes


def test_leaked_process_stays_inside_its_parent(tool, hostile):
    assert_spans_nest(tool("trace", hostile / "daemon", 5))


def test_logs_name_the_violations_and_belong_to_spans(violated):
    records = [
        record
        for data in parsed(violated.reports / "logs.jsonl", LogsData)
        for resource in data.resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]
    span_ids = {span.span_id for span in spans_of(violated)}
    assert all(record.span_id in span_ids for record in records)
    texts = [f"{record.body.string_value} {attributes_of(record)}" for record in records]
    assert any("203.0.113.9" in text for text in texts)
    assert any("exit-with" in text for text in texts)


def test_inbound_parent_is_the_roots_parent(tool):
    inbound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    spans = spans_of(tool("trace", "true", environment={"TRACEPARENT": inbound}))
    assert {span.trace_id.hex() for span in spans} == {"0af7651916cd43dd8448eb211c80319c"}
    assert [span.parent_span_id.hex() for span in spans].count("b7ad6b7169203331") == 1


def test_trace_options(tool):
    options = ["-t", "0" * 31 + "1", "-p", "0" * 15 + "2"]
    options += ["-a", "team=core", "-a", "where=${env:PLACE}", "-a", "first=${arg:0}"]
    finished = tool("trace", "/bin/true", options=options, environment={"PLACE": "lab"})
    spans = spans_of(finished)
    root = next(span for span in spans if span.parent_span_id.hex() == "0" * 15 + "2")
    assert root.trace_id.hex() == "0" * 31 + "1"
    attributes = attributes_of(root)
    assert (attributes["team"], attributes["where"], attributes["first"]) == ("core", "lab", "/bin/true")


def test_github_annotations_and_summary(tool, hostile, tmp_path):
    summary = tmp_path / "summary.md"
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    command = ["/bin/sh", "-c", f"{hostile}/net-namespace"]
    finished = tool("test", *command, environment=environment, code=120)
    spoken = finished.stdout.decode() + finished.stderr
    errors = [line for line in spoken.splitlines() if line.startswith("::error ")]
    assert 1 <= len(errors) <= 10
    assert any("203.0.113.9" in line for line in errors)
    assert "203.0.113.9" in html.unescape(summary.read_text())


def test_report_makes_the_same_reports_without_privilege(violated, tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    finished = run_plain(
        BINARY, "report", violated.reports / "run.jsonl", "--deny-run", "exit-with", "--report-dir", again, cwd=tmp_path
    )
    assert finished.returncode == 120, finished.stderr
    for name in ("verdict.json", "junit.xml", "traces.jsonl", "logs.jsonl"):
        assert (again / name).read_bytes() == (violated.reports / name).read_bytes(), name


def test_report_judges_by_another_policy(violated, tmp_path):
    allowed = ["--allow-net", "203.0.113.9", "--allow-net", "198.51.100.7"]
    finished = run_plain(BINARY, "report", violated.reports / "run.jsonl", *allowed, cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    finished = run_plain(BINARY, "report", violated.reports / "run.jsonl", "--format", "json", cwd=tmp_path)
    assert finished.returncode == 120, finished.stderr
    assert json.loads(finished.stdout)
