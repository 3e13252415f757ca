import subprocess

import pytest


def test_runs_true():
    assert subprocess.run(["/bin/true"]).returncode == 0


@pytest.mark.parametrize("code", [0, 3], ids=["success (zero)", "failure [three]"])
def test_shell_exit_code(code):
    assert subprocess.run(["sh", "-c", f"/bin/true; exit {code}"]).returncode == code


def test_git_version():
    output = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout
    assert output.startswith("git version")
