public import Policy
public import Trace

/// The spans of a run as OTLP JSON lines (`--otlp-traces`), each line a TracesData.
public struct OTLPTraceFile: Sendable {
  public init() {}

  /// Writes the whole file to `sink`, in order, in chunks of about 64 KiB; throws only what `sink` throws.
  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let spans = RunSpans(trace, verdict)
    try OTLPLines(envelope: .traces, resource: Resource(trace.header)).write(spans, to: sink) {
      OTLPJSON.write($0, into: &$1)
    }
  }
}

/// The events of a run as OTLP JSON lines (`--otlp-logs`), each line a LogsData.
public struct OTLPLogFile: Sendable {
  public init() {}

  /// Writes the whole file to `sink`, in order, in chunks of about 64 KiB; throws only what `sink` throws.
  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let logs = RunLogs(trace, verdict)
    try OTLPLines(envelope: .logs, resource: Resource(trace.header)).write(logs, to: sink) {
      OTLPJSON.write($0, into: &$1)
    }
  }
}
