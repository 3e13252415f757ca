/// Knows one test runner by its programs' own binary and argv, never by the wrapped command line.
protocol TestRunnerAdapter: Sendable {
  /// As in `TestProcess.runner`: `pytest`, `go test`, …
  static var runner: String { get }

  /// What a program that a process became is to this runner; nil where it is not this runner's.
  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition?
}

/// What a program is to a test run.
enum Recognition: Hashable {
  /// Builds, lists, starts and controls tests: harness.
  case runner
  /// Runs tests, `testCase` alone where it is known.
  case testProcess(suite: String? = nil, testCase: CaseName? = nil)
}

/// A test case as its runner names it.
struct CaseName: Hashable {
  var suite: String?
  var name: String
}

/// What is known about where in the process tree a program was started.
struct Lineage: Hashable {
  /// The nearest process at or above that was recognised before this program ran.
  var nearest: Recognised?
  /// The recorded environment that `nearest` was started with, or the command where nothing was recognised yet.
  /// A value that is still the same says nothing new.
  var startEnvironment: [String: String]
  /// The directory that the run was started in.
  var runDirectory: String

  struct Recognised: Hashable {
    var runner: String
    var isTestProcess: Bool
  }

  func isUnderRunner(_ runner: String) -> Bool { nearest == Recognised(runner: runner, isTestProcess: false) }
  func isUnderTestProcess(_ runner: String) -> Bool { nearest == Recognised(runner: runner, isTestProcess: true) }

  /// The value of an environment key in a program where something between `nearest` and the program set it.
  func newValue(of key: String, in environment: [String: String]) -> String? {
    guard let value = environment[key], value != startEnvironment[key], !value.isEmpty else { return nil }
    return value
  }
}

/// Every adapter, the more specific evidence first.
let testRunnerAdapters: [any (TestRunnerAdapter & Sendable).Type] = [
  Pytest.self, Unittest.self, SwiftTesting.self, XCTest.self, GoTest.self, Nextest.self, CargoTest.self,
  GoogleTest.self, CTest.self, NodeTest.self,
]
