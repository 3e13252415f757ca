/// Colours of the terminal summary: ECMA-48 SGR sequences, or nothing where colour was not asked for.
struct TerminalStyle {
  var usesColor: Bool

  enum Role: String {
    case passed = "1;32"
    case failed = "1;31"
    case warned = "1;33"
    case heading = "1"
    case offence = "31"
    case remedy = "32"
    case label = "2"
  }

  func paint(_ text: String, _ role: Role) -> String {
    usesColor ? "\u{1B}[\(role.rawValue)m\(text)\u{1B}[0m" : text
  }
}
