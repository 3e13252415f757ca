import CKernelABI
import Glibc
import Trace

/// A child of the tracer that kills the session when the tracer, or the launcher of an elevated run, ends before it.
struct SessionGuard: ~Copyable {
  private let pid: pid_t
  /// Readable when the guard itself has ended, which it does not of its own accord.
  let descriptor: Int32

  init(members: Int32, cgroup: String?, launcher: Int32?) throws(KernelTracerError) {
    let pid = withOptionalCString(cgroup) { cgroup in
      var request = pt_guard_request(members: members, cgroup: cgroup, launcher: launcher ?? 0)
      return pt_guard_session(&request)
    }
    guard pid > 0 else { throw .system("cannot start the process that guards the session", errno: -pid) }
    let descriptor = pt_pidfd_open(pid)
    guard descriptor >= 0 else {
      pt_end_keeper(pid)
      throw .system("cannot watch the process that guards the session", errno: -descriptor)
    }
    self.pid = pid
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
    pt_end_keeper(pid)
  }
}
