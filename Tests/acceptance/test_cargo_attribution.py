"""Rust's tests told apart, compared with a suite that knows whose its every event is."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import BUILT, FIXTURES, clean_environment
from ground_truth import score

SUITE = FIXTURES / "attribution/cargo"


@dataclass
class Toolchain:
    """A cargo with its compiler."""

    cargo: str
    environment: dict[str, str]

    def building_in(self, directory: Path) -> "Toolchain":
        return Toolchain(self.cargo, {**self.environment, "CARGO_TARGET_DIR": str(directory)})

    def build(self, directory: Path, *options: str) -> None:
        command = [self.cargo, "test", "--offline", "--no-run", *options]
        subprocess.run(command, cwd=directory, env={**clean_environment(), **self.environment}, check=True)

    def binary(self, name: str, profile: str = "debug") -> Path:
        deps = Path(self.environment["CARGO_TARGET_DIR"]) / profile / "deps"
        [binary] = [path for path in deps.glob(f"{name}-*") if not path.suffix]
        return binary

    @property
    def version(self) -> tuple[int, ...]:
        command = [self.environment.get("RUSTC", "rustc"), "--version"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return tuple(map(int, told.split()[1].split("-")[0].split(".")))


def cargos() -> list[str]:
    """The distribution's, which scripts/setup installs, and another one that is there before it."""
    return sorted({cargo for cargo in ("/usr/bin/cargo", shutil.which("cargo")) if cargo})


@pytest.fixture(scope="module", params=cargos(), ids=lambda cargo: cargo.strip("/").replace("/", "-"))
def toolchain(request) -> Toolchain:
    is_distributions = request.param == "/usr/bin/cargo"
    return Toolchain(
        request.param, {"RUSTC": "/usr/bin/rustc", "RUSTDOC": "/usr/bin/rustdoc"} if is_distributions else {}
    )


@pytest.fixture(scope="module")
def suite(toolchain) -> Toolchain:
    version = ".".join(map(str, toolchain.version))
    suite = toolchain.building_in(BUILT / f"cargo-{version}")
    suite.build(SUITE, "--locked")
    return suite


@pytest.mark.parametrize("threads", [None, 1, 8])
def test_ground_truth(tool, suite, tmp_path, threads):
    truth = tmp_path / "truth.jsonl"
    harness = ["--", f"--test-threads={threads}"] if threads else []
    finished = tool(
        "trace", suite.cargo, "test", "--offline", "--locked", *harness, directory=SUITE, options=["--wait"],
        environment={**suite.environment, "TRUTH": str(truth)},
    )
    found = score(finished.run, truth)
    print(".".join(map(str, suite.version)), threads, found)
    assert found.total >= 300
    assert not found.problems(least_exact=1)
    assert found.counts["exact", True] + found.counts["creator", True] >= 0.97 * found.total, "\n".join(found.wrong)
    assert finished.run.is_complete
    suites = {adapter["suite"] for adapter in finished.run.adapters}
    assert suites == {"attribution-suite", "attribution-suite::integration"}


@pytest.fixture(scope="module")
def shop(toolchain, tmp_path_factory) -> Toolchain:
    return toolchain.building_in(tmp_path_factory.mktemp("target"))


@pytest.fixture(scope="module")
def package(shop, tmp_path_factory) -> Path:
    """A package of its own: a test that runs a program, one that fails, one that should panic, one that is left out."""
    directory = tmp_path_factory.mktemp("package")
    (directory / "Cargo.toml").write_text('[package]\nname = "book-shop"\nversion = "0.1.0"\nedition = "2021"\n')
    (directory / "src").mkdir()
    (directory / "src/lib.rs").write_text(
        "/// ```\n"
        '/// std::process::Command::new("/bin/true").arg("documented").status().unwrap();\n'
        "/// ```\n"
        "pub fn sell() {}\n"
        "#[cfg(test)] mod tests {\n"
        "  use std::process::Command;\n"
        '  #[test] fn buys_a_book() { Command::new("/bin/true").status().unwrap(); }\n'
        '  #[test] fn fails() { if std::env::var("FAILS").is_ok() { panic!("no") } }\n'
        '  #[test] #[should_panic] fn panics() { panic!("as it should") }\n'
        '  #[test] #[should_panic(expected = "rain")] fn panics_otherwise() {\n'
        '    panic!("{}", if std::env::var("FAILS").is_ok() { "sun" } else { "rain" }) }\n'
        "  #[test] #[ignore] fn left_out() {}\n"
        "  #[test] fn again() {\n"
        '    if std::env::var("AGAIN").is_ok() { return }\n'
        '    let again = Command::new(std::env::current_exe().unwrap()).arg("buys").env("AGAIN", "1").status();\n'
        "    assert!(again.unwrap().success()) }\n"
        "}\n"
    )
    shop.build(directory)
    return directory


@pytest.fixture
def binary(shop, package) -> Path:
    return shop.binary("book_shop")


def test_names_and_results(tool, shop, package):
    finished = tool(
        "trace", shop.cargo, "test", "--offline", "--lib", directory=package, code=101,
        environment={**shop.environment, "FAILS": "1"},
    )
    assert {test.name: test.result for test in finished.run.tests.values()} == {
        "tests::buys_a_book": "passed",
        "tests::fails": "failed",
        "tests::panics": "passed",
        "tests::panics_otherwise": "failed",
        "tests::again": "passed",
    }
    # What a test starts is that test's as a whole, another run of the same binary too.
    started = [
        (execution.name, execution.test)
        for process in finished.run.processes
        for execution in process.executions
        if execution.test
    ]
    assert sorted(started) == [
        (shop.binary("book_shop").name, ("tests::again", "exact")),
        ("true", ("tests::again", "exact")),
        ("true", ("tests::buys_a_book", "exact")),
    ]


def test_the_gate_names_the_test(tool, shop, package):
    finished = tool(
        "test", shop.cargo, "test", "--offline", "--lib", "buys", directory=package,
        options=["--deny-run", "true"], environment=shop.environment, code=120,
    )
    [violation] = finished.verdict["violations"]
    assert (violation["test"]["name"], violation["test"]["level"]) == ("tests::buys_a_book", "exact")
    assert '"stringValue":"book-shop"' in (finished.reports / "traces.jsonl").read_text().replace(" ", "")


def test_a_binary_alone(tool, binary):
    """Nobody says which package it is of."""
    finished = tool("test", binary, "buys", options=["--deny-run", "true"], code=120)
    [violation] = finished.verdict["violations"]
    assert (violation["test"]["name"], violation["test"]["level"]) == ("tests::buys_a_book", "exact")
    [adapter] = finished.run.adapters
    assert adapter == {"runner": "cargo test", "suite": "book_shop"}


def test_documentation_tests(tool, shop, package):
    """One process each, which is all that is known of them, up to the edition of 2021; then one binary of libtest."""
    command = [shop.cargo, "test", "--offline", "--doc"]
    finished = tool("trace", *command, directory=package, environment=shop.environment)
    assert documented(finished.run) == [None]
    assert finished.stderr.count("known by process only") == 0
    if shop.version < (1, 85):
        return
    manifest = package / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("2021", "2024"))
    finished = tool("trace", *command, directory=package, environment=shop.environment)
    assert documented(finished.run) == [("src/lib.rs - sell (line 1)", "exact")]
    manifest.write_text(manifest.read_text().replace("2024", "2021"))


def documented(run) -> list:
    return [
        execution.test
        for process in run.processes
        for execution in process.executions
        if execution.arguments[1:] == ["documented"]
    ]


def test_without_symbols(tool, binary):
    stripped = binary.parent / "stripped-0123456789abcdef"
    subprocess.run(["strip", "-o", stripped, binary], check=True)
    finished = tool("test", stripped, "buys", options=["--deny-run", "true"], code=120)
    [note] = finished.verdict["attributionNotes"]
    assert note == f"cargo tests of {stripped.name} are known by process only: it is stripped of its symbols"
    assert note in finished.stderr
    [violation] = finished.verdict["violations"]
    assert violation["test"] is None or violation["test"].get("name") is None


def test_a_program_that_is_called_so_and_is_none(tool, tmp_path):
    program = tmp_path / "sold-0123456789abcdef"
    shutil.copy("/bin/true", program)
    finished = tool("test", program)
    assert finished.verdict["attributionNotes"] == []
    assert not finished.run.adapters


def test_the_user_sees_no_difference(tool, shop, package):
    command = [shop.cargo, "test", "--offline", "--lib", "--", "--test-threads=1"]
    outputs = [
        tool("trace", *command, directory=package, environment=shop.environment, options=options).stdout
        for options in ([], ["--adapters", "none"])
    ]
    assert [line for line in outputs[0].splitlines() if b"finished in" not in line] == [
        line for line in outputs[1].splitlines() if b"finished in" not in line
    ]


def test_optimized(tool, shop, package):
    shop.build(package, "--release", "--lib")
    binary = shop.binary("book_shop", "release")
    finished = tool("test", binary, "buys", options=["--deny-run", "true"], code=120)
    [violation] = finished.verdict["violations"]
    assert (violation["test"]["name"], violation["test"]["level"]) == ("tests::buys_a_book", "exact")
