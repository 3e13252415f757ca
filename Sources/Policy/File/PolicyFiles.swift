import Glibc

/// The file system as policies need it: the only effects of this module.
public struct PolicyFiles: Sendable {
  /// Largest policy file in bytes.
  public static let sizeLimit = 1 << 20

  public struct ReadError: Error, Hashable, Sendable {
    public var reason: String

    public init(reason: String) {
      self.reason = reason
    }
  }

  /// The bytes of a file of at most ``sizeLimit``.
  public var read: @Sendable (_ path: String) throws(ReadError) -> [UInt8]
  /// Whether something is there, readable or not; throws where that cannot be known.
  public var exists: @Sendable (_ path: String) throws(ReadError) -> Bool

  public init(
    read: @escaping @Sendable (_ path: String) throws(ReadError) -> [UInt8],
    exists: @escaping @Sendable (_ path: String) throws(ReadError) -> Bool
  ) {
    self.read = read
    self.exists = exists
  }

  /// The real one.
  public static let system = PolicyFiles(read: readFile, exists: isThere)

  @Sendable private static func readFile(_ path: String) throws(ReadError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw systemError() }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
    var count = 0
    while count < bytes.count {
      let result = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
      if result < 0 {
        if errno == EINTR { continue }
        throw systemError()
      }
      if result == 0 { break }
      count += result
    }
    guard count <= sizeLimit else { throw ReadError(reason: "it is larger than 1 MiB") }
    bytes.removeSubrange(count...)
    return bytes
  }

  @Sendable private static func isThere(_ path: String) throws(ReadError) -> Bool {
    var status = stat()
    // Of a link itself: one that leads nowhere is there, and reading it says what is wrong.
    if lstat(path, &status) == 0 { return true }
    if errno == ENOENT || errno == ENOTDIR { return false }
    throw systemError()
  }

  private static func systemError() -> ReadError {
    ReadError(reason: String(cString: strerror(errno)))
  }
}
