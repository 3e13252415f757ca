import unittest

import pytest

import truth


@pytest.mark.parametrize("number", range(60))
def test_both(number, me):
    truth.visit(me)
    truth.spawn(me)


@pytest.mark.parametrize("number", range(5))
def test_late_process(number, late, me):
    late.append(truth.start_late(me))


def test_fails_as_expected(me):
    truth.visit(me)
    pytest.xfail("it does")


@pytest.mark.xfail
def test_passes_unexpectedly(me):
    truth.visit(me)


@pytest.mark.skip
def test_skipped():
    raise AssertionError


class TestUnit(unittest.TestCase):
    def test_parts(self):
        for part in range(5):
            with self.subTest(part=part):
                truth.visit("test_plain.py::TestUnit::test_parts")
