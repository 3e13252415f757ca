/// Command lines as they can be pasted into bash, on one line and without anything invisible.
enum ShellQuoting {
  /// Letters, digits, and what means nothing to a shell anywhere in a word.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "%+,-./:=@_^".utf8.contains(byte)
    }
  }

  static func line(_ arguments: [String]) -> String {
    arguments.map(word).joined(separator: " ")
  }

  /// Plain where it can be, else in single quotes, else in the form `$'…'` that spells what is invisible.
  static func word(_ argument: String) -> String {
    if !argument.isEmpty, argument.utf8.allSatisfy(isPlain) { return argument }
    if !argument.unicodeScalars.contains(where: { $0.visibleEscape != nil }) {
      return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
    var text = "$'"
    for scalar in argument.unicodeScalars {
      if let escape = scalar.visibleEscape {
        // bash reads two digits after \x as a byte: above ASCII a character is spelled with \u.
        text += scalar.value >= 0x80 && scalar.value < 0x100 ? #"\u00"# + escape.dropFirst(2) : escape
      } else {
        if scalar == "'" || scalar == "\\" { text += "\\" }
        text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }
}
