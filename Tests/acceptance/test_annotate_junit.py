"""What each test did, written into its runner's own JUnit file, and read by other people's readers."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BINARY, FIXTURES, IN_NAMESPACE, run_plain, shell
from junitparser import JUnitXml, Properties

CASE = re.compile(rb"<testcase\b(?:[^>\"]|\"[^\"]*\")*?/>|<testcase\b.*?</testcase>", re.DOTALL)
COUNTS = re.compile(rb'\b(failures|skipped)="\d+"')
OURS = "process_tracer."


def cases(path: Path) -> list:
    return [case for suite in JUnitXml.fromfile(str(path)) for case in suite]


def properties(case) -> dict:
    return {each.name: each.value for properties in case.iterchildren(Properties) for each in properties}


def annotations(path: Path) -> dict:
    """By class and name: what was written into the cases that have any of it."""
    found = {}
    for case in cases(path):
        ours = {name: value for name, value in properties(case).items() if name.startswith(OURS)}
        if ours:
            found[case.classname, case.name] = ours
    return found


def assert_nothing_is_lost(before: Path, after: Path, reports: Path) -> None:
    """Two readers see all that was there, and what is not annotated is there byte for byte."""
    old, new = cases(before), cases(after)
    assert [(case.classname, case.name, case.time) for case in old] == [
        (case.classname, case.name, case.time) for case in new
    ]
    for was, now in zip(old, new):
        assert properties(was).items() <= properties(now).items()
        assert (now.system_out or "").startswith(was.system_out or "")
        assert now.system_err == was.system_err
        assert len(now.result) >= len(was.result)
        for result, other in zip(was.result, now.result):
            assert (type(result), result.message, result.type) == (type(other), other.message, other.type)
            assert (other.text or "").startswith(result.text or "")
    texts, others = before.read_bytes(), after.read_bytes()
    assert COUNTS.sub(b"", CASE.sub(b"", texts)) == COUNTS.sub(b"", CASE.sub(b"", others))
    changed = [b"process_tracer." in case for case in CASE.findall(others)]
    assert [a == b for a, b in zip(CASE.findall(texts), CASE.findall(others), strict=True)] == [not c for c in changed]
    page = reports / "junit.html"
    subprocess.run([sys.executable, "-m", "junit2htmlreport", after, page], check=True, capture_output=True)
    text = html.unescape(page.read_text())
    assert all(case.name in text for case in new)
    assert text.count("process_tracer.processes") == sum(changed)


# Each runner's file: (class, name) of cases that are annotated, what its tests do, cases that are not known.
SAMPLES = {
    "gotestsum": (
        "go test",
        ["example.com/demo|TestPass|connect", "example.com/demo|TestSub/a_b|spawn", "example.com/demo|TestFail|connect",
         "example.com/demo/pkg|TestPanic|nothing"],
        {("example.com/demo", "TestPass"), ("example.com/demo", "TestSub/a_b"), ("example.com/demo", "TestFail"),
         ("example.com/demo/pkg", "TestPanic")},
    ),
    "xctest": (
        "XCTest",
        ["DemoTests.DemoXCTests|DemoTests.DemoXCTests/testPass|connect",
         "DemoTests.DemoXCTests|DemoTests.DemoXCTests/testFail|connect"],
        {("DemoTests.DemoXCTests", "testPass"), ("DemoTests.DemoXCTests", "testFail")},
    ),
    "swift-testing": (
        "Swift Testing",
        ["DemoTests|DemoTests.freeFunction()|spawn", "DemoTests.DemoST|DemoTests.DemoST/pass()|connect",
         "DemoTests.DemoST|DemoTests.DemoST/param(_:)|connect", "DemoTests.DemoST|DemoTests.DemoST/param(_:)|spawn",
         "DemoTests.DemoST|DemoTests.DemoST/Nested/inner()|nothing"],
        {("DemoTests", "freeFunction()"), ("DemoTests.DemoST", "pass()"), ("DemoTests.DemoST", "param(_:)"),
         ("DemoTests.DemoST.Nested", "inner()")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("options", [[], ["--in-place", "--fail-tests"]], ids=["copy", "in place"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_files_of_other_runners(tool, tmp_path, sample, options):
    runner, tests, annotated = SAMPLES[sample]
    source, out = FIXTURES / "junit" / f"{sample}.xml", tmp_path / "out/deep/out.xml"
    finished = tool(
        "test", sys.executable, FIXTURES / "junit/marked.py", runner, source, out, *tests,
        options=["--annotate-junit", "out/**/*.xml", *options], prefix=IN_NAMESPACE, code=120,
    )  # fmt: skip
    target = out if options else out.with_suffix(".process-tracer.xml")
    assert_nothing_is_lost(source, target, tmp_path)
    if not options:
        assert out.read_bytes() == source.read_bytes()
    found = annotations(target)
    assert found.keys() == annotated
    assert f"of {len(cases(source)) - len(annotated)} no test was seen" in finished.stderr
    connecting = [test for test in tests if test.endswith("connect")]
    assert sum(int(each[OURS + "connections"]) for each in found.values()) == len(connecting)
    assert sum(int(each[OURS + "violations"]) for each in found.values()) == len(connecting)
    assert {each.get(OURS + "attribution", "exact") for each in found.values()} == {"exact"}
    if sample == "swift-testing":
        assert found["DemoTests.DemoST", "param(_:)"][OURS + "executions"] == "2"
    # Those that passed fail now; those that had failed say why else.
    for before, after in zip(cases(source), cases(target), strict=True):
        violated = found.get((after.classname, after.name), {}).get(OURS + "violations", "0") != "0"
        ours = [result for result in after.result if "203.0.113.9:443" in (result.text or "")]
        assert bool(ours) == (violated and bool(options))
        assert len(after.result) <= max(1, len(before.result))
        if ours and not before.result:
            assert ours[0].type == "process-tracer.unexpected-egress"


def test_suites_count_what_fails_now(tool, tmp_path):
    runner, tests, _ = SAMPLES["gotestsum"]
    source, out = FIXTURES / "junit/gotestsum.xml", tmp_path / "out.xml"
    tool("test", sys.executable, FIXTURES / "junit/marked.py", runner, source, out, *tests,
         options=["--annotate-junit", "out.xml", "--fail-tests"], prefix=IN_NAMESPACE, code=120)  # fmt: skip
    numbers = lambda path: [int(n) for n in re.findall(r'<testsuites?\b[^>]*?\bfailures="(\d+)"', path.read_text())]
    assert numbers(source) == [4, 3, 1]
    assert numbers(tmp_path / "out.process-tracer.xml") == [5, 4, 1]


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
@pytest.mark.parametrize("logging", ["no", "all"])
def test_pytest(tool, tmp_path, family, logging):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/test_it.py").write_text(
        "import socket, subprocess, pytest\n"
        "def reach():\n"
        "    with socket.socket() as s: s.connect_ex(('203.0.113.9', 443))\n"
        "class TestK:\n"
        "    @pytest.mark.parametrize('what', ['a::b', 'ä[1]', '\\x1b'])\n"
        "    def test_m(self, what): reach(); print('said', what)\n"
        "def test_nothing(): pass\n"
        "def test_spawns(record_property): record_property('mine', '<1>'); subprocess.run(['/bin/true', 'x & y'])\n"
        "def test_fails(): reach(); assert 0\n"
        "@pytest.fixture\n"
        "def broken(): yield; raise OSError\n"
        "def test_fails_twice(broken): reach(); assert 0\n"
        "@pytest.mark.xfail\n"
        "def test_expected(): reach(); assert 0\n"
        "@pytest.mark.skip\n"
        "def test_skipped(): pass\n"
    )
    out, copy = tmp_path / "junit.xml", tmp_path / "copy.xml"
    pytest_command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--junitxml", out,
        "-o", f"junit_family={family}", "-o", f"junit_logging={logging}",
    ]  # fmt: skip
    script = '"$@"; cp junit.xml copy.xml'
    finished = tool(
        "test", "sh", "-c", script, "sh", *pytest_command, prefix=IN_NAMESPACE, code=120,
        options=["--annotate-junit", "junit.xml", "--fail-tests", "--in-place"],
    )  # fmt: skip
    assert_nothing_is_lost(copy, out, tmp_path)
    assert f"{out.name}" in finished.stderr.splitlines()[-2]
    assert "1 tell more about a test" in finished.stderr
    found = annotations(out)
    assert len(found) == len({(case.classname, case.name) for case in cases(copy)})
    assert found["pkg.test_it", "test_spawns"][OURS + "processes"] == "1"
    assert sum(int(each[OURS + "violations"]) for each in found.values()) == 6
    by_name = {}
    for case in cases(out):
        by_name.setdefault(case.name, case)
    assert "ran /bin/true 'x & y'" in by_name["test_spawns"].system_out
    assert "203.0.113.9:443 is not in network.allow" in by_name["test_m[a::b]"].result[0].message
    assert by_name["test_fails"].result[0].message.startswith("assert 0")
    assert "203.0.113.9:443" in by_name["test_fails"].result[0].text
    assert len(by_name["test_expected"].result) == 2  # still an expected failure, and a violation
    suite = next(iter(JUnitXml.fromfile(str(out))))
    assert suite.failures == 2 + 4 and suite.errors == 1 and suite.skipped == 1


def test_report_annotates_too_but_nothing_older_or_twice(tool, tmp_path):
    stale = tmp_path / "stale.xml"
    shutil.copyfile(FIXTURES / "junit/xctest.xml", stale)
    os.utime(stale, (1, 1))
    runner, tests, annotated = SAMPLES["xctest"]
    out = tmp_path / "new.xml"
    finished = tool("trace", sys.executable, FIXTURES / "junit/marked.py", runner, FIXTURES / "junit/xctest.xml", out, *tests,
                    prefix=IN_NAMESPACE)  # fmt: skip
    record = finished.reports / "run.jsonl"

    def report(*options: str, code: int = 0):
        ended = run_plain(BINARY, "report", record, "--depth", "0", "--annotate-junit", "*.xml", *options, cwd=tmp_path)
        assert ended.returncode == code, ended.stderr
        return ended

    first = report()
    assert "stale.xml is older than the run and was not annotated" in first.stderr
    assert annotations(tmp_path / "new.process-tracer.xml").keys() == annotated
    assert OURS + "violations" not in annotations(tmp_path / "new.process-tracer.xml").popitem()[1]
    assert not (tmp_path / "stale.process-tracer.xml").exists()
    before = (tmp_path / "new.process-tracer.xml").read_bytes()
    report()
    assert (tmp_path / "new.process-tracer.xml").read_bytes() == before
    report("--in-place", "--fail-tests", "--allow-net", "127.0.0.1", code=120)
    assert out.read_bytes() != before
    again = report("--in-place")
    assert "new.xml: it was annotated before" in again.stderr


def test_bad_files_cost_one_line_each_and_nothing_else(tool, tmp_path):
    runner, tests, annotated = SAMPLES["xctest"]
    (tmp_path / "elsewhere").mkdir()
    sample = FIXTURES / "junit/xctest.xml"
    script = f"""
      printf '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><testsuite>&b;</testsuite>' > doctype.xml
      echo hello > text.xml
      echo '<testsuite><testcase name="a">' > cut.xml
      echo '<html/>' > page.xml
      printf '\\377\\376<\\0' > utf16.xml
      echo '<?xml version="1.0" encoding="windows-1252"?><testsuite/>' > encoding.xml
      cp {sample} elsewhere/link-target.xml; ln -s elsewhere/link-target.xml link.xml; ln -s elsewhere linked
      mkfifo pipe.xml; mkdir directory.xml; : > empty.xml
      exec "$@"
    """
    marked = [sys.executable, FIXTURES / "junit/marked.py", runner, sample, tmp_path / "good.xml", *tests]
    finished = tool(
        "test", *shell(script, *marked), prefix=IN_NAMESPACE, code=120,
        options=["--annotate-junit", "*.xml", "--annotate-junit", "linked/*.xml", "--annotate-junit", "missing*",
                 "--in-place"],
    )  # fmt: skip
    lines = [line for line in finished.stderr.splitlines() if "warning" in line]
    for name, reason in {
        "doctype.xml": "it has a document type declaration", "text.xml": "it is not XML", "cut.xml": "it is not XML",
        "page.xml": "it is not a JUnit report: its first element is <html>", "utf16.xml": "its encoding is UTF-16",
        "encoding.xml": "unknown encoding", "link.xml": "it is a symbolic link", "linked": "it is a symbolic link",
        "empty.xml": "no element found", "missing*": "no file matches",
    }.items():  # fmt: skip
        [line] = [line for line in lines if f" {name}: " in line]
        assert reason in line
    assert len(lines) == 10, lines
    assert (tmp_path / "elsewhere/link-target.xml").read_bytes() == sample.read_bytes()
    assert annotations(tmp_path / "good.xml").keys() == annotated
    assert not list(tmp_path.glob(".process-tracer*"))
    assert finished.verdict["exitCode"] == 120
    assert JUnitXml.fromfile(str(finished.reports / "junit.xml"))


def test_what_may_be_one_of_several_is_left_alone(tool, tmp_path):
    """Two sessions run tests of the same name, and nothing tells which file is whose."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "test_same.py").write_text(f"import os\ndef test_same(): os.system('/bin/true {name}')\n")
    run = "(cd %s; {} -m pytest -q -p no:cacheprovider -p no:xdist --junitxml=../%s.xml)".format(sys.executable)
    runs = "; ".join(run % (name, name) for name in ("one", "two"))
    # Written by its own session, each is told apart by its time.
    tool("test", "sh", "-c", runs, options=["--annotate-junit", "*.xml"], prefix=IN_NAMESPACE)
    for name in ("one", "two"):
        [case] = cases(tmp_path / f"{name}.process-tracer.xml")
        assert f"/bin/true {name}" in case.system_out
        (tmp_path / f"{name}.process-tracer.xml").unlink()
    # Of a time at which neither lived, whatever tick of the file system's clock the second one ends in.
    runs += "; touch -d tomorrow *.xml"
    finished = tool("test", "sh", "-c", runs, options=["--annotate-junit", "*.xml"], prefix=IN_NAMESPACE)
    assert finished.stderr.count("0 of 1 cases were annotated, 1 may be one of several tests or executions") == 2
    assert not list(tmp_path.glob("*.process-tracer.xml"))


@pytest.mark.parametrize("options", [["--in-place"], ["--fail-tests"], ["--annotate-junit", ""]])
def test_wrong_usage(tool, options):
    finished = tool("test", "true", options=options, report=False, code=64)
    assert "--annotate-junit" in finished.stderr
