"""Examples/otel: its queries over many runs, on ClickHouse's own engine; its configuration."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import fleet
import pytest
import yaml
from conftest import BINARY, ROOT, clean_environment

EXAMPLE = ROOT / "Examples/otel"
# The settings of the ClickHouse exporter that its documentation names; the collector refuses others.
EXPORTER_SETTINGS = set(
    "async_insert cluster_name compress connection_params create_schema database endpoint json logs_table_name "
    "metrics_tables password profiles_table_name retry_on_failure sending_queue table_engine timeout tls "
    "traces_table_name ttl username".split()
)
NOW = fleet.NOW.strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture(scope="module")
def example():
    """The script that users run, as a module."""
    sys.path.insert(0, str(EXAMPLE))
    loader = importlib.machinery.SourceFileLoader("otel_example", str(EXAMPLE / "try"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def fleet_reports(tmp_path_factory) -> list:
    directory = tmp_path_factory.mktemp("fleet")

    def report(run):
        reports = run.with_suffix("")
        reports.mkdir()
        files = ["--otlp-traces", reports / "traces.jsonl", "--otlp-logs", reports / "logs.jsonl"]
        command = [BINARY, "report", run, "-q", "--depth", "0", *files, *fleet.POLICY]
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 120), done.stderr
        return reports

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(report, fleet.write(directory)))


@pytest.fixture(scope="module")
def backend(example, fleet_reports, tmp_path_factory):
    backend = example.Backend(tmp_path_factory.mktemp("backend"))
    backend.load(fleet_reports)
    return backend


@pytest.fixture
def answer(backend):
    def ask(name: str, **parameters: str) -> list[list[str]]:
        query = (EXAMPLE / f"queries/{name}.sql").read_text()
        text = backend.answer(query, "TabSeparated", now=NOW, **parameters)
        return [line.split("\t") for line in text.splitlines()]

    return ask


def runs(service: str, first: int = fleet.THIS_WEEK) -> list[int]:
    return [number for number in range(first, fleet.COUNT) if fleet.service_of(number) == service]


def since(text: str, number: int) -> bool:
    """Whether a time lies within a run."""
    return 0 <= (fleet.datetime.fromisoformat(text[:26] + "+00:00") - fleet.time_of(number)).total_seconds() < 60


def test_every_run_is_in_the_tables(backend):
    count = "SELECT uniqExact(TraceId), countIf(ServiceName = 'shop' AND ParentSpanId = '') FROM otel.otel_traces"
    assert backend.answer(count, "TabSeparated") == "200\t100\n"
    assert backend.answer("SELECT count() FROM otel.otel_traces_trace_id_ts FINAL", "TabSeparated") == "200\n"


def test_new_destinations(answer):
    rows = answer("new-destinations")
    first = [runs("billing", 175)[0], runs("shop", 180)[0]]
    assert [row[:2] + row[3:] for row in rows] == [
        ["billing", "tcp://192.0.2.60:443", str(len(runs("billing", 175))), fleet.revision_of(first[0]), "pip", ""],
        [
            "shop", "tcp://203.0.113.99:8443", str(len(runs("shop", 180))), fleet.revision_of(first[1]), "python3.11",
            "test_shop.py::test_upload",
        ],
    ]  # fmt: skip
    assert all(since(row[2], number) for row, number in zip(rows, first, strict=True))


def test_slowest_tests(answer):
    shop, billing = str(len(runs("shop"))), str(len(runs("billing")))
    with_history = len(runs("shop", 160)) / len(runs("shop"))
    rows = answer("slowest-tests")
    assert [row[:5] for row in rows] == [
        ["shop", "test_shop.py::test_invoice", shop, "800", "600"],
        ["billing", "test_billing.py::test_report", billing, "400", "300"],
        ["shop", "test_shop.py::test_export", shop, "300", "200"],
        ["billing", "test_billing.py::test_clone", billing, "150", "40"],
        ["shop", "test_shop.py::test_history", shop, f"{with_history * 100:.1f}", f"{with_history * 20:.1f}"],
        ["billing", "test_billing.py::test_archive", str(len(runs("billing", 190))), "20", "10"],
    ]
    assert all(99 <= int(row[5]) <= 100 for row in rows)


def test_tests_that_started_to_spawn_git(answer):
    rows = answer("started-to-spawn", program="git")
    first = [runs("shop", 160)[0], runs("billing", 190)[0]]
    assert [row[:2] + row[3:] for row in rows] == [
        [
            "shop", "test_shop.py::test_history", fleet.revision_of(first[0]), str(len(runs("shop", 160))),
            str(len(runs("shop", 0)) - len(runs("shop", 160))),
        ],
        ["billing", "test_billing.py::test_archive", fleet.revision_of(first[1]), str(len(runs("billing", 190))), "0"],
    ]  # fmt: skip
    assert all(since(row[2], number) for row, number in zip(rows, first, strict=True))


def test_flaky_egress(answer):
    of_week = runs("shop")
    by_revision = {number // 4: [each for each in of_week if each // 4 == number // 4] for number in of_week}
    flaky = [each for each in by_revision.values() if any(number % 4 in (1, 3) for number in each)]
    with_egress = sum(number % 4 in (0, 2) for each in flaky for number in each)
    assert answer("flaky-egress") == [
        [
            "shop", "test_shop.py::test_weather", "tcp://203.0.113.7:443", str(len(flaky)), str(with_egress),
            str(sum(map(len, flaky))),
        ]
    ]  # fmt: skip


def test_violations(answer):
    rows = answer("violations")
    assert [row[:4] + row[5:] for row in rows] == [
        [
            "shop", "redis-server", "redis-server", "", str(len(runs("shop", 168))),
            "['test_shop.py::test_server']",
        ],
        [
            "shop", "network.allow", "python3.11", "tcp://203.0.113.99:8443", str(len(runs("shop", 180))),
            "['test_shop.py::test_upload']",
        ],
    ]  # fmt: skip
    assert since(rows[0][4], runs("shop", 168)[0]) and since(rows[1][4], runs("shop", 180)[0])


def test_left_running(answer):
    [row] = answer("left-running")
    assert row[:2] + row[3:] == [
        "shop", "redis-server", str(len(runs("shop", 168))), "['test_shop.py::test_server']",
    ]  # fmt: skip
    assert since(row[2], runs("shop", 168)[0])


def test_the_script_answers_over_report_directories(tool):
    finished = tool("trace", "true")
    done = subprocess.run([EXAMPLE / "try", finished.reports], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert all((path.read_text().splitlines()[0][3:]) in done.stdout for path in (EXAMPLE / "queries").glob("*.sql"))
    done = subprocess.run([EXAMPLE / "try", EXAMPLE], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "no traces.jsonl in it" in done.stderr


def test_the_configuration_is_sound():
    compose = ["--builtin-schema", "vendor.compose-spec", EXAMPLE / "compose.yaml"]
    for check in (["yamllint", "--strict", EXAMPLE], ["check_jsonschema", *compose]):
        done = subprocess.run([sys.executable, "-m", *check], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    collector = yaml.safe_load((EXAMPLE / "collector.yaml").read_text())
    used = {
        kind: {each for pipeline in collector["service"]["pipelines"].values() for each in pipeline[kind]}
        for kind in ("receivers", "processors", "exporters")
    }
    assert used == {kind: set(collector[kind]) for kind in used}
    exporter = collector["exporters"]["clickhouse"]
    assert set(exporter) <= EXPORTER_SETTINGS and exporter["create_schema"] is False
    services = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())["services"]
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service["ports"])
