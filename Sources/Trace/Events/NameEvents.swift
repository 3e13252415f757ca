/// A DNS answer that came in to a process of the run.
public struct AnswerEvent: Sendable {
  /// Why an answer proves nothing.
  public enum Doubt: String, CaseIterable, Sendable {
    /// It fits no open question: socket, id, question, server.
    case unasked
    /// resolv.conf named no such nameserver before the run.
    case otherServer = "other_server"
    /// A process of the run serves there.
    case memberServer = "member_server"
    /// Not the network namespace that the command started in.
    case otherNamespace = "other_namespace"
  }

  public var time: BootInstant
  /// Who asked, or whose socket it is.
  public var process: ProcessIdentity
  public var thread: Int32
  public var socket: UInt64
  public var resolver: IPAddress
  public var `protocol`: TransportProtocol
  public var networkNamespace: UInt32
  public var doubts: Set<Doubt>
  /// nil where the bytes are none that a server sends.
  public var message: DNSMessage?
  /// The message is longer than what was looked at: its true length in bytes.
  public var cutBytes: UInt32?
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, thread: Int32, socket: UInt64, resolver: IPAddress,
    protocol: TransportProtocol, networkNamespace: UInt32, doubts: Set<Doubt>, message: DNSMessage?
  ) {
    self.time = time
    self.process = process
    self.thread = thread
    self.socket = socket
    self.resolver = resolver
    self.protocol = `protocol`
    self.networkNamespace = networkNamespace
    self.doubts = doubts
    self.message = message
    self.cutBytes = nil
  }
}

/// The name of a server that a client said first on a connection.
public struct ClaimEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var socket: UInt64
  /// The time of the connect; with `socket` it names the connection.
  public var attempt: BootInstant
  public var peer: Endpoint
  /// `sni` or `httpHost`.
  public var source: AddressName.Source
  public var name: String

  public init(
    time: BootInstant, process: ProcessIdentity, socket: UInt64, attempt: BootInstant, peer: Endpoint,
    source: AddressName.Source, name: String
  ) {
    self.time = time
    self.process = process
    self.socket = socket
    self.attempt = attempt
    self.peer = peer
    self.source = source
    self.name = name
  }
}

/// An entry of the kernel's name table: evidence.
public struct NameEntry: Sendable {
  public var name: String
  public var address: IPAddress
  public var firstTime: BootInstant
  /// Answers that said so.
  public var count: UInt64
  /// Who asked first, and whom.
  public var process: ProcessIdentity
  public var resolver: IPAddress
  public var `protocol`: TransportProtocol
  public var test = TestMark.none

  public init(
    name: String, address: IPAddress, firstTime: BootInstant, count: UInt64, process: ProcessIdentity,
    resolver: IPAddress, protocol: TransportProtocol
  ) {
    self.name = name
    self.address = address
    self.firstTime = firstTime
    self.count = count
    self.process = process
    self.resolver = resolver
    self.protocol = `protocol`
  }
}

/// An entry of the kernel's lookup table: a name that a process asked for.
public struct LookupEntry: Sendable {
  public var process: ProcessIdentity
  public var name: String
  public var type: RecordType
  public var resolver: IPAddress
  public var networkNamespace: UInt32
  public var firstTime: BootInstant
  public var lastTime: BootInstant
  public var asked: UInt64
  public var answered: UInt64
  public var imageID: ImageID
  public var command: String
  public var test = TestMark.none

  public init(
    process: ProcessIdentity, name: String, type: RecordType, resolver: IPAddress, networkNamespace: UInt32,
    firstTime: BootInstant, lastTime: BootInstant, asked: UInt64, answered: UInt64, imageID: ImageID, command: String
  ) {
    self.process = process
    self.name = name
    self.type = type
    self.resolver = resolver
    self.networkNamespace = networkNamespace
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.asked = asked
    self.answered = answered
    self.imageID = imageID
    self.command = command
  }
}
