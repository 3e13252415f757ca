"""Plays a test runner: marked.py RUNNER SAMPLE OUT SUITE|NAME|WHAT...; WHAT is `spawn`, `connect` or `nothing`."""

import pathlib
import shutil
import socket
import subprocess
import sys

LEVEL, BEGIN, END = 0x70747261, 1, 4
any_socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
runner, sample, out, *tests = sys.argv[1:]

for test in tests:
    suite, name, what = test.split("|")
    any_socket.setsockopt(LEVEL, BEGIN, f"{name}\nrunner={runner}\nsuite={suite}".encode())
    if what == "spawn":
        subprocess.run(["/bin/true", name], check=True)
    elif what == "connect":
        with socket.socket() as visitor:
            visitor.connect_ex(("203.0.113.9", 443))
    any_socket.setsockopt(LEVEL, END, b"passed")
pathlib.Path(out).parent.mkdir(parents=True, exist_ok=True)
shutil.copyfile(sample, out)
