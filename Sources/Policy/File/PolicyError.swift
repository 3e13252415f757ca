/// Why there is no policy to judge by; one line a problem.
public enum PolicyError: Error, Hashable, Sendable {
  case file([PolicyFileError])
  case unreadable(path: String, reason: String)
  /// `.process-tracer.yml` and `.process-tracer.yaml` in one directory.
  case ambiguous(directory: String)
  /// Whether a directory has a policy file cannot be known.
  case unsearchable(directory: String, reason: String)
  case flag(name: String, GrammarError)
  /// The policy is good, and the kernel cannot hold a run to it.
  case enforcement(String)
}

/// A mistake in a policy file.
public struct PolicyFileError: Hashable, Sendable {
  public var file: String
  /// 1-based; columns count characters.
  public var line: Int
  public var column: Int
  /// The path of the key, `network.allow`; nil where the mistake is no key's.
  public var key: String?
  public var problem: String

  public init(file: String, line: Int, column: Int, key: String?, problem: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.problem = problem
  }
}

extension PolicyFileError: CustomStringConvertible {
  /// `policy.yml:3:5: key "network.allow": expected …`.
  public var description: String {
    let about = key.map { " key \($0.quotedForMessage):" } ?? ""
    return "\(file):\(line):\(column):\(about) \(problem)"
  }
}

extension PolicyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let problems):
      problems.map(\.description).joined(separator: "\n")
    case .unreadable(let path, let reason):
      "policy file \(path.quotedForMessage) cannot be read: \(reason)"
    case .ambiguous(let directory):
      "both .process-tracer.yml and .process-tracer.yaml are in \(directory.quotedForMessage); remove one, or say "
        + "--policy FILE"
    case .unsearchable(let directory, let reason):
      "no policy file can be looked for in \(directory.quotedForMessage): \(reason); say --policy FILE"
    case .flag(let name, let problem):
      "\(name): \(problem)"
    case .enforcement(let problem):
      "the policy cannot be enforced: \(problem)"
    }
  }
}
