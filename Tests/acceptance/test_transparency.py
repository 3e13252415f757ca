"""The command owns its descriptors, its terminal and its exit code; signals reach it once."""

import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import BINARY, clean_environment, quoted, run_plain, shell

TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-0[01]$")


@pytest.mark.parametrize("verb", ["test", "trace"])
@pytest.mark.parametrize(
    "script, code",
    [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137)],
)
def test_exit_code_is_the_commands(tool, verb, script, code):
    tool(verb, *shell(script), code=code)


def test_bare_command_is_traced(tool):
    finished = run_plain(BINARY, "--", "/bin/sh", "-c", "echo bare; exit 9")
    assert (finished.returncode, finished.stdout) == (9, "bare\n")


def test_missing_command_is_127(tool):
    finished = tool("test", "no-such-program-anywhere", code=127)
    assert "no-such-program-anywhere" in finished.stderr


def test_command_that_cannot_run_is_126(tool, tmp_path):
    script = tmp_path / "not-executable"
    script.write_text("#!/bin/sh\n")
    finished = tool("test", script, code=126)
    assert "not-executable" in finished.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["test", "--no-such-flag", "--", "true"],
        ["trace", "--allow-net", "127.0.0.1", "--", "true"],
        ["test", "--allow-net", "not a spec", "--", "true"],
        ["test", "--mode", "gently", "--", "true"],
        ["test"],
        ["trace"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(arguments, tmp_path):
    marker = tmp_path / "ran"
    if "--" in arguments:
        arguments = [*arguments[:-1], "touch", marker]
    finished = run_plain(BINARY, *arguments)
    assert finished.returncode == 64, finished.stderr
    assert finished.stderr.strip()
    assert not marker.exists()


def test_bytes_pass_untouched(tool):
    data = os.urandom(1 << 20) + b"\x00\x1b[2J\xff"
    finished = tool("trace", "cat", stdin=data)
    assert finished.stdout == data


def test_quiet_adds_nothing_to_stderr(tool):
    finished = tool("trace", *shell("echo out; echo err >&2"), options=["-q"])
    assert (finished.stdout, finished.stderr) == (b"out\n", "err\n")


def test_tool_never_speaks_on_stdout(tool):
    assert tool("test", "true").stdout == b""


def test_descriptors_limits_directory_and_umask_pass(tool, tmp_path):
    script = "pwd; umask; ulimit -n; echo to-five >&5"
    reader, writer = os.pipe()
    arguments, _ = tool.arguments("trace", shell(script))
    command = f"umask 027; ulimit -n 321; exec {' '.join(map(quoted, arguments))} 5>&{writer}"
    finished = run_plain("/bin/bash", "-c", command, cwd=tmp_path, pass_fds=[writer])
    os.close(writer)
    assert finished.stdout.splitlines() == [str(tmp_path), "0027", "321"], finished.stderr
    assert os.read(reader, 100) == b"to-five\n"


def test_no_descriptor_of_the_tool_is_inherited(tool):
    plain = run_plain("ls", "/proc/self/fd", stdin=subprocess.DEVNULL).stdout.split()
    assert tool("trace", "ls", "/proc/self/fd").stdout.decode().split() == plain


def test_directory_option(tool, tmp_path):
    (tmp_path / "below").mkdir()
    assert tool("trace", "pwd", options=["-C", tmp_path / "below"]).stdout.decode().strip() == str(tmp_path / "below")


def test_environment_gains_traceparent_alone(tool):
    def entries(output: bytes) -> dict[bytes, bytes]:
        return dict(line.split(b"=", 1) for line in output.split(b"\0") if line)

    environment = clean_environment()
    inside = entries(tool("trace", "env", "-0", options=["--adapters", "none"]).stdout)
    plain = {key.encode(): value.encode() for key, value in environment.items()}
    changed = {key for key in inside | plain if inside.get(key) != plain.get(key)}
    assert changed == {b"TRACEPARENT"}


def test_traceparent_is_the_recorded_trace(tool):
    finished = tool("trace", *shell('echo "$TRACEPARENT"'))
    match = TRACEPARENT.match(finished.stdout.decode().strip())
    assert match, finished.stdout
    assert match.group(1) == finished.run.trace_id


def test_inbound_traceparent_is_the_parent(tool):
    inbound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    finished = tool("trace", *shell('echo "$TRACEPARENT"'), environment={"TRACEPARENT": inbound})
    match = TRACEPARENT.match(finished.stdout.decode().strip())
    assert match.group(1) == "0af7651916cd43dd8448eb211c80319c"
    assert match.group(2) != "b7ad6b7169203331"
    assert finished.run.header["parent_span_id"] == "b7ad6b7169203331"


def counting_script(log: Path) -> list[str]:
    """A shell that says when it listens, notes every signal in a file, and ends half a second after the first with 5."""
    return shell(
        f"for name in INT TERM HUP QUIT; do trap \"echo $name >>{quoted(log)}; caught=1\" $name; done; "
        "echo ready; "
        "n=0; until [ -n \"$caught\" ] || [ $n -gt 400 ]; do n=$((n + 1)); sleep 0.05; done; sleep 0.5; sleep 0.1; exit 5"
    )


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "QUIT"])
def test_signal_to_the_tool_reaches_the_command_once(tool, tmp_path, name):
    log = tmp_path / "signals"
    arguments, _ = tool.arguments("trace", counting_script(log))
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment(), cwd=tool.directory,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, f"SIG{name}"))
    assert process.wait(20) == 5
    assert log.read_text().split() == [name]


def test_terminal_interrupt_reaches_the_command_once(tool, tmp_path):
    log = tmp_path / "signals"
    arguments, _ = tool.arguments("trace", counting_script(log))
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tool.directory)
        os.execve(arguments[0], arguments, clean_environment())
    read_until(terminal, b"ready")
    os.write(terminal, b"\x03")
    status = drain(pid, terminal)
    assert os.waitstatus_to_exitcode(status) == 5
    assert log.read_text().split() == ["INT"]


def test_command_owns_the_terminal(tool):
    arguments, _ = tool.arguments("trace", shell('echo ready; read line; echo "got $line"; test -t 0 && test -t 1 && exit 3'))
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tool.directory)
        os.execve(arguments[0], arguments, clean_environment())
    read_until(terminal, b"ready")
    os.write(terminal, b"typed\n")
    output = bytearray()
    status = drain(pid, terminal, output)
    assert os.waitstatus_to_exitcode(status) == 3, output
    assert b"got typed" in output


def read_until(terminal: int, word: bytes) -> None:
    output = b""
    while word not in output:
        output += os.read(terminal, 4096)


def drain(pid: int, terminal: int, output: bytearray | None = None) -> int:
    """Reads the terminal until the process has ended; its wait status."""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        if output is not None:
            output += data
    os.close(terminal)
    return os.waitpid(pid, 0)[1]
