import Glibc

/// An open directory, reached without following a symbolic link.
struct Directory: ~Copyable {
  let descriptor: Int32

  /// The directory that relative paths start at, or the root for absolute ones.
  static func base(ofAbsolute isAbsolute: Bool) throws(OutputError) -> Directory {
    try Directory(at: AT_FDCWD, isAbsolute ? "/" : ".", path: isAbsolute ? "/" : ".")
  }

  /// One by its path, every part of it.
  init(following components: [String], isAbsolute: Bool) throws(OutputError) {
    var directory = try Directory.base(ofAbsolute: isAbsolute)
    var path = isAbsolute ? "/" : ""
    for component in components {
      path += path.isEmpty || path == "/" ? component : "/" + component
      directory = try directory.directory(component, path: path)
    }
    self = directory
  }

  private init(at parent: Int32, _ name: String, path: String) throws(OutputError) {
    descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor < 0 else { return }
    // A symbolic link is told as what it is: no directory.
    var status = stat()
    let code = errno
    let isLink =
      code == ENOTDIR && fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0
      && status.st_mode & S_IFMT == S_IFLNK
    throw OutputError(path: path, action: "open", code: isLink ? ELOOP : code)
  }

  deinit {
    close(descriptor)
  }

  func directory(_ name: String, path: String) throws(OutputError) -> Directory {
    try Directory(at: descriptor, name, path: path)
  }

  /// What is in it, sorted, without `.` and `..`.
  func entries(path: String) throws(OutputError) -> [String] {
    // fdopendir(3) takes the descriptor over.
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else {
      let code = errno
      if copy >= 0 { close(copy) }
      throw OutputError(path: path, action: "list", code: code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// What a name in it stands for, a link itself and not what it leads to; nil where there is nothing.
  func status(of name: String) -> stat? {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }
}
