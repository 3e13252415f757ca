"""The report page in a real browser."""

import json
import re
import subprocess
import sys
from pathlib import Path

import made_up_runs
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import BINARY, FIXTURES, IN_NAMESPACE, clean_environment
from playwright.sync_api import Page
from recorded_run import RecordedRun

COUNT = 100_000


@pytest.fixture
def open_page(browser):
    """Opens a file without a network; whatever the page complains of fails the test."""
    complaints = []
    contexts = []

    def open_file(path: Path, **options) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: request.url == path.as_uri() or complaints.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert complaints == []


def page_of(run: Path, directory: Path, *options: object) -> Path:
    page = directory / "report.html"
    command = [BINARY, "report", run, "-q", "--depth", "0", "--html", page, *options]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode in (0, 120), done.stderr
    return page


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    """The shipped pytest suite, run where nothing but loopback is."""
    directory = tmp_path_factory.mktemp("recorded")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options = ["--deny-run", "git", "--report-dir", directory]
    done = subprocess.run(
        [*IN_NAMESPACE, BINARY, "test", *options, "--", *command],
        cwd=FIXTURES / "suites/pytest", env=clean_environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 120, done.stderr
    return directory


@pytest.fixture
def page(recorded, open_page) -> Page:
    return open_page(recorded / "report.html")


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("large")
    return page_of(made_up_runs.large(directory / "run.jsonl", COUNT), directory)


def wait_for_drawing(page: Page) -> None:
    """Until the next frame: a list that comes into view draws its rows when it has got its size."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def open_tab(page: Page, name: str | re.Pattern) -> None:
    page.get_by_role("tab", name=name).click()
    wait_for_drawing(page)


def rows(page: Page) -> list[str]:
    return page.locator("#processes .row:not([hidden]) .text").all_inner_texts()


def test_says_the_verdict_first_and_every_violation(page, recorded):
    verdict = json.loads((recorded / "verdict.json").read_text())
    assert page.locator("h1").inner_text().startswith("FAILED ")
    text = page.locator("#part-violations").inner_text()
    for violation in verdict["violations"]:
        destination = violation["destination"]
        assert (destination["text"] if destination else violation["process"]["program"]) in text
        if violation["remedy"]:
            assert violation["remedy"]["flag"] in text and violation["remedy"]["yaml"] in text


def test_copies_what_would_allow_a_violation(recorded, open_page):
    page = open_page(recorded / "report.html", permissions=["clipboard-read", "clipboard-write"])
    line = page.locator(".copy", has_text="--allow-net tcp://203.0.113.9:443").first
    line.get_by_role("button").click()
    line.get_by_text("copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "--allow-net tcp://203.0.113.9:443"


def test_copies_without_the_right_to_the_clipboard(page):
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    button = page.locator(".copy button").first
    button.click()
    page.locator("#said", has_text=re.compile("^Copied: ")).wait_for(state="attached")


def test_filters_by_what_ran_and_by_test(page, recorded):
    open_tab(page, re.compile("processes"))
    everything = rows(page)
    page.get_by_label("argv, path or pid").fill("rev-parse --git*dir")
    page.locator(".shown", has_text="1 process of").wait_for()
    assert [text for text in rows(page) if "git(" in text] and len(rows(page)) < len(everything)
    page.get_by_label("argv, path or pid").fill("")
    page.get_by_label("test", exact=True).fill("test_git_version")
    page.locator(".shown", has_text="1 process of").wait_for()
    page.get_by_label("test", exact=True).fill("")
    page.get_by_label("destination", exact=True).fill("203.0.113.9")
    page.locator(".shown", has_text="1 process of").wait_for()
    assert "python" in rows(page)[0]
    page.get_by_label("destination", exact=True).fill("")
    page.get_by_label("program", exact=True).fill("true")
    page.locator("#processes .row:not([hidden]) .text", has_text=re.compile(r"^true\(")).first.wait_for()
    page.get_by_label("program", exact=True).fill("")
    page.get_by_label("test known by").select_option("exact")
    page.locator(".shown", has_text=" processes of").wait_for()
    exact = sum(process.test is not None for process in RecordedRun.read(recorded / "run.jsonl").processes)
    assert page.locator("#part-processes .shown").inner_text().startswith(f"{exact} processes of")
    page.get_by_label("test known by").select_option("process")
    page.get_by_label("violations only").check()
    page.locator("#processes .row:not([hidden]) .text").nth(2).wait_for(state="hidden")
    assert all("git(" in text or "python" in text for text in rows(page))


def test_zooms_by_button_key_and_drag(page):
    open_tab(page, re.compile("processes"))
    bar = page.locator("#processes .row .bar").first

    def share() -> float:
        return bar.evaluate("each => parseFloat(each.style.width)")

    def bars() -> int:
        return page.locator("#processes .row:not([hidden]) .bar:not([hidden])").count()

    whole = bars()
    canvas = page.locator("#overview")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + 10)
    page.mouse.up()
    assert share() == 100 and bars() < whole
    page.get_by_role("button", name="Show the whole run").click()
    assert bars() == whole
    page.get_by_role("button", name="Zoom in").click()
    zoomed = bars()
    canvas.focus()
    page.keyboard.press("0")
    assert bars() == whole >= zoomed


def test_is_driven_by_keys_alone(page):
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "filter-text"
    page.locator("#processes .row").first.focus()
    unfolded = len(rows(page))
    page.keyboard.press("ArrowLeft")
    assert len(rows(page)) == 1
    page.keyboard.press("ArrowRight")
    assert len(rows(page)) == unfolded
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "git(" in page.get_by_role("complementary").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.get_by_role("complementary").count() == 0
    assert "git(" in page.evaluate("document.activeElement.textContent")
    page.get_by_role("tab", selected=True).focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", selected=True).inner_text() == "12 tests"
    wait_for_drawing(page)
    tests = page.get_by_role("tabpanel").inner_text()
    assert "fixture" in tests and "passed" in tests


def test_says_what_things_are(page):
    open_tab(page, re.compile("processes"))
    grid = page.get_by_role("treegrid", name="Processes")
    assert int(grid.get_attribute("aria-rowcount")) == len(rows(page)) + 1
    first = grid.get_by_role("row").first
    assert (first.get_attribute("aria-level"), first.get_attribute("aria-expanded")) == ("1", "true")
    assert page.get_by_role("status").count() >= 1
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, input, select')]"
        ".filter(each => !each.textContent.trim() && !each.getAttribute('aria-label') && !each.labels?.length).length"
    )
    assert unnamed == 0


def test_names_unix_sockets_by_path(tool, tmp_path, open_page):
    path = tmp_path / "socket"
    script = "import socket as s, sys; a = s.socket(1); a.bind(sys.argv[1]); a.listen(); s.socket(1).connect(sys.argv[1])"
    finished = tool("trace", "python3", "-c", script, path)
    page = open_page(finished.reports / "report.html")
    open_tab(page, "destinations")
    [row] = page.locator("#part-destinations .table-body .row:not([hidden])").all()
    assert row.locator("span").first.inner_text() == f"unix:{path}"


def test_tables_sort(page):
    open_tab(page, "programs")
    panel = page.locator("#part-programs")

    def column(number: int) -> list[str]:
        found = panel.locator(".table-body .row:not([hidden])").all()
        found.sort(key=lambda row: int(row.get_attribute("aria-rowindex")))
        return [row.locator("span").nth(number).inner_text() for row in found]

    runs = [int(text) for text in column(1)]
    assert runs == sorted(runs, reverse=True) and runs[0] > 1
    panel.get_by_role("button", name="program").click()
    assert panel.get_by_role("columnheader", name="program").get_attribute("aria-sort") == "ascending"
    assert column(0) == sorted(column(0))
    panel.locator(".table-body .row", has_text="/git").first.click()
    assert page.get_by_label("program", exact=True).input_value().endswith("/git")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_two_themes_with_contrast(recorded, open_page, scheme):
    page = open_page(recorded / "report.html", color_scheme=scheme)
    other = {"light": "dark", "dark": "light"}[scheme]
    assert luminance(page) == (scheme == "light")
    button = page.get_by_role("button", name=re.compile("^Theme"))
    while other not in button.inner_text():
        button.click()
    assert luminance(page) == (other == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(recorded, open_page, scheme):
    """What axe-core checks: names, roles, landmarks, contrast and others, on every part of the page."""
    page = open_page(recorded / "report.html", color_scheme=scheme)
    for tab in page.get_by_role("tab").all():
        tab.click()
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def luminance(page: Page) -> bool:
    """Whether the page is light; its text must stand out from it as WCAG 2 asks (4.5 to 1)."""
    values = page.evaluate(
        "['color', 'backgroundColor'].map(each => getComputedStyle(document.body)[each].match(/[0-9]+/g).map(Number))"
    )

    def of(color: list[int]) -> float:
        linear = [(part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in color[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    front, back = map(of, values)
    assert (max(front, back) + 0.05) / (min(front, back) + 0.05) >= 4.5
    return back > 0.5


def test_prints_the_verdict_and_every_part(page):
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#part-violations").is_visible() and page.locator("#part-programs").is_visible()
    assert not page.locator("#tabs").is_visible()
    titles = page.evaluate("[...document.querySelectorAll('[role=tabpanel]')].map((each) => getComputedStyle(each, '::before').content)")
    assert titles == [f'"{each}"' for each in page.locator("#tabs [role=tab]").all_text_contents()]
    # As wide as A4 with a centimetre at each side.
    page.set_viewport_size({"width": 718, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.locator("#processes .row .command").first.is_visible()


def on_paper(page: Page) -> dict[str, list[str]]:
    """Prints the page; the first cells of every list's rows, as they stand at that moment."""
    page.evaluate("""addEventListener("beforeprint", () => {
      window.onPaper = Object.fromEntries([...document.querySelectorAll("[role=tabpanel]")].map((panel) =>
        [panel.id, [...panel.querySelectorAll(".grid .row:not([hidden])")].map((row) => row.firstChild.textContent)]));
    })""")
    assert page.pdf().startswith(b"%PDF-")
    return page.evaluate("window.onPaper")


def test_prints_every_row(page):
    """Of parts that nobody has looked at too."""
    printed = on_paper(page)
    open_tab(page, re.compile("processes"))
    assert [text.lstrip("▾") for text in printed["part-processes"]] == rows(page)
    for part, tab in (("part-programs", "programs"), ("part-destinations", "destinations"), ("part-tests", "12 tests")):
        open_tab(page, tab)
        total = int(page.locator(f"#{part} [role=table]").get_attribute("aria-rowcount")) - 1
        assert len(printed[part]) == total > 0
        assert page.locator(f"#{part}").is_visible() and not page.locator("#part-processes").is_visible()


def test_prints_the_first_of_many_rows_and_says_so(large, browser):
    page = browser.new_page()
    page.goto(large.as_uri())
    page.evaluate("addEventListener('beforeprint', () => { window.note = document.querySelector('.print-note').textContent })")
    assert len(on_paper(page)["part-processes"]) == 1000
    assert page.evaluate("window.note") == "The first 1,000 of 100,000 are printed."
    assert page.locator(".print-note").count() == 0 and page.locator("#processes .row").count() < 100
    page.close()


def test_hostile_names_stay_text(tmp_path, open_page):
    path = page_of(made_up_runs.hostile(tmp_path / "run.jsonl"), tmp_path, "--deny-run", "*")
    source = path.read_text()
    # One script of data, one that runs.
    assert len(re.findall(r"<script", source, re.IGNORECASE)) == 2 == len(re.findall("</script", source))
    assert "\u202e" not in source and "\u2028" not in source and "\x1b" not in source
    page = open_page(path)
    for tab in page.get_by_role("tab").all():
        tab.click()
    open_tab(page, re.compile("processes"))
    for row in page.locator("#processes .row:not([hidden])").all():
        row.click()
    assert page.title() == "FAILED · process-tracer"
    assert page.locator("img").count() == 0
    page.get_by_label("argv, path or pid").fill("onerror")
    page.locator(".shown", has_text=" of ").wait_for()
    assert any("<img src=x" in row for row in page.locator("#processes .command").all_inner_texts())


def test_an_injected_script_would_not_run(recorded, tmp_path, browser):
    """Even if something broke out of its place, the page's policy refuses what is not its own."""
    text = (recorded / "report.html").read_text()
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<main", "<script>document.title = 'owned'</script><main"))
    page = browser.new_page()
    page.goto(broken.as_uri())
    assert page.title() == "FAILED · process-tracer"
    assert page.get_by_role("tab").count() == 6
    page.close()


def test_100_000_processes_are_all_reached_with_few_rows(large, open_page):
    """What that costs is measured by Benchmarks/page."""
    page = open_page(large)
    open_tab(page, re.compile("processes"))
    grid = page.locator("#processes")
    assert grid.get_attribute("aria-rowcount") == str(COUNT + 1)
    for place in (0, 0.5, 1):
        grid.evaluate("(grid, place) => { grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * place; }", place)
        numbers = shown_numbers(page)
        assert any(abs(number - place * COUNT) < 100 for number in numbers) and len(numbers) > 10
        assert page.locator("#processes .row").count() < 100
    page.get_by_label("argv, path or pid").fill("object-99998.o")
    page.locator(".shown", has_text="1 process of").wait_for()
    assert any("object-99998.o" in row for row in page.locator("#processes .command").all_inner_texts())


def shown_numbers(page: Page) -> list[int]:
    """Where among all the rows those stand that are drawn after the next frame."""
    wait_for_drawing(page)
    drawn = page.locator("#processes .row:not([hidden])")
    return drawn.evaluate_all("rows => rows.map(row => Number(row.getAttribute('aria-rowindex')))")
