"""Much that is sent to one destination is counted beside the flow table: as exactly, and for whom it is."""

import sys

import pytest
from internet import Internet
from name_server import resolver

SOCKETS = """
import os, socket, sys
def receiver():
    r = socket.socket(type=socket.SOCK_DGRAM); r.bind(("127.0.0.1", 0)); r.settimeout(20)
    return r
def send(sender, count, to, text=b"12345"):
    for _ in range(count): sender.sendto(text, to.getsockname())
"""


def python(script: str) -> list[str]:
    return [sys.executable, "-c", SOCKETS + script]


@pytest.mark.parametrize("mode", ["sendto", "sendmsg", "sendmmsg", "connect"])
@pytest.mark.parametrize("family", ["v4", "v6", "mapped"])
def test_a_flood_is_one_flow(tool, workloads, mode, family):
    finished = tool("test", workloads / "udp-send", 50_000, 1, "--mode", mode, "--family", family)
    [(destination, (datagrams, size))] = finished.truth["to"].items()
    [flow] = finished.run.flows
    assert flow.destination == destination
    # A connected socket has no attempts, but an IPv6 one whose peer is an IPv4 address.
    attempts = 0 if mode == "connect" and family != "mapped" else datagrams
    assert (flow.attempts, flow.sent) == (attempts, datagrams)
    assert (flow.packets_sent, flow.bytes_sent) == (datagrams, size)
    assert finished.run.is_complete


def test_a_flood_to_many(tool, workloads):
    finished = tool("test", workloads / "udp-send", 20_000, 20)
    counts = {flow.destination: [flow.sent, flow.bytes_sent] for flow in finished.run.flows}
    assert counts == finished.truth["to"]


def test_more_busy_sockets_than_there_are_places(tool):
    """1,100 sockets to one receiver are one flow, whoever counts."""
    script = """
to = receiver()
sockets = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(1100)]
for sender in sockets: send(sender, 100, to)
"""
    finished = tool("test", "sh", "-c", 'ulimit -n 4096 && exec "$@"', "sh", *python(script))
    [flow] = finished.run.flows
    assert (flow.attempts, flow.sent, flow.bytes_sent) == (110_000, 110_000, 550_000)


def test_answers_are_counted_to_a_busy_flow(tool):
    script = """
server, client = receiver(), receiver()
for _ in range(300):
    client.sendto(b"question", server.getsockname())
    server.sendto(b"answer", server.recvfrom(100)[1])
    client.recv(100)
print(server.getsockname()[1])
"""
    finished = tool("test", *python(script))
    counts = {
        flow.destination.endswith(f":{int(finished.stdout)}"): (
            flow.attempts, flow.sent, flow.bytes_sent, flow.packets_received, flow.bytes_received
        )
        for flow in finished.run.flows
    }  # fmt: skip
    # The server's first question is no answer to anything.
    assert counts == {True: (300, 300, 2400, 300, 1800), False: (300, 300, 1800, 299, 2392)}


def test_each_sends_for_himself_on_a_shared_socket(tool):
    """Parent and child take turns, also where each has sent enough to be known."""
    script = """
to, sender = receiver(), socket.socket(type=socket.SOCK_DGRAM)
ready, go = os.pipe(), os.pipe()
if not os.fork():
    for turn in range(5):
        os.read(go[0], 1); send(sender, 150 + turn, to); os.write(ready[1], b"x")
    os._exit(0)
for turn in range(5):
    send(sender, 200 + turn, to); os.write(go[1], b"x"); os.read(ready[0], 1)
os.wait()
"""
    finished = tool("test", *python(script))
    counts = {flow.process_identity: (flow.attempts, flow.sent) for flow in finished.run.flows}
    parent, child = finished.run.processes
    assert counts == {parent.identity: (1010, 1010), child.identity: (760, 760)}


def test_threads_that_flood_at_once_on_one_socket_lose_no_count(tool):
    """The kernel's system calls run side by side, even those of Python's threads."""
    script = """
import threading
to, sender = receiver(), socket.socket(type=socket.SOCK_DGRAM)
threads = [threading.Thread(target=send, args=(sender, 20000, to)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    finished = tool("test", *python(script))
    [flow] = finished.run.flows
    assert (flow.attempts, flow.sent, flow.bytes_sent) == (80_000, 80_000, 400_000)


def test_each_test_has_what_it_sent_on_a_socket_that_they_share(tool):
    script = """
marker, to, sender = socket.socket(socket.AF_UNIX), receiver(), socket.socket(type=socket.SOCK_DGRAM)
def mark(verb, text): marker.setsockopt(0x70747261, verb, text)
send(sender, 1000, to)
for number in range(4):
    mark(1, b"t::%d" % number)
    send(sender, 100 + number, to)
    mark(4, b"passed")
    send(sender, 10, to)
"""
    finished = tool("test", *python(script))
    counts = {flow.test and flow.test[0]: (flow.attempts, flow.sent) for flow in finished.run.flows}
    assert counts == {None: (1040, 1040), **{f"t::{number}": (100 + number, 100 + number) for number in range(4)}}


def test_a_thread_that_becomes_a_test_s_is_not_taken_for_what_it_was(tool):
    """One thread's marker while another one floods on the same socket."""
    script = """
import threading
marker, to, sender = socket.socket(socket.AF_UNIX), receiver(), socket.socket(type=socket.SOCK_DGRAM)
def mark(verb, text): marker.setsockopt(0x70747261, verb, text)
def work(name, count):
    mark(6, name); send(sender, count, to); mark(10, b"passed")
send(sender, 500, to)
for turn in range(3):
    threads = [threading.Thread(target=work, args=(b"t::%d" % each, 200)) for each in range(2)]
    for thread in threads: thread.start(); thread.join()
    send(sender, 100, to)
"""
    finished = tool("test", *python(script))
    counts = {flow.test and flow.test[0]: 0 for flow in finished.run.flows}
    for flow in finished.run.flows:
        counts[flow.test and flow.test[0]] += flow.attempts
        assert flow.attempts == flow.sent
    assert counts == {None: 800, "t::0": 600, "t::1": 600}


@pytest.mark.parametrize("connects", [False, True])
def test_a_destination_that_is_refused_stays_so(tool, connects):
    script = f"""
sender = socket.socket(type=socket.SOCK_DGRAM)
{'sender.connect(("203.0.113.9", 443))' if connects else ""}
for _ in range(500):
    try: {'sender.send(b"x")' if connects else 'sender.sendto(b"x", ("203.0.113.9", 443))'}
    except PermissionError: pass
"""
    with Internet() as internet:
        finished = tool("test", *python(script), prefix=internet.prefix, options=["--enforce"], code=120)
    [flow] = finished.run.flows
    assert (flow.attempts, flow.sent, flow.refused) == (0 if connects else 500, 0, 500)


@pytest.mark.parametrize("connects", [False, True])
def test_an_allowed_flood_is_counted_exactly_where_it_is_enforced(tool, connects):
    script = f"""
to, sender = receiver(), socket.socket(type=socket.SOCK_DGRAM)
{"sender.connect(to.getsockname())" if connects else ""}
for _ in range(5000): {"sender.send(b'12345')" if connects else "sender.sendto(b'12345', to.getsockname())"}
"""
    finished = tool("test", *python(script), options=["--enforce"])
    [flow] = finished.run.flows
    assert (flow.attempts, flow.sent, flow.refused) == (0 if connects else 5000, 5000, 0)


@pytest.mark.parametrize("connects", [False, True])
def test_a_flood_ends_where_a_denied_name_of_its_destination_is_learnt(tool, connects):
    script = f"""
sender, counts = socket.socket(type=socket.SOCK_DGRAM), [0, 0]
{'sender.connect(("203.0.113.9", 443))' if connects else ""}
def flood(count):
    for _ in range(count):
        try:
            {'sender.send(b"x")' if connects else 'sender.sendto(b"x", ("203.0.113.9", 443))'}
            counts[0] += 1
        except PermissionError:
            counts[1] += 1
        except ConnectionRefusedError: # of the datagram before
            counts[0] += 1
flood(300)
assert socket.getaddrinfo("api.example.com", 443, socket.AF_INET)
flood(200)
print(counts)
"""
    options = ["--enforce", "--allow-net", "any", "--deny-net", "api.example.com"]
    with Internet() as internet, resolver(internet):
        prefix = internet.resolving("203.0.113.54")
        finished = tool("test", *python(script), prefix=prefix, options=options, code=120)
    assert finished.stdout == b"[300, 200]\n"
    [flow] = [flow for flow in finished.run.flows if flow.destination == "203.0.113.9:443"]
    assert (flow.attempts, flow.sent, flow.refused) == (0 if connects else 500, 300, 200)
