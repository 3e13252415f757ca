/// A value of a YAML document and where it starts.
struct YAMLNode: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    /// `isPlain`: written without quotes, so that `true` and `3` are no strings.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  struct Entry: Hashable, Sendable {
    var key: String
    var keyMark: YAMLMark
    var value: YAMLNode
  }

  var content: Content
  var mark: YAMLMark

  /// What it is, in the words of error messages.
  var kind: String {
    switch content {
    case .scalar("", isPlain: true): "nothing"
    case .scalar(let text, _): text.quotedForMessage
    case .sequence: "a list"
    case .mapping: "a map"
    }
  }
}

/// A place in a file, 1-based; columns count characters.
struct YAMLMark: Hashable, Sendable {
  var line: Int
  var column: Int
}

/// Why bytes are not the YAML that policies are written in.
struct YAMLError: Error {
  var mark: YAMLMark
  var problem: String
}
