public import Policy
public import Trace

/// The log records of a run in the order of their times, made one at a time: execs, exits, connections, violations.
public struct RunLogs: RandomAccessCollection, Sendable {
  private enum Source {
    case execution(process: Int, number: Int)
    case exit(process: Int)
    case connection(Int)
    case violation(Int)
  }

  let mapping: RunMapping
  private let sources: [Source]

  public init(_ trace: Trace, _ verdict: Verdict) {
    mapping = RunMapping(trace, verdict)
    var timed: [(time: BootInstant, source: Source)] = []
    for (index, process) in trace.processes.enumerated() {
      for (number, execution) in process.executions.enumerated() {
        timed.append((execution.time, .execution(process: index, number: number)))
      }
      if let end = process.end { timed.append((end, .exit(process: index))) }
    }
    for (index, connection) in trace.connections.enumerated() {
      timed.append((connection.attempt, .connection(index)))
    }
    for (index, violation) in verdict.violations.enumerated() {
      timed.append((violation.firstTime, .violation(index)))
    }
    // Array.sort is stable: what happened at once stays in the order above.
    timed.sort { $0.time < $1.time }
    sources = timed.map(\.source)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { sources.count }

  public subscript(position: Int) -> LogRecord {
    var record =
      switch sources[position] {
      case .execution(let process, let number): execution(number, of: process)
      case .exit(let process): exit(of: process)
      case .connection(let index): connection(mapping.trace.connections[index])
      case .violation(let index): violation(mapping.verdict.violations[index])
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
