"""pytest's tests told apart, compared with suites that know whose their every event is."""

import sys

import pytest
from conftest import FIXTURES
from ground_truth import events, score

SUITES = FIXTURES / "attribution"


def run_suite(tool, tmp_path, suite, *options, code=0, **keywords):
    truth = tmp_path / "truth.jsonl"
    finished = tool(
        "trace", sys.executable, "-m", "pytest", "-q", *options, directory=SUITES / suite,
        environment={"TRUTH": str(truth), "PYTHONDONTWRITEBYTECODE": "1", **keywords.pop("environment", {})}, code=code,
        **keywords,
    )  # fmt: skip
    return finished, truth


@pytest.mark.parametrize(
    "suite, options, least",
    [("pytest", ["-p", "no:xdist"], 570), ("pytest", ["-n", "4"], 570), ("pytest-interleaved", ["-p", "no:asyncio"], 360)],
    ids=["one process", "xdist", "interleaved"],
)
def test_ground_truth(tool, tmp_path, suite, options, least):
    finished, truth = run_suite(tool, tmp_path, suite, *options)
    found = score(finished.run, truth)
    print(found)
    assert found.total >= least
    assert not found.problems(least_exact=0.97)
    assert finished.run.is_complete


def test_async_tests_stay_async_beside_run_parallel(tool, tmp_path):
    """pytest-run-parallel is followed by wrapping tests; who awaits them must see what they are."""
    (tmp_path / "conftest.py").write_text(
        "import asyncio, inspect, pytest\n"
        "def pytest_configure(config): config.pluginmanager.register(object(), 'run-parallel')\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_pyfunc_call(pyfuncitem):\n"
        "    if inspect.iscoroutinefunction(pyfuncitem.obj):\n"
        "        asyncio.run(pyfuncitem.obj())\n"
        "        return True\n"
    )
    (tmp_path / "test_it.py").write_text(
        "import subprocess\n"
        "async def test_async(): subprocess.run(['/bin/true', 'event-1'], check=True)\n"
        "def test_plain(): subprocess.run(['/bin/true', 'event-2'], check=True)\n"
    )
    finished = tool("trace", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", directory=tmp_path)
    assert list(events(finished.run)) == [(1, "test_it.py::test_async", "exact"), (2, "test_it.py::test_plain", "exact")]


def test_results_and_places(tool, tmp_path):
    finished, _ = run_suite(tool, tmp_path, "pytest", "-p", "no:xdist", "test_plain.py", "-k", "not late")
    results = {test.name.partition("::")[2]: test for test in finished.run.tests.values() if test.verb == "begin"}
    assert {name: test.result for name, test in results.items() if "both" not in name} == {
        "test_fails_as_expected": "xfailed",
        "test_passes_unexpectedly": "xpassed",
        "test_skipped": "skipped",
        "TestUnit::test_parts": "passed",
    }
    test = results["test_both[7]"]
    assert test.phases == ["setup", "call", "teardown"]
    lines = test.text.splitlines()
    assert {"runner=pytest", "file=test_plain.py", "parameters=7"} <= set(lines)
    assert any(line.startswith("line=") for line in lines)


def test_failures_and_errors(tool, tmp_path):
    (tmp_path / "test_bad.py").write_text(
        "import pytest\n"
        "@pytest.fixture\ndef broken(): raise OSError\n"
        "@pytest.fixture\ndef breaks_later():\n    yield\n    raise OSError\n"
        "def test_fails(): assert False\n"
        "def test_errs(broken): pass\n"
        "def test_errs_later(breaks_later): pass\n"
    )
    finished = tool("trace", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", directory=tmp_path, code=1)
    assert [test.result for test in finished.run.tests.values()] == ["failed", "error", "error"]


def test_the_user_sees_no_difference(tool, tmp_path):
    (tmp_path / "test_one.py").write_text("def test_one(): pass\n")
    command = [sys.executable, "-X", "dev", "-W", "error", "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    outputs = [
        tool("trace", *command, directory=tmp_path, options=options).stdout.decode().rpartition(" in ")[0]
        for options in ([], ["--adapters", "none"])
    ]
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(
    "command, environment, reason",
    [
        (["-I", "-m", "pytest"], {}, "python -I ignores PYTHONPATH"),
        (["-m", "pytest", "-p", "no:process_tracer"], {}, "-p no:process_tracer"),
        (["-m", "pytest"], {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, "did not load the pytest plugin"),
    ],
)
def test_out_of_reach(tool, tmp_path, command, environment, reason):
    (tmp_path / "test_one.py").write_text("import subprocess\ndef test_one(): subprocess.run(['/bin/true'])\n")
    finished = tool(
        "test", sys.executable, *command, "-q", "-p", "no:cacheprovider", directory=tmp_path, environment=environment,
        options=["--deny-run", "true"], code=120,
    )  # fmt: skip
    [violation] = finished.verdict["violations"]
    assert (violation["test"]["name"], violation["test"]["level"]) == ("test_one.py::test_one", "process")
    [note] = finished.verdict["attributionNotes"]
    assert reason in note
    assert note in finished.stderr


def test_no_adapter_changes_nothing(tool, tmp_path):
    show = "import os; print(sorted(os.environ))"
    names = {
        choice: set(eval(tool("trace", sys.executable, "-c", show, options=["--adapters", choice]).stdout))
        for choice in ("none", "auto", "pytest")
    }
    assert names["auto"] - names["none"] == {"PYTHONPATH", "PROCESS_TRACER_SESSION"}
    assert names["pytest"] - names["none"] == {"PYTHONPATH"}
    unknown = tool("trace", "true", options=["--adapters", "perl"], report=False, code=64)
    assert "--adapters perl" in unknown.stderr


def test_the_users_path_comes_first_and_nothing_stays(tool, tmp_path):
    show = "import os,sys; print(os.environ['PYTHONPATH']); print(os.path.exists(sys.path[-1]) or sys.path)"
    finished = tool("trace", sys.executable, "-c", show, environment={"PYTHONPATH": "/mine"})
    mine, ours = finished.stdout.decode().splitlines()[0].split(":")
    assert mine == "/mine"
    keeper = ours.split("/")[2]
    assert ours == f"/proc/{keeper}/fd/0"
    import os

    assert not os.path.exists(f"/proc/{keeper}")


def test_a_session_within_a_test_is_that_tests(tool, tmp_path):
    (tmp_path / "inner.py").write_text("import subprocess\ndef test_inner(): subprocess.run(['/bin/true', 'event-1'])\n")
    (tmp_path / "test_outer.py").write_text(
        "import subprocess, sys, pytest\n"
        "def test_process(): subprocess.run([sys.executable, '-m', 'pytest', '-q', 'inner.py'], check=True)\n"
        "def test_same_process():\n    assert pytest.main(['-q', 'inner.py']) == 0\n"
    )
    finished = tool("trace", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", directory=tmp_path)
    assert [(name, level) for _, name, level in events(finished.run)] == [
        ("test_outer.py::test_process", "exact"),
        ("test_outer.py::test_same_process", "exact"),
    ]
