extension String {
  /// The text on one line with everything invisible made visible: control characters as `\x1b` and `\n`, bidirectional
  /// overrides, zero-width and other format characters, separators and noncharacters as `\u202e`.
  ///
  /// Names come from the traced programs: shown raw they could rewrite the terminal or the order of what is read.
  public var visible: String {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
    var text = ""
    text.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if let escape = scalar.visibleEscape { text += escape } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// How to show a scalar that cannot be seen; nil for all others.
  var visibleEscape: String? {
    switch value {
    case 0x09: return #"\t"#
    case 0x0A: return #"\n"#
    case 0x0D: return #"\r"#
    case 0x20..<0x7F: return nil
    default: break
    }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: break
    case .unassigned where value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value): break
    default: return nil
    }
    let digits = String(value, radix: 16)
    func padded(_ width: Int) -> String { String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits }
    if value < 0x100 { return #"\x"# + padded(2) }
    return value < 0x10000 ? #"\u"# + padded(4) : #"\U"# + padded(8)
  }
}

extension String {
  /// The text up to `limit` bytes of UTF-8, with the number of those left out: `curl -d aaaa… (812 more bytes)`.
  func cut(toBytes limit: Int) -> String {
    let total = utf8.count
    guard total > limit else { return self }
    var kept = ""
    var length = 0
    for scalar in unicodeScalars {
      let width = UTF8.width(scalar)
      if length + width > limit { break }
      length += width
      kept.unicodeScalars.append(scalar)
    }
    return "\(kept)… (\(total - length) more bytes)"
  }
}
