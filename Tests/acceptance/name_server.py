"""A real resolver in the world of `Internet`, and questions of any bytes to it."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager

from internet import Internet

# 255 octets on the wire.
LONGEST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])

DNSMASQ = [
    "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--log-facility=-",
    "--user=root", "--listen-address=203.0.113.54,2001:db8:9::54", "--bind-interfaces", "--edns-packet-max=512",
    "--pid-file=", "--host-record=api.example.com,203.0.113.9,2001:db8:9::9",
    "--address=/gone.example.com/", "--cname=www.example.com,edge.example.net", "--cname=edge.example.net,far.example.net",
    "--host-record=far.example.net,203.0.113.9,2001:db8:9::9", f"--host-record={LONGEST},203.0.113.9,2001:db8:9::9",
]  # fmt: skip


@contextmanager
def resolver(internet: Internet):
    """dnsmasq in the world, ready."""
    process = subprocess.Popen([*internet.world, *DNSMASQ], stderr=subprocess.PIPE, text=True)
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if "cleared cache" in line or "started" in line:
                break
        assert process.poll() is None, said
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


# Arguments: a seed, how many.
QUESTIONS = """
import random, socket, sys
random.seed(int(sys.argv[1]))
server, asking = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
asking.connect(("203.0.113.54", 53))
question = bytes.fromhex("0001010000010000000000000361706907") + b"example\\x03com\\0\\0\\1\\0\\1"
asking.settimeout(0.2)
for _ in range(int(sys.argv[2])):
    message = bytearray(question)
    for _ in range(random.randrange(4)):
        message[random.randrange(len(message))] = random.choice((0, 1, 63, 64, 192, 255, random.randrange(256)))
    asking.send(bytes(message[:random.randrange(1, len(message) + 1)] if random.random() < 0.2 else message))
asking.close()
"""
