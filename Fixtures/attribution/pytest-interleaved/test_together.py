import asyncio

import pytest

import truth


@pytest.fixture
def me():
    """The runner gives it."""


@pytest.mark.parametrize("number", range(60))
async def test_turns(me, number):
    for _ in range(2):
        truth.visit(me)
        await asyncio.sleep(0)
        process = await asyncio.create_subprocess_exec("/bin/true", "event-%d" % truth.note(me))
        await process.wait()
        await asyncio.get_running_loop().run_in_executor(None, truth.visit, me)
