"""Drives the real binary on the real kernel. PROCESS_TRACER names another binary than .build/debug/process-tracer."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from recorded_run import RecordedRun

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Fixtures"
BUILT = ROOT / ".build-fixtures"
BINARY = Path(os.environ.get("PROCESS_TRACER", ROOT / ".build/debug/process-tracer")).resolve()

# Only loopback is there; whatever else is tried has no route.
IN_NAMESPACE = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


def pytest_configure(config: pytest.Config) -> None:
    # A job in the background has these ignored, and what is ignored at the start of a shell it cannot trap.
    for name in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(name) == signal.SIG_IGN:
            signal.signal(name, signal.SIG_DFL)
    if not BINARY.exists():
        raise pytest.UsageError(f"no {BINARY}: run swift build, or set PROCESS_TRACER")
    if os.geteuid() != 0:
        raise pytest.UsageError("these tests load kernel programs and make namespaces: run them as root")


@dataclass
class Finished:
    """A run of the tool that is over."""

    code: int
    stdout: bytes
    stderr: str
    reports: Path

    @cached_property
    def run(self) -> RecordedRun:
        return RecordedRun.read(self.reports / "run.jsonl")

    @cached_property
    def verdict(self) -> dict:
        return json.loads((self.reports / "verdict.json").read_text())

    @property
    def truth(self) -> dict:
        """What the workload says that it did: its last line of JSON."""
        return json.loads(self.stdout.splitlines()[-1])

    def explain(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.stdout[-2000:]!r}\n--- stderr\n{self.stderr[-4000:]}"


class Tool:
    """The binary under test; every run gets a report directory of its own."""

    def __init__(self, directory: Path):
        self.directory = directory
        self._count = 0

    def arguments(self, verb: str, command: list, options: list = [], report: bool = True) -> tuple[list[str], Path]:
        self._count += 1
        reports = self.directory / f"reports-{self._count}"
        wanted = ["--report-dir", reports] if report else []
        return [str(part) for part in [BINARY, verb, *wanted, *options, "--", *command]], reports

    def __call__(
        self,
        verb: str,
        *command: object,
        options: list = [],
        report: bool = True,
        prefix: list[str] = [],
        environment: dict[str, str] = {},
        stdin: bytes = b"",
        code: int | None = 0,
        directory: Path | None = None,
        timeout: float = 120,
    ) -> Finished:
        """Runs `process-tracer VERB OPTIONS -- COMMAND` and checks its exit code, unless that is None."""
        arguments, reports = self.arguments(verb, list(command), options, report)
        finished = subprocess.run(
            [*prefix, *arguments],
            input=stdin,
            capture_output=True,
            env={**clean_environment(), **environment},
            cwd=directory or self.directory,
            timeout=timeout,
        )
        result = Finished(finished.returncode, finished.stdout, finished.stderr.decode(errors="replace"), reports)
        assert code is None or result.code == code, result.explain()
        return result


def clean_environment() -> dict[str, str]:
    """This environment without what would make the tool speak to a CI system, and without anything of pytest's."""
    ours = ("PROCESS_TRACER", "GITHUB_", "GITLAB_", "PYTEST_", "TRACEPARENT", "TRACESTATE", "SUDO_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours) and key != "CI"}


def run_plain(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Runs the tool, or anything else, without a command of its own to wrap."""
    options.setdefault("env", clean_environment())
    return subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=120, **options)


def make(directory: Path, out: Path) -> Path:
    """Builds fixtures where several pytest workers may want them at once."""
    BUILT.mkdir(exist_ok=True)
    with open(BUILT / f"{out.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "-C", directory, f"OUT={out}"], check=True, stdout=subprocess.DEVNULL)
    return out


@pytest.fixture(scope="session")
def workloads() -> Path:
    return make(FIXTURES / "workloads", BUILT / "workloads")


@pytest.fixture(scope="session")
def hostile() -> Path:
    return make(FIXTURES / "hostile", BUILT / "hostile")


@pytest.fixture(scope="session")
def evasions() -> Path:
    return make(FIXTURES / "evasions", BUILT / "evasions")


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


@pytest.fixture(scope="session")
def browser():
    from chromium import chromium

    with chromium() as browser:
        yield browser


def shell(script: str, *arguments: object) -> list[str]:
    return ["/bin/sh", "-c", script, "sh", *map(str, arguments)]


def quoted(path: object) -> str:
    return shlex.quote(str(path))
