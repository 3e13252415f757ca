"""What is installed and shipped. scripts/test-package runs the packaged binary on other user lands."""

import subprocess
from pathlib import Path

import pytest
from conftest import BINARY, ROOT, run_plain
from users import CAPABILITIES


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "prefix"


def test_install_gives_the_three_capabilities_and_no_other(prefix):
    finished = run_plain(ROOT / "scripts/install", "--prefix", prefix, BINARY)
    assert finished.returncode == 0, finished.stderr
    [_, granted] = run_plain("/usr/sbin/getcap", prefix / "bin/process-tracer").stdout.split()
    given, _, kind = granted.partition("=")
    assert (sorted(given.split(",")), kind) == (sorted(CAPABILITIES.partition("=")[0].split(",")), "ep")


def test_install_without_capabilities(prefix):
    finished = run_plain(ROOT / "scripts/install", "--prefix", prefix, "--no-capabilities", BINARY)
    assert finished.returncode == 0, finished.stderr
    assert run_plain("/usr/sbin/getcap", prefix / "bin/process-tracer").stdout == ""
    assert run_plain(prefix / "bin/process-tracer", "--version").returncode == 0


def test_install_for_a_group(prefix):
    run_plain(ROOT / "scripts/install", "--prefix", prefix, "--group", "games", BINARY)
    installed = prefix / "bin/process-tracer"
    assert installed.stat().st_mode & 0o7777 == 0o750
    assert installed.group() == "games"
    assert run_plain("/usr/sbin/getcap", installed).stdout


def test_installed_completions_know_the_verbs(prefix):
    run_plain(ROOT / "scripts/install", "--prefix", prefix, "--no-capabilities", BINARY)
    scripts = [path for path in (prefix / "share").rglob("*") if path.is_file()]
    assert len(scripts) == 3
    for script in scripts:
        text = script.read_text()
        assert all(word in text for word in ("doctor", "deny-net", "elevate")), script
    bash = next(path for path in scripts if "bash" in str(path))
    complete = f"""source {bash}
COMP_WORDS=(process-tracer do) COMP_CWORD=1 COMP_LINE='process-tracer do' COMP_POINT=17
$(complete -p process-tracer | sed 's/.*-F \\([^ ]*\\).*/\\1/') process-tracer do process-tracer
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    assert subprocess.run(["bash", "-c", complete], capture_output=True, text=True).stdout.split() == ["doctor"]


@pytest.mark.parametrize("arguments", [["--prefix"], ["--no-such-option"]])
def test_install_refuses_what_it_does_not_know(arguments):
    assert run_plain(ROOT / "scripts/install", *arguments).returncode == 64


def test_package_refuses_a_binary_that_needs_other_libraries():
    if "libswiftCore" not in run_plain("ldd", BINARY).stdout:
        pytest.skip("this binary is the one that is shipped")
    finished = run_plain(ROOT / "scripts/package", BINARY)
    assert finished.returncode == 1
    assert "libswiftCore.so" in finished.stderr
