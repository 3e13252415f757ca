/// One attempt to connect, one accepted connection, or the datagrams of a process to one destination.
public struct Connection: Sendable {
  public enum Direction: String, Sendable {
    case connect
    case accept
    case send
  }

  public enum Outcome: Hashable, Sendable {
    /// Nothing but the attempt was seen; for datagrams, that they left.
    case attempted
    case established
    /// Refused, unreachable, timed out: the errno of the socket.
    case failed(errno: Int32)
    /// connect(2) failed before a packet left. The kernel shows no errno to portable hooks there; a missing
    /// route (ENETUNREACH) is the ordinary cause. net/ipv4/tcp_ipv4.c tcp_v4_connect.
    case notSent
    /// Refused by enforcement with EPERM, before a packet left.
    case refused
    /// Closed by the program before it was established.
    case abandoned
  }

  public var direction: Direction
  public var `protocol`: TransportProtocol
  /// The owner: who connected or sent, or who made the listener listen. Index in `Trace.processes`, nil if unknown.
  public var process: Int?
  public var processIdentity: ProcessIdentity
  public var thread: Int32
  public var local: Endpoint?
  public var peer: Endpoint
  /// Of a unix socket: its path, or `@` and its abstract name.
  public var path: String?
  /// Names of the address: evidence first, the likeliest before the others; then claims.
  public var names: [AddressName]
  /// Whether the peer is an address of the socket's own network namespace.
  public var isLocal: Bool
  public var networkNamespace: UInt32
  /// The kernel's socket cookie; 0 for a connection known only from its flow's totals.
  public var socket: UInt64
  public var attempt: BootInstant
  public var established: BootInstant?
  /// When it was closed; for datagrams the time of the last.
  public var end: BootInstant?
  public var outcome: Outcome
  public var bytesSent: UInt64
  public var bytesReceived: UInt64
  /// Segments of TCP, datagrams of others; 0 where the kernel does not count them.
  public var packetsSent: UInt64
  public var packetsReceived: UInt64
  /// 1 for TCP, the attempts for one known only from its flow's totals; for datagrams how many left, or, where none
  /// did, how many were tried.
  public var count: UInt64
  /// Open when the run ended.
  public var isStillOpen: Bool
  public var test = TestMark.none
  public var attribution: Attribution

  public init(
    direction: Direction, protocol: TransportProtocol, processIdentity: ProcessIdentity, peer: Endpoint,
    socket: UInt64, attempt: BootInstant
  ) {
    self.direction = direction
    self.protocol = `protocol`
    self.process = nil
    self.processIdentity = processIdentity
    self.thread = 0
    self.local = nil
    self.peer = peer
    self.path = nil
    self.names = []
    self.isLocal = false
    self.networkNamespace = 0
    self.socket = socket
    self.attempt = attempt
    self.established = nil
    self.end = nil
    self.outcome = .attempted
    self.bytesSent = 0
    self.bytesReceived = 0
    self.packetsSent = 0
    self.packetsReceived = 0
    self.count = 1
    self.isStillOpen = false
    self.attribution = Attribution()
  }

  /// The likeliest name that the address had by evidence at the attempt, else what is claimed of it.
  public var name: AddressName? { names.shown(at: attempt) }

  /// `tcp://203.0.113.9:443`, `unix:/run/x.sock`, `packet://unknown`.
  public var destinationText: String { DestinationText.text(peer, protocol: self.protocol, path: path) }
}
