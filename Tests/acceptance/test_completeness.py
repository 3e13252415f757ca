"""Nothing is lost in the default configuration, checked against programs that know what they did."""

from collections import Counter

import pytest
from recorded_run import RecordedRun


def ended_children(run: RecordedRun, parent_pid: int) -> Counter:
    """(pid, exit code) of the children of a process, by the pids that it knows itself."""
    parent = next(process for process in run.processes if process.namespace_pid == parent_pid)
    return Counter((child.namespace_pid, child.code) for child in run.children(parent))


def assert_all_there(finished) -> None:
    truth = finished.truth
    assert ended_children(finished.run, truth["pid"]) == Counter(map(tuple, truth["exits"]))
    assert len(finished.run.processes) == 1 + truth["children"]
    assert finished.run.is_complete


@pytest.mark.parametrize("via", ["fork", "vfork", "posix_spawn", "fork-only"])
def test_200_processes_one_by_one(tool, workloads, via):
    finished = tool("trace", workloads / "spawn-sequential", 200, "--via", via)
    assert_all_there(finished)
    executions = Counter(process.execution_names() for process in finished.run.processes)
    expected = () if via == "fork-only" else ("exit-with",)
    assert executions == {("spawn-sequential",): 1, expected: 200}


def test_500_processes_at_once(tool, workloads):
    assert_all_there(tool("trace", workloads / "spawn-parallel", 500))


def test_a_burst_of_2000_processes(tool, workloads):
    assert_all_there(tool("trace", workloads / "spawn-burst", 2000))


@pytest.mark.parametrize("family", ["v4", "v6", "mapped"])
@pytest.mark.parametrize("mode", ["plain", "non-blocking"])
def test_tcp_connections_and_their_payload(tool, workloads, family, mode):
    count = 1000 if (family, mode) == ("v4", "plain") else 100
    finished = tool("trace", workloads / "tcp-connect", count, "--family", family, "--mode", mode)
    truth, run = finished.truth, finished.run
    host = "::1" if family == "v6" else "127.0.0.1"
    connects = [each for each in run.connections if each.direction == "connect"]
    accepts = [each for each in run.connections if each.direction == "accept"]
    assert len(connects) == len(accepts) == count
    assert {(each.peer_host, each.peer_port) for each in connects} == {(host, truth["port"])}
    assert {each.outcome for each in connects} == {"established"}
    assert sum(each.bytes_sent for each in connects) == truth["bytes_sent"]
    assert sum(each.bytes_received for each in connects) == truth["bytes_received"]
    assert sum(each.bytes_sent for each in accepts) == truth["bytes_received"]
    assert sum(each.bytes_received for each in accepts) == truth["bytes_sent"]
    sizes = Counter((1 + i % 97, 2 + i % 89) for i in range(count))
    assert Counter((each.bytes_sent, each.bytes_received) for each in connects) == sizes
    assert all(each.attempt <= each.established <= each.end for each in connects)
    [flow] = [each for each in run.flows if each.protocol == "tcp"]
    assert (flow.attempts, flow.established, flow.failed) == (count, count, 0)
    assert (flow.bytes_sent, flow.bytes_received) == (truth["bytes_sent"], truth["bytes_received"])
    assert run.is_complete


@pytest.mark.parametrize("family", ["v4", "v6", "mapped"])
def test_refused_connections_are_attempts(tool, workloads, family):
    finished = tool("trace", workloads / "tcp-connect", 50, "--family", family, "--mode", "refused")
    connects = [each for each in finished.run.connections if each.direction == "connect"]
    assert Counter((each.outcome, each.error) for each in connects) == {("failed", "ECONNREFUSED"): 50}
    [flow] = finished.run.flows
    assert (flow.attempts, flow.established, flow.failed) == (50, 0, 50)


@pytest.mark.parametrize("mode", ["sendto", "sendmsg", "sendmmsg", "connect"])
def test_5000_datagrams_to_50_destinations(tool, workloads, mode):
    finished = tool("trace", workloads / "udp-send", 5000, 50, "--mode", mode)
    sent = {flow.destination: [flow.sent, flow.bytes_sent] for flow in finished.run.flows if flow.protocol == "udp"}
    assert sent == finished.truth["to"]
    assert finished.run.is_complete


@pytest.mark.parametrize("family", ["v6", "mapped"])
@pytest.mark.parametrize("mode", ["sendto", "sendmmsg", "connect"])
def test_datagrams_of_other_families(tool, workloads, family, mode):
    finished = tool("trace", workloads / "udp-send", 300, 7, "--family", family, "--mode", mode)
    sent = {flow.destination: [flow.sent, flow.bytes_sent] for flow in finished.run.flows if flow.protocol == "udp"}
    assert sent == finished.truth["to"]
