"""Marks and the fixture: each test passes or fails as its name says; `phase:` is where, `says:` what the failure has."""

import socket
import subprocess
import threading

import pytest


def attempt(address, port=443):
    with socket.socket() as any_socket:
        any_socket.settimeout(0.2)
        try:
            any_socket.connect((address, port))
        except OSError:
            pass


@pytest.mark.no_egress
def test_passes_on_loopback():
    attempt("127.0.0.1")


@pytest.mark.no_egress
def test_fails_for_egress():
    """phase: call; says: tcp://203.0.113.9:443"""
    attempt("203.0.113.9")


@pytest.mark.no_egress
def test_fails_for_what_a_child_does():
    """phase: call; says: ← python3"""
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.9', 53))"
    subprocess.run(["/bin/sh", "-c", 'python3 -c "$1"; exit 0', "sh", code], stderr=subprocess.DEVNULL)


@pytest.fixture
def reaching():
    attempt("203.0.113.1")
    yield
    attempt("203.0.113.2")


@pytest.fixture
def reaching_late():
    yield
    attempt("203.0.113.3")


@pytest.mark.no_egress
def test_fails_in_setup(reaching):
    """phase: setup; says: tcp://203.0.113.1:443"""


@pytest.mark.no_egress
def test_fails_in_teardown(reaching_late):
    """phase: teardown; says: tcp://203.0.113.3:443"""


@pytest.mark.allow_hosts(["127.0.0.1", "203.0.113.0/24", "::1"])
def test_passes_for_allowed_hosts():
    attempt("127.0.0.1")
    attempt("203.0.113.9")


@pytest.mark.allow_hosts(["203.0.113.0/24"])
def test_fails_for_other_hosts():
    """phase: call; says: tcp://198.51.100.1:443"""
    attempt("203.0.113.9")
    attempt("198.51.100.1")


@pytest.mark.allow_hosts("127.0.0.1")
def test_fails_for_loopback_that_is_not_listed():
    """phase: call; says: tcp://127.0.0.2:443"""
    attempt("127.0.0.1")
    attempt("127.0.0.2")


@pytest.mark.allow_hosts(["api.example.com", "localhost"])
def test_passes_for_allowed_host_names(process_activity):
    attempt("api.example.com")
    attempt("localhost")
    activity = process_activity()
    assert [(lookup.name, lookup.type, lookup.addresses) for lookup in activity.lookups] == [
        ("api.example.com", "A", ["203.0.113.9"])
    ]  # fmt: skip
    assert [connection.names for connection in activity.egress] == [["api.example.com"]]


@pytest.mark.allow_hosts(["other.example.net"])
def test_fails_for_other_host_names():
    """phase: call; says: tcp://203.0.113.9:443 (api.example.com)"""
    attempt("api.example.com")


def look_up(name):
    try:
        socket.getaddrinfo(name, 443, socket.AF_INET)
    except OSError:
        pass


@pytest.mark.allow_hosts(["localhost"])
@pytest.mark.resolves("api.example.com")
@pytest.mark.resolves("*.example.com")
def test_passes_for_names_that_are_asked_for():
    look_up("api.example.com")


@pytest.mark.resolves("www.example.com")
def test_fails_for_a_name_that_nobody_asks_for():
    """phase: call; says: gone.example.com A: no such name"""
    look_up("gone.example.com")


@pytest.mark.allow_hosts(["localhost"])
@pytest.mark.resolves("api.example.com")
def test_fails_without_a_lookup():
    """phase: call; says: expected a lookup of api.example.com, and there was none at all"""


@pytest.mark.spawns("true", times=2)
@pytest.mark.spawns("sh", arguments="-c *", times=1)
@pytest.mark.spawns("true", parent="sh", times=1)
def test_passes_for_programs():
    subprocess.run(["/bin/true"])
    subprocess.run(["/bin/sh", "-c", "/bin/true; exit 0"])


@pytest.mark.spawns("true", times=1)
def test_fails_for_a_program_that_runs_twice():
    """phase: call; says: expected true to run once, but it ran 2 times"""
    subprocess.run(["/bin/true"])
    subprocess.run(["/bin/true"])


@pytest.mark.spawns("git")
def test_fails_for_a_program_that_does_not_run():
    """phase: call; says: expected git to run at least once, but it never ran"""


@pytest.mark.spawns()
def test_fails_for_any_program():
    """phase: call; says: expected no process"""
    subprocess.run(["/bin/true"])


def test_passes_with_its_activity(process_activity):
    subprocess.run(["/bin/sh", "-c", "exit 3"])
    first = process_activity()
    assert [(process.arguments, process.exit_code) for process in first.processes] == [(["/bin/sh", "-c", "exit 3"], 3)]
    with subprocess.Popen(["sleep", "60"]) as sleeping, socket.create_server(("127.0.0.1", 0)) as server:
        attempt(*server.getsockname())
        activity = process_activity()
        assert [process.is_running for process in activity.processes] == [False, True]
        assert activity.listeners[0].local == "%s:%d" % server.getsockname()
        sleeping.kill()
    assert not activity.egress
    assert any(connection.outcome is None or connection.outcome for connection in activity.connections)


@pytest.mark.no_egress
def test_passes_with_a_warning_for_what_is_not_exact():
    thread = threading.Thread(target=attempt, args=("203.0.113.9",))
    thread.start()
    thread.join()


@pytest.mark.no_egress(inexact="fail")
def test_fails_for_what_is_not_exact_where_asked():
    """phase: call; says: known     creator"""
    thread = threading.Thread(target=attempt, args=("203.0.113.9",))
    thread.start()
    thread.join()


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.spawns("not/a/program")
def test_fails_for_what_is_no_program():
    """phase: setup; says: run: expected"""


@pytest.mark.no_egress
@pytest.mark.parametrize("number", range(3))
def test_passes_with_parameters(number):
    attempt("127.0.0.%d" % (number + 1))
