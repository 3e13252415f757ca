/// CTest: whatever `ctest` starts is a test.
enum CTest: TestRunnerAdapter {
  static let runner = "CTest"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    if program.name == "ctest" { return .runner }
    return lineage.isUnderRunner(runner) ? .testProcess(suite: program.name) : nil
  }
}
