"""Marks two tests; each connects to a port of its own: example.py PORT PORT."""

import socket
import sys

# marker
LEVEL, BEGIN, END = 0x70747261, 1, 4
any_socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def mark(verb, text):
    try:
        any_socket.setsockopt(LEVEL, verb, text.encode())
    except OSError:
        pass  # there is no tracer
# marker


for name, port in zip(["example::first", "example::second"], sys.argv[1:]):
    mark(BEGIN, name)
    with socket.socket() as visitor:
        visitor.connect_ex(("127.0.0.1", int(port)))
    mark(END, "passed")
