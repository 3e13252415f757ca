"""given.py KIND COMMAND...: runs a command whose descriptor 3 is a socket that was made, or is passed, by others."""

import array
import os
import socket
import sys

TARGET = ("203.0.113.9", 443)


def made(kind: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind.startswith("udp") else socket.SOCK_STREAM)
    if kind.endswith("connected"):
        made.connect(TARGET)
    return made


kind, command = sys.argv[1], sys.argv[2:]
if kind.startswith("pass-"):
    descriptor, other = socket.socketpair()
    if os.fork() == 0:
        passed = made(kind.removeprefix("pass-"))
        other.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [passed.fileno()]))])
        os._exit(0)
else:
    descriptor = made(kind)
os.dup2(descriptor.fileno(), 3)
os.set_inheritable(3, True)
os.execvp(command[0], command)
