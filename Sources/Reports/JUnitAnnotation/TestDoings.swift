import Policy
import Trace

/// What each test did and what of it the policy does not allow.
struct TestDoings {
  /// By index in `Trace.testCases`: indices of the processes started by the test, and of its connections.
  private var processes: [Int: [Int]] = [:]
  private var connections: [Int: [Int]] = [:]
  private var violations: [Int: [Violation]] = [:]
  private let trace: Trace

  init(_ trace: Trace, _ verdict: Verdict) {
    self.trace = trace
    let runners = Set(trace.testProcesses.map(\.process))
    for (index, process) in trace.processes.enumerated() {
      // A process that runs one test alone is not among what that test started.
      let isItsRunner = runners.contains(index) && process.attribution.level == .process
      guard !isItsRunner, let test = process.attribution.knownTestCase else { continue }
      processes[test, default: []].append(index)
    }
    for (index, connection) in trace.connections.enumerated() where connection.direction != .accept {
      guard let test = connection.attribution.knownTestCase else { continue }
      connections[test, default: []].append(index)
    }
    for violation in verdict.violations {
      if let test = violation.testCase { violations[test, default: []].append(violation) }
    }
  }

  /// Of several executions of a test together.
  func summary(of tests: [Int]) -> Summary {
    var summary = Summary()
    summary.processes = tests.flatMap { processes[$0] ?? [] }
    summary.connections = tests.flatMap { connections[$0] ?? [] }
    summary.findings = Finding.all(of: tests.flatMap { violations[$0] ?? [] })
    var counts: [Attribution.Level: Int] = [:]
    for index in summary.processes { counts[trace.processes[index].attribution.level, default: 0] += 1 }
    for index in summary.connections { counts[trace.connections[index].attribution.level, default: 0] += 1 }
    summary.levels = Attribution.Level.allCases.compactMap { level in counts[level].map { (level, $0) } }
    return summary
  }

  struct Summary {
    /// Indices in `Trace.processes` and `Trace.connections`.
    var processes: [Int] = []
    var connections: [Int] = []
    var findings: [Finding] = []
    /// How what it did is known to be its, the most certain first, with the number of processes and connections.
    var levels: [(level: Attribution.Level, count: Int)] = []

    var isEmpty: Bool { processes.isEmpty && connections.isEmpty && findings.isEmpty }

    /// `exact`; `2 exact, 1 creator`; empty where it did nothing.
    var levelText: String {
      if levels.count == 1 { return levels[0].level.rawValue }
      return levels.map { "\($0.count) \($0.level.rawValue)" }.joined(separator: ", ")
    }
  }
}

extension Attribution {
  /// The test case, where anything says that it is this one.
  fileprivate var knownTestCase: Int? { level == .none ? nil : testCase }
}
