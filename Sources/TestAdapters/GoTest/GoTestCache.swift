import Trace

/// Says where `go test` ran nothing: what its cache answers is not observed.
///
/// The kernel sees which test binaries ran, not which packages there are: a run of which only some packages came from
/// the cache looks like one of fewer packages.
enum GoTestCache {
  /// One sentence, nil where every successful `go test` started a test binary.
  static func note(_ trace: Trace) -> String? {
    guard trace.header.adapters.contains(adapter) else { return nil }
    var withTests: Set<Int> = []
    for test in trace.testProcesses where test.runner == GoTest.runner {
      withTests.formUnion(trace.ancestry(of: test.process))
    }
    let idle = trace.processes.indices.filter { index in
      let process = trace.processes[index]
      // One that it forked and that became nothing else is not another go test.
      guard process.status == .exited(code: 0), !withTests.contains(index), let last = process.executions.last else {
        return false
      }
      return runsTests(Program(trace.images[last.image]))
    }
    guard let first = idle.first else { return nil }
    let which =
      idle.count == 1 ? "go test (pid \(trace.processes[first].identity.pid))" : "\(idle.count) processes of go test"
    return "\(which) started no test binary: cached, not observed, or there were no tests; -count=1 runs them"
  }

  static let adapter = "go"

  private static let withoutRunning: Set<String> = ["-c", "-n", "-list", "-h", "-help", "--help"]

  private static func runsTests(_ program: Program) -> Bool {
    GoTest.isGoTool(program)
      && !program.arguments.contains { withoutRunning.contains($0) || $0.hasPrefix("-list=") }
  }
}
