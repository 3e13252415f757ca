"""A network namespace with a route to documentation addresses, behind which another namespace answers.

192.0.2.1 is the machine under test, 203.0.113.9 and 2001:db8:9::9 are the world: whatever TCP or UDP it is sent on
ports 80 and 443 it answers with `pong`. 203.0.113.53 is a nameserver for the rows about forged names, and helps to forge
where a row needs that; 203.0.113.66 is no nameserver that anybody named, and lies.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SERVER = r"""
import selectors, socket, sys
selector = selectors.DefaultSelector()
for family, host in ((socket.AF_INET, "203.0.113.9"), (socket.AF_INET6, "2001:db8:9::9")):
    for kind, port in ((socket.SOCK_STREAM, 443), (socket.SOCK_DGRAM, 443), (socket.SOCK_STREAM, 80)):
        server = socket.socket(family, kind)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        if kind == socket.SOCK_STREAM:
            server.listen(128)
        server.setblocking(False)
        selector.register(server, selectors.EVENT_READ, "accept" if kind == socket.SOCK_STREAM else "datagram")
for host in ("203.0.113.53", "203.0.113.66"):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((host, 53))
    server.setblocking(False)
    selector.register(server, selectors.EVENT_READ, "question")

def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + bytes(1)

def answer(id, question, address):
    return (id + b"\x81\x80\0\1\0\1\0\0\0\0" + question + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"
        + socket.inet_aton(address))

def answers(server, message):
    "What a server says to a question: the truth but for what the first label asks for."
    id, question = message[:2], message[12:]
    other = bytes([id[0], id[1] ^ 1])
    forged = wire("api.example.com") + b"\0\1\0\1"
    if server.getsockname()[0] == "203.0.113.66":
        return [answer(id, question, "203.0.113.9")]
    if question.startswith(wire("unsolicited")[:-1]):
        return [answer(id, question, "203.0.113.77"), answer(id, forged, "203.0.113.9")]
    if question.startswith(wire("another-question")[:-1]):
        return [answer(id, forged, "203.0.113.9")]
    if question == forged:
        return [answer(other, question, "203.0.113.9"), answer(id, question, "203.0.113.77")]
    return [answer(id, question, "203.0.113.77")]

selector.register(sys.stdin, selectors.EVENT_READ, "end")
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        if key.data == "end":
            sys.exit()
        try:
            if key.data == "accept":
                client, _ = key.fileobj.accept()
                client.setblocking(False)
                selector.register(client, selectors.EVENT_READ, "client")
            elif key.data == "question":
                message, peer = key.fileobj.recvfrom(4096)
                for each in answers(key.fileobj, message):
                    key.fileobj.sendto(each, peer)
            elif key.data == "datagram":
                _, peer = key.fileobj.recvfrom(65536)
                key.fileobj.sendto(b"pong", peer)
            elif key.fileobj.recv(65536):
                key.fileobj.send(b"pong")
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()
        except OSError:
            pass
"""

_WORLD = """
ip link set lo up
for address in 9 53 54 66; do ip addr add 203.0.113.$address/32 dev lo; done
ip -6 addr add 2001:db8:9::54/128 dev lo nodad
ip -6 addr add 2001:db8:9::9/128 dev lo nodad
exec "$@"
"""

_SETUP = """
ip link set lo up
ip link add pt0 type veth peer name pt1 netns {world}
ip addr add 192.0.2.1/24 dev pt0
ip -6 addr add 2001:db8:1::1/64 dev pt0 nodad
ip link set pt0 up
nsenter --net=/proc/{world}/ns/net sh -e -c '
  ip addr add 192.0.2.2/24 dev pt1
  ip -6 addr add 2001:db8:1::2/64 dev pt1 nodad
  ip link set pt1 up'
ip route add default via 192.0.2.2
ip -6 route add default via 2001:db8:1::2
"""


class Internet:
    """The two namespaces, alive while the value is in use. `prefix` runs a command on the machine under test."""

    def __enter__(self) -> Internet:
        # Each namespace is that of a process of ours, and goes with it.
        self._machine = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", "echo there; exec cat >/dev/null"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._world = subprocess.Popen(
            ["unshare", "-n", "sh", "-e", "-c", _WORLD, "sh", sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._world.stdout.readline() == b"ready\n"
        assert self._machine.stdout.readline() == b"there\n"
        script = _SETUP.format(world=self._world.pid)
        subprocess.run([*self.prefix, "sh", "-e", "-c", script], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._world, self._machine):
            process.stdin.close()
            process.wait(timeout=10)

    @property
    def prefix(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self._machine.pid}/ns/net"]

    def resolving(self, *nameservers: str, hosts: str = "127.0.0.1 localhost") -> list[str]:
        """Like `prefix`, with a resolv.conf that names these, and this hosts file, in a mount namespace of its own."""
        script = (
            'd=$(mktemp -d); mount -t tmpfs tmpfs "$d"; printf "$1" >"$d/resolv.conf"; printf "$2" >"$d/hosts"; shift 2; '
            'mount --bind "$d/resolv.conf" /etc/resolv.conf; mount --bind "$d/hosts" /etc/hosts; umount -l "$d"; '
            'rmdir "$d"; exec "$@"'
        )
        lines = "".join(f"nameserver {address}\\n" for address in nameservers)
        return [*self.prefix, "unshare", "-m", "sh", "-e", "-c", script, "sh", lines, f"{hosts}\\n"]

    @property
    def world(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self._world.pid}/ns/net"]

    @property
    def directory(self) -> Path:
        return Path(f"/proc/{self._machine.pid}/ns/net")
