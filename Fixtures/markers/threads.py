"""What a thread's test is in every case that the protocol promises; each event has a port of its own.

The last line of output is JSON: {port: [test, level]}, null where no test may be told.
"""

import itertools
import json
import os
import socket
import subprocess
import sys
import threading

LEVEL, BEGIN, PHASE, FIXTURE, END, ADOPT, THREAD, RESUME = 0x70747261, 1, 2, 3, 4, 5, 6, 7
VERSION, TOKEN, CONTEXT = 1, 2, 3
any_socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
expected = {}
ports = itertools.count(20001)  # next() is atomic


def mark(verb, value=""):
    any_socket.setsockopt(LEVEL, verb, value if isinstance(value, int) else value.encode())


def token():
    return any_socket.getsockopt(LEVEL, TOKEN)


def next_port(test, level):
    port = next(ports)
    expected[port] = [test, level] if test else None
    return port


def visit(test, level="exact"):
    with socket.socket() as visitor:
        visitor.connect_ex(("127.0.0.1", next_port(test, level)))


def child(test, level="exact"):
    """A process of another program connects."""
    code = "import socket,sys;socket.socket().connect_ex(('127.0.0.1', int(sys.argv[1])))"
    subprocess.run([sys.executable, "-S", "-c", code, str(next_port(test, level))], check=True)


def in_thread(body, *arguments):
    thread = threading.Thread(target=body, args=arguments)
    thread.start()
    thread.join()


def refused(verb, value):
    try:
        mark(verb, value)
    except PermissionError:
        return
    raise AssertionError((verb, value))


assert any_socket.getsockopt(LEVEL, VERSION) == 1
run_context = any_socket.getsockopt(LEVEL, CONTEXT, 64).decode()
assert run_context == os.environ["TRACEPARENT"], run_context

# Before, between and after tests there is none.
early, early_may_go = [], threading.Event()
early_thread = threading.Thread(target=lambda: (early_may_go.wait(), visit("t::inside", "process")))
early_thread.start()
visit(None)

mark(BEGIN, "t::inside\nrunner=example\nsuite=t\nfile=t.py\nline=7\nparameters=eur")
first = token()
assert any_socket.getsockopt(LEVEL, CONTEXT, 64).decode()[:36] == run_context[:36]
assert any_socket.getsockopt(LEVEL, CONTEXT, 64).decode()[36:52] != run_context[36:52]
mark(PHASE, "call")
visit("t::inside")
child("t::inside")
in_thread(visit, "t::inside", "creator")
in_thread(in_thread, visit, "t::inside", "creator")
in_thread(child, "t::inside", "creator")
early_may_go.set()  # a thread from before the test: the one that its process runs
early_thread.join()
late_may_go = threading.Event()
late = threading.Thread(target=lambda: (late_may_go.wait(), visit("t::inside", "creator")))
late.start()
mark(END, "passed")
visit(None)
child(None)
late_may_go.set()  # what a test's thread does after it is still of its creator
late.join()

# A fixture that outlives tests is an owner of its own; its threads serve whoever comes.
mark(BEGIN, "t::with_fixture")
test = token()
mark(FIXTURE, "conftest.py::server")
visit("conftest.py::server")
child("conftest.py::server")
serve, served = threading.Event(), threading.Event()
server = threading.Thread(target=lambda: (serve.wait(), visit("t::with_fixture", "process"), served.set()))
server.start()
mark(END, "passed")
mark(RESUME, test)
visit("t::with_fixture")
serve.set()
served.wait()
mark(END, "failed\nmessage=no way")

# A pool's thread works for whom it is told to.
mark(ADOPT, first)
visit("t::inside")
in_thread(visit, "t::inside", "creator")
mark(ADOPT, 0)
visit(None)

# Side by side: each thread its own, the process none.
gate = threading.Barrier(3)


def beside(name, verb):
    mark(verb, name)
    gate.wait()
    visit(name)
    child(name)
    gate.wait()
    mark(END, "passed")
    visit(None)


pair = [threading.Thread(target=beside, args=("t::beside[%d]" % number, THREAD)) for number in range(2)]
for thread in pair:
    thread.start()
gate.wait()
visit(None)
gate.wait()
for thread in pair:
    thread.join()

# Two that call themselves the process's own: what belongs to neither thread belongs to nobody.
idle_may_go = threading.Event()
idle = threading.Thread(target=lambda: (idle_may_go.wait(), visit(None)))
idle.start()
pair = [threading.Thread(target=beside, args=("t::rival[%d]" % number, BEGIN)) for number in range(2)]
for thread in pair:
    thread.start()
gate.wait()
idle_may_go.set()
idle.join()
gate.wait()
for thread in pair:
    thread.join()

# A test within a process that a test started: its own, and behind it the outer again.
mark(BEGIN, "t::outer")
if os.fork() == 0:
    ports = itertools.count(22001)
    visit("t::outer")
    mark(BEGIN, "t::inner")
    visit("t::inner")
    mark(END, "skipped")
    visit("t::outer")
    sys.stdout.write(json.dumps(expected) + "\n")
    sys.stdout.flush()
    os._exit(0)
os.wait()
mark(END, "passed")

for verb, value in [(BEGIN, "x" * 4097), (99, "x"), (ADOPT, 1 << 20), (ADOPT, first | 1), (ADOPT, ""), (RESUME, 1 << 20)]:
    refused(verb, value)
mark(BEGIN, "x" * 4096)
visit("x" * 4096)
mark(END)
print(json.dumps(expected))
