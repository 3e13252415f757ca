import Trace

/// Turns globs over unix sockets' names into names and prefixes, which the kernel can compare.
enum UnixNameCompiler {
  typealias Name = EnforcementTable.UnixName

  /// The most bytes of a name. sun_path, unix(7)
  private static let limit = 108

  /// What every one of the lists denies, as far as the kernel can tell.
  static func names(deniedByAllOf lists: [[NetworkRule]]) -> [Name] {
    let sets = lists.map { Set($0.filter(\.scopes.isEmpty).flatMap(names)) }
    guard let first = sets.first else { return [] }
    return sets.dropFirst().reduce(first) { $0.intersection($1) }.sorted {
      $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
  }

  /// Rules for all programs whose pattern is neither a name nor the beginning of one.
  static func undecided(_ rules: [NetworkRule]) -> [NetworkRule] {
    rules.filter { rule in
      guard case .unix = rule.spec.destination, rule.scopes.isEmpty else { return false }
      return names(rule).isEmpty
    }
  }

  private static func names(_ rule: NetworkRule) -> [Name] {
    guard case .unix(let glob) = rule.spec.destination else { return [] }
    var text = glob.pattern[...]
    var extent = Name.Extent.exact
    if text.hasSuffix("*") {
      extent = text.hasSuffix("**") ? .below : .inDirectory
      while text.hasSuffix("*") { text.removeLast() }
    }
    guard !Glob.isPattern(text), text.utf8.count <= limit else { return [] }
    let bytes = Array(text.utf8)
    guard bytes.first == UInt8(ascii: "@") else { return [Name(bytes: bytes, extent: extent)] }
    // An abstract name, or a path that begins with an at sign: both are shown so.
    return [
      Name(bytes: bytes.map { $0 == UInt8(ascii: "@") ? 0 : $0 }, extent: extent), Name(bytes: bytes, extent: extent),
    ]
  }
}
