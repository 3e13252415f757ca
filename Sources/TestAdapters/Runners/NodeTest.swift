/// Node's own runner: `node --test`, which starts a `node FILE` for each test file.
enum NodeTest: TestRunnerAdapter {
  static let runner = "node --test"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    guard program.name == "node" || program.name == "nodejs" else { return nil }
    // Options of node itself end at the script.
    var rest = program.arguments
    while let argument = rest.popFirst(), argument.hasPrefix("-") {
      if argument == "--test" { return .testProcess() }
      if valueOptions.contains(argument) { _ = rest.popFirst() }
    }
    return nil
  }

  private static let valueOptions: Set<String> = [
    "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file",
    "--test-reporter", "--test-reporter-destination", "--test-name-pattern", "--test-concurrency",
  ]
}
