"""Go's tests told apart, compared with a suite that knows whose its every event is."""

import os
import signal
import subprocess
import sys

import pytest

from conftest import FIXTURES, clean_environment
from ground_truth import score

SUITE = FIXTURES / "attribution/go"


def run_suite(tool, tmp_path, *options, **keywords):
    truth = tmp_path / "truth.jsonl"
    command = keywords.pop("command", ["go", "test", "-count=1", *options, ".", "./second"])
    finished = tool("trace", *command, directory=SUITE, environment={"TRUTH": str(truth)}, **keywords)
    return finished, truth


def test_ground_truth(tool, tmp_path):
    finished, truth = run_suite(tool, tmp_path, "-bench=.", "-benchtime=5x")
    found = score(finished.run, truth)
    print(found)
    assert found.total >= 700
    assert not found.problems(least_exact=0.5)
    known = found.counts["exact", True] + found.counts["handoff", True]
    assert known >= 0.95 * found.total, "\n".join(found.wrong)
    assert finished.run.is_complete


def test_more_goroutines_than_are_told_of(tool, tmp_path):
    """The probe on their creation is detached: exact is only what the runtime itself knows by the creator's number."""
    finished, truth = run_suite(tool, tmp_path, command=["go", "test", "-count=1", "./many"])
    found = score(finished.run, truth)
    print(found)
    assert found.total > 588
    assert not found.problems(least_exact=0.5)
    # What no test started, and nothing of one came to.
    assert found.counts["none", True] == found.total - 588
    # Of goroutines that no test's own started, by those that did, unless nothing is known of these.
    # A processor of Go's that was idle for long has old numbers for a few: those have none either.
    assert found.counts["handoff", True] == 60 and found.counts["creator", True] >= 32
    assert found.counts["none", False] <= 60
    assert "many.test starts more than 4096 goroutines" in finished.stderr
    assert finished.run.is_complete


FLOOD = """package flood
import ("os/exec"; "sync"; "testing")
func TestFlood(t *testing.T) {
\tvar done sync.WaitGroup
\tfor i := 0; i < 100000; i++ { done.Add(1); go done.Done() }
\tdone.Wait()
}
func TestNested(t *testing.T) {
\tdone := make(chan error)
\tgo func() { go func() { done <- exec.Command("/bin/true").Run() }() }()
\tif err := <-done; err != nil { t.Fatal(err) }
}
"""


def test_the_next_process_of_a_file_tells_of_its_goroutines_again(tool, tmp_path):
    (tmp_path / "go.mod").write_text("module example.com/flood\n\ngo 1.21\n")
    (tmp_path / "flood_test.go").write_text(FLOOD)
    subprocess.run(["go", "test", "-c", "-o", "flood.test", "."], cwd=tmp_path, check=True)
    both = "./flood.test -test.run=TestFlood && ./flood.test -test.run=TestNested"
    finished = tool("trace", "/bin/sh", "-c", both, directory=tmp_path)
    assert "flood.test starts more than 4096 goroutines" in finished.stderr
    [nested] = [each for each in executions(finished.run) if each.arguments[0] == "/bin/true"]
    # Known by the probe alone: who created that goroutine was gone at once.
    assert nested.test == ("TestNested", "exact")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A package of its own with its test binary: two tests that run a program, one that fails, one that is skipped."""
    directory = tmp_path_factory.mktemp("package")
    (directory / "go.mod").write_text("module example.com/shop\n\ngo 1.21\n")
    (directory / "shop_test.go").write_text(
        "package shop\n"
        'import ("os"; "os/exec"; "testing")\n'
        'func TestBuys(t *testing.T) { t.Run("a book", func(t *testing.T) { exec.Command("/bin/true").Run() }) }\n'
        'func TestFails(t *testing.T) { if os.Getenv("FAILS") != "" { t.Fatal("no") } }\n'
        'func TestSkipped(t *testing.T) { t.Skip("not today") }\n'
        'func TestAgain(t *testing.T) { if os.Getenv("AGAIN") == "" {\n'
        '\tagain := exec.Command(os.Args[0], "-test.run=TestAgain|TestBuys"); again.Env = append(os.Environ(), "AGAIN=1")\n'
        "\tif err := again.Run(); err != nil { t.Fatal(err) } } }\n"
    )
    subprocess.run(["go", "test", "-c", "-o", "shop.test", "."], cwd=directory, check=True)
    return directory


def test_names_results_and_suites(tool, package):
    finished = tool("trace", "go", "test", "-count=1", ".", directory=package, environment={"FAILS": "1"}, code=1)
    tests = finished.run.tests.values()
    assert {test.name: test.result for test in tests} == {
        "TestBuys": "passed",
        "TestBuys/a_book": "passed",
        "TestFails": "failed",
        "TestSkipped": "skipped",
        "TestAgain": "passed",
    }
    # What a test starts is that test's as a whole, another run of the same binary too.
    started = {execution.arguments[0]: execution.test for execution in executions(finished.run) if execution.test}
    assert started["/bin/true"][0] in ("TestBuys/a_book", "TestAgain")
    assert {level for _, level in started.values()} == {"exact"}


def executions(run):
    for process in run.processes:
        yield from process.executions


def test_the_gate_names_the_test(tool, package):
    finished = tool(
        "test", "./shop.test", "-test.run=TestBuys", directory=package, options=["--deny-run", "true"], code=120
    )
    [violation] = finished.verdict["violations"]
    assert (violation["test"]["name"], violation["test"]["level"]) == ("TestBuys/a_book", "exact")
    traces = (finished.reports / "traces.jsonl").read_text()
    assert '"stringValue":"example.com/shop"' in traces.replace(" ", "")


def test_the_user_sees_no_difference(tool, package):
    command = ["go", "test", "-v", "-run=TestBuys|TestSkipped", "-vet=off", "."]
    subprocess.run(["go", "clean", "-testcache"], check=True)
    outputs = [tool("trace", *command, directory=package, options=options) for options in ([], ["--adapters", "none"])]
    assert "started no test binary" not in outputs[0].stderr
    # The second is answered from the test cache, which the first has filled.
    assert b"(cached)" not in outputs[0].stdout and b"(cached)" in outputs[1].stdout
    assert [line.split(b"\t")[0] for line in outputs[0].stdout.splitlines()[:-1]] == [
        line.split(b"\t")[0] for line in outputs[1].stdout.splitlines()[:-1]
    ]
    cached = tool("trace", *command, directory=package)
    assert "started no test binary" in cached.stderr and "(cached)" in cached.stdout.decode()


def test_without_the_function_that_tells_a_tests_name(tool, package):
    """Before Go 1.23 the linker left it out of most packages."""
    binary = package / "getterless.test"
    binary.write_bytes((package / "shop.test").read_bytes().replace(b"testing.(*common).Name\0", b"testing.(*common).Nome\0"))
    binary.chmod(0o755)
    finished = tool("trace", binary, "-test.run=TestBuys", directory=package)
    assert {test.name for test in finished.run.tests.values()} == {"TestBuys", "TestBuys/a_book"}


def test_without_the_names_of_functions(tool, package):
    binary = package / "nameless.test"
    binary.write_bytes((package / "shop.test").read_bytes().replace(b"testing.tRunner\0", b"testing.xRunner\0"))
    binary.chmod(0o755)
    finished = tool(
        "test", binary, "-test.run=TestBuys", directory=package, options=["--deny-run", "true"], code=120
    )
    [note] = finished.verdict["attributionNotes"]
    assert note.startswith("go tests of nameless.test are known by process only: it has no testing.tRunner")
    assert note in finished.stderr
    [violation] = finished.verdict["violations"]
    assert violation["test"] is None or violation["test"].get("name") is None


SPAWN_AND_WAIT = """
import os, sys
open("go").read()
pid = os.posix_spawn("./shop.test", ["./shop.test", "-test.run=TestSkipped"], os.environ)
print(os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]), file=sys.stderr)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), file=sys.stderr)
"""


def test_nothing_stays_stopped_when_the_tracer_is_killed(tool, package):
    os.mkfifo(package / "go")
    arguments, _ = tool.arguments("trace", [sys.executable, "-c", SPAWN_AND_WAIT], ["-q"], report=False)
    tracer = subprocess.Popen(
        arguments, cwd=package, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    with open(package / "go", "w"):
        # It cannot come to the test binary, which stays stopped until the tracer's guard lets it go.
        tracer.send_signal(signal.SIGSTOP)
    assert tracer.stderr.readline() == "True\n"
    tracer.kill()
    assert tracer.stderr.readline() == "0\n"
    tracer.wait()
