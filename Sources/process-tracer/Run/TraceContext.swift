import KernelTracer
import MessageDigest

/// Ids of this run's trace: from `-t` and `-p`, an inbound TRACEPARENT, or chance.
///
/// W3C Trace Context level 1, section 3.2; in the environment as OpenTelemetry's env-carriers specification says.
struct TraceContext {
  var traceID: String
  var rootSpanID: String
  var parentSpanID: String?
  var traceState: String?
  /// The flags byte in hexadecimal; the inbound one is kept.
  var flags: String

  /// `traceID` and `parentID` are the texts of `-t` and `-p`, already expanded.
  init(traceID: String?, parentID: String?, environment: [String: String]) {
    let inbound = Self.parse(environment["TRACEPARENT"])
    self.traceID = traceID.map { Self.identifier($0, bytes: 16) } ?? inbound?.traceID ?? Self.random(bytes: 16)
    // A parent from another trace would make the run an orphan of both.
    let inboundParent = traceID == nil || self.traceID == inbound?.traceID ? inbound?.spanID : nil
    parentSpanID = parentID.map { Self.identifier($0, bytes: 8) } ?? inboundParent
    rootSpanID = Self.random(bytes: 8)
    traceState = inboundParent == nil ? nil : environment["TRACESTATE"]
    flags = inbound?.flags ?? "01"
  }

  /// What the command gets as TRACEPARENT.
  var traceparent: String { "00-\(traceID)-\(rootSpanID)-\(flags)" }

  /// The same for the kernel side, which answers for each test.
  var spans: SpanContext {
    func number(_ digits: Substring) -> UInt64 { UInt64(digits, radix: 16) ?? 0 }
    return SpanContext(
      traceHigh: number(traceID.prefix(16)), traceLow: number(traceID.suffix(16)), runSpan: number(rootSpanID[...]),
      flags: UInt8(flags, radix: 16) ?? 0)
  }

  private static func parse(_ text: String?) -> (traceID: String, spanID: String, flags: String)? {
    guard let parts = text?.split(separator: "-", omittingEmptySubsequences: false).map(String.init), parts.count >= 4,
      parts[0].count == 2, parts[0] != "ff", isIdentifier(parts[1], digits: 32), isIdentifier(parts[2], digits: 16),
      parts[3].count == 2, parts[3].allSatisfy(isHexDigit)
    else { return nil }
    return (parts[1], parts[2], parts[3])
  }

  /// Hexadecimal of the right length as it is, any other text by the first bytes of its SHA-256.
  private static func identifier(_ text: String, bytes: Int) -> String {
    let lowercase = text.lowercased()
    if isIdentifier(lowercase, digits: bytes * 2) { return lowercase }
    return SHA256.digest(text.utf8).prefix(bytes).hexadecimal
  }

  private static func isIdentifier(_ text: String, digits: Int) -> Bool {
    text.utf8.count == digits && text.allSatisfy(isHexDigit) && text.contains { $0 != "0" }
  }

  private static func isHexDigit(_ character: Character) -> Bool {
    ("0"..."9").contains(character) || ("a"..."f").contains(character)
  }

  private static func random(bytes: Int) -> String {
    (0..<bytes).map { _ in UInt8.random(in: 1...255) }.hexadecimal
  }
}
