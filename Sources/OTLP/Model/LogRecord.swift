/// A log record that is an event: opentelemetry.proto.logs.v1.LogRecord.
public struct LogRecord: Hashable, Sendable {
  /// opentelemetry.proto.logs.v1.SeverityNumber.
  public enum Severity: Int, Sendable {
    case debug = 5
    case info = 9
    case warn = 13
    case error = 17
  }

  public var eventName: String
  /// Unix time in nanoseconds at which it happened, which is when the kernel observed it.
  public var time: UInt64
  public var severity: Severity
  public var traceID: TraceID
  public var spanID: SpanID
  public var attributes: [Attribute]

  public init(
    eventName: String, time: UInt64, severity: Severity = .info, traceID: TraceID, spanID: SpanID,
    attributes: [Attribute] = []
  ) {
    self.eventName = eventName
    self.time = time
    self.severity = severity
    self.traceID = traceID
    self.spanID = spanID
    self.attributes = attributes
  }
}
