"""Names that are asked for once each, and connected to at once: `name-race` and the resolver that it asks."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

from internet import Internet

SERVER = "203.0.113.54"
PORT = 8443
ALLOWED = "*.allowed.example"

# aI.allowed.example is 2001:db8:a::I, dI.denied.example is 2001:db8:b::I; who connects there is taken.
_RESOLVER = r"""
import ipaddress, socket, sys, threading

def answer(question):
    label = question[13:13 + question[12]].decode()
    network = {"a": "2001:db8:a::", "d": "2001:db8:b::"}[label[0]]
    address = (ipaddress.IPv6Address(network) + int(label[1:])).packed
    return (question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:] + b"\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10" + address)

def datagrams(server):
    while True:
        question, peer = server.recvfrom(512)
        server.sendto(answer(question), peer)

def stream(client):
    "The length of an answer goes in a segment of its own."
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while length := client.recv(2, socket.MSG_WAITALL):
        message = answer(client.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
        client.send(len(message).to_bytes(2, "big"))
        client.send(message)

def streams(server):
    while True:
        threading.Thread(target=stream, args=(server.accept()[0],), daemon=True).start()

def take(server):
    while True:
        server.accept()[0].close()

asked = (socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM))
datagram, listener = asked
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
for server in (datagram, listener):
    server.bind((sys.argv[1], 53))
listener.listen(64)
target = socket.create_server(("::", int(sys.argv[2])), family=socket.AF_INET6, backlog=1024)
for body, server in ((datagrams, datagram), (streams, listener), (take, target)):
    threading.Thread(target=body, args=(server,), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""

_ROUTES = "for net in a b; do ip -6 route add local 2001:db8:$net::/48 dev lo; done"


@contextmanager
def race_resolver(internet: Internet):
    subprocess.run([*internet.world, "sh", "-e", "-c", _ROUTES], check=True)
    process = subprocess.Popen(
        [*internet.world, sys.executable, "-c", _RESOLVER, SERVER, str(PORT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.stdin.close()
        process.wait(timeout=10)
