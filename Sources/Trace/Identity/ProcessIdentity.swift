/// A process as the kernel knows it: unlike a pid alone, never reused.
///
/// `pid` is the thread-group id in the initial PID namespace, `start` is `task_struct.start_boottime`.
public struct ProcessIdentity: Hashable, Sendable {
  public var pid: Int32
  public var start: BootInstant

  public init(pid: Int32, start: BootInstant) {
    self.pid = pid
    self.start = start
  }
}
