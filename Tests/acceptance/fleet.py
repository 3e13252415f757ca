"""200 recorded runs of two services over four weeks, of which it is known what the queries of Examples/otel find."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import made_up_runs
from made_up_runs import MILLISECOND, START

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
COUNT = 200
PERIOD = timedelta(days=28) / COUNT
# The first run of the last seven days.
THIS_WEEK = 150
POLICY = [
    "--allow-net", "198.51.100.0/24", "--allow-net", "203.0.113.7", "--deny-run", "curl", "--deny-run", "redis-server",
]  # fmt: skip
MAKE, PYTEST, FIRST_CHILD = 100, 101, 1000


def time_of(number: int) -> datetime:
    """When a run started; the last of them half a period before now."""
    return NOW - PERIOD * (COUNT - number - 0.5)


def revision_of(number: int) -> str:
    """Each was run four times in a row."""
    return hashlib.sha1(str(number // 4).encode()).hexdigest()


def service_of(number: int) -> str:
    return ("shop", "billing")[number // 4 % 2]


class Run:
    """One run of `make test`: what it sets up, then pytest's tests one by one, each with a second of its own."""

    def __init__(self, number: int):
        self.number = number
        self._lines: list[dict] = []
        self._tables: list[dict] = []
        self._test = 0
        self._child = FIRST_CHILD
        self._socket = 0
        self._images: dict[int, dict] = {}
        self._time = START

    def lines(self) -> list[dict]:
        made_up_runs.STARTS.clear()
        service = service_of(self.number)
        moment = int(time_of(self.number).timestamp() * 10**9)
        identity = hashlib.sha256(f"run {self.number}".encode()).hexdigest()
        resource = {"service.name": service, "vcs.ref.head.revision": revision_of(self.number)}
        header = made_up_runs.header(
            ["make", "test"], unix_offset=moment - START, trace_id=identity[:32], root_span_id=identity[32:48],
            resource=resource,
        )  # fmt: skip
        self._lines = [header, made_up_runs.fork(MAKE, 1, START, is_root=True)]
        self._execute(MAKE, START + 1, "make", "test")
        if service == "billing":
            pip = self._spawn("pip", milliseconds=100, cpu=90, parent=MAKE)
            self._connect("192.0.2.60:443" if self.number >= 175 else "192.0.2.50:443", process=pip)
        self._time += MILLISECOND
        self._lines.append(made_up_runs.fork(PYTEST, MAKE, self._time))
        self._execute(PYTEST, self._time, "python3.11", "-m", "pytest", "-q")
        getattr(self, f"_{service}")()
        self._end_test()
        self._time += MILLISECOND
        ends = [made_up_runs.end_of(pid, self._time) for pid in (PYTEST, MAKE)]
        command_ended = {"type": "command_ended", "time": self._time}
        return [*self._lines, *ends, command_ended, *self._tables, made_up_runs.end(self._time)]

    # What the services' tests do

    def _shop(self) -> None:
        self._begin("test_shop.py::test_price")
        self._begin("test_shop.py::test_checkout")
        self._connect("127.0.0.1:5432", is_local=True)
        self._connect("198.51.100.10:443")
        self._begin("test_shop.py::test_invoice")
        self._spawn("wkhtmltopdf", milliseconds=800, cpu=600)
        self._begin("test_shop.py::test_export")
        tar = self._spawn("tar", milliseconds=300, cpu=20)
        self._spawn("gzip", milliseconds=200, cpu=180, parent=tar)
        self._begin("test_shop.py::test_history")
        for _ in range(2 if self.number >= 160 else 0):
            self._spawn("git", milliseconds=50, cpu=10)
        self._begin("test_shop.py::test_weather")
        if self.number % 4 in (0, 2):
            self._connect("203.0.113.7:443")
        self._begin("test_shop.py::test_upload")
        if self.number >= 180:
            self._connect("203.0.113.99:8443")
        self._begin("test_shop.py::test_server")
        if self.number >= 168:
            self._spawn("redis-server", milliseconds=None)

    def _billing(self) -> None:
        self._begin("test_billing.py::test_tax")
        if 40 <= self.number < 80:
            self._spawn("curl", milliseconds=10, cpu=5)
        self._begin("test_billing.py::test_clone")
        self._spawn("git", milliseconds=150, cpu=40)
        self._begin("test_billing.py::test_report")
        self._spawn("wkhtmltopdf", milliseconds=400, cpu=300)
        self._begin("test_billing.py::test_rates")
        self._connect("198.51.100.20:443")
        if self.number >= 190:
            self._begin("test_billing.py::test_archive")
            self._spawn("git", milliseconds=20, cpu=10)

    # Records

    def _begin(self, name: str) -> None:
        self._end_test()
        self._test += 1
        self._time = START + self._test * 1000 * MILLISECOND
        self._lines.append(made_up_runs.marker(PYTEST, self._time, "begin", self._test, name))

    def _end_test(self) -> None:
        if self._test:
            self._lines.append(made_up_runs.marker(PYTEST, self._time + 1, "end", self._test, "passed"))

    @property
    def _mark(self) -> dict:
        return {"test": self._test, "test_level": "exact"} if self._test else {}

    def _execute(self, pid: int, time: int, program: str, *arguments: str) -> None:
        self._images[pid] = {"image_hash": hashlib.sha1(program.encode()).hexdigest()[:16]}
        line = made_up_runs.execution(pid, time, f"/usr/bin/{program}", [program, *arguments])
        self._lines.append(line | self._images[pid] | self._mark)

    def _spawn(self, program: str, milliseconds: int | None, cpu: int = 1, parent: int = PYTEST) -> int:
        """A child that begins where the last one ended, or within its parent; without a duration it goes on."""
        self._child += 1
        is_nested = parent >= FIRST_CHILD
        start = made_up_runs.STARTS[parent] + 10 if is_nested else self._time + 10
        self._lines.append(made_up_runs.fork(self._child, parent, start) | self._mark)
        self._execute(self._child, start, program)
        if milliseconds is not None:
            end = start + milliseconds * MILLISECOND
            self._lines.append(made_up_runs.end_of(self._child, end) | {"cpu_time": cpu * MILLISECOND})
            self._time = max(self._time, end)
        return self._child

    def _connect(self, peer: str, process: int = PYTEST, is_local: bool = False) -> None:
        self._socket += 1
        self._time += 10
        lines, flow = made_up_runs.connection(process, self._time, peer, self._socket, is_local)
        self._lines += [line | self._mark for line in lines]
        self._tables.append(flow | self._images[process] | self._mark)


def write(directory: Path) -> Iterator[Path]:
    for number in range(COUNT):
        yield made_up_runs.write(directory / f"{number:03}.jsonl", Run(number).lines())
