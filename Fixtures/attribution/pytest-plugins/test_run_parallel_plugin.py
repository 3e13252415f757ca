import pytest

import truth

pytest.importorskip("pytest_run_parallel")


@pytest.mark.parallel_threads(4)
@pytest.mark.parametrize("number", range(10))
def test_in_threads(number):
    me = "test_run_parallel_plugin.py::test_in_threads[%d]" % number
    truth.visit(me)
    truth.spawn(me)
