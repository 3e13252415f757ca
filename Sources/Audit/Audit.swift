public import Trace

/// Every program and destination of any number of runs.
///
/// Sums and sets alone: the shards of a run, in any order, give what the whole gives.
public struct Audit: Sendable {
  public private(set) var runs = 0
  public private(set) var programs: [String: ProgramRecord] = [:]
  public private(set) var destinations: [String: DestinationRecord] = [:]
  /// Why something may be missing, one sentence each.
  public private(set) var limits: Set<String> = []
  /// Whether every run's executables were looked at.
  public private(set) var knowsIdentities = true

  public init() {}

  public init(_ trace: Trace) {
    add(trace)
  }

  public mutating func add(_ trace: Trace) {
    runs += 1
    addExecutions(of: trace)
    addUnrecordedExecutions(of: trace)
    addFlows(of: trace)
    addLimits(of: trace)
    guard let executables = trace.end?.executables else {
      knowsIdentities = false
      return
    }
    for executable in executables { programs[executable.path]?.identities.insert(executable) }
  }

  /// Programs by their paths, in order.
  public var sortedPrograms: [ProgramRecord] {
    programs.values.sorted { $0.path < $1.path }
  }

  public var sortedDestinations: [DestinationRecord] {
    destinations.values.sorted { $0.text < $1.text }
  }

  // MARK: Programs

  private mutating func addExecutions(of trace: Trace) {
    // What an image says is the same for all its executions.
    let details = trace.images.map { image in
      (shape: ArgumentShape.text(of: image.arguments), script: InterpretedScript.path(in: image))
    }
    for process in trace.processes {
      let test = process.attribution.testCase.map { trace.testCases[$0].name }
      for (position, execution) in process.executions.enumerated() {
        let image = trace.images[execution.image]
        var record = programs[image.path] ?? ProgramRecord(path: image.path)
        programs[image.path] = nil
        record.isPathCut = record.isPathCut || image.flags.contains(.pathCut)
        record.isUnnamed = record.isUnnamed || image.flags.contains(.deleted)
        record.executions += 1
        if process.attribution.scope == .harness { record.harnessExecutions += 1 }
        if let test { record.tests.insert(test) }
        record.users.insert(image.uid)
        record.shapes[details[execution.image].shape, default: 0] += 1
        if let script = details[execution.image].script { record.scripts[script, default: 0] += 1 }
        if position == process.executions.count - 1 { record.addEnd(of: process) }
        programs[image.path] = record
      }
    }
  }

  /// The kernel's table is complete: it adds the executions of which the records were lost.
  private mutating func addUnrecordedExecutions(of trace: Trace) {
    var counted: [String: UInt64] = [:]
    for process in trace.processes {
      for execution in process.executions { counted[trace.images[execution.image].path, default: 0] += 1 }
    }
    for image in trace.executedImages {
      let known = min(image.count, counted[image.path] ?? 0)
      counted[image.path]? -= known
      guard image.count > known else { continue }
      var record = programs[image.path] ?? ProgramRecord(path: image.path)
      record.isPathCut = record.isPathCut || image.isPathCut
      record.executions += image.count - known
      programs[image.path] = record
    }
  }

  // MARK: Destinations

  private mutating func addFlows(of trace: Trace) {
    for flow in trace.flows {
      let text = "\(flow.protocol)://\(flow.destination)"
      var record = destinations[text] ?? DestinationRecord(text: text)
      destinations[text] = nil
      record.programs.insert(flow.executable ?? flow.command)
      if let test = flow.attribution.testCase { record.tests.insert(trace.testCases[test].name) }
      record.count += flow.count
      record.established += flow.established
      record.bytesSent += flow.bytesSent
      record.bytesReceived += flow.bytesReceived
      record.isLocal = record.isLocal && (flow.isLocal || Self.isOrdinary(flow.destination, of: trace))
      destinations[text] = record
    }
  }

  private static func isOrdinary(_ destination: Endpoint, of trace: Trace) -> Bool {
    destination.address.isLoopback
      || destination.port == 53 && trace.header.nameservers.contains(destination.address)
  }

  private mutating func addLimits(of trace: Trace) {
    guard let end = trace.end else {
      limits.insert("a recorded run stops before its end: what came after it is not known")
      return
    }
    if !end.loss.isEmpty { limits.insert("records were lost in a run: details of some programs may be missing") }
    limits.formUnion(end.failures)
  }
}

extension ProgramRecord {
  fileprivate mutating func addEnd(of process: TracedProcess) {
    processes += 1
    cpuTime += process.cpuTime
    if process.isLeaked { leaked += 1 }
    elapsed += process.end?.nanoseconds(since: process.identity.start) ?? 0
    let end =
      switch process.status {
      case .exited(let code): "exit \(code)"
      case .signaled(let signal, _): SignalName.name(of: signal)
      case nil: "no end seen"
      }
    ends[end, default: 0] += 1
  }
}
