"""Fetches what the tests need: fetch.py URL FILE."""

import pathlib
import sys
import urllib.request

url, file = sys.argv[1], pathlib.Path(sys.argv[2])
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with direct.open(url, timeout=5) as response:
    data = response.read()
file.parent.mkdir(exist_ok=True)
file.write_bytes(data)
