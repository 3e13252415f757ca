"""Runs so many empty pytest tests: empty_tests.py COUNT; the last line of output is how long pytest took."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

count = int(sys.argv[1])
with tempfile.TemporaryDirectory() as directory:
    tests = "".join(f"def test_{number}(): pass\n" for number in range(count))
    Path(directory, "test_empty.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", directory]
    started = time.perf_counter()
    finished = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - started
if f"{count} passed" not in finished.stdout:
    sys.exit(finished.stdout + finished.stderr)
print(json.dumps({"seconds": seconds}))
