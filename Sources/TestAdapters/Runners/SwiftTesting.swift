/// Swift Testing: the test product, or SwiftPM's helper on it, with `--testing-library swift-testing`.
enum SwiftTesting: TestRunnerAdapter {
  static let runner = "Swift Testing"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    if program.name == "swiftpm-testing-helper" {
      let bundle = value(of: "--test-bundle-path", in: program.arguments)?.fileName
      return recognise(program, product: bundle.map { $0.removing(suffix: ".xctest") ?? $0 })
    }
    guard let product = XCTest.product(of: program),
      value(of: "--testing-library", in: program.arguments) == "swift-testing"
    else { return nil }
    return recognise(program, product: product)
  }

  private static func recognise(_ program: Program, product: String?) -> Recognition {
    program.hasArgument("--list-tests") || program.hasArgument("--experimental-list-tests")
      ? .runner : .testProcess(suite: product)
  }

  /// `--name value` or `--name=value`.
  private static func value(of option: String, in arguments: ArraySlice<String>) -> String? {
    if let index = arguments.firstIndex(of: option) { return arguments[(index + 1)...].first }
    return arguments.first { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
  }
}
