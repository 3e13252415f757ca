import pytest

import truth

pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture(scope="module")
def outer():
    truth.visit("test_fixtures.py::outer")
    yield
    truth.spawn("test_fixtures.py::outer")


@pytest.fixture(scope="module", params=["eur", "usd"])
def currency(request, outer):
    """A module's fixture that uses another one."""
    truth.visit("test_fixtures.py::currency")
    yield request.param
    truth.visit("test_fixtures.py::currency")


@pytest.fixture
def own(me):
    truth.visit(me)
    yield
    truth.spawn(me)


@pytest.mark.parametrize("number", range(20))
def test_currency(currency, number, own, me):
    truth.visit(me)
    truth.spawn(me)


def test_asks_in_the_middle(request, me):
    truth.visit(me)
    request.getfixturevalue("outer")
    truth.visit(me)


class TestClass:
    @classmethod
    def setup_class(cls):
        truth.visit("test_fixtures.py::TestClass::_xunit_setup_class_fixture_TestClass")

    @classmethod
    def teardown_class(cls):
        truth.visit("test_fixtures.py::TestClass::_xunit_setup_class_fixture_TestClass")

    @pytest.mark.parametrize("number", range(5))
    def test_method(self, number, me):
        truth.visit(me)
