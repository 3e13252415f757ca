import pytest

import truth

anyio = pytest.importorskip("anyio")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("number", range(15))
async def test_group(me, number):
    async def visit():
        await anyio.sleep(0)
        truth.visit(me)

    async with anyio.create_task_group() as group:
        group.start_soon(visit)
        group.start_soon(visit)
    await anyio.to_thread.run_sync(truth.visit, me)
    await anyio.run_process(["/bin/true", "event-%d" % truth.note(me)])
