"""The marker protocol: what a thread's test is, in every case that docs/markers.md promises."""

import json
import subprocess
import sys

import pytest

from conftest import BUILT, FIXTURES, ROOT, make, run_plain

MARKERS = FIXTURES / "markers"


@pytest.fixture(scope="session")
def markers():
    return make(MARKERS, BUILT / "markers")


def marked_by_port(run) -> dict[int, tuple[str, str] | None]:
    return {connection.peer_port: connection.test for connection in run.connections}


def test_every_state_of_a_thread(tool):
    finished = tool("trace", sys.executable, MARKERS / "threads.py")
    expected = {}
    for line in finished.stdout.decode().splitlines():
        expected |= json.loads(line)
    wanted = {int(port): tuple(test) if test else None for port, test in expected.items()}
    seen = marked_by_port(finished.run)
    assert {port: seen.get(port) for port in wanted} == wanted
    assert finished.run.is_complete
    # The tables carry the same as the records.
    flows = {int(flow.destination.rpartition(":")[2]): flow.test for flow in finished.run.flows}
    assert {port: flows.get(port) for port in wanted} == wanted
    first = finished.run.tests[1]
    assert (first.text.splitlines()[0], first.phases, first.result) == ("t::inside", ["call"], "passed")
    assert finished.run.tests[2].result == "failed\nmessage=no way"


def test_a_forked_process_belongs_to_its_test(tool):
    finished = tool("trace", sys.executable, MARKERS / "threads.py")
    tests = {process.test for process in finished.run.processes}
    assert {("t::inside", "exact"), ("t::inside", "creator"), ("conftest.py::server", "exact"), None} <= tests


def test_exec_from_a_second_thread_keeps_its_test(tool, markers):
    finished = tool(
        "trace", markers / "exec-from-thread", markers / "example", 20001, 20002, code=0
    )
    [process] = finished.run.processes
    assert [execution.name for execution in process.executions] == ["exec-from-thread", "example"]
    assert process.executions[-1].test == ("t::thread", "exact")
    assert marked_by_port(finished.run) == {20001: ("example::first", "exact"), 20002: ("example::second", "exact")}


def test_a_worker_thread_of_the_kernel_has_its_process_s_test(tool, markers):
    finished = tool("trace", markers / "io-uring-connect", 20001, 20002, code=None)
    if finished.code == 77:
        pytest.skip("no io_uring here")
    assert finished.code == 0, finished.explain()
    assert marked_by_port(finished.run) == {20001: ("t::uring", "exact"), 20002: ("t::uring", "process")}


def test_names_and_events_of_many_threads_are_not_mixed_up(tool, markers):
    finished = tool("trace", markers / "mark-parallel", 16, 100)
    assert len(finished.run.tests) == 1600
    for connection in finished.run.connections:
        name, level = connection.test
        thread, test, padding = name.split("-")
        assert level == "exact"
        assert (thread, padding) == (f"t{connection.peer_port - 20000}", padding[0] * 180)
        assert padding[0] == chr(ord("a") + (int(thread[1:]) * 7 + int(test)) % 26)
    assert len({flow.test for flow in finished.run.flows}) == 1600
    assert finished.run.is_complete


def test_the_span_that_a_test_is_told_is_the_one_in_the_report(tool):
    script = """
import socket
s = socket.socket(socket.AF_UNIX)
s.setsockopt(0x70747261, 1, b"t::one\\nfile=t.py\\nline=3")
print(s.getsockopt(0x70747261, 3, 64).decode())
s.setsockopt(0x70747261, 4, b"failed")
"""
    finished = tool("trace", sys.executable, "-c", script)
    _, trace_id, span_id, _ = finished.stdout.decode().strip().split("-")
    spans = [
        span
        for line in (finished.reports / "traces.jsonl").read_text().splitlines()
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    [span] = [span for span in spans if span["spanId"] == span_id]
    assert (span["name"], span["traceId"], span["status"]["code"]) == ("t::one", trace_id, 2)
    attributes = {attribute["key"]: attribute["value"] for attribute in span["attributes"]}
    assert attributes["test.case.result.status"] == {"stringValue": "fail"}
    assert attributes["code.line.number"] == {"intValue": "3"}


def test_a_full_thread_table_falls_to_the_process_and_is_told(tool):
    script = """
import socket, sys, threading
s = socket.socket(socket.AF_UNIX)
s.setsockopt(0x70747261, 1, b"t::one")
def visit(port):
    socket.socket().connect_ex(("127.0.0.1", port))
gate = threading.Barrier(9)
def work(number):
    gate.wait()
    visit(20000 + number)
    gate.wait()
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
[t.start() for t in threads]; gate.wait(); gate.wait(); [t.join() for t in threads]
"""
    finished = tool("test", sys.executable, "-c", script, environment={"PROCESS_TRACER_TEST_THREAD_ENTRIES": "4"})
    levels = sorted(test[1] for test in marked_by_port(finished.run).values())
    assert set(levels) == {"creator", "process"}
    assert finished.run.loss.threads_refused == levels.count("process")
    strict = run_plain(tool.arguments("report", [])[0][0], "report", finished.reports / "run.jsonl", "--strict")
    assert strict.returncode == 121, strict.stdout
    assert "their test" in strict.stdout


def test_without_a_tracer_a_marker_only_fails():
    done = subprocess.run([sys.executable, MARKERS / "example.py", "20001", "20002"], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.fixture(scope="session")
def examples(markers):
    """Command lines of the examples, by language."""
    go, swift = markers / "example-go", markers / "example-swift"
    if not go.exists():
        subprocess.run(["go", "build", "-o", go, MARKERS / "example.go"], check=True)
    if not swift.exists():
        subprocess.run(["swiftc", "-o", swift, MARKERS / "example.swift"], check=True)
    return {"c": [markers / "example"], "py": [sys.executable, MARKERS / "example.py"], "go": [go], "swift": [swift]}


@pytest.mark.parametrize("language", ["c", "py", "go", "swift"])
def test_example(tool, examples, language):
    finished = tool("trace", *examples[language], 20001, 20002)
    assert marked_by_port(finished.run) == {20001: ("example::first", "exact"), 20002: ("example::second", "exact")}
    assert [test.result for test in finished.run.tests.values()] == ["passed", "passed"]


@pytest.mark.parametrize("language", ["c", "py", "go", "swift"])
def test_the_document_shows_the_examples_as_they_run(language):
    source = (MARKERS / f"example.{language}").read_text()
    comment = {"c": "/* marker */\n", "py": "# marker\n"}.get(language, "// marker\n")
    assert source.split(comment)[1].strip() in (ROOT / "docs/markers.md").read_text()


def test_a_rule_under_tests_holds_for_the_very_test(tool, tmp_path):
    (tmp_path / "policy.yml").write_text(
        "version: 1\n"
        'tests:\n  - match: "example::first"\n    network: { deny: ["127.0.0.1:20001", "127.0.0.1:20002"] }\n'
    )
    finished = tool(
        "test",
        sys.executable, MARKERS / "example.py", 20001, 20002,
        options=["--policy", tmp_path / "policy.yml"], code=120,
    )  # fmt: skip
    [violation] = finished.verdict["violations"]
    assert (violation["test"]["name"], violation["test"]["level"]) == ("example::first", "exact")
    assert violation["destination"]["port"] == 20001
