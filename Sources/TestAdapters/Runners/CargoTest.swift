/// cargo: the test binaries and documentation tests that it runs.
enum CargoTest: TestRunnerAdapter {
  static let runner = "cargo test"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    if program.invokedName == "cargo" {
      let command = program.subcommand(valueOptions: ["--config", "-C", "-Z", "--color", "--manifest-path"])
      return testCommands.contains(command ?? "") ? .runner : nil
    }
    guard lineage.isUnderRunner(runner) || lineage.isUnderRunner(Nextest.runner) else { return nil }
    if isDocumentationTest(program.path) { return .testProcess(suite: "doc") }
    guard let suite = testBinary(program) else { return nil }
    return program.hasArgument("--list") ? .runner : .testProcess(suite: suite)
  }

  private static let testCommands: Set<String> = ["test", "t", "nextest", "bench", "llvm-cov"]

  /// `target/debug/deps/NAME-0123456789abcdef`: NAME.
  private static func testBinary(_ program: Program) -> String? {
    let name = program.name.utf8
    guard String(program.path.directory).fileName == "deps", name.count > 17 else { return nil }
    let hash = name.suffix(16)
    guard name.dropLast(16).last == UInt8(ascii: "-"), hash.allSatisfy(isHexadecimalDigit) else { return nil }
    return String(program.name.dropLast(17))
  }

  /// rustdoc builds them as `/tmp/rustdoctestXXXXXX/rust_out`.
  private static func isDocumentationTest(_ path: String) -> Bool {
    path.split(separator: "/").dropLast().contains { $0.hasPrefix("rustdoctest") }
  }

  private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
