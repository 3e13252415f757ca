import pathlib
import subprocess

DATA = pathlib.Path(__file__).parent / "build" / "data.txt"


def test_was_fetched():
    assert DATA.read_text() == "alpha\n"


def test_counts_lines():
    output = subprocess.run(["wc", "-l", str(DATA)], check=True, capture_output=True, text=True).stdout
    assert output.split()[0] == "1"
