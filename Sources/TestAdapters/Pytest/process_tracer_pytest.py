"""Tells process-tracer which test is running: the marker protocol (docs/markers.md), spoken for pytest.

`process-tracer test` and `trace` put this module and its entry point on PYTHONPATH. Without a tracer it does nothing.
Python 3.8 and later, no dependency but pytest.
"""

import _socket  # what tests may have replaced in `socket` is not used here
import atexit
import errno
import functools
import inspect
import os
import sys
import threading
from contextvars import ContextVar

import pytest
from process_tracer_expectations import MARKS, Expectations

LEVEL = 0x70747261
BEGIN, PHASE, FIXTURE, END, ADOPT, RESUME, LEAVE, ADAPTER = 1, 2, 3, 4, 5, 7, 8, 9
ASK_VERSION, ASK_TEST = 1, 2
TEXT_LIMIT = 4096


class Tracer:
    """The kernel's end of the protocol. A failed marker is no failure of a test."""

    def __init__(self):
        self._open()
        atexit.register(lambda: self._socket.detach())  # closed without a ResourceWarning

    def _open(self):
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)

    def is_there(self):
        try:
            return self._socket.getsockopt(LEVEL, ASK_VERSION) >= 1
        except OSError:
            return False

    def mark(self, verb, value):
        try:
            self._socket.setsockopt(LEVEL, verb, value)
        except OSError as error:
            if error.errno in (errno.EBADF, errno.ENOTSOCK):  # a test closed every descriptor
                self._socket.detach()
                self._open()
                self._socket.setsockopt(LEVEL, verb, value)

    def token(self):
        try:
            return self._socket.getsockopt(LEVEL, ASK_TEST)
        except OSError:
            return 0


def text_of(name, **values):
    """A marker's text; what is too long is cut, and says so."""
    lines = [name.replace("\n", "\\n").replace("\0", "\\0")]
    lines += ["%s=%s" % item for item in values.items() if item[1] not in (None, "")]
    text = "\n".join(line.replace("\n", "\\n") for line in lines).encode("utf-8", "backslashreplace")
    if len(text) <= TEXT_LIMIT:
        return text
    kept = lines[0].encode("utf-8", "backslashreplace")
    ending = ("... (%d more bytes)" % (len(kept) - TEXT_LIMIT + 40)).encode()
    return kept if len(kept) <= TEXT_LIMIT else kept[: TEXT_LIMIT - 40] + ending


# --------------------------------------------------------------------- owners

#: The token of the test or fixture that code in this context works for: 0 none, None unknown.
_owner = ContextVar("process_tracer_owner", default=None)


class _Thread(threading.local):
    #: The token that the kernel has for this thread; None: never set from here.
    token = None


_thread = _Thread()


class Owners:
    """Sets what each thread works for, in the kernel and, for what is passed on, in its context."""

    def __init__(self, tracer):
        self.tracer = tracer
        self.open = set()  # tokens of tests that run now

    def enter(self, token):
        """This thread goes on with a test, as the one that its process runs."""
        self.tracer.mark(RESUME, token)
        _thread.token = token

    def adopt(self, token):
        """This thread works for whoever has the token; None: nobody knows for whom, but its process may."""
        if token is None:
            self.tracer.mark(LEAVE, 0)
        else:
            self.tracer.mark(ADOPT, token)
        _thread.token = token

    def current(self):
        token = _owner.get()
        return _thread.token if token is None else token

    # Thread pools: work is done for whoever submitted it.

    def follow_pools(self):
        from concurrent.futures import thread

        item = getattr(thread, "_WorkItem", None)
        if item is None or hasattr(item, "process_tracer_owner"):
            return
        item.process_tracer_owner = None
        make, run, owners = item.__init__, item.run, self

        @functools.wraps(make)
        def remember(self, *arguments, **keywords):
            make(self, *arguments, **keywords)
            self.process_tracer_owner = owners.current()

        @functools.wraps(run)
        def work(self, *arguments, **keywords):
            owner = self.process_tracer_owner
            if owner != _thread.token or owner is None:
                owners.adopt(owner)
            return run(self, *arguments, **keywords)

        item.__init__, item.run = remember, work

    @staticmethod
    def follows_running_loop():
        events = sys.modules.get("asyncio.events")
        loops = sys.modules.get("asyncio.base_events")
        loop = events._get_running_loop() if events else None
        return isinstance(loop, loops.BaseEventLoop) if loop and loops else False

    # Event loops: a step of a task is done for the test whose context it has.

    def follow_tasks(self):
        events = sys.modules.get("asyncio.events")
        loops = sys.modules.get("asyncio.base_events")
        runners = sys.modules.get("asyncio.runners")
        if events is None or loops is None or hasattr(events.Handle._run, "process_tracer"):
            return
        step, loop, owners = events.Handle._run, loops.BaseEventLoop.run_forever, self

        @functools.wraps(step)
        def run_step(self):
            owner = self._context.get(_owner)
            if owner != _thread.token:
                # A test that has ended, or a fixture, may have left its context to a task that serves others.
                owners.adopt(owner if owner in owners.open else None)
                _thread.token = owner
            return step(self)

        @functools.wraps(loop)
        def run_loop(self):
            before = _thread.token
            try:
                return loop(self)
            finally:
                if before != _thread.token:
                    owners.adopt(before)

        run_step.process_tracer = True
        events.Handle._run, loops.BaseEventLoop.run_forever = run_step, run_loop
        runner = getattr(runners, "Runner", None)  # Python 3.11
        if runner is None or not hasattr(runner, "_lazy_init"):
            return
        run = runner.run

        @functools.wraps(run)
        def run_runner(self, coroutine, *, context=None):
            # A runner keeps the context that it was made in, of a test that may have ended.
            self._lazy_init()
            context = self._context if context is None else context
            context.run(_owner.set, owners.current())
            return run(self, coroutine, context=context)

        runner.run = run_runner


# ---------------------------------------------------------------------- marks


class Run:
    """One execution of a test."""

    def __init__(self, token, is_implicit, expected=None, secret=None):
        self.token = token
        self.expected, self.secret, self.checkpoint = expected, secret, 0
        self.thread = threading.get_ident()
        self.is_implicit = is_implicit
        self.result = None

    def note(self, report, is_call):
        """Takes the outcome of a phase; the first that says more than `passed` decides."""
        if self.result not in (None, "passed"):
            return
        was_expected = hasattr(report, "wasxfail")
        if report.skipped:
            self.result = "xfailed" if was_expected else "skipped"
        elif report.failed:
            self.result = "failed" if is_call else "error"
        elif is_call:
            self.result = "xpassed" if was_expected else "passed"


class Marks:
    """Marks what one session runs."""

    def __init__(self, config, owners):
        self.config = config
        self.owners = owners
        self.tracer = owners.tracer
        self.runs = {}  # open ones by node id
        self.is_controller = getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput")
        self.expectations = Expectations(owners, self.runs)
        self.is_blind = False  # tests take turns on a thread, and nothing tells whose turn it is

    # Tests

    def begin(self, nodeid, location, parameters=None, is_implicit=False, expected=None):
        path, line, _ = location
        secret = None if expected is None else os.urandom(16).hex()
        allowed = None if expected is None else " ".join(expected.hosts or [])
        text = text_of(
            nodeid, runner="pytest", suite=path, file=path, line=None if line is None else line + 1,
            scope=secret, allow=allowed, parameters=parameters,
        )  # fmt: skip
        self.tracer.mark(BEGIN, text)
        run = Run(self.tracer.token(), is_implicit, expected, secret)
        if any(other.thread == run.thread for other in self.runs.values()):
            self.is_blind = self.is_blind or not self.owners.follows_running_loop()
        self.runs[nodeid] = run
        self.owners.open.add(run.token)
        _thread.token = run.token
        _owner.set(run.token)
        self.owners.follow_tasks()
        return run

    def begin_item(self, item, is_implicit=False):
        parameters = getattr(getattr(item, "callspec", None), "id", None)
        return self.begin(item.nodeid, item.location, parameters, is_implicit, self.expectations.needed_by(item))

    def end(self, nodeid):
        run = self.runs.pop(nodeid)
        if _thread.token != run.token:
            self.owners.adopt(run.token)
        self.tracer.mark(END, (run.result or "").encode())
        self.owners.open.discard(run.token)
        _thread.token = 0
        _owner.set(0)

    def phase(self, item, name):
        run = self.runs.get(item.nodeid) or self.begin_item(item, is_implicit=True)
        if _thread.token != run.token:
            self.owners.enter(run.token)
        _owner.set(run.token)
        self.tracer.mark(PHASE, name.encode())
        if self.is_blind:
            self.owners.adopt(None)
        return run

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        self.begin_item(item)
        try:
            yield
        finally:
            if item.nodeid in self.runs:
                self.end(item.nodeid)

    # A runner of its own may call no more than these two; under xdist the controller hears them from its workers.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid, location):
        if nodeid not in self.runs and not self.is_controller:
            self.begin(nodeid, location, is_implicit=True)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid):
        if nodeid in self.runs and self.runs[nodeid].is_implicit:
            self.end(nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item):
        self.phase(item, "setup")
        self.expectations.check(item, "setup", (yield))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item):
        self.phase(item, "call")
        self.expectations.check(item, "call", (yield))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item):
        run = self.phase(item, "teardown")
        self.expectations.check(item, "teardown", (yield))
        if run.is_implicit and item.nodeid in self.runs:
            self.end(item.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        run = self.runs.get(item.nodeid)
        if run is not None and outcome.excinfo is None:
            run.note(outcome.get_result(), call.when == "call")

    # Fixtures that outlive a test

    def enter_fixture(self, definition):
        """Leaves the owner of before, to go back to."""
        before, context = _thread.token, _owner.get()
        base = getattr(definition, "baseid", "") or ""
        name = "%s::%s" % (base, definition.argname) if base else definition.argname
        self.tracer.mark(FIXTURE, text_of(name, runner="pytest", suite=base, parameters=definition.scope))
        _thread.token = self.tracer.token()
        _owner.set(_thread.token)
        return before, context

    def leave_fixture(self, before):
        token, context = before
        self.tracer.mark(END, b"")
        self.owners.enter(token or 0)
        _owner.set(context)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef):
        if fixturedef.scope == "function":
            yield
            return
        before = self.enter_fixture(fixturedef)
        try:
            yield
        finally:
            self.leave_fixture(before)

    def follow_finalizers(self):
        """pytest has no hook before a fixture's finalizers."""
        from _pytest.fixtures import FixtureDef

        finish, marks = getattr(FixtureDef, "finish", None), self
        if finish is None:
            return

        @functools.wraps(finish)
        def finish_as_owner(self, request):
            if self.scope == "function" or not getattr(self, "_finalizers", True) or request.config is not marks.config:
                return finish(self, request)
            before = marks.enter_fixture(self)
            try:
                return finish(self, request)
            finally:
                marks.leave_fixture(before)

        FixtureDef.finish = finish_as_owner

    # pytest-run-parallel calls one test in several threads

    @pytest.hookimpl(tryfirst=True)
    def pytest_itemcollected(self, item):
        if not hasattr(item, "obj") or not self.config.pluginmanager.hasplugin("run-parallel"):
            return
        body, marks = item.obj, self
        if inspect.iscoroutinefunction(body):
            return  # it runs in one thread, and whoever awaits it knows it by its kind

        @functools.wraps(body)
        def call_as_test(*arguments, **keywords):
            run = marks.runs.get(item.nodeid)
            if run is not None and _thread.token != run.token:
                marks.owners.adopt(run.token)
            return body(*arguments, **keywords)

        item.obj = call_as_test


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    manager = config.pluginmanager
    known = getattr(manager, "_plugin_distinfo", None)
    if isinstance(known, list):  # what the header lists is the user's
        known[:] = [entry for entry in known if entry[0] is not sys.modules[__name__]]
    tracer = Tracer()
    if not tracer.is_there():
        return
    tracer.mark(ADAPTER, b"pytest")
    if tracer.token():
        return  # this session runs within a test: all that it does is that test's
    owners = Owners(tracer)
    marks = Marks(config, owners)
    owners.follow_pools()
    marks.follow_finalizers()
    manager.register(marks, "process-tracer-marks")
    for line in MARKS.values():
        config.addinivalue_line("markers", line)
    manager.register(marks.expectations, "process-tracer-expectations")
