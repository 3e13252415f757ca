/// A process of the run, from its fork to the death of its last thread.
///
/// Kept to 128 bytes: a run can have 100,000.
public struct TracedProcess: Sendable {
  public var identity: ProcessIdentity
  /// What forked it, known even where the parent itself was not recorded; pid 0 where its own fork was not.
  public var parentIdentity: ProcessIdentity
  /// The pid in the process's own PID namespace.
  public var namespacePID: Int32
  /// The pid as the tracer sees it, 0 where its PID namespace does not show the process, or its fork was not recorded.
  public var tracerPID: Int32
  /// Every image it became, in order; empty for a fork that never called exec.
  public var executions: Executions
  public var uid: UInt32
  public var gid: UInt32
  /// CPU time of all its threads in nanoseconds, and its peak resident set in bytes, known at its end.
  public var cpuTime: UInt64
  public var peakResidentBytes: UInt64
  public var attribution: Attribution
  /// The test that its forker worked for.
  public var test = TestMark.none
  /// Alive when the command had ended, or started after it; it may have ended since.
  public var isLeaked: Bool

  private var parentIndex: OptionalIndex
  private var inheritedImageIndex: OptionalIndex
  private var waitStatus: UInt32 = .max
  private var endNanoseconds: UInt64 = .max

  public init(identity: ProcessIdentity, parent: Int?, parentIdentity: ProcessIdentity) {
    self.identity = identity
    self.parentIdentity = parentIdentity
    self.namespacePID = identity.pid
    self.tracerPID = identity.pid
    self.executions = []
    self.uid = 0
    self.gid = 0
    self.cpuTime = 0
    self.peakResidentBytes = 0
    self.attribution = Attribution()
    self.isLeaked = false
    self.parentIndex = OptionalIndex(parent)
    self.inheritedImageIndex = .none
  }

  /// Index in `Trace.processes` of the process that forked it; nil for the command, or where its record was lost.
  public var parent: Int? {
    get { parentIndex.value }
    set { parentIndex = OptionalIndex(newValue) }
  }

  /// The image it was forked with: an index into `Trace.images`, nil for the command or where unknown.
  public var inheritedImage: Int? {
    get { inheritedImageIndex.value }
    set { inheritedImageIndex = OptionalIndex(newValue) }
  }

  /// When its thread group was dead, nil while alive.
  public var end: BootInstant? {
    get { endNanoseconds == .max ? nil : BootInstant(nanoseconds: endNanoseconds) }
    set { endNanoseconds = newValue?.nanoseconds ?? .max }
  }

  public var status: ExitStatus? {
    get { waitStatus == .max ? nil : ExitStatus(waitStatus: waitStatus) }
    set { waitStatus = newValue?.waitStatus ?? .max }
  }

  /// One exec of a process.
  public struct Execution: Hashable, Sendable {
    public var time: BootInstant
    private var imageIndex: Int32
    /// The test that its thread worked for.
    public var test: TestMark

    /// Index in `Trace.images`.
    public var image: Int {
      get { Int(imageIndex) }
      set { imageIndex = Int32(newValue) }
    }

    public init(image: Int, time: BootInstant, test: TestMark = .none) {
      self.time = time
      self.imageIndex = Int32(image)
      self.test = test
    }
  }
}
