import Glibc

/// A pattern for paths: `*`, `?` and `[…]` within a name (fnmatch(3)), `**` for any number of directories.
///
/// Relative ones start at the working directory. Names that begin with a dot match only a pattern that does, and no
/// symbolic link is followed.
struct FileGlob {
  let pattern: String
  private let isAbsolute: Bool
  private let components: [String]

  init(_ pattern: String) {
    self.pattern = pattern
    isAbsolute = pattern.hasPrefix("/")
    components = pattern.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  struct Matches {
    /// Regular files, each once.
    var files: [FilePath] = []
    /// What matched and could not be looked into.
    var failures: [OutputError] = []
  }

  func matches() -> Matches {
    var matches = Matches()
    do throws(OutputError) {
      let base = try Directory.base(ofAbsolute: isAbsolute)
      search(base, FilePath(isAbsolute: isAbsolute, components: []), components[...], &matches)
    } catch {
      matches.failures.append(error)
    }
    var seen: Set<FilePath> = []
    matches.files = matches.files.filter { seen.insert($0).inserted }
    return matches
  }

  private func search(
    _ directory: borrowing Directory, _ path: FilePath, _ rest: ArraySlice<String>, _ matches: inout Matches
  ) {
    guard let component = rest.first else { return }
    let remaining = rest.dropFirst()
    guard component == "**" else {
      for name in names(in: directory, path, component, &matches) {
        visit(name, in: directory, path, remaining, isOptional: false, &matches)
      }
      return
    }
    // As `**` alone, any file below.
    search(directory, path, remaining.isEmpty ? ["*"] : remaining, &matches)
    for name in names(in: directory, path, "*", &matches) {
      visit(name, in: directory, path, rest, isOptional: true, &matches)
    }
  }

  /// - Parameter isOptional: whether only a directory is of interest.
  private func visit(
    _ name: String, in directory: borrowing Directory, _ path: FilePath, _ rest: ArraySlice<String>, isOptional: Bool,
    _ matches: inout Matches
  ) {
    let path = path.appending(name)
    guard let status = directory.status(of: name) else { return }
    switch status.st_mode & S_IFMT {
    case S_IFLNK where !isOptional:
      matches.failures.append(OutputError(path: path.text, action: "open", code: ELOOP))
    case S_IFDIR where !rest.isEmpty:
      do throws(OutputError) {
        search(try directory.directory(name, path: path.text), path, rest, &matches)
      } catch {
        matches.failures.append(error)
      }
    case S_IFREG where rest.isEmpty:
      matches.files.append(path)
    default: break
    }
  }

  private func names(
    in directory: borrowing Directory, _ path: FilePath, _ component: String, _ matches: inout Matches
  ) -> [String] {
    guard component.contains(where: { "*?[\\".contains($0) }) else { return [component] }
    do throws(OutputError) {
      return try directory.entries(path: path.text).filter { fnmatch(component, $0, FNM_PERIOD) == 0 }
    } catch {
      matches.failures.append(error)
      return []
    }
  }
}

/// A path by its parts.
struct FilePath: Hashable {
  var isAbsolute: Bool
  var components: [String]

  var name: String { components.last ?? "" }
  var text: String {
    let joined = components.joined(separator: "/")
    return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
  }

  func appending(_ name: String) -> FilePath {
    FilePath(isAbsolute: isAbsolute, components: components + [name])
  }
}
