import asyncio

import pytest

import truth

pytest.importorskip("pytest_asyncio")


@pytest.mark.asyncio
@pytest.mark.parametrize("number", range(15))
async def test_tasks(me, number):
    async def visit():
        await asyncio.sleep(0)
        truth.visit(me)

    await asyncio.gather(visit(), visit())
    process = await asyncio.create_subprocess_exec("/bin/true", "event-%d" % truth.note(me))
    await process.wait()
    await asyncio.get_running_loop().run_in_executor(None, truth.visit, me)
