/// How many columns text takes on a terminal.
enum DisplayWidth {
  /// The line up to a number of columns, with `…` where something is left out; escape sequences of colours take none.
  static func cut(_ line: String, toColumns limit: Int) -> String {
    var columns = 0
    var text = ""
    var kept = ""
    var isColored = false
    var scalars = line.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      if scalar == "\u{1B}" {
        var sequence = "\u{1B}"
        while let next = scalars.next() {
          sequence.unicodeScalars.append(next)
          if next == "m" { break }
        }
        isColored = sequence != "\u{1B}[0m"
        text += sequence
        continue
      }
      columns += width(of: scalar)
      if columns > limit { return kept + "…" + (isColored ? "\u{1B}[0m" : "") }
      text.unicodeScalars.append(scalar)
      // Room for the mark.
      if columns < limit { kept = text }
    }
    return text
  }

  /// 2 for East Asian wide characters and emoji, 0 for marks on others (Unicode Standard Annex 11).
  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }
}
