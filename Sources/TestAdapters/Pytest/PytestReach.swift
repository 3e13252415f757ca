import Trace

/// Says which pytest processes the plugin did not reach, and why.
enum PytestReach {
  /// One sentence, nil where it reached all of those that no test started.
  static func note(_ trace: Trace) -> String? {
    guard trace.header.adapters.contains(PytestPlugin.name) else { return nil }
    let processes = trace.testProcesses.filter {
      $0.runner == Pytest.runner && trace.processes[$0.process].attribution.testCase == nil
    }
    let missed = processes.filter { !trace.adaptedProcesses.contains(trace.processes[$0.process].identity) }
    guard let first = missed.first else { return nil }
    let identity = trace.processes[first.process].identity
    let reason = reason(first.image.map { trace.images[$0].arguments } ?? [])
    let which =
      missed.count == 1 ? "pytest (pid \(identity.pid))" : "\(missed.count) of \(processes.count) pytest processes"
    return "tests of \(which) are known by process only: \(reason)"
  }

  private static func reason(_ arguments: [String]) -> String {
    let options = arguments.dropFirst().prefix { $0.hasPrefix("-") }
    if let ignoring = options.first(where: { ignoresEnvironment($0) }) {
      return "python \(ignoring) ignores PYTHONPATH, where the pytest plugin is"
    }
    if arguments.contains(where: { $0.hasSuffix("no:\(PytestPlugin.entryPoint)") }) {
      return "-p no:\(PytestPlugin.entryPoint) turns the pytest plugin off"
    }
    return "it did not load the pytest plugin (PYTEST_DISABLE_PLUGIN_AUTOLOAD, or PYTHONPATH was replaced)"
  }

  /// `-I`, `-E`, and clusters with them; `-m` ends what is the interpreter's.
  private static func ignoresEnvironment(_ option: String) -> Bool {
    guard !option.hasPrefix("--") else { return false }
    let letters = option.dropFirst().prefix { !"cmWX".contains($0) }
    return letters.contains("I") || letters.contains("E")
  }
}
