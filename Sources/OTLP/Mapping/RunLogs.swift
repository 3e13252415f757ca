public import Policy
public import Trace

/// The log records of a run in the order of their times, made one at a time: execs, exits, connections, lookups,
/// violations.
public struct RunLogs: RandomAccessCollection, Sendable {
  /// What a log record is made from, kept small: a run of 100,000 processes has 200,000 of them.
  private struct Source {
    enum Kind: UInt8 {
      case execution
      case exit
      case connection
      case lookup
      case violation
    }

    /// Index of the process, the connection, the lookup or the violation.
    var index: UInt32
    /// Of the execution among those of its process.
    var number: UInt32 = 0
    var kind: Kind

    init(_ kind: Kind, _ index: Int, number: Int = 0) {
      self.kind = kind
      self.index = UInt32(index)
      self.number = UInt32(number)
    }
  }

  let mapping: RunMapping
  private let sources: [Source]

  public init(_ trace: Trace, _ verdict: Verdict) {
    mapping = RunMapping(trace, verdict)
    var sources: [Source] = []
    sources.reserveCapacity(
      trace.processes.reduce(trace.connections.count + trace.lookups.count + verdict.violations.count) {
        count, process in
        count + process.executions.count + (process.end == nil ? 0 : 1)
      })
    for (index, process) in trace.processes.enumerated() {
      for number in process.executions.indices { sources.append(Source(.execution, index, number: number)) }
    }
    for (index, process) in trace.processes.enumerated() where process.end != nil {
      sources.append(Source(.exit, index))
    }
    for index in trace.connections.indices { sources.append(Source(.connection, index)) }
    for index in trace.lookups.indices { sources.append(Source(.lookup, index)) }
    for index in verdict.violations.indices { sources.append(Source(.violation, index)) }
    // Array.sort is stable, and fast on what is almost in order: what happened at once stays in the order above.
    sources.sort { Self.time($0, trace, verdict) < Self.time($1, trace, verdict) }
    self.sources = sources
  }

  private static func time(_ source: Source, _ trace: Trace, _ verdict: Verdict) -> BootInstant {
    let index = Int(source.index)
    switch source.kind {
    case .execution: return trace.processes[index].executions[Int(source.number)].time
    case .exit: return trace.processes[index].end ?? trace.processes[index].identity.start
    case .connection: return trace.connections[index].attempt
    case .lookup: return trace.lookups[index].first
    case .violation: return verdict.violations[index].firstTime
    }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { sources.count }

  public subscript(position: Int) -> LogRecord {
    let source = sources[position]
    let index = Int(source.index)
    var record =
      switch source.kind {
      case .execution: execution(Int(source.number), of: index)
      case .exit: exit(of: index)
      case .connection: connection(mapping.trace.connections[index])
      case .lookup: lookup(mapping.trace.lookups[index])
      case .violation: violation(mapping.verdict.violations[index])
      }
    record.attributes = mapping.withCustom(record.attributes)
    return record
  }

  func record(_ eventName: String, at time: BootInstant, of process: Int?) -> LogRecord {
    LogRecord(
      eventName: eventName, time: mapping.time(time), traceID: mapping.traceID,
      spanID: mapping.spanID(ofProcess: process))
  }
}
