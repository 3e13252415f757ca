import CKernelABI
import Glibc

/// What the caller gave to a process as text: its arguments and its environment, byte for byte.
public struct HandOver: Hashable, Sendable {
  public var arguments: [[UInt8]]
  /// `NAME=value` entries, in order.
  public var environment: [[UInt8]]

  public init(arguments: [[UInt8]], environment: [[UInt8]]) {
    self.arguments = arguments
    self.environment = environment
  }

  /// The number of arguments, the arguments, the environment, each ended by a NUL.
  var encoded: [UInt8] {
    var bytes = Array(String(arguments.count).utf8) + [0]
    for string in arguments + environment { bytes += string + [0] }
    return bytes
  }

  /// nil where the bytes are no such list.
  init?(encoded: [UInt8]) {
    guard encoded.last == 0 else { return nil }
    var strings = encoded.dropLast().split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    guard let first = strings.first, let count = Int(String(decoding: first, as: UTF8.self)), count >= 0,
      count < strings.count
    else { return nil }
    strings.removeFirst()
    arguments = Array(strings[..<count])
    environment = Array(strings[count...])
  }
}

extension HandOver {
  /// A file in memory that holds it; the receiver closes it.
  func file() throws(KernelTracerError) -> Int32 {
    let descriptor = pt_memory_file("process-tracer-call")
    guard descriptor >= 0 else { throw .system("cannot make a file in memory", errno: errno) }
    let bytes = encoded
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
      guard written > 0 else {
        let code = errno
        close(descriptor)
        throw .system("cannot write to a file in memory", errno: code)
      }
      offset += written
    }
    return descriptor
  }

  /// From such a file, which is closed.
  init(file descriptor: Int32) throws(KernelTracerError) {
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("cannot read what was handed over", errno: errno) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let size = bytes.count
    guard pread(descriptor, &bytes, size, 0) == size, let decoded = HandOver(encoded: bytes) else {
      throw KernelTracerError(.privilege, "what was handed over cannot be read")
    }
    self = decoded
  }
}

extension HandOver {
  /// The environment that this process was started with, whatever became of it; nil where /proc does not tell.
  public static var initialEnvironment: [[UInt8]]? {
    ProcessFacts(getpid())?.strings(of: "environ")
  }
}
