import Audit
import MessageDigest

/// Reads a policy file and those that it extends, deepest first.
public struct PolicyLoader {
  private static let depthLimit = 16

  private let files: PolicyFiles
  private var policy = Policy()
  /// The files of the `extends` chain that leads to the one being read, normalized.
  private var chain: [String] = []

  /// The policy of a run: the file with what it extends, then the flags.
  ///
  /// - Parameter path: as ``PolicyDiscovery`` found it; nil for flags and defaults alone.
  /// - Throws: ``PolicyError``.
  public static func load(
    path: String?, flags: PolicyFlags = PolicyFlags(), files: PolicyFiles = .system
  ) throws(PolicyError) -> Policy {
    var loader = PolicyLoader(files: files)
    if let path { try loader.load(path) }
    try loader.policy.apply(flags)
    return loader.policy
  }

  private init(files: PolicyFiles) {
    self.files = files
  }

  private mutating func load(_ path: String) throws(PolicyError) {
    let bytes: [UInt8]
    if path.hasPrefix(ShippedPolicies.prefix) {
      bytes = Array((ShippedPolicies.texts[path] ?? "").utf8)
    } else {
      do {
        bytes = try files.read(path)
      } catch {
        throw .unreadable(path: path, reason: error.reason)
      }
    }
    let source = PolicySource(path: path, sha256: SHA256.hexadecimal(bytes))
    // A file that two others extend speaks once. The hash tells it from another one behind a linked directory.
    if policy.sources.contains(where: {
      $0.path.normalizedPath == path.normalizedPath && $0.sha256 == source.sha256
    }) {
      return
    }
    var document = try PolicyDecoder.document(in: bytes, file: path)
    if let directory = document.reportsDirectory {
      document.reportsDirectory = path.directoryPath.appendingPathComponent(directory)
    }
    if let baseline = document.processes?.baseline {
      document.processes?.baseline = try load(baseline, of: path)
    }
    policy.sources.append(source)
    chain.append(path.normalizedPath)
    for (target, mark) in document.extends {
      try extend(by: target, from: path, mark)
    }
    chain.removeLast()
    policy.add(document)
  }

  private func load(_ named: ProcessBaseline, of path: String) throws(PolicyError) -> ProcessBaseline {
    var loaded = named
    loaded.path = path.directoryPath.appendingPathComponent(named.path)
    func mistake(_ problem: String) -> PolicyError {
      .file([
        PolicyFileError(
          file: path, line: named.reference.line ?? 1, column: named.reference.column ?? 1,
          key: "processes.baseline", problem: problem)
      ])
    }
    let bytes: [UInt8]
    do {
      bytes = try files.read(loaded.path)
    } catch {
      throw mistake(
        "expected a baseline, found \(loaded.path.quotedForMessage): \(error.reason); "
          + "process-tracer audit RUN.jsonl --baseline FILE --update-baseline writes one")
    }
    do {
      loaded.baseline = try Baseline(text: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw mistake("\(loaded.path): \(error)")
    }
    return loaded
  }

  private mutating func extend(by target: String, from path: String, _ mark: YAMLMark) throws(PolicyError) {
    func mistake(_ problem: String) -> PolicyError {
      .file([PolicyFileError(file: path, line: mark.line, column: mark.column, key: "extends", problem: problem)])
    }
    let isShipped = target.hasPrefix(ShippedPolicies.prefix)
    let next = isShipped ? target : path.directoryPath.appendingPathComponent(target)
    if isShipped, ShippedPolicies.texts[target] == nil {
      throw mistake(
        "expected a path or one of \(ShippedPolicies.names.joined(separator: ", ")), found \(target.quotedForMessage)")
    }
    if let start = chain.firstIndex(of: next.normalizedPath) {
      throw mistake("expected no cycle, found \((chain[start...] + [next.normalizedPath]).joined(separator: " → "))")
    }
    guard chain.count < Self.depthLimit else {
      throw mistake("expected at most \(Self.depthLimit) files that extend each other")
    }
    do {
      try load(next)
    } catch .unreadable(_, let reason) {
      throw mistake("expected a readable file, found \(next.quotedForMessage): \(reason)")
    }
  }
}
