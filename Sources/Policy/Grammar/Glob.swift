/// A pattern with `*`, `**` and `?`; every other character stands for itself.
///
/// Where the slash separates, `*` and `?` stop at it, `**` does not, and `**/` also matches nothing, so that
/// `/usr/**/git` matches `/usr/git`. Matching takes at most pattern × text steps.
public struct Glob: Hashable, Sendable {
  public let pattern: String
  private let tokens: [Token]

  private enum Token: Hashable, Sendable {
    case scalar(Unicode.Scalar)
    case character(stopsAtSlash: Bool)
    case run(stopsAtSlash: Bool)
    /// `**/`: nothing, or anything that ends in a slash.
    case directories
  }

  /// - Parameter slashSeparates: whether `/` delimits components, as in a path; in a test's name it does not.
  public init(_ pattern: String, slashSeparates: Bool) {
    self.pattern = pattern
    self.tokens = Self.tokens(of: Array(pattern.unicodeScalars), slashSeparates: slashSeparates)
  }

  private static func tokens(of scalars: [Unicode.Scalar], slashSeparates: Bool) -> [Token] {
    let star: Unicode.Scalar = "*"
    let slash: Unicode.Scalar = "/"
    var tokens: [Token] = []
    var index = 0
    while index < scalars.count {
      guard scalars[index] == star else {
        let isAny = scalars[index] == "?"
        tokens.append(isAny ? .character(stopsAtSlash: slashSeparates) : .scalar(scalars[index]))
        index += 1
        continue
      }
      let start = index
      while index < scalars.count, scalars[index] == star { index += 1 }
      let isDouble = index - start > 1
      let startsComponent = start == 0 || scalars[start - 1] == slash
      if isDouble, slashSeparates, startsComponent, index < scalars.count, scalars[index] == slash {
        tokens.append(.directories)
        index += 1
      } else {
        tokens.append(.run(stopsAtSlash: slashSeparates && !isDouble))
      }
    }
    return tokens
  }

  /// Whether the text contains a wildcard.
  static func isPattern(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.contains { $0 == "*" || $0 == "?" }
  }

  public func matches(_ text: some StringProtocol) -> Bool {
    var states = [Bool](repeating: false, count: tokens.count + 1)
    enter(0, &states)
    for scalar in text.unicodeScalars {
      var next = [Bool](repeating: false, count: tokens.count + 1)
      for state in tokens.indices where states[state] {
        step(state, scalar, &next)
      }
      states = next
    }
    return states[tokens.count]
  }

  /// Marks a state and those that it reaches without a character.
  private func enter(_ start: Int, _ states: inout [Bool]) {
    var state = start
    while true {
      states[state] = true
      guard state < tokens.count else { return }
      switch tokens[state] {
      case .run, .directories: state += 1
      case .scalar, .character: return
      }
    }
  }

  private func step(_ state: Int, _ scalar: Unicode.Scalar, _ next: inout [Bool]) {
    let isSlash = scalar == "/"
    switch tokens[state] {
    case .scalar(let expected):
      if scalar == expected { enter(state + 1, &next) }
    case .character(let stopsAtSlash):
      if !(stopsAtSlash && isSlash) { enter(state + 1, &next) }
    case .run(let stopsAtSlash):
      if !(stopsAtSlash && isSlash) { enter(state, &next) }
    case .directories:
      next[state] = true
      if isSlash { enter(state + 1, &next) }
    }
  }
}
