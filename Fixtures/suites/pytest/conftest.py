import pytest


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("alpha\nbeta\ngamma\n")
    return path
