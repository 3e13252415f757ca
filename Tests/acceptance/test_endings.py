"""What outlives the command, and what outlives the tool."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import clean_environment, shell
from kernel import children_of, command_of, held_by, is_gone, state_of, wait_for_end, wait_until_freed


def test_leaked_process_is_reported_and_not_waited_for(tool, hostile):
    finished = tool("trace", hostile / "daemon", 60)
    assert not is_gone(finished.truth["daemon"])
    os.kill(finished.truth["daemon"], signal.SIGKILL)
    daemon = finished.run.by_namespace_pid(finished.truth["daemon"])
    assert daemon.is_leaked and daemon.code is None
    assert [process for process in finished.run.processes if process.is_leaked] == [daemon]
    assert "daemon" in finished.stderr and str(finished.truth["daemon"]) in finished.stderr


def test_wait_waits(tool, hostile, tmp_path):
    finished = tool("trace", hostile / "daemon", 2, tmp_path / "lived", options=["--wait"])
    assert (tmp_path / "lived").exists()
    daemon = finished.run.by_namespace_pid(finished.truth["daemon"])
    assert daemon.code == 0 and daemon.end is not None


def test_kill_leaked_kills(tool, hostile, tmp_path):
    finished = tool("trace", hostile / "daemon", 3, tmp_path / "lived", options=["--kill-leaked"])
    assert is_gone(finished.truth["daemon"])
    assert not (tmp_path / "lived").exists()


def test_kill_leaked_spares_what_is_not_of_the_run(tool, hostile):
    beside = subprocess.Popen(["sleep", "30"])
    tool("trace", hostile / "daemon", 30, options=["--kill-leaked"])
    assert state_of(beside.pid) == "S"
    beside.kill()
    beside.wait()


def running(tool, script: str) -> subprocess.Popen:
    arguments, _ = tool.arguments("test", shell(script))
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment(), start_new_session=True
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def test_sigkill_leaves_no_program_and_no_stopped_process(tool):
    process = running(tool, "echo ready; exec sleep 20")
    command = command_of(process.pid)
    held = held_by(process.pid)
    assert any(kind == "prog" for kind, _ in held)
    process.kill()
    process.wait()
    wait_until_freed(held, seconds=5)
    assert state_of(command) in ("S", "R")
    os.kill(command, signal.SIGKILL)


def test_what_keeps_the_adapters_files_dies_with_the_tool(tool):
    process = running(tool, "echo ready; exec sleep 20")
    command = command_of(process.pid)
    keepers = [child for child in children_of(process.pid) if child != command]
    assert keepers and not any(map(is_gone, keepers))
    process.kill()
    process.wait()
    assert all(wait_for_end(keeper, seconds=5) for keeper in keepers)
    os.kill(command, signal.SIGKILL)


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.02, 0.03, 0.05, 0.08])
def test_sigkill_during_the_start_leaves_no_stopped_process(tool, delay):
    arguments, _ = tool.arguments("test", ["sleep", "15.123"])
    process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL, env=clean_environment(), start_new_session=True)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 5
    while unfinished := [pid for pid in session_members(process.pid) if not (is_gone(pid) or is_command(pid))]:
        assert time.monotonic() < deadline, f"processes that never became the command: {unfinished}"
        wait_for_end(*unfinished, seconds=0.05)  # or it becomes the command
    for pid in session_members(process.pid):
        if not is_gone(pid):
            assert state_of(pid) not in ("T", "t")
            os.kill(pid, signal.SIGKILL)


def is_command(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sleep\0")
    except ProcessLookupError:
        return False


def session_members(session: int) -> list[int]:
    members = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.getsid(int(entry)) == session:
                members.append(int(entry))
        except ProcessLookupError:
            continue
    return members


def test_nothing_is_left_after_an_ordinary_end(tool):
    process = running(tool, "echo ready; exec cat >/dev/null; sleep 0.5")
    held = held_by(process.pid)
    process.wait(20)
    wait_until_freed(held, seconds=5)


def test_session_cgroups_are_swept(tool):
    def groups() -> set[str]:
        with open("/proc/self/mountinfo") as mounts:
            root = next(line.split()[4] for line in mounts if " - cgroup2 " in line)
        found = set()
        for directory, names, _ in os.walk(root):
            found |= {os.path.join(directory, name) for name in names if "process-tracer" in name}
        return found

    process = running(tool, "echo ready; exec sleep 20")
    command = command_of(process.pid)
    mine = {group for group in groups() if str(command) in open(f"{group}/cgroup.procs").read().split()}
    process.kill()
    process.wait()
    os.kill(command, signal.SIGKILL)
    assert wait_for_end(command)
    tool("trace", "true")
    assert not mine & groups()
