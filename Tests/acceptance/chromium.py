"""The browser in which the report page is tested, measured and pictured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, which finds nothing but this machine."""
    # None: the browser that playwright brings.
    path = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", alone])
        yield browser
        browser.close()
