"""The tools that are compared: how each wraps a command so that it sees the same events."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Process life and TCP states: what process-tracer records of these workloads, and more than bpftrace filters.
BPFTRACE_PROGRAM = r"""
tracepoint:sched:sched_process_fork { printf("%llu fork %d %d\n", nsecs, args->parent_pid, args->child_pid); }
tracepoint:sched:sched_process_exec { printf("%llu exec %d %s\n", nsecs, pid, str(args->filename)); }
tracepoint:sched:sched_process_exit { printf("%llu exit %d\n", nsecs, pid); }
tracepoint:sock:inet_sock_set_state {
  printf("%llu state %d %s:%d %d\n", nsecs, pid, ntop(args->family, args->daddr_v6), args->dport, args->newstate);
}
"""
STRACE_EVENTS = "trace=execve,execveat,fork,vfork,clone,clone3,connect,accept,accept4"


@dataclass(frozen=True)
class Tool:
    name: str
    wrap: Callable[[list[str], Path], list[str]]


@dataclass(frozen=True)
class Measurement:
    """One run of a command under a tool."""

    total: float  # seconds from start to end
    inside: float | None  # seconds that the workload measured itself, or that process-tracer recorded of it
    peak_rss: int  # bytes of the process that was started; of the workload itself where untraced


def all_tools(binary: Path) -> dict[str, Tool]:
    tools = [
        Tool("untraced", lambda command, _: command),
        ours(binary),
        Tool("bpftrace", _bpftrace),
        Tool("strace --seccomp-bpf", lambda command, out: _strace(["--seccomp-bpf"], command, out)),
        Tool("strace", lambda command, out: _strace([], command, out)),
    ]
    return {tool.name: tool for tool in tools}


def ours(binary: Path, *options: str) -> Tool:
    """process-tracer with options."""
    return Tool(
        " ".join(["process-tracer", *options]),
        lambda command, out: [str(binary), "test", *options, "--report-dir", str(out), "--", *command],
    )


def empty_hooks(scratch: Path) -> Tool:
    """Hooks alone: their programs do nothing."""
    program = [str(scratch / "empty_hooks"), str(scratch / "empty_hooks.bpf.o")]
    return Tool("empty hooks", lambda command, _: [*program, *command])


def is_there(tool: Tool) -> bool:
    return tool.name in ("untraced", "process-tracer") or shutil.which(tool.name.split()[0]) is not None


def _strace(options: list[str], command: list[str], out: Path) -> list[str]:
    return ["strace", "-f", *options, "-qq", "-e", STRACE_EVENTS, "-o", str(out / "strace"), *command]


def _bpftrace(command: list[str], out: Path) -> list[str]:
    return ["bpftrace", "-o", str(out / "bpftrace"), "-e", BPFTRACE_PROGRAM, "-c", " ".join(command)]


def measure(tool: Tool, command: list[str], scratch: Path) -> Measurement:
    """Runs the command once; raises where it fails."""
    with tempfile.TemporaryDirectory(dir=scratch) as out, open(scratch / "errors", "w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(tool.wrap(command, Path(out)), stdout=subprocess.PIPE, stderr=errors, text=True)
        watch = PeakWatch(process.pid)
        output, _ = process.communicate()
        total = time.perf_counter() - started
        peak = watch.stop()
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(f"{tool.name}: exit code {process.returncode} of {command}\n{errors.read()[-2000:]}")
        recorded = _recorded_seconds(Path(out) / "run.jsonl")
    lines = [line for line in output.splitlines() if line.startswith("{")]
    return Measurement(total, json.loads(lines[-1])["seconds"] if lines else recorded, peak)


def _recorded_seconds(record: Path) -> float | None:
    """How long the command ran, from its exec to its exit; None where there is no such record."""
    if not record.exists():
        return None
    events = [json.loads(line) for line in record.read_text().splitlines()]
    started = next(event for event in events if event["type"] == "exec")
    ended = next(event for event in events if event["type"] == "exit" and event["pid"] == started["pid"])
    return (ended["time"] - started["time"]) / 1e9


class PeakWatch:
    """Follows VmHWM of a process: unlike ru_maxrss it starts anew at exec."""

    def __init__(self, pid: int):
        self._status = f"/proc/{pid}/status"
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        while not self._ended.wait(0.05):
            self._read()

    def _read(self) -> None:
        try:
            with open(self._status) as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        self._peak = int(line.split()[1]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            return

    def stop(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._peak


class Session:
    """A tool that watches an idle command for as long as the `with` lasts."""

    def __init__(self, tool: Tool, scratch: Path):
        self._out = tempfile.TemporaryDirectory(dir=scratch)
        marker = Path(self._out.name) / "started"
        # A file, because bpftrace splits its command at every space; it runs no script by itself either.
        script = Path(self._out.name) / "idle"
        script.write_text(f"touch {shlex.quote(str(marker))}\nexec cat\n")
        self._process = subprocess.Popen(
            tool.wrap(["/bin/sh", str(script)], Path(self._out.name)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while not marker.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{tool.name}: the idle session did not start")
            time.sleep(0.01)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._out.cleanup()


def has_tracefs() -> bool:
    return os.path.isdir("/sys/kernel/tracing/events/sched")
