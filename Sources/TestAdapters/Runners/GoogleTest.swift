/// GoogleTest: any program that was given `--gtest_` flags.
enum GoogleTest: TestRunnerAdapter {
  static let runner = "GoogleTest"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    guard program.hasArgument(withPrefix: "--gtest_") else { return nil }
    if program.hasArgument("--gtest_list_tests") { return .runner }
    return .testProcess(suite: program.name, testCase: program.arguments.lazy.compactMap(testCase).first)
  }

  /// A filter that names one test, `Suite.Name`, as gtest_discover_tests passes it.
  private static func testCase(_ argument: String) -> CaseName? {
    guard argument.hasPrefix("--gtest_filter=") else { return nil }
    let filter = argument.dropFirst("--gtest_filter=".count)
    guard !filter.contains(where: { "*?:-".contains($0) }), let dot = filter.firstIndex(of: ".") else { return nil }
    return CaseName(suite: String(filter[..<dot]), name: String(filter))
  }
}
