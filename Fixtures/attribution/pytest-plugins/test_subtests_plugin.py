import pytest

import truth

if not hasattr(pytest, "Subtests"):  # pytest 9
    pytest.importorskip("pytest_subtests")


@pytest.mark.parametrize("number", range(10))
def test_parts(number, subtests, me):
    for part in range(3):
        with subtests.test(part=part):
            truth.visit(me)
            truth.spawn(me)
    truth.visit(me)
