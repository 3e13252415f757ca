/// A JSON value of one line of a recorded run; numbers are the 64-bit integers that the format has.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case unsigned(UInt64)
  case negative(Int64)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])
}

/// Reads one JSON text (RFC 8259). A hand-written one: `JSONDecoder` takes 21 µs for an exec record.
struct JSONLineParser {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int
  private var depth = 0

  private static let depthLimit = 16

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The members of the object that is the whole text.
  mutating func object() throws(RecordFault) -> [(key: String, value: JSONValue)] {
    skipBlanks()
    guard next == UInt8(ascii: "{") else { throw .expected("a JSON object") }
    let members = try self.members()
    skipBlanks()
    guard position == end else { throw .expected("nothing behind the JSON object") }
    return members
  }

  private var next: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while position < end, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(RecordFault) -> JSONValue {
    skipBlanks()
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .array(try elements())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(RecordFault) -> JSONValue {
    let length = text.utf8CodeUnitCount
    let matches = text.withUTF8Buffer { bytes[position..<min(position + length, end)].elementsEqual($0) }
    guard matches else { throw .expected("a JSON value") }
    position += length
    return value
  }

  private mutating func members() throws(RecordFault) -> [(key: String, value: JSONValue)] {
    try enter()
    var members: [(key: String, value: JSONValue)] = []
    if accept(UInt8(ascii: "}")) { return leave(members) }
    members.reserveCapacity(20)
    repeat {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw .expected("a JSON member name") }
      let key = try string()
      guard accept(UInt8(ascii: ":")) else { throw .expected("\":\" behind \"\(key)\"") }
      members.append((key, try value()))
    } while accept(UInt8(ascii: ","))
    guard accept(UInt8(ascii: "}")) else { throw .expected("\",\" or \"}\"") }
    return leave(members)
  }

  private mutating func elements() throws(RecordFault) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    if accept(UInt8(ascii: "]")) { return leave(elements) }
    repeat { elements.append(try value()) } while accept(UInt8(ascii: ","))
    guard accept(UInt8(ascii: "]")) else { throw .expected("\",\" or \"]\"") }
    return leave(elements)
  }

  private mutating func enter() throws(RecordFault) {
    position += 1
    depth += 1
    guard depth <= Self.depthLimit else { throw .expected("values nested less deeply") }
  }

  private mutating func leave<Value>(_ value: Value) -> Value {
    depth -= 1
    return value
  }

  private mutating func number() throws(RecordFault) -> JSONValue {
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let start = position
    var magnitude: UInt64 = 0
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { throw .expected("numbers of at most 64 bits") }
      magnitude = sum
      position += 1
    }
    guard position > start else { throw .expected("a JSON value") }
    if next == UInt8(ascii: ".") || next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      throw .expected("whole numbers")
    }
    guard isNegative else { return .unsigned(magnitude) }
    guard magnitude <= Int64.min.magnitude else { throw .expected("numbers of at most 64 bits") }
    return .negative(Int64(truncatingIfNeeded: 0 &- magnitude))
  }

  // MARK: Strings

  private mutating func string() throws(RecordFault) -> String {
    position += 1
    let start = position
    var allBytes: UInt8 = 0
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        let range = start..<(position - 1)
        // ASCII needs no validation, which is slow.
        return allBytes < 0x80
          ? bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
          : try text(bytes[range])
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw .expected("control characters to be escaped") }
      allBytes |= byte
      position += 1
    }
    throw .expected("a closing quote")
  }

  private func text(_ utf8: some Collection<UInt8>) throws(RecordFault) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else { throw .expected("UTF-8") }
    return text
  }

  private mutating func escapedString(from start: Int) throws(RecordFault) -> String {
    var unescaped = Array(bytes[start..<position])
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(unescaped)
      case UInt8(ascii: "\\"): try unescape(into: &unescaped)
      case 0..<0x20: throw .expected("control characters to be escaped")
      default: unescaped.append(byte)
      }
    }
    throw .expected("a closing quote")
  }

  private mutating func unescape(into text: inout [UInt8]) throws(RecordFault) {
    guard let byte = next else { throw .expected("a closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += Array(Character(try escapedScalar()).utf8)
    default: throw .expected("a JSON escape")
    }
  }

  private mutating func escapedScalar() throws(RecordFault) -> Unicode.Scalar {
    var code = try hexadecimal()
    if code >> 10 == 0x36, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexadecimal()
      guard low >> 10 == 0x37 else { throw .expected("a pair of surrogates") }
      code = 0x10000 + ((code & 0x3FF) << 10 | low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(code) else { throw .expected("a pair of surrogates") }
    return scalar
  }

  private mutating func hexadecimal() throws(RecordFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw .expected("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
