import Trace

/// PROG of the policy grammar: a file name, an absolute path, or a glob over either.
///
/// Without a slash it is compared with the last component of the executable's path, with one with the whole path.
public struct ProgramPattern: Hashable, Sendable {
  public let text: String
  private let isPath: Bool
  /// nil where the text has no wildcard and is compared as it is.
  private let glob: Glob?

  /// - Throws: ``GrammarError`` where the text is empty, relative, or no path.
  public init(_ text: String) throws(GrammarError) {
    let expected = "a file name, an absolute path, or a glob with *, ** and ?"
    guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      throw .expected(expected, found: text)
    }
    let isPath = text.contains("/")
    guard !isPath || text.hasPrefix("/") || text.hasPrefix("**") else {
      throw .expected("\(expected); for any directory write \("**/\(text)".quotedForMessage)", found: text)
    }
    guard !text.hasSuffix("/") else {
      throw .expected("\(expected); for all below a directory write \("\(text)**".quotedForMessage)", found: text)
    }
    self.text = text
    self.isPath = isPath
    self.glob = Glob.isPattern(text) ? Glob(text, slashSeparates: true) : nil
  }

  /// Compares with an executable's path.
  ///
  /// - Parameter isCut: `path` is only the end of the true path, which is longer.
  public func match(path: String, isCut: Bool) -> RuleMatch {
    if isPath {
      guard isCut else { return matches(path) ? .yes : .no }
      if let glob { return glob.pattern == "**" || glob.pattern == "/**" ? .yes : .unknown }
      return text.hasSuffix(path) ? .unknown : .no
    }
    guard !isCut || path.contains("/") else { return .unknown }
    return matches(path.lastPathComponent) ? .yes : .no
  }

  private func matches(_ candidate: String) -> Bool {
    glob?.matches(candidate) ?? (candidate == text)
  }
}

extension ProgramPattern: CustomStringConvertible {
  public var description: String { text }
}

/// Whether a rule applies: `unknown` where what it asks for was not recorded.
public enum RuleMatch: Hashable, Sendable {
  case yes
  case no
  case unknown
}
