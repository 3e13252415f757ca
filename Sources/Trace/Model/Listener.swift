/// A socket of the run that waits for others: a TCP listener, or a datagram socket bound to an address.
public struct Listener: Sendable {
  /// Index in `Trace.processes`, nil if unknown.
  public var process: Int?
  public var processIdentity: ProcessIdentity
  public var `protocol`: TransportProtocol
  public var local: Endpoint
  public var networkNamespace: UInt32
  /// The kernel's socket cookie.
  public var socket: UInt64
  public var time: BootInstant
  /// A TCP listener that was open when the run ended.
  public var isStillOpen: Bool

  public init(
    processIdentity: ProcessIdentity, protocol: TransportProtocol, local: Endpoint, networkNamespace: UInt32,
    socket: UInt64, time: BootInstant
  ) {
    self.process = nil
    self.processIdentity = processIdentity
    self.protocol = `protocol`
    self.local = local
    self.networkNamespace = networkNamespace
    self.socket = socket
    self.time = time
    self.isStillOpen = false
  }

  /// Whether what is sent to an endpoint of a namespace arrives here.
  public func hears(_ endpoint: Endpoint, _ protocol: TransportProtocol, in namespace: UInt32) -> Bool {
    let isAny = local.address == .anyIPv6 || local.address == IPAddress(ipv4: 0)
    let isToAny = endpoint.address == .anyIPv6 || endpoint.address == IPAddress(ipv4: 0)
    return local.port == endpoint.port && networkNamespace == namespace && self.protocol.isHeard(by: `protocol`)
      && (isAny || isToAny || local.address == endpoint.address)
  }
}

extension TransportProtocol {
  fileprivate func isHeard(by other: TransportProtocol) -> Bool {
    self == other || (self == .tcp && other == .mptcp)
  }
}

/// Who listened at a unix socket when a process of the run sent something there.
public struct UnixPeer: Hashable, Sendable {
  /// In the initial PID namespace.
  public var pid: Int32
  /// Whether it was a process of the run.
  public var isMember: Bool

  public init(pid: Int32, isMember: Bool) {
    self.pid = pid
    self.isMember = isMember
  }
}

/// A process outside the run that listens at an address of the machine's own to which the run talked.
public struct OutsideListener: Hashable, Sendable {
  public var `protocol`: TransportProtocol
  /// As the run addressed it; its path for a unix socket.
  public var destination: Endpoint
  public var path: String?
  /// As the tracer sees it.
  public var pid: Int32
  public var command: String

  public init(protocol: TransportProtocol, destination: Endpoint, path: String?, pid: Int32, command: String) {
    self.protocol = `protocol`
    self.destination = destination
    self.path = path
    self.pid = pid
    self.command = command
  }
}
