import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import truth


@pytest.fixture
def me(request):
    return request.node.nodeid


@pytest.fixture(scope="session")
def server():
    """Set up by the test that asks first, torn down in the last one's teardown: neither's."""
    owner = "server"
    truth.visit(owner)
    truth.spawn(owner)
    yield
    truth.visit(owner)
    truth.spawn(owner)


@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="session")
def background_loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def late():
    """Processes that outlive their tests."""
    processes = []
    yield processes
    for process in processes:
        process.communicate()
