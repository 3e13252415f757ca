"""Which test did it, for pytest: ground truth many times over, every Python here, and another project's suite."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from ground_truth import Score, levels_of, score

ROOT = Path(__file__).resolve().parents[2]
SUITES = ROOT / "Fixtures/attribution"
# In a suite that runs whole there are so many events at least, and this share of them is exact. anyio's worker threads
# are known by who created them.
LEAST_EVENTS = {"pytest": 570, "pytest-interleaved": 360, "pytest-plugins": 270}
LEAST_EXACT = {"pytest": 0.97, "pytest-interleaved": 0.97, "pytest-plugins": 0.94}
# Each is the newest that the Python in question still takes.
PYTESTS = ("pytest<8", "pytest<9", "pytest")
PLUGINS = ("pytest-xdist", "pytest-asyncio", "anyio", "pytest-run-parallel")
# Tests that spawn and connect by themselves.
OTHER = ("ptyprocess", "pexpect")
OUTCOME = re.compile(r"^(\S+::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b", re.MULTILINE)


SUITES_RUN = [
    ("pytest", ["-p", "no:xdist"]), ("pytest", ["-n", "4"]),
    ("pytest-interleaved", ["-p", "no:asyncio", "-p", "no:anyio"]), ("pytest-plugins", ["-p", "no:xdist"]),
]  # fmt: skip


def scored(soak, python: Path, suite: str, options: list[str]) -> tuple[Score | None, list[str]]:
    truth = soak.scratch / "truth.jsonl"
    truth.unlink(missing_ok=True)
    settings = {"TRUTH": str(truth), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-m", "pytest", "-q", *options]
    finished, run = soak.record(command, directory=SUITES / suite, settings=settings)
    if finished.returncode:
        return None, [f"exit code {finished.returncode}: {(finished.stdout + finished.stderr)[-600:]}"]
    found = score(run, truth)
    problems = found.problems(LEAST_EXACT[suite])
    if found.total < LEAST_EVENTS[suite]:
        problems.append(f"expected {LEAST_EVENTS[suite]} events or more")
    if not run.is_complete:
        problems.append(f"losses: {vars(run.loss)}, {run.end['failures']}")
    return found, problems


def repeated(soak, two_hogs) -> None:
    """The ground truth, every other time beside two busy loops."""
    python = Path(sys.executable)
    for number in range(1, soak.runs + 1):
        is_busy = number % 2 == 0
        for suite, options in SUITES_RUN[:3]:
            started = time.monotonic()
            with two_hogs() if is_busy else nullcontext():
                found, problems = scored(soak, python, suite, options)
            beside = ", two busy loops beside it" if is_busy else ""
            soak.say(f"run {number} of {soak.runs}, {suite} {' '.join(options)}{beside}: {found}", problems, started)


def interpreters() -> list[Path]:
    """Every Python from 3.8 on that is installed here, one of each minor version, and Debian's own."""
    found: dict[tuple[int, int], Path] = {}
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    candidates = [path for root in roots for path in sorted(root.glob("*/bin/python3"))]
    candidates += [Path(path) for minor in range(8, 20) if (path := shutil.which(f"python3.{minor}"))]
    debian = [Path("/usr/bin/python3")] if Path("/usr/bin/python3").exists() else []
    for path in candidates:
        ask = [path, "-c", "import sys; print(*sys.version_info[:2])"]
        asked = subprocess.run(ask, capture_output=True, text=True)
        version = tuple(map(int, asked.stdout.split())) if asked.returncode == 0 else (0, 0)
        if version >= (3, 8):
            found.setdefault(version, path)
    return [found[version] for version in sorted(found)] + debian


def environment_with(python: Path, requirement: str, cache: Path) -> Path:
    """A virtual environment with a pytest and what plugins it takes."""
    name = re.sub(r"\W+", "-", f"{python.parent.parent.name}-{requirement}")
    directory = cache / "pytest" / name
    inside = directory / "bin/python"
    if not (directory / "complete").exists():
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([python, "-m", "venv", directory], check=True, capture_output=True)
        install = [inside, "-m", "pip", "install", "-q", requirement]
        subprocess.run([*install, *PLUGINS], check=True, capture_output=True)
        has_subtests = subprocess.run([inside, "-c", "import pytest; pytest.Subtests"], capture_output=True)
        if has_subtests.returncode:  # before pytest 9
            subprocess.run([*install, "pytest-subtests"], check=True, capture_output=True)
        (directory / "complete").touch()
    return inside


def matrix(soak, cache: Path) -> None:
    for python in interpreters():
        for requirement in PYTESTS:
            started = time.monotonic()
            try:
                inside = environment_with(python, requirement, cache)
            except subprocess.CalledProcessError as error:
                problem = (error.stderr or error.stdout or b"").decode(errors="replace")[-400:]
                soak.say(f"{python} with {requirement}", [f"cannot be set up: {problem}"], started)
                continue
            ask = "import sys, pytest; print('Python', sys.version.split()[0] + ', pytest', pytest.__version__)"
            name = subprocess.run([inside, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
            for suite, options in SUITES_RUN:
                started = time.monotonic()
                found, problems = scored(soak, inside, suite, options)
                soak.say(f"{name}, {suite} {' '.join(options)}: {found}", problems, started)


def other_suites(soak, cache: Path, isolated: list[str]) -> None:
    """The tests of other projects, as they are published: the same results, and no event is known by time alone."""
    python = environment_with(Path(sys.executable).resolve(), "pytest", cache)
    for name in OTHER:
        started = time.monotonic()
        directory = source_of(name, python, cache)
        subprocess.run([python, "-m", "pip", "install", "-q", directory], check=True, capture_output=True)
        command = [str(python), "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:run-parallel", "tests"]

        def results(text: str) -> Counter:
            return Counter(OUTCOME.findall(text))

        alone = subprocess.run(
            [*isolated, *command], cwd=directory, capture_output=True, text=True, errors="replace"
        )
        expected = results(alone.stdout)
        traced, run = soak.record(command, prefix=isolated, directory=directory)
        found = results(traced.stdout)
        problems = [] if expected else [f"no test ran: {(alone.stdout + alone.stderr)[-500:]}"]
        if found != expected or alone.returncode != traced.returncode:
            problems.append(f"differ alone {dict(expected - found)} and traced {dict(found - expected)}")
        levels = levels_of(run)
        problems += levels.problems
        soak.say(f"{name}, {expected.total()} test results alone and traced; {levels}", problems, started)


def source_of(name: str, python: Path, cache: Path) -> Path:
    directory = cache / "pytest" / name
    if not directory.exists():
        unpacked = cache / "pytest" / f"{name}-sdist"
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir(parents=True)
        download = [python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", unpacked, name]
        subprocess.run(download, check=True, capture_output=True)
        with tarfile.open(next(unpacked.glob("*.tar.gz"))) as archive:
            archive.extractall(unpacked)
        next(path for path in unpacked.iterdir() if path.is_dir()).rename(directory)
    return directory
