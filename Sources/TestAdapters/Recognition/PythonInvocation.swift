/// What a Python interpreter was told to run: its command line as `python --help` describes it.
enum PythonInvocation: Hashable {
  /// `-m name`, and what follows.
  case module(String, arguments: ArraySlice<String>)
  /// A script's path, and what follows.
  case script(String, arguments: ArraySlice<String>)
  /// `-c text`.
  case command(String)

  static func isInterpreter(_ name: String) -> Bool {
    name.hasPrefix("python") || name.hasPrefix("pypy") || name.hasPrefix("graalpy")
  }

  /// - Parameter arguments: argv without argv[0]. Nil for an interactive interpreter or one that reads stdin.
  init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let argument = rest.popFirst() {
      if argument == "--" {
        guard let script = rest.popFirst() else { return nil }
        self = .script(script, arguments: rest)
        return
      }
      guard argument.hasPrefix("-") else {
        self = .script(argument, arguments: rest)
        return
      }
      if argument.hasPrefix("--") {
        if argument == "--check-hash-based-pycs" { _ = rest.popFirst() }
        continue
      }
      if let invocation = Self.readCluster(argument, &rest) {
        self = invocation
        return
      }
    }
    return nil
  }

  /// Short options in one argument: `-m pytest`, `-mpytest`, `-Im pytest`, `-Wignore`, `-X dev`.
  private static func readCluster(_ argument: String, _ rest: inout ArraySlice<String>) -> PythonInvocation? {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      switch letter {
      case "m", "c":
        guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else { return nil }
        return letter == "m" ? .module(value, arguments: rest) : .command(value)
      case "W", "X", "Q":
        if letters.isEmpty { _ = rest.popFirst() }
        return nil
      default:
        continue
      }
    }
    return nil
  }
}
