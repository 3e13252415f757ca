/// pytest: its console script, `python -m pytest`, either under a tool such as coverage, and xdist's workers.
///
/// With `-n` the controller runs no test, but it imports the tests' conftest, so it is a test process too.
enum Pytest: TestRunnerAdapter {
  static let runner = "pytest"

  /// The child of a test process reads its test in this: `path::name (phase)`. _pytest/runner.py, _update_current_test_var.
  static let currentTestKey = "PYTEST_CURRENT_TEST"
  /// `gw0`, set in a worker for its children. xdist/remote.py.
  static let workerKey = "PYTEST_XDIST_WORKER"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    guard let invocation = program.python else { return nil }
    let isTestProcess = isWorker(program) ? lineage.isUnderTestProcess(runner) : runsPytest(invocation)
    return isTestProcess ? .testProcess() : nil
  }

  /// Whether execnet started it, as xdist does.
  static func isWorker(_ program: Program) -> Bool { program.python == .command(execnetBootstrap) }

  /// The case in a value of `PYTEST_CURRENT_TEST`: the node id without the phase. Its suite is the test file.
  static func testCase(_ value: String) -> CaseName {
    let name = [" (setup)", " (call)", " (teardown)"].lazy.compactMap { value.removing(suffix: $0) }.first ?? value
    let file = name.firstRange(of: "::").map { String(name[..<$0.lowerBound]) }
    return CaseName(suite: file, name: name)
  }

  /// The code that execnet starts a worker with. execnet/gateway_io.py, popen_bootstrapline.
  private static let execnetBootstrap = "import sys;exec(eval(sys.stdin.readline()))"

  /// Tools that run a script or module in their own process.
  private static let launchers: Set<String> = [
    "coverage", "debugpy", "cProfile", "profile", "pdb", "trace", "memray", "pyinstrument", "scalene", "kernprof",
    "viztracer", "slipcover",
  ]

  private static func runsPytest(_ invocation: PythonInvocation) -> Bool {
    switch invocation {
    case .module(let module, let arguments):
      isPytest(module: module) || launchers.contains(module) && runsPytest(under: arguments)
    case .script(let path, let arguments):
      isPytest(script: path) || launchers.contains(path.fileName) && runsPytest(under: arguments)
    case .command:
      false
    }
  }

  private static func runsPytest(under launcherArguments: ArraySlice<String>) -> Bool {
    zip(launcherArguments, launcherArguments.dropFirst()).contains { $0 == "-m" && isPytest(module: $1) }
      || launcherArguments.contains(where: isPytest(script:))
  }

  private static func isPytest(module: String) -> Bool {
    module == "pytest" || module == "py.test" || module == "pytest.__main__"
  }

  /// `pytest`, `py.test`, `pytest-3` (Debian), `pytest/__main__.py`.
  private static func isPytest(script: String) -> Bool {
    let name = script.fileName
    if name == "__main__.py" { return String(script.directory).fileName == "pytest" }
    return ["pytest", "py.test"].contains { tool in
      name == tool || name.hasPrefix(tool + "-") && name.dropFirst(tool.count + 1).first?.isNumber == true
    }
  }
}
