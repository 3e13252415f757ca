/// A span: opentelemetry.proto.trace.v1.Span.
public struct Span: Hashable, Sendable {
  /// opentelemetry.proto.trace.v1.Span.SpanKind.
  public enum Kind: Int, Sendable {
    case `internal` = 1
    case server = 2
    case client = 3
  }

  /// An error with words about it; a span without one has no status set.
  public struct Failure: Hashable, Sendable {
    /// STATUS_CODE_ERROR of opentelemetry.proto.trace.v1.Status.
    public static let code = 2
    public var message: String

    public init(message: String) {
      self.message = message
    }
  }

  public var traceID: TraceID
  public var spanID: SpanID
  public var parentSpanID: SpanID?
  /// W3C tracestate as it came in.
  public var traceState: String?
  public var name: String
  public var kind: Kind
  /// Unix time in nanoseconds.
  public var start: UInt64
  public var end: UInt64
  public var attributes: [Attribute]
  public var failure: Failure?
  /// Whether the parent is a span of another process's making.
  public var hasRemoteParent: Bool

  public init(traceID: TraceID, spanID: SpanID, parentSpanID: SpanID?, name: String, start: UInt64, end: UInt64) {
    self.traceID = traceID
    self.spanID = spanID
    self.parentSpanID = parentSpanID
    self.traceState = nil
    self.name = name
    self.kind = .internal
    self.start = start
    self.end = end
    self.attributes = []
    self.failure = nil
    self.hasRemoteParent = false
  }

  /// SpanFlags of the proto: sampled, and whether the parent is remote.
  public var flags: UInt32 { 0x101 | (hasRemoteParent ? 0x200 : 0) }
}
