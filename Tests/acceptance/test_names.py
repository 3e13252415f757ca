"""Names of addresses: learnt from a real resolver outside of the run, shown with their source, and what rules go by."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BINARY, Finished, run_plain
from internet import Internet
from name_races import ALLOWED, PORT, SERVER, race_resolver
from name_server import LONGEST, QUESTIONS, resolver

NAMES = {
    "api.example.com": "one name",
    "www.example.com": "a chain of aliases",
    LONGEST: "a name of 255 octets",
}
RESOLVERS = {"v4": "203.0.113.54", "v6": "2001:db8:9::54"}

GO = """
package main

import (
	"net"
	"os"
	"time"
)

func main() {
	connection, err := (&net.Dialer{Timeout: 20 * time.Second}).Dial(os.Args[1], os.Args[2]+":443")
	if err != nil {
		panic(err)
	}
	connection.Close()
}
"""

PYTHON = """
import socket, sys
family = {"tcp4": socket.AF_INET, "tcp6": socket.AF_INET6}[sys.argv[1]]
[(family, kind, protocol, _, address)] = socket.getaddrinfo(sys.argv[2], 443, family, socket.SOCK_STREAM)
client = socket.socket(family, kind, protocol)
client.settimeout(20)
client.connect(address)
client.close()
"""


@pytest.fixture(scope="module")
def internet():
    with Internet() as internet, resolver(internet):
        yield internet


@pytest.fixture(scope="session")
def go_client(tmp_path_factory) -> Path:
    """Asks by Go's own resolver: there is no C library in it."""
    directory = tmp_path_factory.mktemp("go")
    (directory / "client.go").write_text(GO)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
    build = ["go", "build", "-o", "client", "client.go"]
    subprocess.run(build, cwd=directory, env=environment, check=True, timeout=300)
    return directory / "client"


def client(kind: str, family: str, name: str, go_client: Path) -> list:
    record = {"tcp4": "A", "tcp6": "AAAA"}[family]
    return {
        "glibc": ["bash", "-c", 'a=$(getent ahostsv%s "$1" | head -n 1); exec 3<>/dev/tcp/${a%%%% *}/443' % family[3], "-", name],
        "python": [sys.executable, "-c", PYTHON, family, name],
        "go": [go_client, family, name],
        "dig": ["bash", "-c", 'exec 3<>/dev/tcp/$(dig +tcp +short "$1" "$2" | tail -n 1)/443', "-", name, record],
    }[kind]


def violations(finished: Finished) -> list[dict]:
    return [each["destination"] for each in finished.verdict["violations"]]


@pytest.mark.parametrize("name", NAMES, ids=["name", "aliases", "longest"])
@pytest.mark.parametrize("family", ["tcp4", "tcp6"])
@pytest.mark.parametrize("server", RESOLVERS)
@pytest.mark.parametrize("kind", ["glibc", "python", "go", "dig"])
def test_connections_carry_the_name_that_was_resolved(tool, internet, go_client, kind, server, family, name):
    prefix = internet.resolving(RESOLVERS[server])
    command = client(kind, family, name, go_client)
    finished = tool("test", *command, prefix=prefix, code=120)
    [destination] = violations(finished)
    assert (destination["name"], destination["nameSource"]) == (name, "dns"), finished.explain()
    assert destination["port"] == 443
    assert {each["resolver"] for each in finished.run.lookups} == {RESOLVERS[server]}
    assert name in {each["name"] for each in finished.run.lookups}
    assert finished.run.is_complete, finished.run.end
    protocols = {each["protocol"] for each in finished.run.answers}
    assert protocols == {"tcp" if kind == "dig" else "udp"}


@pytest.mark.parametrize("rule", ["API.example.com.:443", "tcp://api.example.com", "*.example.com"])
def test_host_rules_go_by_what_was_learnt(tool, internet, rule):
    prefix = internet.resolving("203.0.113.54")
    command = [sys.executable, "-c", PYTHON, "tcp4"]
    finished = tool("test", *command, "api.example.com", prefix=prefix, options=["--allow-net", rule])
    assert finished.verdict["counts"]["lookups"] >= 1
    tool("test", *command, "api.example.com", prefix=prefix, options=["--allow-net", "example.com"], code=120)
    denied = ["--allow-net", "any", "--deny-net", rule]
    tool("test", *command, "api.example.com", prefix=prefix, options=denied, code=120)


def test_an_address_that_nobody_resolved_has_no_name(tool, internet):
    allow = ["--allow-net", "api.example.com"]
    prefix = internet.resolving("203.0.113.54")
    finished = tool("test", "bash", "-c", "exec 3<>/dev/tcp/203.0.113.9/443", prefix=prefix, options=allow, code=120)
    assert violations(finished)[0]["name"] is None
    script = "exec 3<>/dev/tcp/203.0.113.9/443; getent ahostsv4 api.example.com; exec 3<>/dev/tcp/203.0.113.9/443"
    tool("test", "bash", "-c", script, prefix=prefix, options=allow, code=120)


def test_the_hosts_file_of_before_the_run_is_evidence(tool, internet):
    prefix = internet.resolving("203.0.113.54", hosts="203.0.113.9 db.internal DB")
    command = [sys.executable, "-c", PYTHON, "tcp4", "db.internal"]
    finished = tool("test", *command, prefix=prefix, code=120)
    assert [(each["name"], each["nameSource"]) for each in violations(finished)] == [("db.internal", "hosts")]
    tool("test", *command, prefix=prefix, options=["--allow-net", "db.internal:443"])
    tool("test", *command, prefix=prefix, options=["--allow-net", "db:443"])


def test_lookups_are_counted_and_denied_by_name(tool, internet):
    script = "for i in 1 2 3; do getent ahostsv4 api.example.com; done >/dev/null; getent ahostsv4 gone.example.com || true"
    prefix = internet.resolving("203.0.113.54")
    options = ["--deny-net", "dns:*.example.com"]
    finished = tool("test", "bash", "-c", script, prefix=prefix, options=options, code=120)
    found = {each["destination"]["text"]: each["count"] for each in finished.verdict["violations"]}
    assert found == {"dns:api.example.com": 3, "dns:gone.example.com": 1}


def test_a_policy_that_was_drafted_names_names(tool, internet, tmp_path):
    prefix = internet.resolving("203.0.113.54")
    command = [sys.executable, "-c", PYTHON, "tcp4", "www.example.com"]
    finished = tool("test", *command, prefix=prefix, code=120)
    drafted = run_plain(BINARY, "policy", "init", "--from", finished.reports / "run.jsonl")
    assert "tcp://www.example.com:443" in drafted.stdout and "203.0.113.9" not in drafted.stdout
    (tmp_path / "policy.yml").write_text(drafted.stdout.split("processes:")[0])
    tool("test", *command, prefix=prefix, options=["--policy", tmp_path / "policy.yml"])


CLAIMS = """
import socket, ssl, sys
client = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
hello = b"GET / HTTP/1.1\\r\\nHost: " + sys.argv[3].encode() + b"\\r\\n\\r\\n"
if sys.argv[2] == "443":
    sent = ssl.MemoryBIO()
    session = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=sys.argv[3])
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        hello = sent.read()
client.sendall(hello)
client.recv(100)
"""


@pytest.mark.parametrize("port, source", [(443, "sni"), (80, "http-host")])
def test_what_a_client_calls_its_server_is_a_claim(tool, internet, port, source):
    prefix = internet.resolving("203.0.113.54")
    allow = ["--allow-net", "evil.example.net"]
    client = [sys.executable, "-c", CLAIMS]
    finished = tool("test", *client, "203.0.113.9", port, "evil.example.net", prefix=prefix, options=allow, code=120)
    [destination] = violations(finished)
    assert (destination["name"], destination["nameSource"]) == ("evil.example.net", source)
    assert f"evil.example.net ({source})" in finished.stderr
    # With evidence, the name is that of the evidence, and the difference is told.
    allow = ["--allow-net", "api.example.com"]
    finished = tool("test", *client, "api.example.com", port, "evil.example.net", prefix=prefix, options=allow)
    [told] = [line for line in finished.verdict["notCovered"] if "evil.example.net" in line]
    assert f"evil.example.net ({source})" in told and "api.example.com (dns)" in told


def test_questions_of_any_bytes_do_no_harm(tool, internet):
    prefix = internet.resolving("203.0.113.54")
    finished = tool("trace", sys.executable, "-c", QUESTIONS, random.randrange(1 << 30), 20_000, prefix=prefix)
    loss = finished.run.loss
    assert loss.messages_unparsed > 1_000
    assert (loss.names_refused, loss.questions_refused, loss.flows_refused) == (0, 0, 0)
    assert sum(each["asked"] for each in finished.run.lookups) + loss.messages_unparsed >= 20_000
    assert all(each["name"] == "api.example.com" or each["address"] for each in finished.run.names)


def test_host_rules_are_enforced_by_what_was_learnt(tool, internet, go_client):
    """The first connection to an address that nobody asked for before goes through, to what its name allows alone."""
    for kind, name, rule in [
        ("python", "api.example.com", "API.example.com.:443"),
        ("glibc", "www.example.com", "tcp://*.example.com"),
        ("go", LONGEST, LONGEST),
        ("dig", "www.example.com", "*.com:440-450"),
    ]:
        for server in RESOLVERS.values():
            prefix = internet.resolving(server)
            command = client(kind, "tcp4", name, go_client)
            tool("test", *command, prefix=prefix, options=["--enforce", "--allow-net", rule])
    attempt = "import socket, sys; print(socket.socket().connect_ex((sys.argv[1], int(sys.argv[2]))))"
    command = [sys.executable, "-c", attempt]
    prefix = internet.resolving("203.0.113.54")
    for name, port, options in [
        ("api.example.com", 443, ["--allow-net", "example.com"]),
        ("api.example.com", 443, ["--allow-net", "*.api.example.com"]),
        ("www.example.com", 443, ["--allow-net", "far.example.net"]),
        ("api.example.com", 444, ["--allow-net", "api.example.com:443"]),
        ("api.example.com", 443, ["--allow-net", "udp://api.example.com"]),
        ("api.example.com", 443, ["--allow-net", "any", "--deny-net", "*.example.com"]),
        ("203.0.113.9", 443, ["--allow-net", "api.example.com"]),
    ]:
        finished = tool("test", *command, name, port, prefix=prefix, options=["--enforce", *options], code=120)
        assert finished.stdout == b"1\n", finished.explain()
        assert [each["result"] for each in finished.verdict["violations"]] == ["refused (EPERM)"]


def test_an_enforced_name_lasts_and_holds_for_its_address_alone(tool, internet):
    script = """
import socket, sys
def attempt(address): return socket.socket().connect_ex((address, 443))
before = attempt("203.0.113.9")
socket.getaddrinfo("api.example.com", 443, socket.AF_INET)
print(before, attempt("203.0.113.9"), attempt("203.0.113.10"))
"""
    prefix = internet.resolving("203.0.113.54")
    options = ["--enforce", "--allow-net", "api.example.com"]
    finished = tool("test", sys.executable, "-c", script, prefix=prefix, options=options, code=120)
    assert finished.stdout == b"1 0 1\n"


def test_hosts_and_metadata_under_enforcement(tool, internet):
    attempt = "import socket, sys; s = socket.socket(); s.settimeout(5); print(s.connect_ex((sys.argv[1], 443)))"
    command = [sys.executable, "-c", attempt]
    hosts = "203.0.113.9 db.internal DB\n169.254.169.254 meta.internal"
    prefix = internet.resolving("203.0.113.54", hosts=hosts)
    tool("test", *command, "db.internal", prefix=prefix, options=["--enforce", "--allow-net", "db:443"])
    options = ["--enforce", "--allow-net", "*.internal"]
    tool("test", *command, "db.internal", prefix=prefix, options=options)
    finished = tool("test", *command, "meta.internal", prefix=prefix, options=options, code=120)
    assert finished.stdout == b"1\n", finished.explain()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_an_answer_counts_before_the_program_can_use_it(tool, workloads, transport):
    """Over TCP the length of each message goes in a segment of its own."""
    with Internet() as internet, race_resolver(internet):
        finished = tool(
            "test", workloads / "name-race", SERVER, 200, transport, 4, PORT, prefix=internet.resolving(SERVER),
            options=["--enforce", "--allow-net", ALLOWED], code=120,
        )  # fmt: skip
    assert finished.truth == {
        "allowed": {"connected": 200, "refused": 0, "failed": 0},
        "denied": {"connected": 0, "refused": 200, "failed": 0},
    }
    assert finished.run.is_complete, finished.run.end
