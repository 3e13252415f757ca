import MessageDigest

/// The 16 bytes of a trace's id as two big-endian halves, never all zero (W3C Trace Context section 3.2.2.3).
public struct TraceID: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 hexadecimal digits; any other text, as a record made by hand may hold, becomes an id by its SHA-256.
  public init(_ text: String) {
    let digits = Array(text.utf8)
    if digits.count == 32, let high = UInt64(hexadecimal: digits[..<16]), let low = UInt64(hexadecimal: digits[16...]),
      high != 0 || low != 0
    {
      self.init(high: high, low: low)
    } else {
      let digest = SHA256.digest(digits)
      self.init(high: UInt64(bigEndianBytes: digest[..<8]) | 1, low: UInt64(bigEndianBytes: digest[8..<16]))
    }
  }

  /// 32 lower-case hexadecimal digits.
  public var hexadecimal: String { high.hexadecimal + low.hexadecimal }
}

/// The 8 bytes of a span's id, big-endian, never all zero.
public struct SpanID: Hashable, Sendable {
  public var value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  /// Reads 16 hexadecimal digits, not all zero; nil for any other text.
  public init?(hexadecimal text: String) {
    guard text.utf8.count == 16, let value = UInt64(hexadecimal: Array(text.utf8)[...]), value != 0 else { return nil }
    self.value = value
  }

  /// The id of what `parts` name: the first 8 bytes of a SHA-256 over them, so that equal runs have equal ids.
  init(hashing parts: String...) {
    let digest = SHA256.digest(parts.joined(separator: "\0").utf8)
    let value = UInt64(bigEndianBytes: digest[..<8])
    self.value = value == 0 ? 1 : value
  }

  /// The id of the span of a marked test, which the kernel side tells to programs that ask: `span_of` of bpf/marker.h.
  init(ofTest id: UInt32, inRun run: SpanID) {
    var span = run.value &+ UInt64(id) &* 0x9E37_79B9_7F4A_7C15
    span = (span ^ span >> 30) &* 0xBF58_476D_1CE4_E5B9
    span = (span ^ span >> 27) &* 0x94D0_49BB_1331_11EB
    self.value = span ^ span >> 31
  }

  /// 16 lower-case hexadecimal digits.
  public var hexadecimal: String { value.hexadecimal }
}

extension UInt64 {
  fileprivate init?(hexadecimal digits: ArraySlice<UInt8>) {
    var value: UInt64 = 0
    for digit in digits {
      guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      value = value << 4 | UInt64(nibble)
    }
    self = value
  }

  fileprivate init(bigEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  fileprivate var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
