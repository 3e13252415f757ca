/// cargo-nextest: one process a test, named in its environment.
/// https://nexte.st/docs/configuration/env-vars
enum Nextest: TestRunnerAdapter {
  static let runner = "nextest"
  static let testNameKey = "NEXTEST_TEST_NAME"
  static let binaryKey = "NEXTEST_BINARY_ID"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    // The same process becomes the test next, and has its environment already.
    if program.hasArgument("__double-spawn") { return nil }
    if program.name == "cargo-nextest" { return .runner }
    guard let name = lineage.newValue(of: testNameKey, in: program.environment) else { return nil }
    let binary = program.environment[binaryKey]
    return .testProcess(suite: binary, testCase: CaseName(suite: binary, name: name))
  }
}
