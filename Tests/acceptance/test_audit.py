"""The audit of what ran, and the baseline that it is held against."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BINARY, IN_NAMESPACE, run_plain


@pytest.fixture
def programs(tmp_path) -> Path:
    """Copies of two programs, so that they can be changed; older than any run."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in ("true", "false", "sleep"):
        shutil.copy(f"/bin/{name}", directory / name)
    settle(directory)
    return directory


def settle(directory: Path) -> None:
    """Waits until the clock of file times has passed the files' own, by a file that is written until it is later."""
    newest = max(path.stat().st_ctime_ns for path in directory.iterdir())
    probe = directory.parent / "probe"
    while True:
        probe.write_text("x")
        if probe.stat().st_ctime_ns > newest + 20_000_000:
            return


def record(tool, *command: object, options: list = [], code: int | None = 0):
    return tool("test", *command, options=options, prefix=IN_NAMESPACE, code=code)


def audit(*arguments: object, code: int = 0) -> str:
    done = run_plain(BINARY, "audit", *arguments)
    assert done.returncode == code, done.stderr
    return done.stdout


def build_id(path: Path) -> str | None:
    notes = subprocess.run(["readelf", "-n", path], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Build ID: ([0-9a-f]+)", notes)
    return found and found[1]


def test_names_every_program_by_hash_and_build_id(tool, programs, tmp_path):
    text = tmp_path / "audit.txt"
    script = f"{programs}/true 1; {programs}/true 2; {programs}/false"
    record(tool, "/bin/sh", "-c", script, options=["--audit", text], code=None)
    said = text.read_text()
    part = said[said.index(f"{programs}/true") :].split("\n\n")[0]
    assert "2 executions" in part and "2× true #" in part and "2× exit 0" in part
    assert hashlib.sha256((programs / "true").read_bytes()).hexdigest() in part
    assert f"build id {build_id(programs / 'true')}" in part
    assert "1× exit 1" in said[said.index(f"{programs}/false") :].split("\n\n")[0]


def test_says_what_happened_to_the_files(tool, programs, hostile, tmp_path):
    text = tmp_path / "audit.txt"
    (programs / "sleep").chmod(0o4755)
    settle(programs)
    script = f"{programs}/true; {programs}/false; {programs}/sleep 0; {hostile}/fexecve-memfd; rm {programs}/true; echo >>{programs}/false"
    record(tool, "/bin/sh", "-c", script, options=["--audit", text], code=None)
    said = text.read_text()

    def part(name: str) -> str:
        return next(part for part in said.split("\n\n") if part.startswith(str(name)))

    assert "gone since" in part(programs / "true")
    assert "changed since it was executed" in part(programs / "false")
    assert "setuid" in part(programs / "sleep")
    assert "without a name when it was executed" in part("/memfd:")


def test_a_pipe_in_the_place_of_a_program_does_not_block(tool, programs, tmp_path):
    text = tmp_path / "audit.txt"
    script = f"{programs}/true; rm {programs}/true; mkfifo {programs}/true"
    record(tool, "/bin/sh", "-c", script, options=["--audit", text])
    assert "gone since" in text.read_text()


def test_two_runs_differ_in_a_program_a_hash_and_a_destination(tool, programs, tmp_path):
    baseline = tmp_path / "baseline"
    send = "exec 3<>/dev/tcp/203.0.113.9/{port}"
    first = record(tool, "/bin/bash", "-c", f"{programs}/true; {send.format(port=1)}; exit 0", code=None)
    audit(first.reports / "run.jsonl", "--baseline", baseline, "--update-baseline")
    written = baseline.read_text()
    assert audit(first.reports / "run.jsonl", "--baseline", baseline) == ""
    with open(programs / "true", "ab") as file:
        file.write(b"changed")
    settle(programs)
    script = f"{programs}/true; {programs}/false; ({send.format(port=1)}); {send.format(port=2)}; exit 0"
    second = record(tool, "/bin/bash", "-c", script, code=None)
    lines = audit(second.reports / "run.jsonl", "--baseline", baseline).splitlines()
    assert [line.split(" sha256 ")[0] for line in lines] == [
        f"new program {programs}/false",
        f"changed program {programs}/true",
        "new destination tcp://203.0.113.9:2",
    ]
    assert baseline.read_text() == written
    audit(second.reports / "run.jsonl", "--baseline", baseline, "--update-baseline")
    assert audit(second.reports / "run.jsonl", "--baseline", baseline) == ""
    words = [line.split() for line in baseline.read_text().splitlines() if not line.startswith("#")]
    assert words == sorted(words) and {line[0] for line in words} == {"program", "destination"}


def test_the_policy_holds_a_run_against_the_baseline(tool, programs, tmp_path):
    first = record(tool, "/bin/sh", "-c", f"{programs}/true")
    audit(first.reports / "run.jsonl", "--baseline", tmp_path / "known", "--update-baseline")
    policy = tmp_path / "policy.yml"
    policy.write_text("version: 1\nprocesses: { baseline: known }\n")
    options = ["--policy", policy]
    assert record(tool, "/bin/sh", "-c", f"{programs}/true", options=options).verdict["violations"] == []
    caught = record(tool, "/bin/sh", "-c", f"{programs}/true; {programs}/false; exit 0", options=options, code=120)
    [violation] = caught.verdict["violations"]
    assert (violation["kind"], violation["process"]["program"]) == ("not-in-baseline", "false")
    assert violation["rule"]["line"] == 2
    # The hash was taken then: a report of it later, wherever, says the same.
    again = run_plain(BINARY, "report", caught.reports / "run.jsonl", *options, "--format", "json")
    assert again.returncode == 120 and violation["remedy"]["yaml"] in again.stdout.replace('\\"', '"')


def test_a_baseline_that_is_none_stops_before_the_run(tool, tmp_path):
    policy = tmp_path / "policy.yml"
    policy.write_text("version: 1\nprocesses: { baseline: known }\n")
    finished = tool("test", "true", options=["--policy", policy], code=125)
    assert "policy.yml:2" in finished.stderr and "--update-baseline" in finished.stderr
    (tmp_path / "known").write_text("<<<<<<< HEAD\n")
    finished = tool("test", "true", options=["--policy", policy], code=125)
    assert "known: line 1" in finished.stderr


def test_runs_are_taken_together(tool, programs):
    reports = [record(tool, programs / name).reports / "run.jsonl" for name in ("true", "true")]
    said = audit(*reports)
    assert said.startswith("process-tracer audit: 2 runs, 1 program,")
    assert "2 executions" in said


def test_twenty_shards_are_the_whole(tool, programs, tmp_path):
    """Twenty runs of a part each, and one run of all parts: the same programs, hashes, counts and destinations."""
    parts = [
        f"{programs}/true {number}; {programs}/{name} 0; (exec 3<>/dev/tcp/203.0.113.{number % 7}/443)"
        for number, name in enumerate(["false", "sleep"] * 10)
    ]
    shards = [record(tool, "/bin/bash", "-c", f"{part}; exit 0", code=None).reports / "run.jsonl" for part in parts]
    whole = record(tool, "/bin/bash", "-c", f"{'; '.join(parts)}; exit 0", code=None).reports / "run.jsonl"
    baselines = []
    for runs in ([whole], shards, shards[::-1]):
        baseline = tmp_path / "baseline"
        baseline.unlink(missing_ok=True)
        audit(*runs, "--baseline", baseline, "--update-baseline")
        baselines.append(baseline.read_text())
    assert len(set(baselines)) == 1 and baselines[0].count("\ndestination ") == 7
    assert audit(*shards, "--baseline", tmp_path / "baseline") == ""

    def told(*runs: Path) -> dict[str, list[str]]:
        """Of each program but the shell, which ran once in each: all that does not depend on how long it took."""
        said = audit(*runs).split("\n\n")[1:]
        found = {part.split(" · ")[0]: part.splitlines() for part in said if part.startswith(str(programs))}
        return {path: [lines[0].split(" · ")[1], *lines[1:]] for path, lines in found.items()}

    assert told(*shards) == told(whole) and len(told(whole)) == 3
    assert told(whole)[f"{programs}/true"][0] == "20 executions"


def test_wrong_usage(tmp_path):
    assert run_plain(BINARY, "audit").returncode == 64
    assert run_plain(BINARY, "audit", "x.jsonl", "--update-baseline").returncode == 64
    assert run_plain(BINARY, "audit", tmp_path / "none.jsonl").returncode == 125
    assert os.listdir(tmp_path) == []
