/// Why a text is not a destination, a program, a date or a pattern.
public enum GrammarError: Error, Hashable, Sendable {
  /// What should have stood there, and what did.
  case expected(String, found: String)
}

extension GrammarError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .expected(let expected, let found): "expected \(expected), found \(found.quotedForMessage)"
    }
  }
}

extension String {
  /// The text in double quotes on one line: quotes, backslashes and control characters escaped.
  var quotedForMessage: String {
    var quoted = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\":
        quoted += "\\\(scalar)"
      case "\n":
        quoted += "\\n"
      case "\t":
        quoted += "\\t"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        let digits = String(scalar.value, radix: 16, uppercase: true)
        quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default:
        quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
