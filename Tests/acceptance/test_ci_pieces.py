"""What the action and the template do: their scripts, and their YAML."""

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import BINARY, IN_NAMESPACE, ROOT, clean_environment

CI = ROOT / "scripts/ci"
REQUEST = {"GITHUB_BASE_REF": "main"}


def script(name: str, *arguments: object, code: int = 0, **options) -> subprocess.CompletedProcess:
    environment = clean_environment() | {"PROCESS_TRACER_BINARY": str(BINARY)} | options.pop("environment", {})
    done = subprocess.run(
        [*options.pop("prefix", []), CI / name, *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env=environment, **options,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done


def git(directory: Path, *arguments: object) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", "-C", directory, *identity, *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture
def change(tmp_path) -> Path:
    """A clone whose change allows itself everything; the base branch denies `false` in a file that it extends."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q")
    (origin / ".process-tracer.yml").write_text("version: 1\nextends: [rules.yml]\n")
    (origin / "rules.yml").write_text("version: 1\nprocesses: { deny: [sleep] }\n")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "policy")
    git(tmp_path, "clone", "-q", f"file://{origin}", "clone")
    clone = tmp_path / "clone"
    (clone / ".process-tracer.yml").write_text("version: 1\n")
    (clone / "rules.yml").write_text("version: 1\n")
    git(clone, "commit", "-qam", "allow everything")
    return clone


def gate(change: Path, command: str, code: int, environment: dict[str, str]) -> dict:
    policy = script("base-policy", cwd=change, environment=environment).stdout.strip()
    reports = change / "build/process-tracer"
    script("run", "--reports", reports, "--policy", policy, "--", command, cwd=change, prefix=IN_NAMESPACE, code=code)
    assert {"junit.xml", "report.html", "report.sarif", "codequality.json", "run.jsonl"} <= set(os.listdir(reports))
    return json.loads((reports / "verdict.json").read_text())


def test_a_request_is_judged_by_the_base_branchs_policy(change):
    verdict = gate(change, "sleep 0; sleep 0", 120, REQUEST)
    assert [violation["rule"]["text"] for violation in verdict["violations"]] == ["sleep"]
    assert all(not policy["path"].startswith(str(change)) for policy in verdict["policy"])


def test_elsewhere_the_trees_own_policy_holds(change):
    assert gate(change, "sleep 0; sleep 0", 0, {})["violations"] == []


def test_the_command_fails_as_it_would_alone(change):
    assert gate(change, "false | true; echo $HOME >/dev/null; exit 3", 1, {})["commandExitCode"] == 1


def test_a_base_branch_without_a_policy_says_so(change):
    done = script("base-policy", "--policy", "none.yml", cwd=change, environment=REQUEST)
    assert Path(done.stdout.strip()).read_text() == "version: 1\n" and "main has no none.yml" in done.stderr


def test_a_change_cannot_bring_the_first_policy(change):
    """Where the base branch has none, the defaults hold: what the tree says of itself is not looked for."""
    (change / "first.yml").write_text("version: 1\nnetwork: { allow: [any] }\n")
    (change / ".process-tracer.yml").write_text("version: 1\nnetwork: { allow: [any] }\n")
    policy = script("base-policy", "--policy", "first.yml", cwd=change, environment=REQUEST).stdout.strip()
    options = ["--reports", change / "reports", "--policy", policy]
    script("run", *options, "--", "(exec 3<>/dev/tcp/203.0.113.9/443) || true", cwd=change, prefix=IN_NAMESPACE, code=120)


def test_a_base_branch_that_is_not_there_fails(change):
    script("base-policy", "--base", "none", cwd=change, code=128)


@pytest.fixture
def release(tmp_path) -> Path:
    directory = tmp_path / "release"
    directory.mkdir()
    binary = directory / f"process-tracer-linux-{platform.machine()}"
    binary.write_text("#!/bin/sh\necho released\n")
    digest = hashlib.sha256(binary.read_bytes()).hexdigest()
    binary.with_name(binary.name + ".sha256").write_text(f"{digest}  {binary.name}\n")
    return directory


def test_installs_a_release(release, tmp_path):
    path_file = tmp_path / "path"
    to = tmp_path / "bin"
    script("install", "--from", release.as_uri(), "--to", to, environment={"GITHUB_PATH": str(path_file)})
    assert subprocess.run([to / "process-tracer"], capture_output=True, text=True).stdout == "released\n"
    assert path_file.read_text() == f"{to}\n"


def test_refuses_what_is_not_the_release(release, tmp_path):
    (release / f"process-tracer-linux-{platform.machine()}").write_text("forged")
    done = script("install", "--from", release.as_uri(), "--to", tmp_path / "bin", code=1)
    assert "is not what its .sha256 says" in done.stderr and not (tmp_path / "bin").exists()


def test_annotates_a_buildkite_build(tool, tmp_path):
    agent = tmp_path / "buildkite-agent"
    agent.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/arguments\ncat >{tmp_path}/annotation\n')
    agent.chmod(0o755)
    finished = tool("test", "sh", "-c", "sleep 0; exit 0", options=["--deny-run", "sleep"], code=120)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    script("buildkite-annotate", finished.reports / "run.jsonl", "--deny-run", "sleep", environment=environment)
    assert (tmp_path / "arguments").read_text() == "annotate --context process-tracer --style error\n"
    assert "sleep" in (tmp_path / "annotation").read_text()


@pytest.mark.parametrize("name", ["install", "base-policy", "run"])
def test_wrong_usage_says_what_is_known(name, tmp_path):
    assert "are known" in script(name, "--nothing", code=64, cwd=tmp_path).stderr


def test_the_yaml_is_sound(tmp_path):
    def check(*arguments: object) -> None:
        done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    check("yamllint", "--strict", "action.yml", "templates")
    check("check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    # The inputs are a document of their own, which the schema does not know; they are checked below.
    inputs, jobs = yaml.safe_load_all((ROOT / "templates/process-tracer.yml").read_text())
    (tmp_path / "jobs.yml").write_text(yaml.safe_dump(jobs))
    check("check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", tmp_path / "jobs.yml")
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", yaml.safe_dump(jobs)))
    assert used == set(inputs["spec"]["inputs"])


def test_no_input_of_the_action_becomes_part_of_a_script():
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)
    assert any("scripts/ci/run" in step.get("run", "") for step in steps)
