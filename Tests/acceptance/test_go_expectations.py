"""The Go module processexpect: the right tests fail, at their line, and say what happened."""

import re

import pytest
from conftest import FIXTURES, IN_NAMESPACE, clean_environment, run_plain
from internet import Internet
from name_server import resolver

SUITE = FIXTURES / "expectations/go"


def documented() -> dict[str, str]:
    text = (SUITE / "expecting_test.go").read_text()
    return dict(re.findall(r"func (TestFails\w+)\(.*\{ // says: (.*)", text))


def test_the_right_tests_fail(tool):
    with Internet() as internet, resolver(internet):
        finished = tool(
            "trace", "go", "test", "-count=1", "-v", "./...", prefix=internet.resolving("203.0.113.54"), code=1,
            directory=SUITE,
        )  # fmt: skip
    output = finished.stdout.decode()
    results = {name: result for result, name in re.findall(r"^--- (PASS|FAIL|SKIP): (\w+)", output, re.M)}
    expected = documented()
    assert {name for name, result in results.items() if result == "FAIL"} == expected.keys(), output
    assert sum(result == "PASS" for result in results.values()) == 9, output
    commands = [(each.executions[-1].arguments, each.test) for each in finished.run.processes if each.executions]
    assert [(arguments[2], test) for arguments, test in commands if arguments[1:2] == ["beside"]] == [
        (name, (f"TestPassesBeside/{name}", "exact")) for name in ("first", "second", "third", "fourth")
    ]
    sections = re.split(r"^=== RUN   (\w+)$", output, flags=re.M)
    said = dict(zip(sections[1::2], sections[2::2]))
    for name, says in expected.items():
        assert re.search(r"expecting_test\.go:\d+: ", said[name]) and says in said[name], (name, said[name])


@pytest.mark.parametrize(("policy", "code"), [("tests-may-widen: true", 0), ("", 120)], ids=["may widen", "may not"])
def test_the_gate_allows_what_a_test_may_allow_itself(tool, tmp_path, policy, code):
    file = tmp_path / "policy.yml"
    file.write_text(f"version: 1\n{policy}\n")
    tool(
        "test", "go", "test", "-count=1", "-run", "TestPassesForAllowedEgress", "./...",
        options=["--policy", file], prefix=IN_NAMESPACE, code=code, directory=SUITE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "result"),
    [({}, "SKIP"), ({"CI": "true"}, "FAIL"), ({"CI": "true", "PROCESS_TRACER_MISSING": "run"}, "PASS")],
)
def test_without_a_tracer(variables, result):
    finished = run_plain(
        "go", "test", "-count=1", "-v", "-run", "TestPassesOnLoopback", "./...", cwd=SUITE,
        env=clean_environment() | variables,
    )  # fmt: skip
    assert f"--- {result}: TestPassesOnLoopback" in finished.stdout
    if result != "PASS":
        assert "process-tracer test -- go test ./..." in finished.stdout


def test_the_module_is_clean():
    finished = run_plain("go", "vet", "./...", cwd=SUITE.parents[2] / "processexpect")
    assert finished.returncode == 0, finished.stderr
