import CKernelABI
import Glibc
import Trace

/// The wrapped command while it runs: a child of this process, held by its pidfd.
struct RunningCommand: ~Copyable {
  let pid: Int32
  let pidfd: Int32

  deinit {
    close(pidfd)
  }

  func send(_ signal: Int32) {
    // ESRCH: it has ended, which its pidfd tells as well.
    _ = pt_pidfd_send_signal(pidfd, signal)
  }

  enum Change {
    case ended(ExitStatus)
    case stopped(signal: Int32)
    case none
  }

  /// Waits for its end.
  func wait() -> ExitStatus {
    while true {
      var status: Int32 = 0
      var code: Int32 = 0
      guard pt_wait(pidfd, WEXITED | Int32(__WALL), &status, &code) == 0 else { return .exited(code: 125) }
      if let ended = Self.ended(status, code) { return ended }
    }
  }

  /// What has happened to it, without waiting; an end is reported once.
  func poll() -> Change {
    var status: Int32 = 0
    var code: Int32 = 0
    guard pt_wait(pidfd, WEXITED | WSTOPPED | WNOHANG | Int32(__WALL), &status, &code) == 0 else { return .none }
    if let ended = Self.ended(status, code) { return .ended(ended) }
    return Int(code) == CLD_STOPPED ? .stopped(signal: status) : .none
  }

  private static func ended(_ status: Int32, _ code: Int32) -> ExitStatus? {
    switch Int(code) {
    case CLD_EXITED: .exited(code: status)
    case CLD_KILLED: .signaled(signal: status, coreDumped: false)
    case CLD_DUMPED: .signaled(signal: status, coreDumped: true)
    default: nil
    }
  }
}
