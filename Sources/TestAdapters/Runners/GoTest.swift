/// Go: test binaries, which `go test` builds and runs or somebody built with `go test -c`.
enum GoTest: TestRunnerAdapter {
  static let runner = "go test"

  static func recognise(_ program: Program, in lineage: Lineage) -> Recognition? {
    if program.name == "gotestsum" || isGoTool(program) { return .runner }
    guard let package = program.name.removing(suffix: ".test"), !package.isEmpty else { return nil }
    if isBuiltByGoTest(program.path) {
      return .testProcess(suite: packageDirectory(program.workingDirectory, in: lineage.runDirectory) ?? package)
    }
    let hasTestFlags = program.hasArgument(withPrefix: "-test.") || program.hasArgument(withPrefix: "--test.")
    return hasTestFlags ? .testProcess(suite: package) : nil
  }

  static func isGoTool(_ program: Program) -> Bool {
    let rest = program.name.dropFirst(2)
    // go, and the versioned go1.24.11 of golang.org/dl.
    guard program.name.hasPrefix("go"), rest.isEmpty || rest.first?.isNumber == true else { return false }
    return program.subcommand(valueOptions: ["-C"]) == "test"
  }

  /// `/tmp/go-build1234/b001/NAME.test`, wherever GOTMPDIR is.
  private static func isBuiltByGoTest(_ path: String) -> Bool {
    path.split(separator: "/").dropLast().contains { $0.hasPrefix("go-build") }
  }

  /// `go test` starts a binary in its package's directory: relative to the run's where it is below.
  private static func packageDirectory(_ directory: String, in runDirectory: String) -> String? {
    guard !directory.isEmpty else { return nil }
    if directory == runDirectory { return directory.fileName }
    let base = runDirectory.hasSuffix("/") ? runDirectory : runDirectory + "/"
    return directory.hasPrefix(base) && base != "/" ? String(directory.dropFirst(base.count)) : directory
  }
}
