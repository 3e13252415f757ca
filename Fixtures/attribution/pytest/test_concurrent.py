import asyncio
import sys

import pytest

import truth


@pytest.mark.parametrize("number", range(6))
def test_thread(number, me):
    truth.in_thread(truth.visit, me)


@pytest.mark.parametrize("number", range(40))
def test_pool(number, pool, me):
    pool.submit(truth.visit, me).result()
    pool.submit(truth.spawn, me).result()


async def both(owner):
    try:
        await asyncio.open_connection("127.0.0.1", truth.note(owner))
    except ConnectionRefusedError:
        pass
    process = await asyncio.create_subprocess_exec("/bin/true", "event-%d" % truth.note(owner))
    await process.wait()
    await asyncio.get_running_loop().run_in_executor(None, truth.visit, owner)


@pytest.mark.parametrize("number", range(20))
def test_event_loop(number, me):
    async def main():
        await asyncio.gather(both(me), both(me))

    asyncio.run(main())


@pytest.mark.skipif(sys.platform != "linux", reason="")
@pytest.mark.parametrize("number", range(20))
def test_loop_in_another_thread(number, background_loop, me):
    async def visit():
        truth.visit(me)
        await asyncio.sleep(0)
        truth.visit(me)

    asyncio.run_coroutine_threadsafe(visit(), background_loop).result()
    truth.visit(me)
