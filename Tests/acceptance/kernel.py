"""What is left in the kernel: programs and maps by their ids, and processes by their state."""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
import time
from pathlib import Path

_BPF_SYSCALL = 321  # x86-64, linux/arch/x86/entry/syscalls/syscall_64.tbl
_PROG_GET_FD_BY_ID, _MAP_GET_FD_BY_ID = 13, 14  # enum bpf_cmd
_libc = ctypes.CDLL(None, use_errno=True)


def exists(kind: str, identifier: int) -> bool:
    """Whether a kernel program (`prog`) or map (`map`) with this id is loaded."""
    attributes = ctypes.create_string_buffer(struct.pack("=III", identifier, 0, 0), 144)
    command = _PROG_GET_FD_BY_ID if kind == "prog" else _MAP_GET_FD_BY_ID
    descriptor = _libc.syscall(_BPF_SYSCALL, command, attributes, 144)
    if descriptor >= 0:
        os.close(descriptor)
        return True
    code = ctypes.get_errno()
    if code != errno.ENOENT:
        raise OSError(code, os.strerror(code))
    return False


def wait_until_freed(held: set[tuple[str, int]], seconds: float = 20) -> None:
    """Until none of these programs and maps is loaded: a grace period after their last descriptor, without an event."""
    deadline = time.monotonic() + seconds
    while left := [item for item in held if exists(*item)]:
        assert time.monotonic() < deadline, f"still loaded: {left}"
        time.sleep(0.02)


def held_by(pid: int) -> set[tuple[str, int]]:
    """The kernel programs and maps that a process holds by its descriptors, links included."""
    held = set()
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            lines = info.read_text().splitlines()
        except FileNotFoundError:
            continue
        for line in lines:
            name, _, value = line.partition(":")
            if name in ("prog_id", "map_id"):
                held.add((name.removesuffix("_id"), int(value)))
    return held


def state_of(pid: int) -> str:
    """R, S, D, T, t, Z; empty where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_gone(pid: int) -> bool:
    return state_of(pid) in ("", "Z")


def wait_for_end(*pids: int, seconds: float = 20) -> bool:
    """Until the first of these processes has ended; whether one did in this time."""
    poll = select.poll()
    descriptors = []
    try:
        for pid in pids:
            try:
                descriptors.append(os.pidfd_open(pid))
            except ProcessLookupError:
                return True
            poll.register(descriptors[-1], select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(tracer: int) -> int:
    """The command of a run: the child that runs another program than the tracer, which keeps the adapters' files."""
    own = Path(f"/proc/{tracer}/exe").readlink()
    [command] = [child for child in children_of(tracer) if Path(f"/proc/{child}/exe").readlink() != own]
    return command
