import pytest


def test_reads_every_line(words):
    assert words.read_text().splitlines() == ["alpha", "beta", "gamma"]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        (tmp_path / "absent").read_text()


@pytest.mark.parametrize("text, expected", [("Alpha Beta", "alpha-beta"), ("", ""), ("a (b)", "a-(b)")])
def test_slug(text, expected):
    assert "-".join(text.lower().split()) == expected
