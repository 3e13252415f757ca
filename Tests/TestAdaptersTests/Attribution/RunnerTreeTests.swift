import TestAdapters
import Testing
import Trace

/// Whole process trees of the runners, as recorded from the suites in Fixtures.
@Suite
struct RunnerTreeTests {
  private func attributed(_ run: RecordedRun) -> Trace {
    var trace = run.trace
    TestAttribution.attribute(&trace)
    return trace
  }

  private func caseName(_ trace: Trace, _ process: Int) -> String? {
    trace.processes[process].attribution.testCase.map { trace.testCases[$0].name }
  }

  private static let python = "/usr/bin/python3.11"
  private static let bootstrap = "import sys;exec(eval(sys.stdin.readline()))"

  @Test
  func pytestWithWorkers() {
    var run = RecordedRun()
    let controller = run.process(
      nil, image("/usr/bin/bash", "/root/.pyenv/shims/pytest", "-n", "2"),
      image("/venv/bin/python", "/venv/bin/pytest", "-n", "2", path: Self.python))
    let workers = (0..<2).map { _ in
      run.process(controller, image("/venv/bin/python", "-u", "-c", Self.bootstrap, path: Self.python))
    }
    let environment = [
      "PYTEST_XDIST_WORKER": "gw1",
      "PYTEST_CURRENT_TEST": "test_programs.py::test_shell_exit_code[failure [three]] (call)",
    ]
    let shell = run.process(workers[1], image("/usr/bin/sh", environment: environment))
    let grandchild = run.process(shell, image("/bin/true", environment: environment))
    let cleared = run.process(shell, image("/usr/bin/env", "-i"))
    let trace = attributed(run)
    #expect(
      trace.testProcesses == [
        TestProcess(runner: "pytest", suite: nil, process: controller, image: 1),
        TestProcess(runner: "pytest", suite: nil, process: workers[0], image: 2),
        TestProcess(runner: "pytest", suite: "gw1", process: workers[1], image: 3),
      ])
    for process in [shell, grandchild, cleared] {
      #expect(caseName(trace, process) == "test_programs.py::test_shell_exit_code[failure [three]]")
      #expect(trace.processes[process].attribution.level == .process)
      #expect(trace.processes[process].attribution.testProcess == 2)
    }
    #expect(trace.testCases.map(\.suite) == ["test_programs.py"])
    #expect(trace.processes[workers[1]].attribution.testCase == nil)
    #expect(trace.processes[workers[1]].attribution.level == .none)
  }

  @Test
  func aLaterTestOfADescendantReplacesTheInheritedOne() {
    var run = RecordedRun()
    let pytest = run.process(nil, image("/usr/bin/python3", "-m", "pytest"))
    let outer = run.process(
      pytest, image("/usr/bin/python3", "-m", "pytest", environment: ["PYTEST_CURRENT_TEST": "a.py::outer (call)"]))
    let collecting = run.process(
      outer, image("/usr/bin/git", environment: ["PYTEST_CURRENT_TEST": "a.py::outer (call)"]))
    let inner = run.process(
      outer, image("/bin/true", environment: ["PYTEST_CURRENT_TEST": "b.py::inner (setup)"]))
    let trace = attributed(run)
    #expect(caseName(trace, outer) == "a.py::outer")
    #expect(caseName(trace, collecting) == "a.py::outer")
    #expect(caseName(trace, inner) == "b.py::inner")
    #expect(trace.processes[inner].attribution.testProcess == 1)
  }

  @Test
  func aTestNameFromOutsideOfTheRunIsNotATestOfIt() {
    let environment = ["PYTEST_CURRENT_TEST": "outer.py::test (call)", "NEXTEST_TEST_NAME": "outer"]
    var run = RecordedRun()
    let make = run.process(nil, image("/usr/bin/make", environment: environment))
    run.process(make, image("/usr/bin/cc", environment: environment))
    let pytest = run.process(make, image("/usr/bin/python3", "-m", "pytest", environment: environment))
    let git = run.process(pytest, image("/usr/bin/git", environment: environment))
    let trace = attributed(run)
    #expect(trace.testCases.isEmpty)
    #expect(trace.processes.map(\.attribution.scope) == [.harness, .harness, .test, .test])
    #expect(trace.processes[git].attribution.testProcess == 0)
    #expect(trace.testProcesses.count == 1)
  }

  @Test
  func goPackages() {
    let goBuild = "/tmp/go-build2736208665"
    var run = RecordedRun(directory: "/src")
    let sum = run.process(nil, image("/usr/bin/gotestsum", "./..."))
    let go = run.process(sum, image("/usr/lib/go/bin/go", "test", "-json", "./..."))
    let link = run.process(go, image("/usr/lib/go/pkg/tool/linux_amd64/link", "-o", goBuild + "/b001/words.test"))
    let words = run.process(
      go, image(goBuild + "/b001/words.test", "-test.paniconexit0", "-test.timeout=10m0s", directory: "/src/a/words"))
    let root = run.process(go, image(goBuild + "/b002/src.test", "-test.paniconexit0", directory: "/src"))
    let other = run.process(go, image(goBuild + "/b003/b.test", "-test.paniconexit0", directory: "/srcs/b"))
    run.process(words, image("/bin/true"))
    let trace = attributed(run)
    #expect(
      trace.testProcesses == [
        TestProcess(runner: "go test", suite: "a/words", process: words, image: 3),
        TestProcess(runner: "go test", suite: "src", process: root, image: 4),
        TestProcess(runner: "go test", suite: "/srcs/b", process: other, image: 5),
      ])
    #expect(trace.processes[link].attribution.scope == .harness)
    #expect(trace.processes.last?.attribution.testProcess == 0)
  }

  @Test
  func parallelXCTest() {
    let product = "/src/.build/debug/WordsPackageTests.xctest"
    var run = RecordedRun()
    let test = run.process(
      nil, image("/usr/bin/swift", "test", "--parallel"), image("/usr/bin/swift-test", "--parallel"))
    let compiler = run.process(test, image("/usr/bin/swift-frontend"))
    let list = run.process(test, image(product, "--dump-tests-json"))
    let one = run.process(test, image(product, "WordsTests.ProgramTests/testRunsTrue"))
    let child = run.process(one, image("/bin/true"))
    run.process(test, image(product, "--parallel", "--testing-library", "swift-testing"))
    let trace = attributed(run)
    #expect([test, compiler, list].allSatisfy { trace.processes[$0].attribution.scope == .harness })
    #expect(trace.testProcesses.map(\.runner) == ["XCTest", "Swift Testing"])
    #expect(caseName(trace, child) == "WordsTests.ProgramTests/testRunsTrue")
    #expect(trace.processes[one].attribution.level == .process)
    #expect(trace.processes.last?.attribution.testCase == nil)
  }

  @Test
  func cargoTest() {
    var run = RecordedRun()
    let cargo = run.process(nil, image("cargo", "test", path: "/usr/bin/rustup"), image("/rust/bin/cargo", "test"))
    let build = run.process(cargo, image("/src/target/debug/build/demo-194e5f239690026b/build-script-build"))
    let unit = run.process(cargo, image("/src/target/debug/deps/demo_crate-194e5f239690026b"))
    let rustdoc = run.process(cargo, image("/rust/bin/rustdoc", "--test"))
    let doc = run.process(rustdoc, image("/tmp/rustdoctestnOVV0s/rust_out"))
    let trace = attributed(run)
    #expect(trace.testProcesses.map(\.suite) == ["demo_crate", "doc"])
    #expect(trace.testProcesses.map(\.process) == [unit, doc])
    #expect([cargo, build, rustdoc].allSatisfy { trace.processes[$0].attribution.scope == .harness })
  }

  @Test
  func nextest() {
    let environment = ["NEXTEST_TEST_NAME": "net::connects", "NEXTEST_BINARY_ID": "demo"]
    let binary = "/src/target/debug/deps/demo-194e5f239690026b"
    var run = RecordedRun()
    let nextest = run.process(
      nil, image("/rust/bin/cargo", "nextest", "run"), image("/rust/bin/cargo-nextest", "nextest", "run"))
    let list = run.process(nextest, image(binary, "--list", "--format", "terse"))
    let test = run.process(
      nextest,
      image("/rust/bin/cargo-nextest", "nextest", "__double-spawn", "--", binary, environment: environment),
      image(binary, "--exact", "net::connects", environment: environment))
    let child = run.process(test, image("/bin/true", environment: environment))
    let trace = attributed(run)
    #expect(trace.testProcesses == [TestProcess(runner: "nextest", suite: "demo", process: test, image: 4)])
    #expect(trace.processes[list].attribution.scope == .harness)
    #expect(caseName(trace, test) == "net::connects")
    #expect(caseName(trace, child) == "net::connects")
    #expect(trace.testCases.count == 1)
  }

  @Test
  func whateverCTestStartsIsATest() {
    var run = RecordedRun()
    let cmake = run.process(nil, image("/usr/bin/make", "check"))
    let ctest = run.process(cmake, image("/usr/bin/ctest"))
    let script = run.process(ctest, image("/usr/bin/dash", "./test.sh"))
    run.process(script, image("/usr/bin/curl"))
    let trace = attributed(run)
    #expect(trace.processes.map(\.attribution.scope) == [.harness, .harness, .test, .test])
    #expect(trace.testProcesses.map(\.process) == [script])
  }
}
