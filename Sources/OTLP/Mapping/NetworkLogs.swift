import Trace

extension RunLogs {
  /// `process_tracer.network.connect`, `.accept` or `.send`: an attempt, an accepted connection, or datagrams to one
  /// destination with their totals.
  func connection(_ connection: Connection) -> LogRecord {
    var record = record(
      "process_tracer.network.\(connection.direction.rawValue)", at: connection.attempt, of: connection.process)
    var attributes: [Attribute] = []
    mapping.addProcess(connection.process, connection.processIdentity, at: connection.attempt, to: &attributes)
    if DestinationText.isKnown(connection.peer, protocol: connection.protocol) {
      addEndpoints(of: connection, to: &attributes)
    } else {
      attributes.add("network.transport", connection.protocol.description)
      attributes.add("network.peer.address", connection.path)
      attributes.add("server.address", connection.path)
    }
    attributes.add("process_tracer.network.outcome", connection.outcome.name)
    attributes.add("process_tracer.network.bytes_sent", connection.bytesSent)
    attributes.add("process_tracer.network.bytes_received", connection.bytesReceived)
    attributes.add("process_tracer.network.count", connection.count)
    attributes.add(
      "process_tracer.network.duration_ns", connection.end.map { $0.nanoseconds(since: connection.attempt) })
    attributes.add("process_tracer.network.still_open", if: connection.isStillOpen)
    attributes.add("process_tracer.network.local", if: connection.isLocal)
    attributes.add("error.type", connection.outcome.errorType)
    mapping.addTest(connection.attribution, to: &attributes)
    record.attributes = attributes
    return record
  }

  private func addEndpoints(of connection: Connection, to attributes: inout [Attribute]) {
    Self.addPeer(connection.peer, connection.protocol, to: &attributes)
    if let local = connection.local {
      attributes.add("network.local.address", local.address.description)
      attributes.add("network.local.port", local.port)
    }
    let server = connection.direction == .accept ? connection.local : connection.peer
    Self.addServer(server?.address, connection.direction == .accept ? nil : connection.name, to: &attributes)
    attributes.add("server.port", server?.port)
    if connection.direction == .accept {
      attributes.add("client.address", connection.peer.address.description)
      attributes.add("client.port", connection.peer.port)
    }
  }

  /// `server.address`: the name where evidence gives one, else the address; what is only claimed stands beside it.
  static func addServer(_ address: IPAddress?, _ name: AddressName?, to attributes: inout [Attribute]) {
    let isEvidence = name?.source.isEvidence == true
    attributes.add("server.address", isEvidence ? name?.name : address?.description)
    if name?.source == .dns { attributes.add("dns.question.name", name?.name) }
    if !isEvidence { attributes.add("process_tracer.network.claimed_name", name?.name) }
    attributes.add("process_tracer.network.name_source", name?.source.rawValue)
  }

  static func addPeer(_ peer: Endpoint, _ transport: TransportProtocol?, to attributes: inout [Attribute]) {
    attributes.add("network.transport", transport?.description)
    attributes.add("network.type", peer.address.isIPv4 ? "ipv4" : "ipv6")
    attributes.add("network.peer.address", peer.address.description)
    attributes.add("network.peer.port", peer.port)
  }
}

extension Connection.Outcome {
  /// `process_tracer.network.outcome`.
  fileprivate var name: String {
    switch self {
    case .attempted: "attempted"
    case .established: "established"
    case .failed: "failed"
    case .notSent: "unreachable"
    case .refused: "refused"
    case .abandoned: "abandoned"
    }
  }

  /// The errno's symbol; `unreachable` where nothing was sent: the kernel shows no errno there.
  fileprivate var errorType: String? {
    switch self {
    case .failed(let errno): ErrnoName.name(of: errno)
    case .notSent: "unreachable"
    case .refused: "EPERM"
    case .attempted, .established, .abandoned: nil
    }
  }
}
