import CKernelABI
import Glibc

/// A file in memory that the command's programs can open by a path; gone with the value or the process, whatever kills
/// it.
///
/// A child of this process holds it as the command's user: others' programs may not look into the tracer's own
/// descriptors. The path is of use only where the tracer's PID namespace is mounted as /proc.
public struct SharedFile: ~Copyable {
  private let keeper: pid_t

  /// - Parameter identity: whose programs open it; nil: this process's user.
  public init(_ bytes: [UInt8], identity: UserIdentity?) throws(KernelTracerError) {
    let file = pt_memory_file("process-tracer")
    guard file >= 0 else { throw .system("cannot make a file in memory", errno: errno) }
    defer { Glibc.close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, bytes.count - written) }
      guard count > 0 else { throw .system("cannot write a file in memory", errno: errno) }
      written += count
    }
    let keeper =
      switch identity {
      case .none: pt_keep_file(file, nil)
      case .some(let identity): identity.withC { pt_keep_file(file, $0) }
      }
    guard keeper > 0 else { throw .system("cannot start a process", errno: -keeper) }
    self.keeper = keeper
  }

  /// Tells its keeper to end; the end of the value waits for that.
  public func close() {
    pt_kill_keeper(keeper)
  }

  deinit {
    pt_end_keeper(keeper)
  }

  public var path: String { "/proc/\(keeper)/fd/0" }
}
