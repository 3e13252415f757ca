"""The session socket: what a scope did is told at once and whole, and to nobody else."""

import ctypes
import json
import os
import select
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import FIXTURES, IN_NAMESPACE, clean_environment

LIBRARY = FIXTURES / "expectations"


def script(text: str) -> list:
    """Python code with the protocol at hand, to be run by the tool."""
    prelude = "import json, os, socket, subprocess, sys, threading, time\nfrom session import *\n"
    return [sys.executable, "-c", prelude + textwrap.dedent(text)]


def recorded(finished, kind: str) -> list[dict]:
    lines = map(json.loads, (finished.reports / "run.jsonl").read_text().splitlines())
    return [line for line in lines if line.get("type") == kind]


@pytest.fixture
def run(tool):
    def run(text, prefix=[], code=0, options=[], environment={}):
        return tool(
            "trace", *script(text), prefix=prefix, code=code, options=options,
            environment={"PYTHONPATH": str(LIBRARY), **environment},
        )  # fmt: skip

    return run


def test_a_scope_tells_what_it_did_when_it_ends(run):
    finished = run(
        """
        with Scope("one") as scope:
            subprocess.run(["/bin/sh", "-c", "/bin/true; exit 3"])
            late = subprocess.Popen(["sleep", "60"])
            with socket.create_server(("127.0.0.1", 0)) as server:
                socket.create_connection(server.getsockname()).close()
            try:
                socket.create_connection(("203.0.113.9", 443), timeout=0.1)
            except OSError:
                pass
        answer = scope.ask("\\tnet=203.0.113.0/24\\trun=true\\tparent=sh\\trun=sleep\\targv=60\\trun=sleep\\targv=61")
        late.kill()
        print(json.dumps(answer))
        """,
        prefix=IN_NAMESPACE,
    )
    answer = [(word, fields) for word, fields in finished.truth]

    def of(word, key):
        return [value for found, fields in answer if found == word for name, value in fields if name == key]

    assert of("activity", "lost") == ["0"] and not of("activity", "partial")
    assert [Path(path).name for path in of("process", "path")] == ["dash", "true", "sleep"]
    assert of("process", "exit") == ["3", "0"] and of("process", "level") == ["exact"] * 3
    assert of("process", "run") == ["0", "1"]
    assert set(of("connection", "destination")) >= {"tcp://203.0.113.9:443"}
    assert dict(zip(of("connection", "direction"), of("connection", "place"))) == {
        "connect": "outside", "accept": "loopback"
    }  # fmt: skip
    assert of("connection", "net") == ["0"]
    assert len(of("listener", "local")) == 1


def test_scopes_at_the_same_time_see_their_own_alone(run):
    finished = run(
        """
        def work(number, wrong):
            with Scope(f"test {number}") as scope:
                port = 20000 + number
                subprocess.run(["/bin/true", str(number)])
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1)
                except OSError:
                    pass
            answer = scope.ask()
            seen = values(answer, "process", "arg")[1:], values(answer, "connection", "peer")
            if seen != ([str(number)], [f"127.0.0.1:{port}"]):
                wrong.append([number, seen])

        wrong = []
        threads = [threading.Thread(target=work, args=(number, wrong)) for number in range(200)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(json.dumps(wrong))
        """
    )
    assert finished.truth == []


def test_a_scope_within_a_test_is_part_of_it(run):
    finished = run(
        """
        with Scope("outer") as outer:
            with Scope("inner") as inner:
                subprocess.run(["/bin/true"])
            marks.setsockopt(LEVEL, ADOPT, outer.token)
            inside = values(inner.ask(), "process", "path")
            subprocess.run(["/bin/false"])
            halfway = values(outer.checkpoint(1), "process", "path")
            subprocess.run(["/bin/true"])
        print(json.dumps([inside, halfway, values(outer.ask(), "process", "path")]))
        """
    )
    names = [[Path(path).name for path in paths] for paths in finished.truth]
    assert names == [["true"], ["true", "false"], ["true", "false", "true"]]
    # For reports it is one test, and no secret is among what is kept.
    tests = [line for line in recorded(finished, "marker") if line["verb"] == "thread"]
    assert [line["text"].splitlines()[-1] for line in tests] == ["scope=yes", "scope=yes"]


REFUSED = {
    "malformed": "ask('hello')",
    "another version": "ask(scope.request().replace('version=1', 'version=9'))",
    "oversized": "ask(scope.request() + '\\tnet=' + 'x' * 20000)",
    "no line at all": "ask('x' * 20000)",
    "a wrong secret": "ask(scope.request().replace(scope.secret, scope.secret[::-1]))",
    "no such scope": "ask(scope.request().replace(f'test={scope.token}', 'test=1600'))",
    "not text": "ask('\\udcff'.encode('utf-8', 'surrogateescape').decode('latin-1'))",
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_changes_nothing_and_is_told_once(run, request_):
    finished = run(
        f"""
        with Scope("one") as scope:
            subprocess.run(["/bin/true"])
        refused = [{request_} for _ in range(3)]
        answer = scope.ask()
        again = scope.ask()
        print(json.dumps([refused, values(answer, "process", "path"), again]))
        """
    )
    refused, paths, again = finished.truth
    assert [[word for word, _ in answer] for answer in refused] == [["refused"]] * 3
    assert [Path(path).name for path in paths] == ["true"]
    assert again[0][0] == "refused", "an answer is given once"
    told = [line for line in finished.stderr.splitlines() if "session socket" in line]
    assert len(told) == 1 and "4 requests to the session socket refused" in told[0]


def test_who_is_not_of_the_run_is_refused(tool):
    arguments, _ = tool.arguments(
        "trace", script("print(os.environ['PROCESS_TRACER_SESSION'], flush=True); sys.stdin.read()")
    )
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**clean_environment(), "PYTHONPATH": str(LIBRARY)},
    ) as traced:  # fmt: skip
        path = Path(traced.stdout.readline().strip())
        assert path.is_socket()
        code = "import json; from session import *; print(json.dumps(ask('activity')))"
        foreign = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**clean_environment(), "PYTHONPATH": str(LIBRARY), "PROCESS_TRACER_SESSION": str(path)},
        )  # fmt: skip
        _, stderr = traced.communicate("")
    assert "not part of the run" in foreign.stdout
    assert "1 request to the session socket refused" in stderr
    assert not path.parent.exists()


class Removal:
    """Tells when a directory is removed. inotify(7)"""

    _DELETE_SELF = 0x400

    def __init__(self, directory: Path):
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_CLOEXEC)
        assert libc.inotify_add_watch(self._descriptor, os.fsencode(directory), self._DELETE_SELF) >= 0

    def wait(self) -> None:
        assert select.select([self._descriptor], [], [], 5)[0], "it is still there"
        os.close(self._descriptor)


def test_nothing_is_left_of_the_socket_when_the_tool_is_killed(tool):
    code = "print(os.environ['PROCESS_TRACER_SESSION'], flush=True); sys.stdin.read()"
    arguments, _ = tool.arguments("trace", script(code))
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**clean_environment(), "PYTHONPATH": str(LIBRARY)},
    ) as traced:  # fmt: skip
        path = Path(traced.stdout.readline().strip())
        removed = Removal(path.parent)
        traced.kill()
        traced.wait()
        traced.stdin.close()
    removed.wait()
    assert not path.parent.exists()


def test_it_is_reached_from_other_namespaces(run):
    finished = run(
        """
        code = '''if True:
            from session import *
            import subprocess, json
            with Scope("inside") as scope:
                subprocess.run(["/bin/true"])
            print(json.dumps(values(scope.ask(), "process", "path")))
        '''
        subprocess.run(["unshare", "-n", "-p", "-f", "--mount-proc", sys.executable, "-c", code], check=True)
        """
    )
    assert [Path(path).name for path in finished.truth] == ["true"]


def test_none_leaves_it_out(run):
    finished = run("print(json.dumps('PROCESS_TRACER_SESSION' in os.environ))", options=["--adapters", "none"])
    assert finished.truth is False


def test_the_socket_is_no_destination_of_the_run(run):
    finished = run(
        """
        with Scope("one") as scope:
            scope.checkpoint(1)
        print(json.dumps(len(scope.ask())))
        """
    )
    assert not any("process-tracer-" in str(line) for line in recorded(finished, "flow"))
    assert finished.verdict["notCovered"] == []


def test_ten_thousand_scopes_leave_nothing(run):
    finished = run(
        """
        def memory():
            status = open(f"/proc/{os.getppid()}/status").read()
            return int(status.split("VmRSS:")[1].split()[0])

        def scopes(count):
            session = connect()
            for number in range(count):
                with Scope("again") as scope:
                    pass
                ask(scope.request(), session)

        scopes(2000)
        before = memory()
        scopes(10000)
        print(json.dumps([before, memory(), len(os.listdir(f"/proc/{os.getppid()}/fd"))]))
        """
    )
    before, after, descriptors = finished.truth
    # Each is a test of its own in the model, which the reports need; nothing else stays.
    assert (after - before) * 1024 / 10000 < 700, finished.truth
    assert descriptors < 200  # a leak would be thousands
