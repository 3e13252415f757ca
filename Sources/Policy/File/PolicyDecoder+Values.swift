/// The plain values; each notes a mistake and gives nothing where the type is another.
extension PolicyDecoder {
  /// The members of a map by key; unknown keys are mistakes.
  mutating func map(_ node: YAMLNode, key: String?, known: [String]) -> [String: YAMLNode] {
    guard case .mapping(let entries) = node.content else {
      fail(at: node.mark, key: key, "expected a map of \(known.joined(separator: ", ")), found \(node.kind)")
      return [:]
    }
    var members: [String: YAMLNode] = [:]
    for entry in entries {
      if known.contains(entry.key) {
        members[entry.key] = entry.value
      } else {
        let path = key.map { "\($0).\(entry.key)" } ?? entry.key
        fail(at: entry.keyMark, key: path, "expected one of \(known.joined(separator: ", ")), found an unknown key")
      }
    }
    return members
  }

  /// `key:` with nothing behind it is an empty list.
  mutating func list(_ node: YAMLNode, key: String) -> [YAMLNode] {
    if case .scalar("", isPlain: true) = node.content { return [] }
    guard case .sequence(let items) = node.content else {
      fail(at: node.mark, key: key, "expected a list, found \(node.kind)")
      return []
    }
    return items
  }

  mutating func string(_ node: YAMLNode, key: String, _ expected: String) -> String? {
    guard case .scalar(let text, _) = node.content, !text.isEmpty else {
      fail(at: node.mark, key: key, "expected \(expected), found \(node.kind)")
      return nil
    }
    return text
  }

  mutating func boolean(_ node: YAMLNode, key: String) -> Bool? {
    switch node.content {
    case .scalar("true", isPlain: true): return true
    case .scalar("false", isPlain: true): return false
    default:
      fail(at: node.mark, key: key, "expected true or false, found \(node.kind)")
      return nil
    }
  }

  /// A whole number from 0, in decimal digits.
  mutating func integer(_ node: YAMLNode, key: String, _ expected: String) -> Int? {
    guard case .scalar(let text, isPlain: true) = node.content,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(text)
    else {
      fail(at: node.mark, key: key, "expected \(expected), found \(node.kind)")
      return nil
    }
    return Int(number)
  }
}
