"""Sessions in namespaces, beside one another and inside one another see each their own, exactly."""

import subprocess
from pathlib import Path

from conftest import BINARY, IN_NAMESPACE, clean_environment
from recorded_run import RecordedRun
from test_completeness import assert_all_there


def test_pid_namespace_made_by_the_command(tool, hostile):
    finished = tool("trace", hostile / "pid-namespace")
    first = finished.run.by_namespace_pid(1)
    [second] = finished.run.children(first)
    assert first.parent.namespace_pid == finished.truth["pid"]
    assert (second.namespace_pid, second.code) == (2, 49)
    assert first.pid_namespace == second.pid_namespace != first.parent.pid_namespace


def test_tool_inside_a_pid_namespace(tool, workloads):
    prefix = ["unshare", "-pf", "--mount-proc"]
    assert_all_there(tool("trace", workloads / "spawn-sequential", 100, prefix=prefix))


def test_connections_of_a_tool_inside_a_network_namespace(tool, workloads):
    finished = tool("trace", workloads / "tcp-connect", 20, prefix=IN_NAMESPACE)
    assert len([each for each in finished.run.connections if each.direction == "connect"]) == 20


def test_two_sessions_at_once(tool, workloads):
    counts = [150, 230]
    prepared = [tool.arguments("trace", [workloads / "spawn-sequential", count]) for count in counts]
    running = [
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment())
        for arguments, _ in prepared
    ]
    for process in running:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    for count, (_, reports) in zip(counts, prepared):
        assert len(RecordedRun.read(reports / "run.jsonl").processes) == 1 + count


def test_nested_session(tool, workloads, tmp_path):
    inner: Path = tmp_path / "inner.jsonl"
    nested = [BINARY, "trace", "--record", inner, "--", workloads / "spawn-sequential", 60]
    finished = tool("trace", *nested)
    assert len(RecordedRun.read(inner).processes) == 61
    assert len(finished.run.processes) >= 62
    names = [process.execution_names() for process in finished.run.processes]
    assert names.count(("exit-with",)) == 60
    assert (BINARY.name,) in names


def test_unrelated_processes_are_not_recorded(tool, workloads):
    beside = subprocess.Popen([workloads / "spawn-sequential", "2000"], stdout=subprocess.DEVNULL)
    finished = tool("trace", workloads / "spawn-sequential", 50)
    beside.terminate()
    beside.wait()
    assert len(finished.run.processes) == 51
