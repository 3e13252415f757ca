"""Every way to reach the network that Fixtures/evasions has a program for is recorded, judged and attributed."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, Finished
from internet import Internet

SOURCES = FIXTURES / "evasions"
ROWS = sorted(path.stem for path in SOURCES.glob("*.json"))

# What a program says where the kernel or this machine lacks what it tries.
CANNOT_RUN = {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EAFNOSUPPORT, errno.ENOSYS}


@pytest.fixture(scope="session")
def internet():
    with Internet() as internet:
        yield internet


def expected(row: str) -> dict:
    return json.loads((SOURCES / f"{row}.json").read_text())


def run(tool, internet, programs: Path, row: str, *options: str) -> Finished:
    """Runs one program under the tracer; skips where it cannot run here."""
    record = expected(row)
    nameserver = record.get("nameserver")
    prefix = internet.resolving(nameserver) if nameserver else [*internet.prefix]
    if given := record.get("given"):
        prefix += [sys.executable, str(SOURCES / "given.py"), given]
    if denied := record.get("deny"):
        options = ("--deny-net", denied, *options)
    if allowed := record.get("allow"):
        options = ("--allow-net", allowed, *options)
    finished = tool("test", programs / row, prefix=prefix, options=[*options], code=None)
    assert finished.stdout, finished.explain()
    if finished.truth["errno"] in CANNOT_RUN:
        pytest.skip(f"cannot run here: {errno.errorcode[finished.truth['errno']]}")
    return finished


def require(finished: Finished, record: dict) -> None:
    """Skips what this kernel has no hook for, which the run itself says."""
    missing = {hook["name"]: hook["cost"] for hook in finished.run.header["hooks"] if not hook["attached"]}
    if (hook := record.get("hook")) in missing:
        pytest.skip(f"not seen by this kernel: {missing[hook]}")


def flows_of(finished: Finished, record: dict) -> list:
    """The flows of the expected protocol and destination."""
    destination = {"unknown": "[::]:0"}.get(record["destination"], record["destination"])
    return [
        flow for flow in finished.run.flows if (flow.protocol, flow.destination) == (record["protocol"], destination)
    ]


def violations_at(finished: Finished, destination: str) -> list[dict]:
    """All, but for those of the port at which names are asked."""
    violations = [each for each in finished.verdict["violations"] if each["destination"]["port"] != 53]
    return [each for each in violations if each["destination"]["text"].endswith(destination)] or violations


@pytest.mark.parametrize("row", [row for row in ROWS if expected(row).get("destination")])
def test_evasion(tool, internet, evasions, row):
    record = expected(row)
    finished = run(tool, internet, evasions, row)
    require(finished, record)
    assert finished.code == record["exit"], finished.explain()
    if "unseen" in record:
        assert flows_of(finished, record) == []
        return
    [flow] = flows_of(finished, record)
    process = finished.run.by_namespace_pid(finished.truth["pid"])
    assert flow.process_identity == process.identity
    assert flow.attempts == record.get("attempts", flow.attempts)
    if claimed := record.get("claimed"):
        [violation] = violations_at(finished, record["destination"])
        assert (violation["destination"]["name"], violation["destination"]["nameSource"]) == (claimed, "dns-unproven")
        assert "203.0.113.9" not in {name["address"] for name in finished.run.names}
    if record.get("only"):
        assert len(finished.run.flows) == 1
    if record["exit"] == 120:
        [violation] = violations_at(finished, record["destination"])
        assert violation["process"]["pid"] == process.identity[0]
        assert violation["destination"]["protocol"] == record["protocol"]
        assert violation["count"] == record.get("attempts", violation["count"])
    assert finished.run.is_complete, finished.run.end


def test_netlink_is_a_count(tool, internet, evasions):
    finished = run(tool, internet, evasions, "netlink")
    require(finished, {"hook": "raw_tp/sock_send_length"})
    assert finished.run.end["netlink_messages"] >= 1
    assert finished.run.flows == []


@pytest.mark.parametrize("row", ["tcp", "tcp-v6", "udp", "udp-v6", "udp-connected"])
def test_bytes_and_packets_both_ways(tool, internet, row):
    script = (
        "import socket,sys; kind,host=sys.argv[1:]\n"
        "s=socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET,"
        " socket.SOCK_STREAM if kind=='tcp' else socket.SOCK_DGRAM)\n"
        "s.settimeout(20); s.connect((host,443)); s.send(b'x'*1000); print(len(s.recv(100)))\n"
    )
    host = "2001:db8:9::9" if row.endswith("v6") else "203.0.113.9"
    kind = row.partition("-")[0]
    finished = tool("trace", sys.executable, "-c", script, kind, host, prefix=internet.prefix)
    [flow] = [flow for flow in finished.run.flows if flow.protocol == kind]
    assert (flow.bytes_sent, flow.bytes_received) == (1000, 4)
    if kind == "udp":
        assert (flow.packets_sent, flow.packets_received) == (1, 1)
    else:
        assert flow.packets_sent >= 3 and flow.packets_received >= 2
