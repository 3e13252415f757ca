"""What tests may do to the world and what they have to: marks and a fixture, answered by process-tracer.

Marks: no_egress, allow_hosts([...]) with pytest-socket's meaning, spawns("git", times=1), resolves("api.example.com").
The fixture process_activity tells what the test has done so far. Python 3.8 and later, no dependency but pytest.
"""

import _socket  # what tests may have replaced in `socket` is not used here
import ipaddress
import os
from collections import namedtuple

import pytest

VARIABLE = "PROCESS_TRACER_SESSION"
MARKS = {
    "no_egress": "no_egress(inexact='warn'): the test makes no attempt to reach another machine (process-tracer)",
    "allow_hosts": "allow_hosts(hosts): the test reaches no other hosts, addresses or networks (process-tracer)",
    "spawns": "spawns(program, times=None, arguments=None, parent=None): the test runs the program (process-tracer)",
    "resolves": "resolves(name): the test asks a DNS server for the name, which answers (process-tracer)",
}
FIXTURE = "process_activity"

Process = namedtuple("Process", "name path arguments pid parent exit_code signal is_running ancestry time level")
# names: what the address was called when it was tried, by evidence
Connection = namedtuple("Connection", "program destination peer place direction outcome pid ancestry time level names")
# response_code: 0 no error, 3 no such name
Lookup = namedtuple("Lookup", "program name type response_code addresses resolver pid time level")
Listener = namedtuple("Listener", "program local protocol pid time level")


class Unanswered(Exception):
    """The tracer does not answer, or not this."""


# -------------------------------------------------------------------- protocol

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"}
_ORIGINALS = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r", "0": "\0"}


def line_of(word, fields):
    escaped = ("%s=%s" % (key, "".join(_ESCAPES.get(c, c) for c in str(value))) for key, value in fields)
    return "\t".join([word, *escaped]) + "\n"


def fields_of(line):
    word, *fields = line.split("\t")
    pairs = []
    for field in fields:
        key, _, value = field.partition("=")
        head, *rest = value.split("\\\\")  # backslashes first, the other escapes between them
        parts = [head, *rest]
        for escape, original in _ORIGINALS.items():
            if escape != "\\":
                parts = [part.replace("\\" + escape, original) for part in parts]
        pairs.append((key, "\\".join(parts)))
    return word, pairs


class Session:
    """This process's connection to the tracer; a child made by fork has one of its own."""

    def __init__(self):
        self._socket = None
        self._owner = None

    def ask(self, fields):
        """The lines of the answer, each a word and its fields."""
        if self._owner != os.getpid():
            self._connect()
        try:
            self._socket.sendall(line_of("activity", [("version", 1), *fields]).encode("utf-8", "surrogateescape"))
            return self._read()
        except OSError as error:
            self._owner = None
            raise Unanswered("the tracer is gone: %s" % error)

    def _connect(self):
        path = os.environ.get(VARIABLE)
        if not path:
            raise Unanswered("the tracer has no session socket: --adapters leaves expectations out")
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            self._socket.connect(path)
        except OSError as error:
            raise Unanswered("the session socket %s does not answer: %s" % (path, error))
        self._owner = os.getpid()

    def _read(self):
        answer = b""
        while not answer.endswith(b"\nend\n"):
            got = self._socket.recv(1 << 16)
            answer += got
            if answer.startswith(b"refused") and (not got or answer.endswith(b"\n")):
                _, fields = fields_of(answer.decode("utf-8", "replace").rstrip("\n"))
                raise Unanswered(dict(fields).get("reason", "refused"))
            if not got:
                raise Unanswered("the tracer went away before it answered")
        return [fields_of(line) for line in answer.decode("utf-8", "surrogateescape").split("\n") if line]


# -------------------------------------------------------------------- activity


class Activity:
    """What a test did, in the order of time. `not_exact` is what may or may not be its own."""

    def __init__(self, lines, is_exact=True):
        head = dict(lines[0][1])
        self.lost = int(head.get("lost", 0)) + int(head.get("omitted", 0))
        self.is_whole = "partial" not in head and not self.lost
        self.processes, self.connections, self.lookups, self.listeners = [], [], [], []
        self._queries = {}
        for word, fields in lines:
            values = dict(fields)
            if word in ("process", "connection", "lookup", "listener") and (values.get("level") == "exact") == is_exact:
                self._add(word, fields, values)
        self.not_exact = Activity(lines, False) if is_exact else None

    def _add(self, word, fields, values):
        ancestry = [value for key, value in fields if key == "from"]
        time, level, pid = int(values["time"]) / 1e9, values["level"], int(values["pid"])
        if word == "process":
            places = [index for index, (key, _) in enumerate(fields) if key == "path"]
            last = fields[places[-1] :] if places else []
            path = last[0][1] if last else "?"
            item = Process(
                path.rpartition("/")[2], path, [value for key, value in last if key == "arg"], pid,
                int(values["parent"]), _number(values, "exit"), _number(values, "signal"), "end" not in values,
                ancestry, time, level,
            )  # fmt: skip
            self.processes.append(item)
        elif word == "connection":
            item = Connection(
                values["program"], values["destination"], values["peer"], values["place"], values["direction"],
                values.get("outcome"), pid, ancestry, time, level, [value for key, value in fields if key == "name"],
            )  # fmt: skip
            self.connections.append(item)
        elif word == "lookup":
            item = Lookup(
                values["program"], values["name"], values["type"], int(values["code"]),
                [value for key, value in fields if key == "address"], values["resolver"], pid, time, level,
            )  # fmt: skip
            self.lookups.append(item)
        else:
            item = Listener(values["program"], values["local"], values["protocol"], pid, time, level)
            self.listeners.append(item)
        self._queries[id(item)] = {(key, int(value)) for key, value in fields if key in ("net", "run")}

    def fits(self, item, key, places):
        """Whether an item fits one of the queries of a kind."""
        return any((key, place) in self._queries[id(item)] for place in places)

    @property
    def egress(self):
        """The connections that tried to reach another machine."""
        return [item for item in self.connections if is_attempt(item) and item.place == "outside"]

    def __repr__(self):
        items = [*self.processes, *self.connections, *self.lookups, *self.listeners]
        return "; ".join(text_of(item) for item in items) or "no activity"


def _number(values, key):
    return int(values[key]) if key in values else None


def is_attempt(connection):
    return connection.direction != "accept"


def text_of(item):
    if isinstance(item, Process):
        fate = "still running"
        if item.exit_code is not None:
            fate = "exit code %d" % item.exit_code
        elif item.signal is not None:
            fate = "killed by signal %d" % item.signal
        command = " ".join([item.name, *item.arguments[1:]])
        return "%s (%s), %s" % (command, " \u2190 ".join(["pid %d" % item.pid, *item.ancestry]), fate)
    if isinstance(item, Connection):
        arrow = "\u2192" if is_attempt(item) else "\u2190"
        called = " (%s)" % ", ".join(item.names) if item.names else ""
        outcome = ", %s" % item.outcome if item.outcome else ""
        return "%s(%d) %s %s%s%s" % (item.program, item.pid, arrow, item.destination, called, outcome)
    if isinstance(item, Lookup):
        answer = ", ".join(item.addresses) or "no address"
        if item.response_code:
            answer = "no such name" if item.response_code == 3 else "error %d" % item.response_code
        return "%s(%d) asked %s for %s %s: %s" % (item.program, item.pid, item.resolver, item.name, item.type, answer)
    return "%s(%d) listens on %s://%s" % (item.program, item.pid, item.protocol, item.local)


def listing(items):
    lines = []
    for item in items[:10]:
        lines.append("  " + text_of(item))
        if isinstance(item, Connection) and item.ancestry:
            lines.append("    from      " + " \u2190 ".join(item.ancestry))
        lines.append("    after     %.1f ms" % (item.time * 1000))
        lines.append("    known     " + item.level)
    if len(items) > 10:
        lines.append("  and %d more" % (len(items) - 10))
    return "".join("\n" + line for line in lines)


# ---------------------------------------------------------------- expectations


class Expected:
    """What the marks of a test say, and the queries that they need."""

    def __init__(self, item):
        self.forbids_egress = item.get_closest_marker("no_egress")
        hosts = item.get_closest_marker("allow_hosts")
        self.hosts = None if hosts is None else self._hosts(hosts)
        self.spawns = []
        self.queries = [("net", host) for host in self.hosts or []]
        for mark in item.iter_markers("spawns"):
            self._add_spawns(*mark.args, **mark.kwargs)
        self.names = [name for mark in item.iter_markers("resolves") for name in mark.args]
        self.queries += [("net", "dns:" + name) for name in self.names]
        self.inexact = "warn" if self.forbids_egress is None else self.forbids_egress.kwargs.get("inexact", "warn")
        self.seen = set()

    def __bool__(self):
        return self.forbids_egress is not None or self.hosts is not None or bool(self.spawns or self.names)

    def _add_spawns(self, program=None, times=None, arguments=None, parent=None):
        self.spawns.append((program, times))
        if program is None:
            return
        self.queries.append(("run", program))
        if arguments is not None:
            self.queries.append(("argv", arguments))
        if parent is not None:
            self.queries.append(("parent", parent))

    @staticmethod
    def _hosts(mark):
        hosts = mark.args[0] if mark.args else []
        hosts = hosts.split(",") if isinstance(hosts, str) else hosts
        specs = []
        for host in hosts:
            host = host.strip()
            try:
                network = ipaddress.ip_network(host, strict=False)
                specs.append("[%s]" % network if network.version == 6 else str(network))
            except ValueError:
                specs.append(host)  # the tracer knows its addresses by evidence: nothing is looked up for it here
        return specs

    def violations(self, activity, is_last_call):
        """Texts of what is violated, each with whether it is known to be the test's own; `activity` is all so far."""
        if not activity.is_whole:
            yield "the evidence is incomplete: the kernel could not keep %d records" % activity.lost, True
        yield from self._egress(activity)
        if is_last_call:
            yield from self._programs(activity)
            yield from self._lookups(activity)

    def _egress(self, activity):
        if self.forbids_egress is None and self.hosts is None:
            return
        title = "expected no egress" if self.hosts is None else "expected no host but " + ", ".join(self.hosts or ["none"])
        places = range(len(self.hosts or []))
        for part, is_exact in ((activity, True), (activity.not_exact, False)):
            attempts = [c for c in part.connections if is_attempt(c) and c.place != "dns"]
            if self.hosts is None:
                attempts = part.egress
            found = [c for c in attempts if not part.fits(c, "net", places) and self._is_new(c)]
            if found:
                yield title + listing(found), is_exact

    def _is_new(self, connection):
        key = connection.pid, connection.destination, connection.time
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def _programs(self, activity):
        place = -1
        for program, times in self.spawns:
            if program is None:
                if activity.processes:
                    yield "expected no process" + listing(activity.processes), True
                continue
            place += 1
            found = [p for p in activity.processes if activity.fits(p, "run", [place])]
            if (times is None and found) or len(found) == times:
                continue
            wanted = "at least once" if times is None else count_of(times)
            ran = "it never ran" if not found else "it ran " + count_of(len(found))
            yield "expected %s to run %s, but %s%s" % (program, wanted, ran, listing(found or activity.processes)), True

    def _lookups(self, activity):
        for place, name in enumerate(self.names, start=len(self.hosts or [])):
            found, inexact = (
                [lookup for lookup in part.lookups if part.fits(lookup, "net", [place])]
                for part in (activity, activity.not_exact)
            )
            if not found:
                shown = inexact or activity.lookups
                text = "expected a lookup of " + name
                yield text + (listing(shown) if shown else ", and there was none at all"), not inexact


def count_of(number):
    return {0: "never", 1: "once"}.get(number, "%d times" % number)


class Expectations:
    """Asks for tests and holds them against their marks. `owners` are the plugin's, `runs` its open tests."""

    def __init__(self, owners, runs):
        self.owners = owners
        self.runs = runs
        self.session = Session()

    def needed_by(self, item):
        """The expectations of a test that asks, None for all others."""
        expected = Expected(item)
        return expected if expected or FIXTURE in getattr(item, "fixturenames", ()) else None

    def activity(self, run):
        """All that a test did so far."""
        run.checkpoint += 1
        self.owners.adopt(run.token)
        self.owners.tracer.mark(PHASE, b"\ncheckpoint=%d" % run.checkpoint)
        self.owners.adopt(0)  # the question itself is nobody's
        try:
            queries = run.expected.queries
            fields = [("test", run.token), ("secret", run.secret), ("until", run.checkpoint), *queries]
            return Activity(self.session.ask(fields))
        finally:
            self.owners.adopt(run.token)

    def check(self, item, phase, outcome):
        """Fails a phase for what was done in it."""
        run = self.runs.get(item.nodeid)
        if run is None or not run.expected:
            return
        has_failed = outcome.excinfo is not None
        try:
            found = list(run.expected.violations(self.activity(run), phase == "call" and not has_failed))
        except Unanswered as error:
            found = [(str(error), True)]
        for text, is_exact in found:
            if is_exact or run.expected.inexact == "fail":
                if has_failed:
                    item.add_report_section(phase, "process-tracer", text)
                else:
                    fail(outcome, text)
                    has_failed = True
            elif run.expected.inexact == "warn":
                item.warn(pytest.PytestWarning(text + "\nnot known to be the test's own"))

    @pytest.fixture
    def process_activity(self, request):
        """What the test has done so far: call it, `process_activity()`, for an Activity."""
        run = self.runs.get(request.node.nodeid)
        if run is None or run.expected is None:
            pytest.fail("process_activity has to be an argument of the test or of one of its fixtures", pytrace=False)
        return lambda: self.activity(run)


PHASE = 2


def fail(outcome, text):
    error = pytest.fail.Exception(text, pytrace=False)
    if hasattr(outcome, "force_exception"):
        outcome.force_exception(error)
    else:  # pluggy before 1.1
        outcome._excinfo = (type(error), error, None)
