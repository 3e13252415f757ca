"""With a ring or a table forced tiny: each loss is named and exact, no violation is lost, 121 where a rule needs it."""

import pytest
from internet import Internet
from name_races import ALLOWED, PORT, SERVER, race_resolver
from verdicts import destinations

TINY_RING = {"PROCESS_TRACER_TEST_RING_BYTES": "4096"}
TINY_TABLES = {"PROCESS_TRACER_TEST_TABLE_ENTRIES": "16"}
TINY_MEMBERS = {"PROCESS_TRACER_TEST_MEMBER_ENTRIES": "16"}
TINY_NAMES = {"PROCESS_TRACER_TEST_NAME_ENTRIES": "64"}


def test_lost_records_are_counted_exactly(tool, workloads):
    finished = tool("trace", workloads / "spawn-parallel", 300, environment=TINY_RING)
    kept, lost = finished.run.record_counts, finished.run.loss.ring_failures
    assert sum(lost.values()) > 0
    for kind in ("fork", "exec", "exit"):
        assert kept[kind] + lost.get(kind, 0) == 301, (kind, kept, lost)
        if kind in lost:
            assert f"{lost[kind]}" in finished.stderr and kind in finished.stderr


def test_trace_keeps_the_code_when_records_are_lost(tool, workloads):
    tool("trace", *["/bin/sh", "-c", f"{workloads}/spawn-parallel 300; exit 7"], environment=TINY_RING, code=7)


def test_a_rule_that_needs_every_process_is_121(tool, workloads, tmp_path):
    policy = tmp_path / "policy.yml"
    policy.write_text("version: 1\nprocesses: { max: 1000 }\n")
    command, options = [workloads / "spawn-parallel", 300], ["--policy", policy]
    finished = tool("test", *command, options=options, environment=TINY_RING, code=121)
    assert finished.verdict["outcome"] == ["incomplete"]
    assert "records were lost" in finished.stderr
    tool("test", *command, options=[*options, "--allow-incomplete"], environment=TINY_RING)
    tool("test", *command, options=["--strict"], environment=TINY_RING, code=121)


def test_a_rule_that_the_tables_decide_is_not_121(tool, workloads):
    options = ["--deny-run", "/no/such/program"]
    finished = tool("test", workloads / "spawn-parallel", 300, options=options, environment=TINY_RING)
    assert finished.run.loss.ring_failures and "lost" in finished.stderr


def test_no_forbidden_program_is_lost_with_its_record(tool, workloads):
    command = [workloads / "spawn-parallel", 300]
    finished = tool("test", *command, options=["--deny-run", "exit-with"], environment=TINY_RING, code=120)
    assert sum(violation["count"] for violation in finished.verdict["violations"]) == 300


def test_no_destination_is_lost_with_its_record(tool, workloads):
    command = [workloads / "udp-send", 5000, 50]
    finished = tool("test", *command, options=["--deny-net", "127.0.0.0/8"], environment=TINY_RING, code=120)
    assert destinations(finished.verdict) == set(finished.truth["to"])


def test_no_connection_count_is_lost_with_its_record(tool, workloads):
    command = [workloads / "tcp-connect", 1000]
    finished = tool("test", *command, options=["--deny-net", "127.0.0.0/8"], environment=TINY_RING, code=120)
    assert sum(violation["count"] for violation in finished.verdict["violations"]) == 1000


def test_full_flow_table_is_named_and_121(tool, workloads):
    finished = tool("test", workloads / "udp-send", 50, 50, environment=TINY_TABLES, code=121)
    refused = finished.run.loss.flows_refused
    assert len(finished.run.flows) == 16
    assert refused > 0
    assert finished.verdict["outcome"] == ["incomplete"]
    assert str(refused) in finished.stderr


def test_full_member_table_is_named_and_121(tool, workloads):
    finished = tool("test", workloads / "spawn-parallel", 100, environment=TINY_MEMBERS, code=121)
    refused = finished.run.loss.members_refused
    assert len(finished.run.processes) + refused == 101
    assert str(refused) in finished.stderr


def test_violation_wins_over_incomplete(tool, workloads):
    options = ["--deny-net", "127.0.0.0/8"]
    finished = tool("test", workloads / "udp-send", 50, 50, options=options, environment=TINY_TABLES, code=120)
    assert set(finished.verdict["outcome"]) == {"violations", "incomplete"}


@pytest.mark.parametrize("environment", [TINY_RING, TINY_TABLES], ids=["ring", "tables"])
def test_failed_command_keeps_its_code(tool, workloads, environment):
    command = ["/bin/sh", "-c", f"{workloads}/udp-send 50 50; exit 9"]
    finished = tool("test", *command, environment=environment, code=9)
    assert "command-failed" in finished.verdict["outcome"]


def race(tool, workloads, *rules: str):
    with Internet() as internet, race_resolver(internet):
        return tool(
            "test", workloads / "name-race", SERVER, 200, "udp", 1, PORT, prefix=internet.resolving(SERVER),
            options=["--enforce", *rules], environment=TINY_NAMES, code=120,
        )  # fmt: skip


def test_a_name_without_room_in_its_table_allows_nothing(tool, workloads):
    """A name that is not allowed gets no chance by that either."""
    finished = race(tool, workloads, "--allow-net", ALLOWED)
    allowed, denied = finished.truth["allowed"], finished.truth["denied"]
    assert denied == {"connected": 0, "refused": 200, "failed": 0}
    assert 0 < allowed["connected"] <= 64 and allowed["connected"] + allowed["refused"] == 200
    assert finished.run.loss.names_refused >= allowed["refused"]
    assert finished.verdict["outcome"] == ["violations", "incomplete"]
    assert "names or lookups were not kept: their table was full" in finished.stderr


def test_a_denied_name_without_room_in_its_table_is_no_pass(tool, workloads):
    finished = race(tool, workloads, "--allow-net", "any", "--deny-net", "*.denied.example")
    allowed, denied = finished.truth["allowed"], finished.truth["denied"]
    assert allowed == {"connected": 200, "refused": 0, "failed": 0}
    assert 0 < denied["refused"] <= 64 and finished.run.loss.names_refused >= denied["connected"]
    assert finished.verdict["outcome"] == ["violations", "incomplete"]
