import Glibc
import KernelTracer
import Testing

@Suite struct SharedFileTests {
  /// The command may look at once, and remembers what it finds: Python keeps what is on its path.
  @Test func isThereAtOnceAndGoneWithTheValue() throws {
    let bytes = Array("contents".utf8)
    var path = ""
    for _ in 0..<100 {
      let file = try SharedFile(bytes, identity: nil)
      path = file.path
      #expect(contents(of: path) == bytes)
    }
    #expect(access(path, F_OK) != 0)
  }

  private func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &buffer, buffer.count)
    return count < 0 ? nil : Array(buffer[..<count])
  }
}
