/// A destination of a process with its totals, read from the kernel's flow table: the evidence that rules judge.
///
/// Complete even where every record about it was lost from the ring.
public struct Flow: Sendable {
  /// Index in `Trace.processes`, nil where the process's own records were lost.
  public var process: Int?
  public var processIdentity: ProcessIdentity
  public var destination: Endpoint
  public var `protocol`: TransportProtocol
  public var networkNamespace: UInt32
  /// Whether everything that was sent went to an address of the socket's own network namespace.
  public var isLocal: Bool
  public var firstAttempt: BootInstant
  public var lastAttempt: BootInstant
  public var attempts: UInt64
  public var sent: UInt64
  public var established: UInt64
  public var failed: UInt64
  public var bytesSent: UInt64
  public var bytesReceived: UInt64
  /// Segments of TCP, datagrams of others; 0 where the kernel does not count them.
  public var packetsSent: UInt64
  public var packetsReceived: UInt64
  /// Attempts, or datagrams of connected and raw sockets, that enforcement refused.
  public var refused: UInt64 = 0
  /// Known from sends alone: the socket was connected before the run, or by somebody else.
  public var isSendOnly: Bool
  /// Of a unix socket: its path, or `@` and its abstract name.
  public var path: String?
  /// Of a unix socket: who listened, where the kernel told.
  public var peer: UnixPeer?
  /// Names of the address: evidence first, the likeliest before the others; then claims.
  public var names: [AddressName]
  /// The executable's path at the first attempt, nil where unknown.
  public var executable: String?
  /// The kernel's 15-byte command name at the first attempt.
  public var command: String
  public var test = TestMark.none
  public var attribution: Attribution

  public init(
    processIdentity: ProcessIdentity, destination: Endpoint, protocol: TransportProtocol, firstAttempt: BootInstant
  ) {
    self.process = nil
    self.processIdentity = processIdentity
    self.destination = destination
    self.protocol = `protocol`
    self.networkNamespace = 0
    self.isLocal = false
    self.firstAttempt = firstAttempt
    self.lastAttempt = firstAttempt
    self.attempts = 0
    self.sent = 0
    self.established = 0
    self.failed = 0
    self.bytesSent = 0
    self.bytesReceived = 0
    self.packetsSent = 0
    self.packetsReceived = 0
    self.isSendOnly = false
    self.path = nil
    self.peer = nil
    self.names = []
    self.executable = nil
    self.command = ""
    self.attribution = Attribution()
  }

  /// How often it was tried: calls or datagrams, whichever is more.
  public var count: UInt64 { max(attempts, sent + refused) }

  /// `tcp://203.0.113.9:443`, `unix:/run/x.sock`, `packet://unknown`.
  public var destinationText: String { DestinationText.text(destination, protocol: self.protocol, path: path) }

  /// The likeliest name that the address had by evidence when it was first tried, else what is claimed of it.
  public var name: AddressName? { names.shown(at: firstAttempt) }

  /// Whether an IP address stands in `destination`.
  public var hasKnownAddress: Bool { DestinationText.isKnown(destination, protocol: self.protocol) }
}

/// A program that children of one process became, read from the kernel's image table.
public struct ExecutedImage: Sendable {
  /// Index in `Trace.processes` of the process that forked the ones that became it, nil where unknown.
  public var parent: Int?
  public var parentIdentity: ProcessIdentity
  public var path: String
  /// The path is longer than the table keeps; `path` is its end.
  public var isPathCut: Bool
  public var firstProcess: ProcessIdentity
  public var firstTime: BootInstant
  public var count: UInt64
  public var test = TestMark.none
  public var attribution: Attribution

  public init(
    parentIdentity: ProcessIdentity, path: String, isPathCut: Bool, firstProcess: ProcessIdentity,
    firstTime: BootInstant, count: UInt64
  ) {
    self.parent = nil
    self.parentIdentity = parentIdentity
    self.path = path
    self.isPathCut = isPathCut
    self.firstProcess = firstProcess
    self.firstTime = firstTime
    self.count = count
    self.attribution = Attribution()
  }
}
