import Glibc

/// A report file that could not be opened or written.
struct OutputError: Error, CustomStringConvertible {
  var path: String
  var action: String
  var reason: String
  /// 0 where no system call failed.
  var code: Int32

  init(path: String, action: String, reason: String, code: Int32 = 0) {
    self.path = path
    self.action = action
    self.reason = reason
    self.code = code
  }

  /// - Parameter code: an errno.
  init(path: String, action: String, code: Int32) {
    let isLink = code == ELOOP
    self.init(
      path: path, action: action,
      reason: isLink ? "it is a symbolic link, which is not followed" : String(cString: strerror(code)), code: code)
  }

  var description: String { "cannot \(action) \(path): \(reason)" }
}

/// A report file, opened before the command runs and written through that descriptor after it.
///
/// Never follows a symbolic link in the last component. What was in the file stays until the first write.
final class OutputFile {
  let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Bytes at the file's start that are written.
  private var length = 0
  /// Whether what was in the file may be there behind these. It is cut off, not emptied first: of a file that was
  /// emptied the file system may write what is new at once, when it is closed. ext4(5), auto_da_alloc
  private var hasOldEnd: Bool
  /// The first failure; later writes do nothing.
  private(set) var failure: OutputError?

  private static let bufferSize = 1 << 16

  init(path: String, appending: Bool = false) throws(OutputError) {
    self.path = path
    let mode = appending ? O_APPEND : 0
    descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | mode, 0o644)
    guard descriptor >= 0 else { throw OutputError(path: path, action: "open", code: errno) }
    hasOldEnd = !appending
  }

  deinit {
    close(descriptor)
  }

  func write(_ bytes: some Collection<UInt8>) {
    var rest = bytes[...]
    while failure == nil, !rest.isEmpty {
      // A recorded run comes in one piece, which is not to be held twice.
      let part = rest.prefix(Self.bufferSize)
      buffer.append(contentsOf: part)
      rest = rest.dropFirst(part.count)
      if buffer.count >= Self.bufferSize { flush() }
    }
  }

  /// Writes what is buffered; `failure` tells whether the file is whole.
  func flush() {
    guard failure == nil else { return }
    buffer.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else {
          failure = OutputError(path: path, action: "write", code: errno)
          return
        }
        length += written
        rest = rest.dropFirst(written)
      }
    }
    buffer.removeAll(keepingCapacity: true)
    cutOldEnd()
  }

  private func cutOldEnd() {
    guard hasOldEnd else { return }
    hasOldEnd = false
    // Not for a pipe or a device.
    if ftruncate(descriptor, off_t(length)) != 0, errno != EINVAL, failure == nil {
      failure = OutputError(path: path, action: "write", code: errno)
    }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}

/// Makes a directory and what is missing above it, as mkdir -p does.
func makeDirectories(_ path: String) throws(OutputError) {
  var prefix = path.hasPrefix("/") ? "/" : ""
  for component in path.split(separator: "/") {
    prefix += prefix.isEmpty || prefix == "/" ? String(component) : "/" + component
    guard mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
      throw OutputError(path: path, action: "make the directory", code: errno)
    }
  }
}
