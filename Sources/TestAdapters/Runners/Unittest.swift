/// Python's unittest: `python -m unittest`.
enum Unittest: TestRunnerAdapter {
  static let runner = "unittest"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    guard case .module("unittest", _) = program.python else { return nil }
    return .testProcess()
  }
}
