import Trace

/// A program that ran, as process rules see it.
struct ProgramRun {
  enum Standing {
    case test
    case harness
  }

  var path: String
  var isPathCut: Bool
  /// The first process that became it.
  var process: ProcessIdentity
  var time: BootInstant
  var count: UInt64
  var attribution: Attribution
  var standing: Standing
}

/// The programs of a run but the command itself and what makes a process a test process.
///
/// From the kernel's image table, which is complete, and from the processes' own records, which tell what a process
/// became later where the table counts it to the same parent.
struct ProgramRuns {
  private struct Origin: Hashable {
    var parent: ProcessIdentity
    var path: String
  }

  private let trace: Trace
  private let root: ProcessIdentity?
  /// For the processes that run tests: how many of their executions lead to the runner, itself included.
  private var startLengths: [Int: Int] = [:]

  static func runs(in trace: Trace) -> [ProgramRun] {
    let builder = ProgramRuns(trace)
    let table = builder.fromTable()
    let judged = Set(
      table.filter { $0.run.standing == .test }.map { Origin(parent: $0.parent, path: $0.run.path) })
    return table.map(\.run) + builder.fromProcesses(except: judged)
  }

  private init(_ trace: Trace) {
    self.trace = trace
    self.root = trace.processes.first.flatMap { $0.parent == nil ? $0.identity : nil }
    guard !trace.testProcesses.isEmpty else { return }
    var firstAct: [Int: BootInstant] = [:]
    func note(_ process: Int?, _ time: BootInstant) {
      if let process { firstAct[process] = min(firstAct[process] ?? time, time) }
    }
    for process in trace.processes { note(process.parent, process.identity.start) }
    for flow in trace.flows { note(flow.process, flow.firstAttempt) }
    for test in trace.testProcesses {
      let executions = trace.processes[test.process].executions
      if let image = test.image, let index = executions.firstIndex(where: { $0.image == image }) {
        startLengths[test.process] = index + 1
      } else {
        // Which image was recognised is not known: all until it first did something.
        let act = firstAct[test.process]
        startLengths[test.process] = max(1, executions.count { execution in act.map { execution.time <= $0 } ?? true })
      }
    }
  }

  private func fromTable() -> [(parent: ProcessIdentity, run: ProgramRun)] {
    let command = trace.executedImages.indices.filter { trace.executedImages[$0].firstProcess == root }
      .min { trace.executedImages[$0].firstTime < trace.executedImages[$1].firstTime }
    var starts: [ProcessIdentity: Set<String>] = [:]
    for (process, length) in startLengths {
      let executions = trace.processes[process].executions.prefix(length)
      starts[trace.processes[process].identity] = Set(executions.map { trace.images[$0.image].path })
    }
    return trace.executedImages.indices.compactMap { index in
      let image = trace.executedImages[index]
      if index == command || starts[image.firstProcess]?.contains(image.path) == true { return nil }
      let run = ProgramRun(
        path: image.path, isPathCut: image.isPathCut, process: image.firstProcess, time: image.firstTime,
        count: image.count, attribution: image.attribution,
        standing: image.attribution.scope == .test ? .test : .harness)
      return (image.parentIdentity, run)
    }
  }

  private func fromProcesses(except judged: Set<Origin>) -> [ProgramRun] {
    var runs: [ProgramRun] = []
    for (index, process) in trace.processes.enumerated() where process.attribution.scope == .test {
      let start = startLengths[index] ?? (process.identity == root ? 1 : 0)
      for execution in process.executions.dropFirst(start) {
        let image = trace.images[execution.image]
        if judged.contains(Origin(parent: process.parentIdentity, path: image.path)) { continue }
        runs.append(
          ProgramRun(
            path: image.path, isPathCut: image.flags.contains(.pathCut), process: process.identity,
            time: execution.time, count: 1, attribution: process.attribution, standing: .test))
      }
    }
    return runs
  }
}
