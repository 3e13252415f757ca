"""Runs all tests at once, as tasks of one event loop."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pytest"))


async def run(item):
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    await asyncio.sleep(0)
    await item.obj(item.nodeid, **item.callspec.params)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


async def run_all(items):
    await asyncio.gather(*[run(item) for item in items])


def pytest_runtestloop(session):
    asyncio.run(run_all(session.items))
    return True
