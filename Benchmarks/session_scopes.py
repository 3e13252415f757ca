"""What a scope costs that does nothing, from its question to its answer: the protocol as Fixtures/expectations speaks it."""

import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Fixtures/expectations"))
from session import Scope, ask, connect  # noqa: E402

COUNT = 10_000
session = connect()
times = []
for _ in range(COUNT):
    with Scope("again") as scope:
        pass
    start = time.perf_counter()
    ask(scope.request(), session)
    times.append(time.perf_counter() - start)
print(f"the protocol, from Python: median {median(times) * 1000:.3f} ms")
