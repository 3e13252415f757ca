/// XCTest on Linux: `PACKAGEPackageTests.xctest`, an executable.
///
/// Serial it is one process for all tests; `swift test --parallel` starts one a test, named in argv[1].
/// swift-corelibs-xctest, Sources/XCTest/Private/ArgumentParser.swift: only argv[1] counts.
enum XCTest: TestRunnerAdapter {
  static let runner = "XCTest"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    if isSwiftPackageManager(program) { return .runner }
    guard let product = product(of: program) else { return nil }
    guard let selection = program.arguments.first else { return .testProcess(suite: product) }
    if listOptions.contains(selection) { return .runner }
    return .testProcess(suite: product, testCase: testCase(selection))
  }

  /// The test product's name; nil where the program is not a test product.
  static func product(of program: Program) -> String? { program.name.removing(suffix: ".xctest") }

  private static let listOptions: Set<String> = ["--dump-tests-json", "--list-tests", "-l", "--help", "-h"]

  /// `Module.Class/testName`; nil for several, a whole class or an empty selection.
  private static func testCase(_ selection: String) -> CaseName? {
    let parts = selection.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !selection.contains(","), !selection.hasPrefix("-")
    else { return nil }
    return CaseName(suite: String(parts[0]), name: selection)
  }

  /// `swift test` replaces itself with `swift-test`, a link to `swift-package`.
  private static func isSwiftPackageManager(_ program: Program) -> Bool {
    program.invokedName == "swift-test" || program.invokedName == "swift" && program.arguments.first == "test"
  }
}
