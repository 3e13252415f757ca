/// A line of the session protocol: a word, then `key=value` fields, each behind a tab. `docs/session.md`
public struct SessionLine: Hashable, Sendable {
  public var word: String
  public private(set) var fields: [(key: String, value: String)] = []

  public init(_ word: String) {
    self.word = word
  }

  /// Reads a line without its line feed; nil where a field has no key, or an escape is unknown.
  public init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    word = String(decoding: parts[0], as: UTF8.self)
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")), equals != part.startIndex,
        let value = Self.unescaped(part[part.index(after: equals)...])
      else { return nil }
      fields.append((String(decoding: part[..<equals], as: UTF8.self), value))
    }
  }

  public mutating func append(_ key: String, _ value: some CustomStringConvertible) {
    fields.append((key, value.description))
  }

  public static func == (left: SessionLine, right: SessionLine) -> Bool { left.text == right.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// Without its line feed.
  public var text: String {
    var text = word
    for field in fields {
      text += "\t\(field.key)="
      for scalar in field.value.unicodeScalars {
        switch scalar {
        case "\\": text += "\\\\"
        case "\t": text += "\\t"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\0": text += "\\0"
        default: text.unicodeScalars.append(scalar)
        }
      }
    }
    return text
  }

  private static func unescaped(_ text: some Collection<UInt8>) -> String? {
    guard text.contains(UInt8(ascii: "\\")) else { return String(decoding: text, as: UTF8.self) }
    var result: [UInt8] = []
    var isEscape = false
    for byte in text {
      guard isEscape || byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard isEscape else {
        isEscape = true
        continue
      }
      isEscape = false
      switch byte {
      case UInt8(ascii: "\\"): result.append(byte)
      case UInt8(ascii: "t"): result.append(UInt8(ascii: "\t"))
      case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "0"): result.append(0)
      default: return nil
      }
    }
    return isEscape ? nil : String(decoding: result, as: UTF8.self)
  }
}
