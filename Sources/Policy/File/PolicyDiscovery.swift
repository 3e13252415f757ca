/// Finds the policy file of a run.
public enum PolicyDiscovery {
  public static let fileNames = [".process-tracer.yml", ".process-tracer.yaml"]
  public static let environmentKey = "PROCESS_TRACER_POLICY"

  /// The file that holds: the option's, else the environment's, else the nearest one from the working directory up
  /// to the directory that has `.git`, and without one only the working directory's; nil where there is none.
  ///
  /// - Parameter workingDirectory: an absolute path.
  /// - Throws: ``PolicyError/ambiguous(directory:)``, ``PolicyError/unsearchable(directory:reason:)``.
  public static func path(
    option: String?, environment: String?, workingDirectory: String, files: PolicyFiles = .system
  ) throws(PolicyError) -> String? {
    if let named = [option, environment].compactMap({ $0 }).first(where: { !$0.isEmpty }) { return named }
    let ancestors = directories(from: workingDirectory)
    var root = 0
    for (index, directory) in ancestors.enumerated() where try !files.existing([".git"], in: directory).isEmpty {
      root = index
      break
    }
    for directory in ancestors[...root] {
      let found = try files.existing(fileNames, in: directory)
      if found.count > 1 { throw .ambiguous(directory: directory) }
      if let path = found.first { return path }
    }
    return nil
  }

  /// The directory, its parent, and so on up to the root.
  private static func directories(from path: String) -> [String] {
    let components = path.split(separator: "/")
    return (0...components.count).reversed().map { "/" + components[..<$0].joined(separator: "/") }
  }
}

extension PolicyFiles {
  /// The paths of those of the names that are there.
  fileprivate func existing(_ names: [String], in directory: String) throws(PolicyError) -> [String] {
    var found: [String] = []
    for path in names.map({ directory.appendingPathComponent($0) }) {
      do throws(ReadError) {
        if try exists(path) { found.append(path) }
      } catch {
        throw .unsearchable(directory: directory, reason: error.reason)
      }
    }
    return found
  }
}

extension String {
  /// The path of a name in this directory; an absolute name stays as it is.
  func appendingPathComponent(_ name: String) -> String {
    if isEmpty || name.hasPrefix("/") { return name }
    return hasSuffix("/") ? self + name : self + "/" + name
  }

  /// The text before the last slash, with it where that is the root; empty for a bare name.
  var directoryPath: String {
    guard let slash = lastIndex(of: "/") else { return "" }
    return slash == startIndex ? "/" : String(self[..<slash])
  }

  /// Without `.` and `..` components, by text: two spellings of one file become one.
  var normalizedPath: String {
    var kept: [Substring] = []
    for component in split(separator: "/") where component != "." {
      if component == "..", let last = kept.last, last != ".." {
        kept.removeLast()
      } else if component != ".." || !hasPrefix("/") {
        kept.append(component)
      }
    }
    return (hasPrefix("/") ? "/" : "") + kept.joined(separator: "/")
  }
}
