"""Each edge case of sockets that Fixtures/hostile has a program for."""

from collections import Counter

import pytest


def connects(finished) -> list:
    return [each for each in finished.run.connections if each.direction == "connect"]


def test_accepted_connection_belongs_to_the_listeners_process(tool, hostile):
    finished = tool("trace", hostile / "inherited-listener")
    truth = finished.truth
    [accepted] = [each for each in finished.run.connections if each.direction == "accept"]
    assert accepted.process.namespace_pid == truth["pid"]
    assert (accepted.local_port, accepted.bytes_received) == (truth["port"], truth["bytes"])
    [connected] = connects(finished)
    assert connected.process.namespace_pid == truth["client"]


def test_listeners_that_share_a_port(tool, hostile):
    finished = tool("trace", hostile / "shared-port")
    truth = finished.truth
    accepted = [each.process.namespace_pid for each in finished.run.connections if each.direction == "accept"]
    assert truth["by_parent"] + truth["by_child"] == len(accepted) == 8
    assert accepted.count(truth["parent"]) == truth["by_parent"]
    assert accepted.count(truth["child"]) == truth["by_child"]


def test_socket_that_is_open_at_the_end(tool, hostile):
    finished = tool("trace", hostile / "open-socket", 3)
    assert {(each.direction, each.is_still_open) for each in finished.run.connections} == {
        ("connect", True),
        ("accept", True),
    }
    [connected] = connects(finished)
    assert (connected.bytes_sent, connected.outcome) == (11, "established")


def test_socket_that_is_open_at_the_end_in_another_namespace(tool, hostile):
    inside = ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    finished = tool("trace", *inside, hostile / "open-socket", 3)
    [connected] = connects(finished)
    assert (connected.bytes_sent, connected.is_still_open) == (11, True)


def test_more_sockets_at_once_than_have_a_place_of_their_own(tool, hostile):
    """The others are in a hash table (bpf/sockets.h): each end is told there as well, and what is open at the end."""
    count = 3000
    finished = tool("trace", hostile / "many-sockets", count, 5)
    for is_open in (False, True):
        expected = Counter(1 + index % 200 for index in range(is_open, count, 2))
        ends = [each for each in finished.run.connections if each.is_still_open == is_open]
        assert all(each.outcome == "established" for each in ends)
        assert Counter(each.bytes_sent for each in ends if each.direction == "connect") == expected
        assert Counter(each.bytes_received for each in ends if each.direction == "accept") == expected
    [flow] = [flow for flow in finished.run.flows if flow.protocol == "tcp"]
    assert (flow.attempts, flow.sent) == (count, count)


def test_abandoned_attempt(tool, hostile):
    finished = tool("trace", hostile / "abandoned-connect")
    outcomes = [each.outcome for each in connects(finished)]
    assert outcomes.count("abandoned") == 1
    assert outcomes.count("established") == finished.truth["established"]


def test_what_is_no_connection(tool, hostile):
    finished = tool("trace", hostile / "unsent")
    assert finished.run.connections == []
    assert [flow for flow in finished.run.flows if flow.sent or flow.protocol == "tcp"] == []


def test_what_is_no_connection_violates_nothing(tool, hostile):
    tool("test", hostile / "unsent", options=["--deny-net", "any"])


@pytest.mark.parametrize("options", [[], ["--user"]], ids=["network namespace", "user and network namespace"])
def test_attempts_without_a_route(tool, hostile, options):
    finished = tool("test", hostile / "net-namespace", *options, code=120)
    [tcp] = connects(finished)
    assert (tcp.peer, tcp.outcome) == ("203.0.113.9:443", "not-sent")
    reached = {(flow.protocol, flow.destination) for flow in finished.run.flows}
    assert reached == {("tcp", "203.0.113.9:443"), ("udp", "198.51.100.7:5353")}
    violated = {violation["destination"]["address"] for violation in finished.verdict["violations"]}
    assert violated == {"203.0.113.9", "198.51.100.7"}
