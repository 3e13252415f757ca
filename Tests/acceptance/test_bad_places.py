"""Bad input and bad places: one clear line, the documented code, and the command runs only where it may."""

import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import BINARY, quoted, run_plain, shell
from recorded_run import RecordedRun

UNPRIVILEGED = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"]


def complaint(finished) -> str:
    """The one line of an early failure."""
    lines = [line for line in finished.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, finished.stderr
    return lines[0]


def in_mount_namespace(setup: str) -> list[str]:
    return ["unshare", "-m", "sh", "-c", f'set -e; {setup}; exec "$@"', "sh"]


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What the command would touch."""
    return tmp_path / "command-ran"


@pytest.fixture
def open_binary(tmp_path: Path) -> Path:
    """The binary where an unprivileged user can reach it."""
    directory = Path("/tmp") / f"acceptance-{os.getpid()}-{tmp_path.name}"
    directory.mkdir(mode=0o755)
    shutil.copy(BINARY, directory / "process-tracer")
    yield directory / "process-tracer"
    shutil.rmtree(directory)


@pytest.mark.parametrize("option", ["--record", "--verdict", "--junit", "--otlp-traces", "--otlp-logs"])
def test_unwritable_report_path_is_found_before_the_command_runs(tool, marker, option):
    path = "/proc/no-such-directory/report"
    finished = tool("test", "touch", marker, options=[option, path], report=False, code=125)
    assert path in complaint(finished)
    assert not marker.exists()


def test_unwritable_report_directory_is_found_before_the_command_runs(tool, marker, tmp_path):
    (tmp_path / "file").write_text("")
    options = ["--report-dir", tmp_path / "file" / "below"]
    finished = tool("test", "touch", marker, options=options, report=False, code=125)
    assert "file" in complaint(finished)
    assert not marker.exists()


def test_planted_symlink_is_refused(tool, marker, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    (tmp_path / "run.jsonl").symlink_to(victim)
    finished = tool("test", "touch", marker, options=["--record", tmp_path / "run.jsonl"], report=False, code=125)
    assert "run.jsonl" in complaint(finished)
    assert victim.read_text() == "precious\n"
    assert not marker.exists()


def test_symlink_planted_in_the_report_directory_is_refused(tool, marker, tmp_path):
    reports, victim = tmp_path / "reports", tmp_path / "victim"
    reports.mkdir()
    victim.write_text("precious\n")
    (reports / "junit.xml").symlink_to(victim)
    tool("test", "touch", marker, options=["--report-dir", reports], report=False, code=125)
    assert victim.read_text() == "precious\n"
    assert not marker.exists()


def test_nothing_of_a_longer_report_stays(tool, tmp_path):
    reports = tmp_path / "reports"
    options = ["--report-dir", reports]
    tool("test", *shell("for i in $(seq 400); do /bin/true; done"), options=options, report=False)
    before = {path.name: path.stat().st_size for path in reports.iterdir()}
    tool("test", "/bin/true", options=options, report=False)
    json.loads((reports / "verdict.json").read_text())
    ElementTree.parse(reports / "junit.xml")
    assert (reports / "report.html").read_text().endswith("</html>\n")
    last = (reports / "run.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["type"] == "end"
    for name in ("run.jsonl", "traces.jsonl", "logs.jsonl", "report.html"):
        assert (reports / name).stat().st_size < before[name], name


def test_symlink_planted_by_the_command_is_not_followed(tool, tmp_path):
    reports, victim = tmp_path / "reports", tmp_path / "victim"
    victim.write_text("precious\n")
    plant = f"for name in {quoted(reports)}/*; do ln -sf {quoted(victim)} $name; done"
    tool("test", *shell(plant), options=["--report-dir", reports], report=False, code=None)
    assert victim.read_text() == "precious\n"


@pytest.mark.parametrize("code", [0, 7])
def test_full_disk_while_recording_is_a_warning(tool, workloads, tmp_path, code):
    small = tmp_path / "small"
    small.mkdir()
    prefix = in_mount_namespace(f"mount -t tmpfs -o size=16k tmpfs {quoted(small)}")
    reports = tmp_path / "reports"
    reports.mkdir()
    options = ["--record", small / "run.jsonl", "--verdict", reports / "verdict.json", "--junit", reports / "junit.xml"]
    command = shell(f"{workloads}/spawn-sequential 500 >/dev/null; exit {code}")
    finished = tool("test", *command, options=options, report=False, prefix=prefix, code=code)
    assert "No space left" in finished.stderr and "run.jsonl" in finished.stderr
    assert '"exitCode"' in (reports / "verdict.json").read_text()
    assert "</testsuites>" in (reports / "junit.xml").read_text()


def test_strict_makes_a_failed_report_count(tool, workloads, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    prefix = in_mount_namespace(f"mount -t tmpfs -o size=16k tmpfs {quoted(small)}")
    options = ["--strict", "--record", small / "run.jsonl"]
    command = [workloads / "spawn-sequential", 500]
    finished = tool("test", *command, options=options, report=False, prefix=prefix, code=None)
    assert finished.code != 0


def test_no_privilege(open_binary):
    finished = run_plain(*UNPRIVILEGED, open_binary, "test", "--elevate", "never", "--", "echo", "ran", cwd="/")
    assert finished.returncode == 125, finished.stderr
    assert finished.stdout == ""
    assert "root" in complaint(finished) or "CAP_BPF" in finished.stderr


def test_doctor_names_what_is_missing_without_privilege(open_binary):
    finished = run_plain(*UNPRIVILEGED, open_binary, "doctor", cwd="/")
    assert "sudo" in finished.stdout or "CAP_BPF" in finished.stdout, finished
    assert finished.returncode != 0


def test_doctor_is_content_with_root():
    finished = run_plain(BINARY, "doctor")
    assert finished.returncode == 0, finished
    assert "sched_process_exec" in finished.stdout
    assert {"ok", "iter/task_file"} in [set(line.split()[:2]) for line in finished.stdout.splitlines()]


def test_no_cgroup_v2(tool, marker):
    root = next(line.split()[4] for line in open("/proc/self/mountinfo") if " - cgroup2 " in line)
    finished = tool("test", "touch", marker, prefix=in_mount_namespace(f"umount -l {root}"), code=125)
    assert "cgroup" in complaint(finished)
    assert not marker.exists()


def test_no_btf(tool, marker):
    prefix = in_mount_namespace("mount -t tmpfs tmpfs /sys/kernel/btf")
    finished = tool("test", "touch", marker, prefix=prefix, code=125)
    assert "BTF" in complaint(finished)
    assert not marker.exists()


@pytest.mark.parametrize(
    "text, position, words",
    [
        ("version: 1\nnetwork:\n  alow: [loopback]\n", "3:3", ["alow", "allow"]),
        ("version: 1\nmode: gently\n", "2:7", ["gently", "gate"]),
        ("version: 1\nnetwork:\n  allow: ['192.0.2.1:99999']\n", "3:11", ["99999", "65535"]),
        ("version: 1\nnetwork: { allow: [localhost] }\n", "2:20", ["localhost", "loopback"]),
        ("version: 1\nnetwork: [\n", "", []),
        ("version: 9\n", "1:10", ["9"]),
    ],
    ids=["unknown key", "bad mode", "bad port", "local host", "broken YAML", "version"],
)
def test_wrong_policy_names_file_line_and_column(tool, marker, tmp_path, text, position, words):
    policy = tmp_path / "policy.yml"
    policy.write_text(text)
    finished = tool("test", "touch", marker, options=["--policy", policy], code=125)
    line = complaint(finished)
    assert f"policy.yml:{position}" in line
    assert all(word in line for word in words), line
    assert not marker.exists()
    checked = run_plain(BINARY, "policy", "check", policy)
    assert checked.returncode != 0
    assert f"policy.yml:{position}" in checked.stdout + checked.stderr


def test_unreadable_policy(tool, marker):
    finished = tool("test", "touch", marker, options=["--policy", "/no/such/policy.yml"], code=125)
    assert "/no/such/policy.yml" in complaint(finished)
    assert not marker.exists()


def test_policy_check_accepts_a_good_policy(tmp_path):
    policy = tmp_path / "policy.yml"
    policy.write_text(
        "version: 1\n"
        "network:\n"
        "  allow: ['192.0.2.0/24:443', { net: '10.0.0.0/8:5432', exe: 'python3*' }]\n"
    )
    finished = run_plain(BINARY, "policy", "check", policy)
    assert finished.returncode == 0, finished


def test_nearest_policy_file_is_used(tool, workloads, tmp_path):
    (tmp_path / ".process-tracer.yml").write_text("version: 1\nprocesses: { deny: [exit-with] }\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / "below").mkdir()
    finished = tool("test", workloads / "spawn-sequential", 3, directory=tmp_path / "below", code=120)
    assert ".process-tracer.yml" in str(finished.verdict["policy"])


def test_a_record_that_stops_in_the_middle_is_not_a_pass(tool, workloads, tmp_path):
    finished = tool("test", workloads / "spawn-sequential", 20)
    lines = (finished.reports / "run.jsonl").read_text().splitlines(keepends=True)
    cut = tmp_path / "cut.jsonl"
    cut.write_text("".join(lines[: len(lines) // 2]))
    assert RecordedRun.read(cut).end is None
    assert run_plain(BINARY, "report", cut).returncode == 121


def test_a_policy_that_is_a_link_to_nowhere_is_not_passed_over(tool, tmp_path):
    (tmp_path / ".process-tracer.yml").symlink_to("gone.yml")
    finished = tool("test", "touch", tmp_path / "ran", report=False, code=125)
    assert ".process-tracer.yml" in finished.stderr and "No such file or directory" in finished.stderr
    assert not (tmp_path / "ran").exists()
