"""`--enforce`: what the policy does not allow fails with EPERM in the kernel, is recorded, and is a violation."""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import subprocess
import sys

import pytest
from conftest import IN_NAMESPACE, clean_environment, shell
from internet import Internet
from kernel import children_of
from test_evasions import ROWS, expected, run
from users import UsersTool, a_user

TARGET = "203.0.113.9:443"

# What becomes of each way under enforcement, by the word in its file; without one it is refused in the kernel.
REFUSED, UNREACHABLE = "refused", "unreachable"
NOT_RECORDED = {"capability"}
FILTERED = "filter"  # by the seccomp filter, which counts what was asked for


@pytest.fixture(scope="session")
def internet():
    with Internet() as internet:
        yield internet


def python(script: str) -> list[str]:
    return [sys.executable, "-c", "import socket\n" + script]


@pytest.mark.parametrize("row", ROWS)
def test_every_way_to_the_network(tool, internet, evasions, row):
    record = expected(row)
    finished = run(tool, internet, evasions, row, "--enforce")
    fate = record.get("enforce", REFUSED)
    answer = finished.truth["errno"]
    protocol = record.get("asks", record["protocol"])
    flows = [flow for flow in finished.run.flows if flow.protocol == protocol]
    if fate == "allowed":
        assert finished.code == 0 and answer != errno.EPERM, finished.explain()
        return
    if fate in NOT_RECORDED:
        assert answer == errno.EPERM and finished.code == 0 and not flows, finished.explain()
        return
    assert finished.code == 120, finished.explain()
    if fate == "question":
        [flow] = [flow for flow in finished.run.flows if flow.destination.endswith(":53")]
        assert (flow.protocol, flow.sent, flow.refused) == ("udp", 0, 1) and answer == errno.EPERM
        return
    if fate == FILTERED:
        [flow] = flows
        process = finished.run.by_namespace_pid(finished.truth["pid"])
        assert (flow.attempts, flow.sent, flow.refused) == (1, 0, 1) and answer == errno.EPERM
        assert flow.process_identity == process.identity
        [violation] = finished.verdict["violations"]
        assert (violation["result"], violation["count"]) == ("refused (EPERM)", 1)
        assert violation["destination"]["protocol"] == protocol
        assert finished.run.is_complete, finished.run.end
        return
    # Of a raw or ping socket its failed send tells as well, without the destination.
    [flow] = [flow for flow in flows if flow.destination != "[::]:0" and not flow.destination.endswith(":53")]
    if fate == UNREACHABLE:
        assert (flow.sent, flow.refused) == (0, 0)
        return
    if fate == "reported":
        assert flow.refused == 0 and flow.sent >= 1
        return
    assert fate == REFUSED and answer == errno.EPERM, finished.explain()
    # sendmmsg(2) does not go on behind what was refused.
    assert (flow.sent, flow.refused) == (0, 1)
    [violation] = finished.verdict["violations"]
    assert violation["result"] == "refused (EPERM)"
    assert violation["count"] == 1
    assert finished.run.is_complete, finished.run.end


def test_allowed_denied_and_own_addresses(tool, internet, tmp_path):
    script = """
import json
def attempt(kind, *address):
    s = socket.socket(socket.AF_INET6 if ':' in address[0] else socket.AF_INET, kind)
    s.settimeout(10)
    try:
        if kind == socket.SOCK_STREAM: s.connect(address)
        else: s.sendto(b'x', address)
    except OSError as error: return error.errno
    return 0
tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
print(json.dumps([attempt(tcp, '203.0.113.9', 443), attempt(tcp, '203.0.113.9', 444), attempt(udp, '203.0.113.9', 443),
  attempt(tcp, '2001:db8:9::9', 443), attempt(udp, '2001:db8:9::9', 444), attempt(tcp, '192.0.2.1', 9),
  attempt(tcp, '127.0.0.1', 9), attempt(tcp, '127.0.0.1', 10), attempt(tcp, '2001:db8:1::1', 9)]))
"""
    policy = tmp_path / "policy.yml"
    policy.write_text(
        "version: 1\nmode: enforce\nnetwork:\n"
        '  allow: ["tcp://203.0.113.9:443", "[2001:db8:9::/48]"]\n  deny: ["loopback:10", "udp://any:444"]\n'
    )
    finished = tool("test", *python(script), prefix=internet.prefix, options=["--policy", policy], code=120)
    refused = errno.ECONNREFUSED
    answers = json.loads(finished.stdout)
    assert answers == [0, errno.EPERM, errno.EPERM, 0, errno.EPERM, refused, refused, errno.EPERM, refused]
    assert {flow.destination for flow in finished.run.flows if flow.refused} == {
        "203.0.113.9:444", TARGET, "[2001:db8:9::9]:444", "127.0.0.1:10",
    }  # fmt: skip
    assert "refused (EPERM)" in finished.stderr


def test_own_addresses_are_allowed_unless_denied(tool):
    add = "ip link set lo up; ip addr add 192.0.2.77/32 dev lo; exec \"$@\""
    prefix = ["unshare", "-n", "sh", "-c", add, "sh"]
    connect = python("print(socket.socket().connect_ex(('192.0.2.77', 9)))")
    allowed = tool("test", *connect, prefix=prefix, options=["--enforce"], code=0)
    assert allowed.stdout == b"%d\n" % errno.ECONNREFUSED
    denied = tool("test", *connect, prefix=prefix, options=["--enforce", "--deny-net", "self"], code=120)
    assert denied.stdout == b"%d\n" % errno.EPERM


def test_names_of_unix_sockets_are_refused_by_their_beginning(tool, tmp_path):
    """`/*` is about one directory, `/**` about all below it; what no rule denies is let through."""
    script = """
import json, os, sys
directory = sys.argv[1]
os.makedirs(f'{directory}/flat/deeper'); os.makedirs(f'{directory}/deep/deeper')
answers = {}
for name in ('flat/a', 'flat/deeper/a', 'flatter', 'deep/a', 'deep/deeper/a', 'one', 'one-more'):
    path = f'{directory}/{name}'
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); datagrams.bind(path)
    try: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', path); sent = 0
    except OSError as error: sent = error.errno
    datagrams.close(); os.unlink(path)
    server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen()
    answers[name] = (socket.socket(socket.AF_UNIX).connect_ex(path), sent)
print(json.dumps(answers))
"""
    denied = ",".join(f"unix:{tmp_path}/s/{name}" for name in ("flat/*", "deep/**", "one"))
    options = ["--enforce", "--deny-net", denied]
    finished = tool("test", *python(script), tmp_path / "s", options=options, code=None)
    hooks = {hook["name"] for hook in finished.run.header["hooks"] if hook["attached"]}
    if not {"cgroup/connect_unix", "cgroup/sendmsg_unix"} <= hooks:
        pytest.skip("this kernel has no hook for unix sockets: Linux 6.7 has the first")
    refused = {"flat/a", "deep/a", "deep/deeper/a", "one"}
    assert finished.code == 120, finished.explain()
    for name, answer in finished.truth.items():
        assert answer == ([errno.EPERM] * 2 if name in refused else [0, 0]), name
    flows = {flow.destination: flow.refused for flow in finished.run.flows if flow.refused}
    assert flows.keys() == {f"unix:{tmp_path}/s/{name}" for name in refused}
    violations = {each["destination"]["text"]: each["count"] for each in finished.verdict["violations"]}
    assert violations.keys() == flows.keys()


def test_resolving_by_connected_sockets_is_no_violation(tool, internet):
    """getaddrinfo connects UDP sockets to sort addresses and sends nothing."""
    script = "s = socket.socket(type=socket.SOCK_DGRAM); print(s.connect_ex(('203.0.113.9', 443)))"
    finished = tool("test", *python(script), prefix=internet.prefix, options=["--enforce"])
    assert finished.stdout == b"0\n"
    assert finished.verdict["violations"] == []


def test_counts_are_exact_when_the_ring_is_full(tool, internet):
    script = """
for _ in range(3000):
    s = socket.socket(); assert s.connect_ex(('203.0.113.9', 443)) == 1; s.close()
s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('203.0.113.9', 443))
for _ in range(2000):
    try: s.send(b'x')
    except PermissionError: pass
"""
    finished = tool(
        "test", *python(script), prefix=internet.prefix, options=["--enforce"], code=120,
        environment={"PROCESS_TRACER_TEST_RING_BYTES": "4096"},
    )  # fmt: skip
    counts = {flow.protocol: (flow.attempts, flow.sent, flow.refused) for flow in finished.run.flows}
    assert counts == {"tcp": (3000, 0, 3000), "udp": (0, 0, 2000)}
    assert {violation["count"] for violation in finished.verdict["violations"]} == {3000, 2000}


def test_others_on_the_machine_are_not_refused(tool, internet):
    reach = python("s = socket.socket(); s.settimeout(10); print(s.connect_ex(('203.0.113.9', 443)), flush=True)")
    script = "echo started; read line"
    arguments, _ = tool.arguments("test", shell(script), ["--enforce"])
    process = subprocess.Popen(
        [*internet.prefix, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environment(),
    )
    assert process.stdout.readline() == b"started\n"
    beside = subprocess.run([*internet.prefix, *reach], capture_output=True)
    process.communicate(b"\n")
    assert (beside.stdout, process.returncode) == (b"0\n", 0)


def test_a_namespace_of_its_own_reaches_itself(tool, internet):
    """The connect hook does not know which addresses are this namespace's: its packets tell."""
    script = """
import json, subprocess
subprocess.run('ip link set lo up; ip addr add 198.51.100.1/32 dev lo', shell=True, check=True)
def attempt(host):
    s = socket.socket(); s.settimeout(0.5)
    try: return s.connect_ex((host, 9))
    except OSError as error: return str(error)
print(json.dumps([attempt('198.51.100.1'), attempt('127.0.0.1')]))
"""
    command = ["unshare", "--user", "--map-root-user", "--net", *python(script)]
    finished = tool("test", *command, prefix=internet.prefix, options=["--enforce"])
    assert json.loads(finished.stdout) == [errno.ECONNREFUSED] * 2


def wait_for_end(pidfds: list[int]) -> None:
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], 20)[0], "a process of the session is alive"
        os.close(pidfd)


def session_of(tool, options: list = ["--enforce"], prefix: list = []) -> tuple[subprocess.Popen, list[int]]:
    """A run with a command, and a daemon that left its process group and its parents."""
    script = "(setsid sh -c 'echo $$; exec sleep 300' &); echo $$; exec sleep 300"
    arguments, _ = tool.arguments("test", shell(script), options)
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment(), cwd=tool.directory,
        start_new_session=True,
    )  # fmt: skip
    return process, [os.pidfd_open(int(process.stdout.readline())) for _ in range(2)]


def test_session_dies_with_the_tool(tool):
    process, pidfds = session_of(tool)
    process.kill()
    wait_for_end(pidfds)
    process.communicate()


def test_session_dies_with_its_guard(tool):
    process, pidfds = session_of(tool)
    own = os.readlink(f"/proc/{process.pid}/exe")
    sessions = {pid: os.getsid(pid) for pid in children_of(process.pid) if os.readlink(f"/proc/{pid}/exe") == own}
    [guard] = [pid for pid in sessions if f"pid:\t{process.pid}" in pidfds_of(pid)]
    os.kill(guard, signal.SIGKILL)
    wait_for_end(pidfds)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGKILL
    assert b"the process that guards the session was killed" in errors


def pidfds_of(pid: int) -> str:
    """What the descriptors of a process say of the processes that they are of."""
    texts = []
    for name in os.listdir(f"/proc/{pid}/fdinfo"):
        with open(f"/proc/{pid}/fdinfo/{name}") as info:
            texts.append(info.read().replace("Pid:", "pid:"))
    return "\n".join(texts)


def test_nothing_goes_on_unrefused_after_the_run(tool, hostile, tmp_path):
    finished = tool("test", hostile / "daemon", 30, tmp_path / "lived", options=["--enforce"])
    assert finished.run.by_namespace_pid(finished.truth["daemon"]).signal == signal.SIGKILL


def test_what_the_command_may_not_have(tool):
    finished = tool("test", "grep", "-E", "Cap|NoNewPrivs|Seccomp:", "/proc/self/status", options=["--enforce"])
    status = dict(line.split(":\t") for line in finished.stdout.decode().splitlines())
    withheld = sum(1 << bit for bit in (12, 13, 16, 17, 19, 21, 38, 39))
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) & withheld == 0, status
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_the_filter_knows_its_families(tool):
    script = """
import json
answers = {}
for family in range(1, 47):
    try: socket.socket(family, socket.SOCK_DGRAM).close(); answers[family] = 0
    except OSError as error: answers[family] = error.errno
print(json.dumps([family for family, answer in answers.items() if answer != 1]))
"""
    finished = tool("test", *python(script), options=["--enforce"], code=120)
    known = {1, 2, 10, 16, 38}  # unix, inet, inet6, netlink, alg
    assert set(json.loads(finished.stdout)) <= known
    assert sum(flow.refused for flow in finished.run.flows) == len(set(range(1, 47)) - known)


def test_what_the_filter_refuses_is_counted_exactly(tool):
    """Of many threads at once, with signals in the middle: one ends a call that nobody has taken note of."""
    script = """
import signal, threading
refused = []
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
def attempt(count):
    for _ in range(count):
        try: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        except PermissionError: refused.append(1)
        except InterruptedError: pass
threads = [threading.Thread(target=attempt, args=(200,)) for _ in range(8)]
for thread in threads: thread.start()
attempt(400)
for thread in threads: thread.join()
signal.setitimer(signal.ITIMER_REAL, 0)
print(len(refused))
"""
    finished = tool("test", *python(script), options=["--enforce"], code=120)
    refused = int(finished.stdout)
    [flow] = finished.run.flows
    assert refused > 1000 and (flow.protocol, flow.attempts, flow.refused) == ("packet", refused, refused)
    [violation] = finished.verdict["violations"]
    assert violation["count"] == refused
    assert finished.run.is_complete, finished.run.end


def test_what_the_filter_refuses_is_its_test_s(tool):
    script = """
import os
marker = socket.socket(socket.AF_UNIX)
def attempt():
    try: socket.socket(socket.AF_VSOCK)
    except PermissionError: pass
marker.setsockopt(0x70747261, 1, b"t::vsock"); attempt(); marker.setsockopt(0x70747261, 4, b"passed")
if not os.fork(): attempt(); os._exit(0)
os.wait()
"""
    finished = tool("test", *python(script), options=["--enforce"], code=120)
    first, second = finished.run.processes
    assert {(flow.process_identity, flow.test): flow.refused for flow in finished.run.flows} == {
        (first.identity, ("t::vsock", "exact")): 1, (second.identity, None): 1
    }  # fmt: skip


# A filter that allows everything and has a listener, as container managers have: arguments are a command.
UNDER_A_LISTENER = """
import ctypes, fcntl, os, struct, sys
allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(allow)))
libc = ctypes.CDLL(None, use_errno=True)
listener = libc.syscall(317, 1, 8, program)
assert listener >= 0, ctypes.get_errno()
fcntl.fcntl(listener, fcntl.F_SETFD, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the number of seccomp(2)")
def test_what_is_refused_under_another_filter_s_listener_is_said_not_to_be_recorded(tool):
    script = """
try: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
except PermissionError: print('refused')
"""
    prefix = [sys.executable, "-c", UNDER_A_LISTENER]
    finished = tool("test", *python(script), options=["--enforce"], prefix=prefix)
    assert finished.stdout == b"refused\n" and finished.run.flows == []
    assert "refused sockets of other families and io_uring are not recorded" in finished.stderr


def test_io_uring_is_no_violation_where_the_policy_names_it(tool, evasions):
    """A program that asks for it, and does without where it gets none."""
    command = [evasions / "uring-connect"]
    finished = tool("test", *command, options=["--enforce"], prefix=IN_NAMESPACE, code=120)
    [violation] = finished.verdict["violations"]
    assert violation["destination"]["text"] == "io_uring"
    assert "--allow-net io_uring" in finished.stderr
    options = ["--enforce", "--allow-net", "io_uring"]
    finished = tool("test", *command, options=options, prefix=IN_NAMESPACE)
    assert finished.truth["errno"] == errno.EPERM
    assert [(flow.protocol, flow.refused) for flow in finished.run.flows] == [("io_uring", 1)]


@pytest.mark.parametrize(
    "options, said",
    [
        (["--enforce", "--scope", "tests"], "--scope: expected all"),
        (["--enforce", "--allow-net", ",".join(f"203.0.113.9:{port}" for port in range(1, 40, 2))], "16 ranges"),
    ],
)
def test_what_cannot_be_enforced_does_not_start(tool, tmp_path, options, said):
    finished = tool("test", "touch", tmp_path / "ran", options=options, report=False, code=None)
    assert finished.code in (64, 125) and said in finished.stderr, finished.explain()
    assert not (tmp_path / "ran").exists()


def test_everything_is_judged_and_the_harness_has_its_own_rules(tool, internet, tmp_path):
    """A runner's own traffic is refused, too, but where `harness:` allows it."""
    suite = tmp_path / "test_nothing.py"
    suite.write_text("def test_nothing(): pass\n")
    reach = "import socket; print(socket.socket().connect_ex(('203.0.113.9', 443)))"
    script = f'{sys.executable} -c "{reach}"; exec {sys.executable} -m pytest -q -p no:cacheprovider {suite}'
    refused = tool("test", *shell(script), prefix=internet.prefix, options=["--enforce"], code=120)
    assert refused.stdout.startswith(b"1\n")
    assert [violation["result"] for violation in refused.verdict["violations"]] == ["refused (EPERM)"]
    policy = tmp_path / "policy.yml"
    policy.write_text('version: 1\nmode: enforce\nharness: { allow: ["203.0.113.9:443"] }\n')
    allowed = tool("test", *shell(script), prefix=internet.prefix, options=["--policy", policy])
    assert allowed.stdout.startswith(b"0\n")
    assert "which of them holds is judged" in allowed.stderr


@pytest.fixture(scope="module")
def person():
    with a_user(f"enforced-{os.getpid()}", may_sudo=True) as person:
        yield person


@pytest.mark.parametrize("way", ["self-elevation", "sudo", "file capabilities"])
def test_a_users_run_is_enforced_and_dies_with_either_process(person, way):
    users_tool = UsersTool(person, way, person.directory("work"))
    reach = ["/usr/bin/python3", *python("print(socket.socket().connect_ex(('203.0.113.9', 443)))")[1:]]
    finished = users_tool("test", *reach, options=["--enforce"], prefix=IN_NAMESPACE, code=120)
    assert finished.stdout == b"1\n"
    frame = ["/usr/bin/python3", *python("socket.socket(socket.AF_PACKET, socket.SOCK_RAW)")[1:]]
    finished = users_tool("test", *frame, options=["--enforce"], code=1)
    assert [(flow.protocol, flow.refused) for flow in finished.run.flows] == [("packet", 1)]
    process, pidfds = session_of(users_tool)
    victim = process.pid if way != "sudo" else children_of(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    wait_for_end(pidfds)
    process.communicate(timeout=20)
