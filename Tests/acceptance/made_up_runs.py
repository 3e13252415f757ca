"""Recorded runs that no kernel saw: large ones, and ones in which everything has a hostile name."""

from __future__ import annotations

import json
from pathlib import Path

START = 10_000_000_000
MILLISECOND = 1_000_000
HOSTILE = [
    "</script><script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">",
    "<!--<script>", "]]>", "';document.title='owned';'", "{{word}}", "javascript:document.title='owned'",
    "\u202egpj.exe", "\x1b[2J", "\u2028\u2029", "&lt;b&gt;", "${document.title='owned'}", "::error::x",
]  # fmt: skip


def header(command: list[str], verb: str = "test", **others: object) -> dict:
    known = {
        "type": "header", "format_version": 1, "tool_version": "0.1.0", "verb": verb, "command": command,
        "working_directory": "/src", "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "root_span_id": "b7ad6b7169203331", "start": START, "unix_offset": 1_795_393_838 * 10**9, "attributes": {},
        "resource": {}, "uid": 1000, "hostname": "ci-1", "kernel_release": "6.18.0", "nameservers": [], "hooks": [],
        "notes": [],
    }  # fmt: skip
    return known | others


def fork(pid: int, parent: int, time: int, is_root: bool = False) -> dict:
    line = {
        "type": "fork", "time": time, "pid": pid, "start": time, "parent_pid": parent,
        "parent_start": STARTS.get(parent, 1), "namespace_pid": pid, "tracer_pid": pid, "pid_namespace": 1,
        "uid": 1000, "gid": 1000,
    }  # fmt: skip
    STARTS[pid] = time
    return line | ({"root": True} if is_root else {})


# When each pid of the run that is being made was started.
STARTS: dict[int, int] = {}


def execution(pid: int, time: int, path: str, arguments: list[str], **others: object) -> dict:
    line = {
        "type": "exec", "time": time, "pid": pid, "start": STARTS[pid], "namespace_pid": pid, "thread": pid,
        "image_hash": "0" * 15 + "1", "image_inode": 1, "image_device": 1, "uid": 1000, "gid": 1000, "path": path,
        "arguments": arguments, "working_directory": "/src",
    }  # fmt: skip
    return line | others


def end_of(pid: int, time: int, code: int = 0) -> dict:
    return {
        "type": "exit", "time": time, "pid": pid, "start": STARTS[pid], "exit_code": code, "cpu_time": MILLISECOND,
        "peak_resident_bytes": 1 << 20,
    }  # fmt: skip


def flow(pid: int, time: int, destination: str, count: int = 1) -> dict:
    return {
        "type": "flow", "pid": pid, "start": STARTS[pid], "destination": destination, "protocol": "tcp",
        "network_namespace": 1, "image_hash": "0" * 15 + "1", "image_inode": 1, "image_device": 1,
        "first_time": time, "last_time": time, "attempts": count, "sent": count, "sent_to_own_address": 0,
        "established": 0, "failed": count, "bytes_sent": 0, "bytes_received": 0, "command": "x",
    }  # fmt: skip


def connection(pid: int, time: int, peer: str, socket: int, is_local: bool = False) -> tuple[list[dict], dict]:
    """The records of a TCP connection, a millisecond long, and its entry in the flow table."""
    shared = {
        "pid": pid, "start": STARTS[pid], "thread": pid, "socket": socket, "protocol": "tcp", "peer": peer,
        "network_namespace": 1,
    }  # fmt: skip
    close = shared | {
        "type": "close", "time": time + MILLISECOND, "attempt": time, "established": time + 1000,
        "local": "192.0.2.1:40000", "bytes_sent": 100, "bytes_received": 200,
    }  # fmt: skip
    entry = flow(pid, time, peer) | {"established": 1, "failed": 0, "bytes_sent": 100, "bytes_received": 200}
    if is_local:
        close["own_address"] = True
        entry["sent_to_own_address"] = 1
    return [{"type": "connect", "time": time} | shared, close], entry


def marker(pid: int, time: int, verb: str, test: int, text: str) -> dict:
    return {
        "type": "marker", "time": time, "pid": pid, "start": STARTS[pid], "thread": pid, "verb": verb, "test": test,
        "test_level": "exact", "text": text,
    }  # fmt: skip


def end(time: int, code: int = 0) -> dict:
    lost = {
        "ring_failures": {}, "members_refused": 0, "flows_refused": 0, "images_refused": 0, "sockets_refused": 0,
        "packets_unparsed": 0, "recursion_misses": {},
    }  # fmt: skip
    return {"type": "end", "time": time, "exit_code": code, "lost": lost, "failures": []}


def write(path: Path, lines: list[dict]) -> Path:
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
    return path


def large(path: Path, processes: int) -> Path:
    """pytest with tests of a hundred processes each, three levels deep, every tenth connecting somewhere."""
    STARTS.clear()
    lines = [header(["pytest", "-q"]), fork(100, 1, START, is_root=True)]
    lines.append(execution(100, START + 1, "/usr/bin/python3", ["/usr/bin/python3", "-m", "pytest", "-q"]))
    flows = []
    time = START
    parents = [100]
    for number in range(processes - 1):
        time += MILLISECOND // 4
        pid = 1000 + number
        if number % 100 == 0:
            parents = [100]
        lines.append(fork(pid, parents[-1], time))
        name = ["git", "sh", "cc1", "ld"][number % 4]
        test = {"PYTEST_CURRENT_TEST": f"tests/test_{number // 1000}.py::test_{number // 100} (call)"}
        arguments = [name, f"--number={number}", f"/src/build/object-{number}.o"]
        lines.append(execution(pid, time + 1000, f"/usr/bin/{name}", arguments, environment=test))
        if number % 10 == 0:
            flows.append(flow(pid, time + 2000, f"203.0.113.{number // 10 % 250}:443"))
        lines.append(end_of(pid, time + MILLISECOND * (1 + number % 50), code=int(number % 97 == 0)))
        if number % 100 in (10, 50):
            parents.append(pid)
    time += 100 * MILLISECOND
    lines += [end_of(100, time), {"type": "command_ended", "time": time}, *flows, end(time)]
    return write(path, lines)


def hostile(path: Path) -> Path:
    STARTS.clear()
    lines = [header(["pytest", *HOSTILE], notes=HOSTILE), fork(100, 1, START, is_root=True)]
    lines.append(execution(100, START + 1, "/usr/bin/python3", ["/usr/bin/python3", "-m", "pytest", *HOSTILE]))
    flows = []
    for number, name in enumerate(HOSTILE):
        time = START + (number + 1) * MILLISECOND
        lines.append(fork(200 + number, 100, time))
        environment = {"PYTEST_CURRENT_TEST": f"test_x.py::{name} (call)"}
        program = "/opt/" + name.replace("/", "\N{DIVISION SLASH}")
        lines.append(execution(200 + number, time + 1, program, [name, name], environment=environment, working_directory=f"/{name}"))
        flows.append(flow(200 + number, time + 2, f"203.0.113.{number}:443") | {"command": name[:15]})
        lines.append(end_of(200 + number, time + 3))
    time = START + 100 * MILLISECOND
    lines += [end_of(100, time), {"type": "command_ended", "time": time}, *flows, end(time)]
    return write(path, lines)
