import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pytest"))


@pytest.fixture
def me(request):
    return request.node.nodeid
