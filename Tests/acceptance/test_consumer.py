"""A package that depends on this one by URL, for the assertion module, on a machine that has nothing else."""

import json
import os
import resource
import shutil
import subprocess

import pytest
from conftest import FIXTURES, ROOT, clean_environment

# What building the tool needs and using the module must not.
HIDDEN = [
    "libbpf-dev", "libelf-dev", "libyaml-dev", "libmd-dev", "zlib1g-dev", "libexpat1-dev", "libcapstone-dev",
    "libssl-dev", "libhttp-parser-dev", "libnanopb-dev",
]  # fmt: skip


@pytest.fixture(scope="module")
def consumer(tmp_path_factory):
    """The built package: its directory, the build's output, the processor seconds it took."""
    directory = tmp_path_factory.mktemp("consumer")
    clone, package = directory / "process-tracer", directory / "consumer"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True)
    shutil.copytree(FIXTURES / "consumer", package, ignore=shutil.ignore_patterns(".build*"))
    environment = clean_environment() | {
        "PROCESS_TRACER_CLONE": clone.as_uri(), "PROCESS_TRACER_REVISION": revision.stdout.strip(),
        "HIDDEN": "\n".join(hidden_files()),
    }  # fmt: skip
    # An empty file over each of them, in a mount namespace that ends with the build.
    script = 'echo "$HIDDEN" | while read -r file; do mount --bind /dev/null "$file"; done && exec swift build'
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    built = subprocess.run(
        ["unshare", "-m", "sh", "-ec", script], cwd=package, env=environment, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = built.stdout + built.stderr
    assert built.returncode == 0, output
    return package, output, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def hidden_files() -> list[str]:
    listed = subprocess.run(["dpkg", "-L", *HIDDEN], check=True, capture_output=True, text=True).stdout.split()
    files = [path for path in set(listed) if path.endswith((".h", ".a", ".pc")) and os.path.isfile(path)]
    assert any(path.endswith("libbpf.h") for path in files)
    return files


def test_the_module_builds_fast_and_says_nothing(consumer):
    package, output, seconds = consumer
    assert "warning:" not in output
    assert seconds < 30
    run = subprocess.run([package / ".build/debug/Consumer"], check=True, capture_output=True, text=True)
    assert run.stdout.startswith("process-tracer ")


def test_at_most_three_pins_are_added(consumer):
    package, _, _ = consumer
    pins = json.loads((package / "Package.resolved").read_text())["pins"]
    assert {pin["identity"] for pin in pins} == {"process-tracer", "swift-argument-parser"}
