import Glibc

/// A file that is read whole.
enum InputFile {
  static func bytes(of path: String) throws(OutputError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputError(path: path, action: "open", code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw OutputError(path: path, action: "read", code: errno) }
      if got == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<got])
    }
  }
}
