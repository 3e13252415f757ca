import Glibc

/// The libraries that a Swift test binary is going to load, found as the dynamic linker finds them: by the search path
/// of whoever needs them. ld.so(8)
public struct SwiftTestLibraries: Sendable {
  /// Paths as this process opens them, by file name.
  public private(set) var paths: [String: String] = [:]

  /// What is of use: the runtime, and what runs tests.
  private static let wanted: Set<String> = [
    "libswift_Concurrency.so", "libTesting.so", "libXCTest.so", "libdispatch.so",
  ]
  /// Where Debian and Ubuntu, and where Fedora have their libraries.
  private static let standardPath = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"]
  private static let limit = 256

  /// - Parameters:
  ///   - executable: to be read from here.
  ///   - directory: the executable's, for `$ORIGIN`.
  ///   - root: a prefix of all paths, empty where the process has the same root.
  public init(executable: borrowing ELFImage, directory: String, root: String) {
    var queue: [(path: String, directory: String)] = []
    var seen: Set<String> = []
    func add(_ image: borrowing ELFImage, _ directory: String) {
      let linking = image.dynamicLinking()
      let searchPath = linking.searchPath.map { Self.expanded($0, directory) } + Self.standardPath
      for library in linking.libraries where !seen.contains(library) && seen.count < Self.limit {
        guard let place = searchPath.first(where: { access("\(root)\($0)/\(library)", R_OK) == 0 }) else { continue }
        seen.insert(library)
        queue.append(("\(root)\(place)/\(library)", place))
        if Self.wanted.contains(library) { paths[library] = "\(root)\(place)/\(library)" }
      }
    }
    add(executable, directory)
    while let next = queue.popLast(), paths.count < Self.wanted.count {
      // One that cannot be read, the dynamic linker will speak of.
      if let image = try? ELFImage(path: next.path) { add(image, next.directory) }
    }
  }

  /// Those of a toolchain that has them all in one directory.
  public init(directory: String) {
    for library in Self.wanted where access("\(directory)/\(library)", R_OK) == 0 {
      paths[library] = "\(directory)/\(library)"
    }
  }

  private static func expanded(_ path: String, _ directory: String) -> String {
    for origin in ["$ORIGIN", "${ORIGIN}"] where path.hasPrefix(origin) {
      return directory + path.dropFirst(origin.utf8.count)
    }
    return path
  }
}
