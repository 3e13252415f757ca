"""policy init and policy explain, with the real binary on recorded runs."""

from __future__ import annotations

import sys

import pytest
from conftest import BINARY, IN_NAMESPACE, run_plain

TESTS = """
import socket, subprocess

def test_datagram():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.7", 5353))
    except OSError:
        pass

def test_connect():
    try:
        socket.create_connection(("203.0.113.9", 443), timeout=5)
    except OSError:
        pass

def test_program():
    subprocess.run(["id"], check=True)
"""


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "test_net.py").write_text(TESTS)
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_net.py")]


def test_init_makes_the_run_pass_and_no_line_is_superfluous(tool, suite, tmp_path):
    first = tool("test", *suite, prefix=IN_NAMESPACE, code=120)
    written = run_plain(BINARY, "policy", "init", "--from", first.reports / "run.jsonl")
    assert written.returncode == 0, written.stderr
    policy = tmp_path / "policy.yml"
    policy.write_text(written.stdout)
    tool("test", *suite, prefix=IN_NAMESPACE, options=["--policy", policy], code=0)
    lines = written.stdout.splitlines(keepends=True)
    rules = [index for index, line in enumerate(lines) if line.startswith("    - ")]
    assert len(rules) >= 3, written.stdout
    for index in rules:
        policy.write_text("".join(lines[:index] + lines[index + 1 :]))
        judged = run_plain(BINARY, "report", first.reports / "run.jsonl", "--policy", policy)
        assert judged.returncode == 120, (lines[index], judged.stdout, judged.stderr)


def test_explain(tmp_path):
    policy = tmp_path / "policy.yml"
    policy.write_text('version: 1\nnetwork: { allow: [{ net: "203.0.113.9:443", exe: curl, reason: staging }] }\n')
    for question, code, words in (
        ("curl -> 203.0.113.9:443", 0, f"{policy}:2:"),
        ("wget -> 203.0.113.9:443", 1, "exe is curl"),
        ("curl -> nonsense", 64, "expected"),
    ):
        explained = run_plain(BINARY, "policy", "explain", "--policy", policy, question)
        assert explained.returncode == code, explained
        assert words in explained.stdout + explained.stderr
