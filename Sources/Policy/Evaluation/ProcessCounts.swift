import Trace

/// Counts the processes that each test started, for `processes.max`.
struct ProcessCounts {
  /// What a limit holds for: a test, a test process outside its tests, or the run where no runner was recognised.
  enum Group: Hashable {
    case test(Int)
    case testProcess(Int)
    case run
  }

  /// Processes by group, in the order of their forks; test processes and the command do not count.
  static func processes(in trace: Trace) -> [(group: Group, processes: [Int])] {
    let runners = Set(trace.testProcesses.map(\.process))
    var groups: [(group: Group, processes: [Int])] = []
    var indices: [Group: Int] = [:]
    for (index, process) in trace.processes.enumerated() {
      guard process.attribution.scope == .test, !runners.contains(index), index > 0 else { continue }
      let group = group(of: process.attribution)
      if let known = indices[group] {
        groups[known].processes.append(index)
      } else {
        indices[group] = groups.count
        groups.append((group, [index]))
      }
    }
    return groups
  }

  private static func group(of attribution: Attribution) -> Group {
    if let test = TestOverrides.testCase(of: attribution) { return .test(test) }
    return attribution.testProcess.map { .testProcess($0) } ?? .run
  }
}
