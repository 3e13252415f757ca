/// What is known when a run starts: the first line of a recorded run.
public struct RunHeader: Sendable {
  /// The version of the recorded-run format, raised when a reader of the old one would misread the new one.
  public static let formatVersion = 3

  public var formatVersion = Self.formatVersion
  public var toolVersion: String
  /// `test` or `trace`.
  public var verb: String
  /// The wrapped command, redacted.
  public var command: [String]
  public var workingDirectory: String
  /// 16 bytes and 8 bytes in lower-case hexadecimal, W3C Trace Context.
  public var traceID: String
  public var rootSpanID: String
  /// The span of whoever started the run, from TRACEPARENT or `--parent-id`.
  public var parentSpanID: String?
  /// TRACESTATE as it came in.
  public var traceState: String?
  public var start: BootInstant
  /// Nanoseconds to add to a boot instant to get Unix time.
  public var unixOffset: Int64
  /// `-a` attributes.
  public var attributes: [String: String]
  /// OpenTelemetry resource attributes: host, os, service, CI.
  public var resource: [String: String]
  public var uid: UInt32
  public var hostname: String
  public var kernelRelease: String
  /// Nameservers of resolv.conf before the run.
  public var nameservers: [IPAddress]
  /// /etc/hosts before the run.
  public var hosts: [HostsEntry]
  /// Inode number of the network namespace that the command started in, where names of addresses hold; 0 unknown.
  public var networkNamespace: UInt32
  public var hooks: [Hook]
  /// Where the session's cgroup is, nil where none could be made.
  public var sessionCgroup: String?
  /// The adapters that were at the command's disposal: `pytest`.
  public var adapters: [String]
  /// Things users should know about this run's reach, one sentence each.
  public var notes: [String]

  public init(
    toolVersion: String, verb: String, command: [String], workingDirectory: String, traceID: String,
    rootSpanID: String, start: BootInstant, unixOffset: Int64
  ) {
    self.toolVersion = toolVersion
    self.verb = verb
    self.command = command
    self.workingDirectory = workingDirectory
    self.traceID = traceID
    self.rootSpanID = rootSpanID
    self.parentSpanID = nil
    self.traceState = nil
    self.start = start
    self.unixOffset = unixOffset
    self.attributes = [:]
    self.resource = [:]
    self.uid = 0
    self.hostname = ""
    self.kernelRelease = ""
    self.nameservers = []
    self.hosts = []
    self.networkNamespace = 0
    self.hooks = []
    self.sessionCgroup = nil
    self.adapters = []
    self.notes = []
  }

  /// Unix time in nanoseconds of a moment of this run.
  public func unixNanoseconds(_ instant: BootInstant) -> UInt64 {
    UInt64(bitPattern: Int64(bitPattern: instant.nanoseconds) &+ unixOffset)
  }
}
