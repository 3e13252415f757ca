extension String {
  /// The text as XML character data or a double-quoted attribute value (XML 1.0 section 2.4), line feeds kept as
  /// references; characters outside the production Char (section 2.2) become U+FFFD.
  ///
  /// `>` is always escaped, so that `]]>` cannot occur.
  var xmlEscaped: String {
    var text = ""
    text.reserveCapacity(utf8.count + 16)
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x26: text += "&amp;"
      case 0x3C: text += "&lt;"
      case 0x3E: text += "&gt;"
      case 0x22: text += "&quot;"
      case 0x09, 0x0A, 0x0D: text += "&#\(scalar.value);"
      case 0x20..<0xFFFE, 0x10000...: text.unicodeScalars.append(scalar)
      default: text += "\u{FFFD}"
      }
    }
    return text
  }
}
