"""What every event of the suite belongs to, as the suite itself knows it."""

import itertools
import json
import os
import socket
import subprocess
import sys
import threading

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_numbers = itertools.count(10_000 + 5_000 * _worker)
_file = os.open(os.environ.get("TRUTH", os.devnull), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)


def note(owner):
    """A number for one event of an owner: a test's node id, or a fixture's."""
    number = next(_numbers)
    os.write(_file, (json.dumps({"number": number, "owner": owner}) + "\n").encode())
    return number


def visit(owner):
    with socket.socket() as visitor:
        visitor.connect_ex(("127.0.0.1", note(owner)))


def spawn(owner):
    subprocess.run(["/bin/true", "event-%d" % note(owner)], check=True)


def start_late(owner):
    """A process whose child connects only when its input ends."""
    code = "import socket,subprocess,sys;sys.stdin.read();subprocess.run(sys.argv[1:])"
    visitor = "import socket;socket.socket().connect_ex(('127.0.0.1', %d))" % note(owner)
    return subprocess.Popen([sys.executable, "-S", "-c", code, sys.executable, "-S", "-c", visitor], stdin=subprocess.PIPE)


def in_thread(body, *arguments):
    thread = threading.Thread(target=body, args=arguments)
    thread.start()
    thread.join()
