"""The marks and the fixture of the pytest plugin: the right test fails, in the right phase, and says what happened."""

import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import FIXTURES, IN_NAMESPACE
from internet import Internet
from name_server import resolver

SUITE = FIXTURES / "expectations/pytest"


def documented() -> dict[str, tuple[str, str]]:
    """For each test that fails: in which phase, and what it says."""
    text = (SUITE / "test_expected.py").read_text()
    return {name: (phase, says) for name, phase, says in re.findall(
        r'def (test_fails_\w+)\(.*\):\n    """phase: (\w+); says: (.*)"""', text
    )}  # fmt: skip


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["in one process", "xdist"])
def test_the_right_tests_fail_in_the_right_phase(tool, tmp_path, options):
    results = tmp_path / "results.xml"
    with Internet() as internet, resolver(internet):
        finished = tool(
            "trace", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers",
            f"--junitxml={results}", *options, SUITE, prefix=internet.resolving("203.0.113.54"), code=1,
        )  # fmt: skip
    failed = {}
    passed = set()
    for case in ElementTree.parse(results).iter("testcase"):
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        if problem is None:
            passed.add(case.get("name"))
            continue
        message = problem.get("message") or ""
        phase = "call" if problem.tag == "failure" else "teardown" if "teardown" in message else "setup"
        failed[case.get("name")] = phase, message + (problem.text or "")
    expected = documented()
    assert failed.keys() == expected.keys(), finished.explain()
    for name, (phase, says) in expected.items():
        assert failed[name][0] == phase and says in failed[name][1], (name, failed[name])
    assert sum(name.startswith("test_passes_") for name in passed) == 10
    assert "PytestWarning" in finished.stdout.decode() and "not known to be the test's own" in finished.stdout.decode()
    # What asked is none of what was done.
    assert not any("session" in entry for entry in finished.verdict["notCovered"])


@pytest.mark.parametrize(
    "policy, options, code",
    [
        ("version: 1\ntests-may-widen: true\n", [], 0),
        ("version: 1\ntests-may-widen: true\n", ["--strict"], 120),
        ("version: 1\n", [], 120),
    ],
    ids=["may widen", "strict", "may not"],
)
def test_the_gate_allows_what_a_test_may_allow_itself(tool, tmp_path, policy, options, code):
    file = tmp_path / "policy.yml"
    file.write_text(policy)
    tool(
        "test", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", SUITE, "-k", "passes_for_allowed_hosts",
        options=["--policy", file, *options], prefix=IN_NAMESPACE, code=code,
    )  # fmt: skip


def test_marks_of_a_run_without_the_socket_do_not_pass(tool):
    finished = tool(
        "trace", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", SUITE, "-k", "passes_on_loopback",
        options=["--adapters", "pytest"], code=1,
    )  # fmt: skip
    assert b"no session socket" in finished.stdout
