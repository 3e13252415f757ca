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
  /// Those on record that became it: indices in `Trace.processes`.
  var processes: [Int]
  var time: BootInstant
  var count: UInt64
  var attribution: Attribution

  var standing: Standing { attribution.scope == .test ? .test : .harness }
}

/// The programs of a run but the command itself and what makes a process a test process, each execution once.
///
/// An execution on record is judged as what its own process is. The kernel's image table, which is complete, adds those
/// that it counts beyond the records.
struct ProgramRuns {
  private struct Origin: Hashable {
    var parent: ProcessIdentity
    var path: String
    var test: TestMark
  }

  private struct Kind: Hashable {
    var path: String
    var isPathCut: Bool
    var attribution: Attribution
  }

  private let trace: Trace
  private let root: ProcessIdentity?
  /// For the processes that run tests: how many of their executions lead to the runner, itself included.
  private var startLengths: [Int: Int] = [:]
  /// Executions on record that the table was not yet seen to count.
  private var recorded: [Origin: UInt64] = [:]
  /// The same of processes whose parents are not known, by path: the table counts them, nobody knows where.
  private var orphaned: [String: UInt64] = [:]
  private var runs: [ProgramRun] = []
  private var indices: [Kind: Int] = [:]

  static func runs(in trace: Trace) -> [ProgramRun] {
    var builder = ProgramRuns(trace)
    builder.addRecorded()
    builder.addUnrecorded()
    return builder.runs
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

  private mutating func addRecorded() {
    for (index, process) in trace.processes.enumerated() {
      let start = startLengths[index] ?? (process.identity == root ? 1 : 0)
      for (position, execution) in process.executions.enumerated() {
        let image = trace.images[execution.image]
        if process.parentIdentity.pid == 0 {
          orphaned[image.path, default: 0] += 1
        } else {
          recorded[Origin(parent: process.parentIdentity, path: image.path, test: execution.test), default: 0] += 1
        }
        guard position >= start else { continue }
        add(
          ProgramRun(
            path: image.path, isPathCut: image.flags.contains(.pathCut), process: process.identity,
            processes: [index], time: execution.time, count: 1, attribution: process.attribution))
      }
    }
  }

  private mutating func addUnrecorded() {
    var missing: [(image: ExecutedImage, count: UInt64)] = []
    for image in trace.executedImages {
      let origin = Origin(parent: image.parentIdentity, path: image.path, test: image.test)
      let count = image.count - Self.take(image.count, from: &recorded[origin, default: 0])
      if count > 0 { missing.append((image, count)) }
    }
    // An orphan stands for the entry of which least is known: what is known of the others is not given away.
    let byKnowledge = [false, true].flatMap { isKnown in
      missing.filter { ($0.image.attribution.testCase != nil) == isKnown }
    }
    for (image, count) in byKnowledge {
      let rest = count - Self.take(count, from: &orphaned[image.path, default: 0])
      guard rest > 0 else { continue }
      add(
        ProgramRun(
          path: image.path, isPathCut: image.isPathCut, process: image.firstProcess, processes: [],
          time: image.firstTime,
          count: rest, attribution: image.attribution))
    }
  }

  /// Takes up to `count` away from a number; how much that was.
  private static func take(_ count: UInt64, from number: inout UInt64) -> UInt64 {
    let taken = min(count, number)
    number -= taken
    return taken
  }

  private mutating func add(_ run: ProgramRun) {
    let kind = Kind(path: run.path, isPathCut: run.isPathCut, attribution: run.attribution)
    guard let index = indices[kind] else {
      indices[kind] = runs.count
      runs.append(run)
      return
    }
    runs[index].count += run.count
    runs[index].processes += run.processes
    if run.time < runs[index].time {
      runs[index].time = run.time
      runs[index].process = run.process
    }
  }
}
