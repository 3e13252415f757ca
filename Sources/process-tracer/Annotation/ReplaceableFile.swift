import Glibc

/// A regular file that is read whole and may be replaced, by itself or by one beside it; no symbolic link is followed.
struct ReplaceableFile {
  let path: FilePath
  let bytes: [UInt8]
  private let status: stat

  /// Unix time in nanoseconds.
  var modified: UInt64 { status.st_mtim.nanoseconds }

  /// Throws for a file that is larger than `limit` bytes, or that changes meanwhile.
  init(_ path: FilePath, limit: Int) throws(OutputError) {
    let directory = try Directory(following: path.components.dropLast(), isAbsolute: path.isAbsolute)
    // A pipe in its place would wait for a writer.
    let descriptor = openat(directory.descriptor, path.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw OutputError(path: path.text, action: "open", code: errno) }
    defer { close(descriptor) }
    var before = stat()
    guard fstat(descriptor, &before) == 0 else { throw OutputError(path: path.text, action: "read", code: errno) }
    guard before.st_mode & S_IFMT == S_IFREG else {
      throw OutputError(path: path.text, action: "read", reason: "it is no regular file")
    }
    guard before.st_size <= limit else {
      throw OutputError(path: path.text, action: "read", reason: "it has more than \(limit >> 20) MiB")
    }
    let bytes = try Self.read(descriptor, path: path, upTo: limit)
    var after = stat()
    guard fstat(descriptor, &after) == 0, after.isUnchanged(since: before), Int(after.st_size) == bytes.count else {
      throw OutputError(path: path.text, action: "read", reason: Self.changed)
    }
    self.path = path
    self.bytes = bytes
    self.status = before
  }

  private static let changed = "it is being written to"

  private static func read(_ descriptor: Int32, path: FilePath, upTo limit: Int) throws(OutputError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while bytes.count <= limit {
      let got = Glibc.read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw OutputError(path: path.text, action: "read", code: errno) }
      if got == 0 { break }
      bytes += buffer[..<got]
    }
    return bytes
  }

  /// Puts other bytes under a name in the same directory, at once: whoever looks finds the old file or the new one.
  /// The new one has this one's mode and, for root, its owner.
  func write(_ bytes: [UInt8], as name: String) throws(OutputError) {
    let directory = try Directory(following: path.components.dropLast(), isAbsolute: path.isAbsolute)
    var target = path
    target.components[target.components.count - 1] = name
    let temporary = ".process-tracer-\(getpid()).tmp"
    let descriptor = openat(
      directory.descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw OutputError(path: target.text, action: "write", code: errno) }
    do throws(OutputError) {
      try Self.write(bytes, to: descriptor, status, path: target)
      if name == path.name, directory.status(of: name).map({ $0.isUnchanged(since: status) }) != true {
        throw OutputError(path: target.text, action: "write", reason: Self.changed)
      }
      guard renameat(directory.descriptor, temporary, directory.descriptor, name) == 0 else {
        throw OutputError(path: target.text, action: "write", code: errno)
      }
    } catch {
      unlinkat(directory.descriptor, temporary, 0)
      throw error
    }
  }

  /// Closes the descriptor in any case.
  private static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ status: stat, path: FilePath
  ) throws(OutputError) {
    var code: Int32 = 0
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count, code == 0 {
        let written = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if written > 0 { offset += written } else if errno != EINTR { code = errno }
      }
    }
    if code == 0, geteuid() == 0, fchown(descriptor, status.st_uid, status.st_gid) != 0 { code = errno }
    if code == 0, fchmod(descriptor, status.st_mode & 0o777) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    guard code == 0 else { throw OutputError(path: path.text, action: "write", code: code) }
  }
}

extension stat {
  fileprivate func isUnchanged(since other: stat) -> Bool {
    st_dev == other.st_dev && st_ino == other.st_ino && st_size == other.st_size
      && st_mtim.nanoseconds == other.st_mtim.nanoseconds && st_ctim.nanoseconds == other.st_ctim.nanoseconds
  }
}

extension timespec {
  fileprivate var nanoseconds: UInt64 { UInt64(tv_sec) &* 1_000_000_000 &+ UInt64(tv_nsec) }
}
