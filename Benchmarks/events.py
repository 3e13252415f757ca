"""What an event costs the tool: processor time of the thread that reads the ring, decodes and makes the model."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from intervals import Estimate, estimate


def cost_of_event(binary: Path, many: list[str], few: list[str], runs: int, scratch: Path, *, recorded: bool) -> Estimate:
    """Nanoseconds, to the end of the tool, less what it spends on a workload of the same kind with few events.

    With `recorded`, what it takes to write the run to a file is in them.
    """
    record = scratch / "events.jsonl"
    recording = ["--record", str(record)]
    counts = []
    for command in (many, few):
        _processor_time(binary, recording, command)
        counts.append(record.read_bytes().count(b"\n"))
    options = recording if recorded else []
    events = counts[0] - counts[1]
    differences = [
        _processor_time(binary, options, many) - _processor_time(binary, options, few) for _ in range(runs)
    ]
    return estimate([difference / events for difference in differences])


def _processor_time(binary: Path, options: list[str], command: list[str]) -> int:
    """Of the tool's main thread, which the kernel tells as long as nobody has waited for it."""
    tracer = subprocess.Popen([binary, "trace", "-q", *options, "--", *command], stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, tracer.pid, os.WEXITED | os.WNOWAIT)
    nanoseconds = int(Path(f"/proc/{tracer.pid}/schedstat").read_text().split()[0])
    if tracer.wait() != 0:
        raise RuntimeError(f"process-tracer trace: exit code {tracer.returncode} of {command}")
    return nanoseconds
