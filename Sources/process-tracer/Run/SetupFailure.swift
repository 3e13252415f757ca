import ArgumentParser
import Glibc
import Policy

/// The tool failed before the command ran: one line of what, why, and what to do. Exit code 125.
struct SetupFailure: Error {
  static let code = ExitCode(125)
  var message: String

  init(_ message: String) {
    self.message = message
  }
}

/// Lines for the user, on stderr.
enum Diagnostics {
  static func error(_ message: String) { line("error", message) }
  static func warn(_ message: String) { line("warning", message) }
  static func inform(_ message: String) { line("note", message) }

  static func write(_ bytes: [UInt8], to descriptor: Int32 = STDERR_FILENO) {
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return }
        offset += written
      }
    }
  }

  private static func line(_ kind: String, _ message: String) {
    write(Array("process-tracer: \(kind): \(message)\n".utf8))
  }
}
