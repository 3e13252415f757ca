/// A line of the session protocol: a word, then `key=value` fields, each behind a tab. `docs/session.md` of
/// process-tracer
struct SessionLine {
  var word: String
  var fields: [(key: String, value: String)] = []

  init(_ word: String, _ fields: [(key: String, value: String)]) {
    self.word = word
    self.fields = fields
  }

  init(_ text: some Collection<UInt8>) {
    let parts = text.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    word = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let key = String(decoding: part[..<equals], as: UTF8.self)
      fields.append((key, Self.unescaped(part[part.index(after: equals)...])))
    }
  }

  subscript(key: String) -> String? { fields.first { $0.key == key }?.value }

  func all(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

  var bytes: [UInt8] {
    var bytes = Array(word.utf8)
    for field in fields {
      bytes += "\t\(field.key)=".utf8
      for byte in field.value.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case UInt8(ascii: "\t"): bytes += "\\t".utf8
        case UInt8(ascii: "\n"): bytes += "\\n".utf8
        case UInt8(ascii: "\r"): bytes += "\\r".utf8
        case 0: bytes += "\\0".utf8
        default: bytes.append(byte)
        }
      }
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func unescaped(_ text: some Collection<UInt8>) -> String {
    var result: [UInt8] = []
    var isEscape = false
    for byte in text {
      if !isEscape, byte == UInt8(ascii: "\\") {
        isEscape = true
        continue
      }
      switch (isEscape, byte) {
      case (true, UInt8(ascii: "t")): result.append(UInt8(ascii: "\t"))
      case (true, UInt8(ascii: "n")): result.append(UInt8(ascii: "\n"))
      case (true, UInt8(ascii: "r")): result.append(UInt8(ascii: "\r"))
      case (true, UInt8(ascii: "0")): result.append(0)
      default: result.append(byte)
      }
      isEscape = false
    }
    return String(decoding: result, as: UTF8.self)
  }
}
