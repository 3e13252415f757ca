/// A process of the run, from its fork to the death of its last thread.
public struct TracedProcess: Sendable {
  public var identity: ProcessIdentity
  /// The pid in the process's own PID namespace.
  public var namespacePID: Int32
  /// The pid as the tracer sees it, 0 where its PID namespace does not show the process.
  public var tracerPID: Int32
  /// Index in `Trace.processes` of the process that forked it; nil for the command, or where its record was lost.
  public var parent: Int?
  /// What forked it, known even where the parent itself was not recorded.
  public var parentIdentity: ProcessIdentity
  /// Every image it became, in order; empty for a fork that never called exec.
  public var executions: [Execution]
  /// The image it was forked with: an index into `Trace.images`, nil for the command or where unknown.
  public var inheritedImage: Int?
  public var uid: UInt32
  public var gid: UInt32
  /// When its thread group was dead, nil while alive.
  public var end: BootInstant?
  public var status: ExitStatus?
  /// CPU time of all its threads in nanoseconds, and its peak resident set in bytes, known at its end.
  public var cpuTime: UInt64
  public var peakResidentBytes: UInt64
  /// Alive when the command had ended.
  public var isLeaked: Bool
  public var attribution: Attribution

  public struct Execution: Hashable, Sendable {
    /// Index in `Trace.images`.
    public var image: Int
    public var time: BootInstant

    public init(image: Int, time: BootInstant) {
      self.image = image
      self.time = time
    }
  }

  public init(identity: ProcessIdentity, parent: Int?, parentIdentity: ProcessIdentity) {
    self.identity = identity
    self.namespacePID = identity.pid
    self.tracerPID = identity.pid
    self.parent = parent
    self.parentIdentity = parentIdentity
    self.executions = []
    self.inheritedImage = nil
    self.uid = 0
    self.gid = 0
    self.end = nil
    self.status = nil
    self.cpuTime = 0
    self.peakResidentBytes = 0
    self.isLeaked = false
    self.attribution = Attribution()
  }
}
