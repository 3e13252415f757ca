"""A normal user runs the tool: it gets its rights for itself alone, and the command has exactly the caller's."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import FIXTURES, quoted, run_plain, shell
from kernel import children_of, held_by, wait_for_end, wait_until_freed
from test_completeness import assert_all_there
from users import Person, UsersTool, a_user

# The same tests, with the fixtures of this file: a user's tool in place of root's.
from test_transparency import (  # noqa: F401
    test_bytes_pass_untouched,
    test_command_owns_the_terminal,
    test_command_that_cannot_run_is_126,
    test_descriptors_limits_directory_and_umask_pass,
    test_directory_option,
    test_exit_code_is_the_commands,
    test_inbound_traceparent_is_the_parent,
    test_missing_command_is_127,
    test_no_descriptor_of_the_tool_is_inherited,
    test_quiet_adds_nothing_to_stderr,
    test_signal_to_the_tool_reaches_the_command_once,
    test_terminal_interrupt_reaches_the_command_once,
    test_tool_never_speaks_on_stdout,
    test_traceparent_is_the_recorded_trace,
)

WAYS = ["self-elevation", "sudo", "file capabilities"]
NUMBER = os.getpid()  # several runs at once do not share users

PROBE = (
    "id; umask; ulimit -a; pwd; cat /proc/self/oom_score_adj; grep -E 'Cap|Groups|NoNewPrivs|Seccomp:' /proc/self/status"
)


@pytest.fixture(scope="session")
def person():
    with a_user(f"tracer-{NUMBER}", may_sudo=True) as person:
        yield person


@pytest.fixture(scope="session")
def stranger():
    with a_user(f"stranger-{NUMBER}", may_sudo=False) as person:
        yield person


@pytest.fixture
def tmp_path(person: Person, request) -> Path:
    """A directory of the user's."""
    return person.directory("work")


@pytest.fixture(params=["self-elevation", "file capabilities"])
def tool(request, person: Person, tmp_path: Path) -> UsersTool:
    """Ways in which the command stays the caller's child: they change nothing at all."""
    return UsersTool(person, request.param, tmp_path)


@pytest.fixture(params=WAYS)
def any_tool(request, person: Person, tmp_path: Path) -> UsersTool:
    return UsersTool(person, request.param, tmp_path)


def both(tool: UsersTool, command: str, environment: dict, setup: str = ":") -> tuple[bytes, bytes]:
    """What a command prints without the tool and with it, called by the same shell."""
    plain = tool.person.run(f"{setup}; {command}", env=environment)
    traced = tool.person.run(f"{setup}; {tool.call} trace -q --adapters none -- {command}", env=environment)
    assert (plain.returncode, traced.returncode) == (0, 0), traced.stderr.decode()
    assert traced.stderr == b""
    return plain.stdout, traced.stdout


def test_environment_is_the_callers_but_for_traceparent(any_tool):
    environment = {
        os.fsencode(key): os.fsencode(value)
        for key, value in {
            **any_tool.person.environment,
            "CI": "true",
            "GITHUB_REF": "refs/heads/main",
            "OTEL_SERVICE_NAME": "suite",
            "EMPTY": "",
            "LINES": "one\ntwo",
            "LD_LIBRARY_PATH": "/nowhere",
            "TMPDIR": "/var/tmp",
            "SUDO_EDITOR": "vi",
        }.items()
    } | {b"LATIN": b"caf\xe9"}
    plain, traced = both(any_tool, "env -0", environment)
    plain, traced = plain.split(b"\0"), traced.split(b"\0")
    assert [entry for entry in traced if not entry.startswith(b"TRACEPARENT=")] == plain
    assert len(traced) == len(plain) + 1


def test_inbound_traceparent_is_found(any_tool):
    inbound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    environment = {**any_tool.person.environment, "TRACEPARENT": inbound}
    _, traced = both(any_tool, "sh -c 'echo $TRACEPARENT'", environment)
    assert traced.startswith(b"00-0af7651916cd43dd8448eb211c80319c-")


def test_identity_limits_and_mask_are_the_callers_and_no_capability_is_left(any_tool):
    setup = "umask 027; ulimit -n 321; ulimit -s 16384"
    plain, traced = both(any_tool, f"sh -c {quoted(PROBE)}", any_tool.person.environment, setup)
    assert traced == plain
    assert b"CapEff:\t0000000000000000" in traced and b"CapPrm:\t0000000000000000" in traced


def test_arguments_pass_byte_for_byte(any_tool):
    script = f"{any_tool.call} trace -q -- printf '%s|' \"$(printf 'caf\\351')\" '' ' x '"
    assert any_tool.person.run(script).stdout == b"caf\xe9|| x |"


def test_toolchain_in_the_callers_path_alone(any_tool):
    toolchain = any_tool.person.directory("toolchain")
    compiler = toolchain / "swift"
    compiler.write_text('#!/bin/sh\nmkdir -p .build && echo "$@" >.build/log && id -un\n')
    compiler.chmod(0o755)
    os.chown(compiler, any_tool.person.uid, any_tool.person.gid)
    finished = any_tool("trace", "swift", "test")
    assert finished.stdout.decode().split() == [any_tool.person.name]
    written = any_tool.person.home / ".build/log"
    assert written.read_text() == "test\n"
    assert any_tool.person.foreign_files() == []


def test_a_swift_test_process_gets_what_the_package_manager_does_not(any_tool):
    toolchain = any_tool.person.directory("toolchain")
    package_manager, tests = toolchain / "swift", toolchain / "made-up.xctest"
    package_manager.write_text(f"#!/bin/sh\nprintenv TRACEPARENT; exec {tests} TRACEPARENT PROCESS_TRACER_SESSION\n")
    shutil.copy(shutil.which("printenv"), tests)
    for file in (package_manager, tests):
        file.chmod(0o755)
        os.chown(file, any_tool.person.uid, any_tool.person.gid)
    finished = any_tool("trace", "swift", "test")
    of_command, of_tests, session = finished.stdout.decode().split()
    yama = Path("/proc/sys/kernel/yama/ptrace_scope")
    if any_tool.way != "self-elevation" or not yama.exists() or yama.read_text().strip() == "0":
        assert not set(of_command) - set("0-") and len(of_command) == len(of_tests)
    assert of_tests.startswith(f"00-{finished.run.trace_id}-")
    assert Path(session).name == "session" and not session.startswith("/proc")


def test_annotations_and_reports_are_the_callers(any_tool, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    os.chown(summary, any_tool.person.uid, any_tool.person.gid)
    environment = {"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    finished = any_tool("test", *shell("ls; :"), options=["--deny-run", "ls"], environment=environment, code=120)
    assert "::error" in finished.stderr
    assert summary.read_text().startswith("before\n") and len(summary.read_text()) > 20
    assert finished.run.header["uid"] == any_tool.person.uid
    assert any_tool.person.foreign_files() == []


def test_everything_is_seen(any_tool, workloads):
    spawn, connect = (any_tool.person.copy_of(workloads / name) for name in ("spawn-sequential", "tcp-connect"))
    assert_all_there(any_tool("test", spawn, 100))
    finished = any_tool("test", connect, 20)
    assert len([each for each in finished.run.connections if each.direction == "connect"]) == 20


def test_report_where_the_caller_may_not_write_is_refused(any_tool, tmp_path):
    marker = tmp_path / "ran"
    finished = any_tool(
        "test", "touch", marker, options=["--verdict", "/etc/process-tracer.json"], report=False, code=125
    )
    assert "/etc/process-tracer.json" in finished.stderr
    assert not marker.exists() and not Path("/etc/process-tracer.json").exists()


def test_doctor(any_tool):
    finished = any_tool.person.run(f"{any_tool.call} doctor")
    assert finished.returncode == 0, finished.stdout.decode() + finished.stderr.decode()


def test_never_elevates_when_told_so(person, tmp_path):
    finished = UsersTool(person, "self-elevation", tmp_path)(
        "test", "touch", tmp_path / "ran", options=["--elevate", "never"], code=125
    )
    assert "CAP_BPF" in finished.stderr
    assert not (tmp_path / "ran").exists()


SCOPE = """
import subprocess
from session import *
with Scope("one") as scope:
    subprocess.run(["/bin/true"])
print(*values(scope.ask(), "process", "path"))
"""


def test_the_users_tests_are_told_what_they_did(any_tool, person, tmp_path):
    shutil.copy(FIXTURES / "expectations/session.py", tmp_path)  # where the user can read it
    (tmp_path / "asks.py").write_text(SCOPE)
    finished = any_tool("trace", "python3", tmp_path / "asks.py")
    assert [Path(path).name for path in finished.stdout.decode().split()] == ["true"], finished.explain()


def test_a_directory_that_the_user_may_not_search_is_refused(any_tool):
    """Whether it has a policy cannot be known, so nothing is judged by another."""
    closed = Path(tempfile.mkdtemp())
    try:
        finished = any_tool("test", "true", report=False, code=125, directory=closed)
    finally:
        closed.rmdir()
    [line] = finished.stderr.splitlines()
    if any_tool.way == "self-elevation":  # the launcher hands its directory over
        assert "cannot open the working directory: Permission denied" in line
    else:
        assert f'no policy file can be looked for in "{closed}": Permission denied' in line


def test_refusal_of_sudo_is_one_line(stranger, tmp_path):
    finished = UsersTool(stranger, "self-elevation", stranger.home)("test", "true", report=False, code=125)
    [line] = finished.stderr.splitlines()
    assert "sudo -n refuses" in line and "scripts/install" in line


def test_without_sudo_it_says_so(stranger):
    environment = {**stranger.environment, "PATH": "/nowhere"}
    finished = stranger.run(f"{quoted(stranger.binary)} test -- /bin/true", env=environment)
    assert finished.returncode == 125
    assert b"there is no sudo" in finished.stderr


@pytest.mark.parametrize("name, uid", [("root", 0), ("games", 5)])
def test_user_option_under_sudo(person, tmp_path, name, uid):
    tool = UsersTool(person, "sudo", tmp_path)
    finished = tool("trace", *shell("id -u; echo $HOME"), options=["--user", name])
    home = {"root": "/root", "games": "/usr/games"}[name]
    assert finished.stdout.decode().split() == [str(uid), home]
    assert finished.run.header["uid"] == uid
    assert tool.person.foreign_files() == []


def test_user_option_as_root(person):
    finished = run_plain(person.binary, "trace", "-q", "--user", person.name, "--", "sh", "-c", "id -un; echo $HOME")
    assert finished.stdout.split() == [person.name, str(person.home)], finished.stderr


def test_user_option_is_for_root(person, tmp_path):
    finished = UsersTool(person, "self-elevation", tmp_path)("trace", "true", options=["--user", "games"], code=64)
    assert "sudo" in finished.stderr


def test_unknown_user(person):
    finished = run_plain(person.binary, "trace", "--user", "nobody-of-this-name", "--", "true")
    assert finished.returncode == 64
    assert "nobody-of-this-name" in finished.stderr


def test_root_stays_root(person):
    """As in a container, where nobody called sudo."""
    assert run_plain(person.binary, "trace", "-q", "--", "id", "-u").stdout == "0\n"


def test_environment_set_on_the_command_line_of_sudo(person):
    script = f"sudo EXTRA=given {quoted(person.binary)} trace -q -- sh -c 'echo $EXTRA $HOME'"
    assert person.run(script).stdout.decode().split() == ["given", str(person.home)]


def test_environment_set_between_sudo_and_the_tool(person):
    inner = f"export EXTRA=between; {quoted(person.binary)} trace -q -- sh -c 'echo $EXTRA $PATH'"
    extra, path = person.run(f"sudo sh -c {quoted(inner)}").stdout.decode().split()
    assert (extra, path) == ("between", person.environment["PATH"])


def test_environment_that_cannot_be_recovered_is_said(person):
    """The variable of a sudo that is long gone."""
    environment = {**os.environ, "SUDO_UID": str(person.uid), "SUDO_GID": str(person.gid)}
    finished = run_plain(person.binary, "trace", "-q", "--", "id", "-un", env=environment, cwd="/")
    assert finished.stdout.strip() == person.name
    assert "before sudo is not known" in finished.stderr and "PATH" in finished.stderr


class Gate:
    """A FIFO at which a command says that it has started, and another at which it then waits."""

    def __init__(self, directory: Path, person: Person):
        self._started, self._go = directory / "started", directory / "go"
        for path in (self._started, self._go):
            os.mkfifo(path)
            os.chown(path, person.uid, person.gid)
        # Open for writing too, which waits for nobody: who says that it has started is at the other gate already.
        self.script = f"exec 3<>{quoted(self._go)}; echo >{quoted(self._started)}; read line <&3; exit $1"

    def wait_for_start(self) -> None:
        self._started.read_text()

    def open(self) -> None:
        # No reader: the command is gone.
        with suppress(OSError):
            descriptor = os.open(self._go, os.O_WRONLY | os.O_NONBLOCK)
            os.write(descriptor, b"\n")
            os.close(descriptor)


@contextmanager
def waiting_run(person: Person, directory: Path, wrapper: list[str] = []):
    """A self-elevated run whose command waits: the launcher, or what it is run by, its tracer, and what lets the
    command go on."""
    tool = UsersTool(person, "self-elevation", directory)
    gate = Gate(directory, person)
    arguments, _ = tool.arguments("test", shell(gate.script, 0))
    by_user = len(person.prefix)
    arguments[by_user:by_user] = wrapper
    process = subprocess.Popen(
        arguments, env=person.environment, cwd=directory, stderr=subprocess.PIPE, text=True
    )
    gate.wait_for_start()
    launcher = process.pid
    if wrapper:
        [launcher] = children_of(launcher)
    [tracer] = [pid for pid in children_of(launcher) if name_of(pid) == "sudo"]
    while name_of(tracer) == "sudo":
        [tracer] = children_of(tracer)
    yield process, tracer, gate
    gate.open()
    process.wait(20)


@pytest.fixture
def running(person, tmp_path):
    with waiting_run(person, tmp_path) as run:
        yield run


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_rights_of_the_two_processes(running, person):
    process, tracer, _ = running
    assert "CapEff:\t0000000000000000" in Path(f"/proc/{process.pid}/status").read_text()
    status = Path(f"/proc/{tracer}/status").read_text()
    assert f"Uid:\t{person.uid}\t{person.uid}\t{person.uid}\t{person.uid}" in status
    assert f"CapEff:\t{1 << 12 | 1 << 38 | 1 << 39:016x}" in status


def test_the_same_user_cannot_look_into_either(running, person):
    process, tracer, _ = running
    for pid in (process.pid, tracer):
        finished = person.run("cat /proc/$1/environ; head -c 1 /proc/$1/mem", pid)
        assert finished.stdout == b"" and finished.stderr.count(b"denied") == 2, finished.stderr


def test_killed_tracer_is_not_a_pass(running):
    process, tracer, gate = running
    os.kill(tracer, signal.SIGKILL)
    gate.open()
    assert process.wait(20) == 121
    assert "killed" in process.stderr.read()


def test_tracer_killed_before_it_was_told_that_the_command_runs(person, tmp_path):
    """The launcher says three things: its call, that the command is there, that it runs. The last goes nowhere."""
    wrapper = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=sendmsg:error=EPIPE:when=3"]
    with waiting_run(person, tmp_path, wrapper) as (process, tracer, gate):
        os.kill(tracer, signal.SIGKILL)
        gate.open()
        assert process.wait(20) == 121
        assert "killed" in process.stderr.read()


def test_killed_launcher_leaves_nothing(running):
    process, tracer, gate = running
    held = held_by(tracer)
    assert held
    process.kill()
    process.wait(20)
    gate.open()
    assert wait_for_end(tracer)
    wait_until_freed(held)


