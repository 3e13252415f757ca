@testable import Policy

extension PolicyFiles {
  /// Files by path; directories such as `.git` are keys too.
  static func fake(_ contents: [String: String]) -> PolicyFiles {
    PolicyFiles(
      read: { (path) throws(PolicyFiles.ReadError) in
        guard let text = contents[path] else { throw PolicyFiles.ReadError(reason: "No such file or directory") }
        return Array(text.utf8)
      },
      exists: { contents[$0] != nil })
  }
}

/// The policy of one file, `p.yml`, with flags.
func policy(_ yaml: String, flags: PolicyFlags = PolicyFlags()) throws -> Policy {
  try PolicyLoader.load(path: "p.yml", flags: flags, files: .fake(["p.yml": "version: 1\n" + yaml]))
}
