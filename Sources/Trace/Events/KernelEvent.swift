/// What the kernel side tells, in the order of the ring; tables follow at the end of a run.
///
/// Mirrors the records of `bpf/abi/events.h` with Swift types; a recorded run is a list of these.
public enum KernelEvent: Sendable {
  case fork(ForkEvent)
  case exec(ExecEvent)
  case exit(ExitEvent)
  case connect(ConnectEvent)
  case accept(AcceptEvent)
  case close(CloseEvent)
  case datagram(DatagramEvent)
  case marker(MarkerEvent)
  case listen(ListenEvent)
  case answer(AnswerEvent)
  case claim(ClaimEvent)
  /// The command has ended; what is alive now is leaked.
  case commandEnded(BootInstant)
  case flow(FlowEntry)
  case image(ImageEntry)
  case name(NameEntry)
  case lookup(LookupEntry)
  /// Who listens outside the session at an address that the session talked to.
  case outsideListener(OutsideListener)
}

public struct ForkEvent: Sendable {
  public var time: BootInstant
  public var child: ProcessIdentity
  public var parent: ProcessIdentity
  public var namespacePID: Int32
  public var tracerPID: Int32
  public var pidNamespace: UInt32
  public var uid: UInt32
  public var gid: UInt32
  /// The command itself: its parent is the tracer, which is not part of the run.
  public var isRoot: Bool
  public var test = TestMark.none

  public init(
    time: BootInstant, child: ProcessIdentity, parent: ProcessIdentity, namespacePID: Int32, tracerPID: Int32,
    pidNamespace: UInt32, uid: UInt32, gid: UInt32, isRoot: Bool
  ) {
    self.time = time
    self.child = child
    self.parent = parent
    self.namespacePID = namespacePID
    self.tracerPID = tracerPID
    self.pidNamespace = pidNamespace
    self.uid = uid
    self.gid = gid
    self.isRoot = isRoot
  }
}

public struct ExecEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var namespacePID: Int32
  /// The thread that called exec; the process's pid unless another thread than the leader did.
  public var thread: Int32
  public var imageID: ImageID
  public var image: ProcessImage
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, namespacePID: Int32, thread: Int32, imageID: ImageID,
    image: ProcessImage
  ) {
    self.time = time
    self.process = process
    self.namespacePID = namespacePID
    self.thread = thread
    self.imageID = imageID
    self.image = image
  }
}

/// An executable as the kernel's tables key it: a seeded hash of its path, and its file.
public struct ImageID: Hashable, Sendable {
  public var pathHash: UInt64
  public var inode: UInt64
  public var device: UInt32

  public init(pathHash: UInt64, inode: UInt64, device: UInt32) {
    self.pathHash = pathHash
    self.inode = inode
    self.device = device
  }
}

public struct ExitEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var status: ExitStatus
  /// Nanoseconds.
  public var cpuTime: UInt64
  public var peakResidentBytes: UInt64

  public init(
    time: BootInstant, process: ProcessIdentity, status: ExitStatus, cpuTime: UInt64, peakResidentBytes: UInt64
  ) {
    self.time = time
    self.process = process
    self.status = status
    self.cpuTime = cpuTime
    self.peakResidentBytes = peakResidentBytes
  }
}

public struct ConnectEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var thread: Int32
  public var socket: UInt64
  public var `protocol`: TransportProtocol
  public var peer: Endpoint
  public var networkNamespace: UInt32
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, thread: Int32, socket: UInt64, protocol: TransportProtocol,
    peer: Endpoint, networkNamespace: UInt32
  ) {
    self.time = time
    self.process = process
    self.thread = thread
    self.socket = socket
    self.protocol = `protocol`
    self.peer = peer
    self.networkNamespace = networkNamespace
  }
}

public struct AcceptEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var socket: UInt64
  public var `protocol`: TransportProtocol
  public var local: Endpoint
  public var peer: Endpoint
  public var networkNamespace: UInt32
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, socket: UInt64, protocol: TransportProtocol, local: Endpoint,
    peer: Endpoint, networkNamespace: UInt32
  ) {
    self.time = time
    self.process = process
    self.socket = socket
    self.protocol = `protocol`
    self.local = local
    self.peer = peer
    self.networkNamespace = networkNamespace
  }
}

public struct CloseEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var socket: UInt64
  /// The time of the connect or accept that this ends; with `socket` it names the connection.
  public var attempt: BootInstant
  public var established: BootInstant?
  public var `protocol`: TransportProtocol
  public var local: Endpoint
  public var peer: Endpoint
  public var networkNamespace: UInt32
  public var bytesSent: UInt64
  public var bytesReceived: UInt64
  public var packetsSent: UInt64
  public var packetsReceived: UInt64
  public var errno: Int32
  /// A listener, found open when the run ended.
  public var isListener: Bool
  public var isAccepted: Bool
  public var isNotSent: Bool
  /// Refused by enforcement, before a packet left.
  public var isRefused = false
  public var isStillOpen: Bool
  public var isLocal: Bool
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, socket: UInt64, attempt: BootInstant, protocol: TransportProtocol,
    local: Endpoint, peer: Endpoint
  ) {
    self.time = time
    self.process = process
    self.socket = socket
    self.attempt = attempt
    self.established = nil
    self.protocol = `protocol`
    self.local = local
    self.peer = peer
    self.networkNamespace = 0
    self.bytesSent = 0
    self.bytesReceived = 0
    self.packetsSent = 0
    self.packetsReceived = 0
    self.errno = 0
    self.isListener = false
    self.isAccepted = false
    self.isNotSent = false
    self.isStillOpen = false
    self.isLocal = false
  }
}

/// The first datagram of a process to a destination; its totals come with the flow table.
public struct DatagramEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var thread: Int32
  public var socket: UInt64
  public var `protocol`: TransportProtocol
  public var peer: Endpoint
  public var networkNamespace: UInt32
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, thread: Int32, socket: UInt64, protocol: TransportProtocol,
    peer: Endpoint, networkNamespace: UInt32
  ) {
    self.time = time
    self.process = process
    self.thread = thread
    self.socket = socket
    self.protocol = `protocol`
    self.peer = peer
    self.networkNamespace = networkNamespace
  }
}

/// A TCP socket that listens, or a datagram socket that was bound to an address.
public struct ListenEvent: Sendable {
  public var time: BootInstant
  public var process: ProcessIdentity
  public var socket: UInt64
  public var `protocol`: TransportProtocol
  public var local: Endpoint
  public var networkNamespace: UInt32
  public var test = TestMark.none

  public init(
    time: BootInstant, process: ProcessIdentity, socket: UInt64, protocol: TransportProtocol, local: Endpoint,
    networkNamespace: UInt32
  ) {
    self.time = time
    self.process = process
    self.socket = socket
    self.protocol = `protocol`
    self.local = local
    self.networkNamespace = networkNamespace
  }
}

/// An entry of the kernel's flow table, or of its table of unix sockets.
public struct FlowEntry: Sendable {
  public var process: ProcessIdentity
  public var destination: Endpoint
  public var `protocol`: TransportProtocol
  public var networkNamespace: UInt32
  public var firstTime: BootInstant
  public var lastTime: BootInstant
  public var attempts: UInt64
  public var sent: UInt64
  /// Of `sent`, those routed to the loopback device of their namespace.
  public var local: UInt64
  public var established: UInt64
  public var failed: UInt64
  public var bytesSent: UInt64
  public var bytesReceived: UInt64
  public var packetsSent: UInt64
  public var packetsReceived: UInt64
  /// Attempts, or datagrams of connected and raw sockets, that enforcement refused.
  public var refused: UInt64 = 0
  /// Known from sends alone: no connect of the session made it.
  public var isSendOnly: Bool
  /// Of a unix socket: its path, or `@` and its abstract name.
  public var path: String?
  /// Of a unix socket: SOCK_*.
  public var socketType: UInt16
  /// Of a unix socket: who listened, where the kernel told.
  public var peer: UnixPeer?
  public var imageID: ImageID
  public var command: String
  public var test = TestMark.none

  public init(
    process: ProcessIdentity, destination: Endpoint, protocol: TransportProtocol, firstTime: BootInstant,
    imageID: ImageID, command: String
  ) {
    self.process = process
    self.destination = destination
    self.protocol = `protocol`
    self.networkNamespace = 0
    self.firstTime = firstTime
    self.lastTime = firstTime
    self.attempts = 0
    self.sent = 0
    self.local = 0
    self.established = 0
    self.failed = 0
    self.bytesSent = 0
    self.bytesReceived = 0
    self.packetsSent = 0
    self.packetsReceived = 0
    self.isSendOnly = false
    self.path = nil
    self.socketType = 0
    self.peer = nil
    self.imageID = imageID
    self.command = command
  }
}

/// An entry of the kernel's image table.
public struct ImageEntry: Sendable {
  public var parent: ProcessIdentity
  public var imageID: ImageID
  public var path: String
  public var isPathCut: Bool
  public var firstTime: BootInstant
  public var firstProcess: ProcessIdentity
  public var count: UInt64
  public var test = TestMark.none

  public init(
    parent: ProcessIdentity, imageID: ImageID, path: String, isPathCut: Bool, firstTime: BootInstant,
    firstProcess: ProcessIdentity, count: UInt64
  ) {
    self.parent = parent
    self.imageID = imageID
    self.path = path
    self.isPathCut = isPathCut
    self.firstTime = firstTime
    self.firstProcess = firstProcess
    self.count = count
  }
}
