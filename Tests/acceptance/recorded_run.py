"""Reads a recorded run (Sources/Trace/Record/FORMAT.md) into processes, connections and flows.

A reader of its own, so that the acceptance tests judge the format and not the tool's own reading of it.
"""

from __future__ import annotations

import errno
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

Identity = tuple[int, int]
# The test's name, and the level.
Test = tuple[str, str]


def _values(text: str) -> dict[str, str]:
    """The lines of `key=value` behind the first one."""
    return dict(line.partition("=")[::2] for line in text.split("\n")[1:])


@dataclass(eq=False)
class MarkedTest:
    text: str
    verb: str
    process_identity: Identity
    start: int
    phases: list[str] = field(default_factory=list)
    end: int | None = None
    result: str | None = None

    @property
    def name(self) -> str:
        """One call of a Swift test with parameters has them behind the test's name."""
        values = self.values
        is_call = values.get("runner") == "Swift Testing" and "parameters" in values
        name = self.text.partition("\n")[0]
        return f"{name}|{values['parameters']}" if is_call else name

    @property
    def values(self) -> dict[str, str]:
        return _values(self.text)


@dataclass(eq=False)
class Execution:
    path: str
    arguments: list[str]
    cut_argument_bytes: int | None
    directory: str
    flags: list[str]
    test: Test | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def is_deleted(self) -> bool:
        return "deleted" in self.flags

    @property
    def is_directory_cut(self) -> bool:
        return "working_directory_cut" in self.flags


@dataclass(eq=False)
class Process:
    identity: Identity
    parent_identity: Identity
    namespace_pid: int
    tracer_pid: int
    pid_namespace: int
    start: int
    parent: Process | None = None
    executions: list[Execution] = field(default_factory=list)
    end: int | None = None
    code: int | None = None
    signal: int | None = None
    core_dumped: bool = False
    is_leaked: bool = False
    test: Test | None = None

    def execution_names(self) -> tuple[str, ...]:
        return tuple(execution.name for execution in self.executions)


@dataclass(eq=False)
class Connection:
    direction: str
    protocol: str
    process_identity: Identity
    peer: str
    attempt: int
    process: Process | None = None
    local: str | None = None
    established: int | None = None
    end: int | None = None
    outcome: str = "attempted"
    error: str | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    is_still_open: bool = False
    thread: int = 0
    test: Test | None = None

    @property
    def peer_host(self) -> str:
        return self.peer.rpartition(":")[0].strip("[]")

    @property
    def peer_port(self) -> int:
        return int(self.peer.rpartition(":")[2])

    @property
    def local_port(self) -> int:
        return int(self.local.rpartition(":")[2])


@dataclass(eq=False)
class Flow:
    process_identity: Identity
    protocol: str
    destination: str
    attempts: int
    sent: int
    established: int
    failed: int
    bytes_sent: int
    bytes_received: int
    test: Test | None
    packets_sent: int
    packets_received: int
    refused: int


@dataclass(eq=False)
class Loss:
    ring_failures: dict[str, int]
    members_refused: int
    flows_refused: int
    images_refused: int
    sockets_refused: int
    threads_refused: int
    names_refused: int
    questions_refused: int
    resolvers_refused: int
    messages_unparsed: int
    packets_unparsed: int
    recursion_misses: dict[str, int]


class RecordedRun:
    def __init__(self, lines: list[dict]):
        self.header = lines[0]
        assert self.header["type"] == "header", self.header
        self.end = lines[-1] if lines[-1]["type"] == "end" else None
        self.record_counts = Counter(line["type"] for line in lines)
        self.tests: dict[int, MarkedTest] = {}
        #: What the tracer's adapters say of the processes that they reached.
        self.adapters: list[dict[str, str]] = []
        self._processes: dict[Identity, Process] = {}
        self._connections: dict[tuple, Connection] = {}
        for line in lines[1:]:
            reader = getattr(self, "_read_" + line["type"], None)
            if reader:
                reader(line)
        self.flows = [self._flow(line) for line in lines if line["type"] == "flow"]
        self.names = [line for line in lines if line["type"] == "name"]
        self.lookups = [line for line in lines if line["type"] == "lookup"]
        self.answers = [line for line in lines if line["type"] == "answer"]
        self.claims = [line for line in lines if line["type"] == "claim"]
        for process in self._processes.values():
            process.parent = self._processes.get(process.parent_identity)
        for connection in self._connections.values():
            connection.process = self._processes.get(connection.process_identity)
        self.processes = sorted(self._processes.values(), key=lambda process: process.start)
        self.connections = sorted(self._connections.values(), key=lambda connection: connection.attempt)

    @classmethod
    def read(cls, path: Path) -> RecordedRun:
        with open(path, encoding="utf-8") as file:
            return cls([json.loads(line) for line in file])

    @property
    def trace_id(self) -> str:
        return self.header["trace_id"]

    @property
    def loss(self) -> Loss:
        return Loss(**self.end["lost"])

    @property
    def is_complete(self) -> bool:
        return self.end is not None and not any(vars(self.loss).values()) and not self.end["failures"]

    def children(self, parent: Process) -> list[Process]:
        return [process for process in self.processes if process.parent is parent]

    def by_namespace_pid(self, pid: int) -> Process:
        """The one process that calls itself so."""
        [process] = [process for process in self.processes if process.namespace_pid == pid]
        return process

    def _flow(self, line: dict) -> Flow:
        return Flow(
            process_identity=_identity(line),
            protocol=line["protocol"],
            destination=f"unix:{line['path']}" if "path" in line else line["destination"],
            attempts=line["attempts"],
            sent=line["sent"],
            established=line["established"],
            failed=line["failed"],
            bytes_sent=line["bytes_sent"],
            bytes_received=line["bytes_received"],
            test=self._test(line),
            packets_sent=line.get("packets_sent", 0),
            packets_received=line.get("packets_received", 0),
            refused=line.get("refused", 0),
        )

    def _test(self, line: dict) -> Test | None:
        return (self.tests[line["test"]].name, line["test_level"]) if "test" in line else None

    def _read_marker(self, line: dict) -> None:
        if line["verb"] in ("begin", "thread", "fixture"):
            assert line["test"] not in self.tests, line
            self.tests[line["test"]] = MarkedTest(line["text"], line["verb"], _identity(line), line["time"])
        elif line["verb"] == "adapter":
            self.adapters.append(_values(line["text"]))
        elif "test" in line and line["verb"] == "phase":
            self.tests[line["test"]].phases.append(line["text"])
        elif "test" in line:
            test = self.tests[line["test"]]
            test.end, test.result = line["time"], line["text"]

    def _read_fork(self, line: dict) -> None:
        identity = _identity(line)
        assert identity not in self._processes, line
        self._processes[identity] = Process(
            identity=identity,
            parent_identity=_identity(line, "parent_"),
            namespace_pid=line["namespace_pid"],
            tracer_pid=line["tracer_pid"],
            pid_namespace=line["pid_namespace"],
            start=line["start"],
            test=self._test(line),
        )

    def _read_exec(self, line: dict) -> None:
        process = self._processes.get(_identity(line))
        if process is not None:
            process.executions.append(
                Execution(
                    path=line["path"],
                    arguments=line["arguments"],
                    cut_argument_bytes=line.get("cut_argument_bytes"),
                    directory=line["working_directory"],
                    flags=line.get("flags", []),
                    test=self._test(line),
                )
            )

    def _read_exit(self, line: dict) -> None:
        process = self._processes.get(_identity(line))
        if process is not None:
            assert process.end is None, line
            process.end = line["time"]
            process.code = line.get("exit_code")
            process.signal = line.get("signal")
            process.core_dumped = line.get("core_dumped", False)

    def _read_command_ended(self, line: dict) -> None:
        for process in self._processes.values():
            process.is_leaked = process.end is None or process.end > line["time"]

    def _read_connect(self, line: dict) -> None:
        key = (line["socket"], line["time"])
        self._connections[key] = Connection(
            "connect", line["protocol"], _identity(line), line["peer"], attempt=line["time"], thread=line["thread"],
            test=self._test(line),
        )  # fmt: skip

    def _read_accept(self, line: dict) -> None:
        key = (line["socket"], line["time"])
        self._connections[key] = Connection(
            "accept",
            line["protocol"],
            _identity(line),
            line["peer"],
            attempt=line["time"],
            local=line["local"],
            established=line["time"],
            outcome="established",
            test=self._test(line),
        )

    def _read_datagram(self, line: dict) -> None:
        key = ("datagram", _identity(line), line["peer"], line["protocol"], line["network_namespace"], line.get("test"))
        self._connections[key] = Connection(
            "send", line["protocol"], _identity(line), line["peer"], attempt=line["time"], thread=line["thread"],
            test=self._test(line),
        )  # fmt: skip

    def _read_close(self, line: dict) -> None:
        connection = self._connections.get((line["socket"], line["attempt"]))
        if connection is None or (connection.end is not None and line.get("still_open")):
            return
        connection.local = line["local"]
        connection.established = line.get("established", connection.established)
        connection.bytes_sent = line["bytes_sent"]
        connection.bytes_received = line["bytes_received"]
        connection.is_still_open = line.get("still_open", False)
        connection.end = None if connection.is_still_open else line["time"]
        if connection.established is not None:
            connection.outcome = "established"
        elif line.get("refused"):
            connection.outcome = "refused"
        elif connection.is_still_open:
            connection.outcome = "attempted"
        elif line.get("errno"):
            connection.outcome, connection.error = "failed", errno.errorcode[line["errno"]]
        else:
            connection.outcome = "not-sent" if line.get("not_sent") else "abandoned"


def _identity(line: dict, prefix: str = "") -> Identity:
    return (line[f"{prefix}pid"], line[f"{prefix}start"])
