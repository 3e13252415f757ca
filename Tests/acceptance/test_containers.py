"""Inside containers: with the three capabilities everything, without them one line that says what to add."""

import errno
import json
import sys
from pathlib import Path

import pytest
from conftest import BINARY, run_plain, shell
from test_bad_places import complaint
from test_completeness import assert_all_there

THREE = "+bpf,+perfmon,+net_admin"
FILTER = Path(__file__).with_name("without_bpf.py")


def container(capabilities: str, setup: str = ":") -> list[str]:
    """Namespaces as of a container, cgroup v2 read-only, root with these capabilities alone."""
    script = f"""set -e
umount -R /sys/fs/cgroup
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 -o ro cgroup2 /sys/fs/cgroup
{setup}
exec setpriv --inh-caps=-all --bounding-set=-all{"," + capabilities if capabilities else ""} -- "$@"
"""
    return ["unshare", "-Cpm", "--fork", "--mount-proc", "sh", "-c", script, "sh"]


KINDS = {
    "docker": ({}, ":", "docker run --cap-add BPF --cap-add PERFMON --cap-add NET_ADMIN", "--security-opt seccomp="),
    "podman": ({}, "podman", "podman run --cap-add BPF", "podman run --security-opt seccomp="),
    "github": ({"GITHUB_ACTIONS": "true"}, "podman", "options: --cap-add BPF", "options: --security-opt seccomp="),
    "gitlab": ({"GITLAB_CI": "true"}, "podman", 'cap_add = ["BPF"', 'security_opt = ["seccomp='),
    "kubernetes": (
        {"KUBERNETES_SERVICE_HOST": "192.0.2.1"},
        ":",
        "capabilities: { add: [BPF, PERFMON, NET_ADMIN] }",
        "seccompProfile: { type: Unconfined }",
    ),
}
MARKS = {"podman": "mount -t tmpfs tmpfs /run; : >/run/.containerenv", ":": ":"}


@pytest.fixture(params=KINDS)
def kind(request) -> tuple[dict, str, str, str]:
    environment, mark, capabilities, no_filter = KINDS[request.param]
    return environment, MARKS[mark], capabilities, no_filter


def test_processes_are_complete_without_a_session_cgroup(tool, workloads):
    finished = tool("test", workloads / "spawn-parallel", 200, prefix=container(THREE))
    assert_all_there(finished)
    assert "no cgroup could be made" in finished.stderr


def test_a_send_behind_the_end_of_a_connection_goes_nowhere(tool):
    code = """
import socket, struct
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
accepted, peer = server.accept()
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
client.close()  # with a reset
for _ in range(2):
    try:
        accepted.send(b"late")
    except OSError:
        pass
print(peer[1])
"""
    finished = tool("test", sys.executable, "-c", code, prefix=container(THREE))
    reached = {flow.destination for flow in finished.run.flows}
    assert f"127.0.0.1:{int(finished.stdout)}" not in reached
    assert len([flow for flow in finished.run.flows if flow.protocol == "tcp"]) == 1


@pytest.mark.parametrize(
    "workload", [["tcp-connect", 50], ["udp-send", 200, 5], ["udp-send", 200, 5, "--mode", "connect"]], ids=str
)
def test_flows_are_the_same_as_outside(tool, workloads, workload):
    program, *arguments = workload

    def flows(prefix: list[str]) -> list:
        finished = tool("test", workloads / program, *arguments, prefix=prefix)
        assert finished.run.is_complete
        kept = ("attempts", "established", "failed", "sent", "bytes_sent", "bytes_received")
        return sorted([each.get(key) for key in kept] for each in flow_records(finished))

    assert flows(container(THREE)) == flows([])


def flow_records(finished) -> list[dict]:
    lines = (finished.reports / "run.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["type"] == "flow"]


def test_leaked_processes_are_killed_without_a_session_cgroup(tool, hostile):
    finished = tool("trace", *shell("sleep 60 & :"), options=["--kill-leaked"], prefix=container(THREE), timeout=30)
    assert len(finished.run.processes) == 2


def test_violations_are_found(tool):
    finished = tool("test", *shell("ls; :"), options=["--deny-run", "ls"], prefix=container(THREE), code=120)
    assert "ran ls" in finished.stderr


def test_doctor_says_what_is_less(tool):
    finished = run_plain(*container(THREE), BINARY, "doctor")
    assert finished.returncode == 0, finished.stdout
    assert "degraded  session cgroup" in finished.stdout


def test_without_capabilities_the_line_that_adds_them(tool, tmp_path, kind):
    environment, mark, line, _ = kind
    marker = tmp_path / "ran"
    finished = tool("test", "touch", marker, prefix=container("", mark), environment=environment, code=125)
    assert line in complaint(finished)
    assert not marker.exists()
    assert line in run_plain(*container("", mark), "env", *pairs(environment), BINARY, "doctor").stdout


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOSYS], ids=["EPERM", "ENOSYS"])
def test_without_bpf_the_line_that_lifts_the_filter(tool, tmp_path, kind, code):
    environment, mark, _, line = kind
    marker = tmp_path / "ran"
    prefix = [*container(THREE, mark), sys.executable, FILTER, code]
    finished = tool("test", "touch", marker, prefix=list(map(str, prefix)), environment=environment, code=125)
    assert line in complaint(finished) and "seccomp" in complaint(finished)
    assert not marker.exists()


def test_user_namespace_is_named(tool, tmp_path):
    finished = tool("test", "touch", tmp_path / "ran", prefix=["unshare", "-r"], code=125)
    assert "user namespace" in complaint(finished)
    assert not (tmp_path / "ran").exists()


def pairs(environment: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in environment.items()]
