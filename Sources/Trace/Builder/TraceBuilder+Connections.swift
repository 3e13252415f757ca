/// What names one attempt of one socket.
struct AttemptKey: Hashable, Sendable {
  var socket: UInt64
  var attempt: BootInstant
}

extension TraceBuilder {
  mutating func add(_ event: ConnectEvent) {
    let key = AttemptKey(socket: event.socket, attempt: event.time)
    if let known = connectionIndices[key] {
      trace.connections[Int(known)].thread = event.thread
      if trace.connections[Int(known)].peer != event.peer { formerDestinations.insert(FlowKey(event)) }
      return
    }
    var connection = Connection(
      direction: .connect, protocol: event.protocol, processIdentity: event.process, peer: event.peer,
      socket: event.socket, attempt: event.time)
    connection.thread = event.thread
    connection.networkNamespace = event.networkNamespace
    connection.test = event.test
    append(connection, key: key)
  }

  mutating func add(_ event: AcceptEvent) {
    let key = AttemptKey(socket: event.socket, attempt: event.time)
    guard connectionIndices[key] == nil else { return }
    var connection = Connection(
      direction: .accept, protocol: event.protocol, processIdentity: event.process, peer: event.peer,
      socket: event.socket, attempt: event.time)
    connection.local = event.local
    connection.networkNamespace = event.networkNamespace
    connection.established = event.time
    connection.outcome = .established
    connection.test = event.test
    append(connection, key: key)
  }

  mutating func add(_ event: CloseEvent) {
    if event.isListener {
      openListeners.append(event)
      return
    }
    let key = AttemptKey(socket: event.socket, attempt: event.attempt)
    if connectionIndices[key] == nil {
      var connection = Connection(
        direction: event.isAccepted ? .accept : .connect, protocol: event.protocol, processIdentity: event.process,
        peer: event.peer, socket: event.socket, attempt: event.attempt)
      connection.networkNamespace = event.networkNamespace
      connection.test = event.test
      append(connection, key: key)
    }
    guard let index = connectionIndices[key].map(Int.init) else { return }
    let isEnded = trace.connections[index].end != nil
    if isEnded, event.isStillOpen { return }
    if event.peer.port != 0, trace.connections[index].peer != event.peer {
      formerDestinations.insert(FlowKey(trace.connections[index]))
    }
    trace.connections[index].end(with: event)
  }

  /// A process's first datagram to a destination; how many followed comes with the flow table.
  mutating func add(_ event: DatagramEvent) {
    let key = FlowKey(event)
    guard datagramIndices[key] == nil else { return }
    var connection = Connection(
      direction: .send, protocol: event.protocol, processIdentity: event.process, peer: event.peer,
      socket: event.socket, attempt: event.time)
    connection.thread = event.thread
    connection.networkNamespace = event.networkNamespace
    connection.test = event.test
    datagramIndices[key] = Int32(trace.connections.count)
    trace.connections.append(connection)
  }

  private mutating func append(_ connection: Connection, key: AttemptKey) {
    connectionIndices[key] = Int32(trace.connections.count)
    trace.connections.append(connection)
  }

  /// Sorts by beginning and resolves the owners.
  mutating func orderConnections() {
    let isOrdered = zip(trace.connections, trace.connections.dropFirst()).allSatisfy { $0.attempt <= $1.attempt }
    if !isOrdered {
      trace.connections.sort { ($0.attempt, $0.socket) < ($1.attempt, $1.socket) }
    }
    for index in trace.connections.indices {
      trace.connections[index].process = processIndex(of: trace.connections[index].processIdentity)
    }
  }
}

extension Connection {
  fileprivate mutating func end(with event: CloseEvent) {
    if event.local.port != 0 { local = event.local }
    // A socket that failed has forgotten its peer.
    if event.peer.port != 0 { peer = event.peer }
    if event.isAccepted { established = established ?? event.attempt }
    established = event.established ?? established
    isLocal = event.isLocal
    bytesSent = event.bytesSent
    bytesReceived = event.bytesReceived
    packetsSent = event.packetsSent
    packetsReceived = event.packetsReceived
    isStillOpen = event.isStillOpen
    end = event.isStillOpen ? nil : event.time
    outcome = outcome(at: event)
  }

  private func outcome(at event: CloseEvent) -> Outcome {
    if established != nil { return .established }
    if event.isRefused { return .refused }
    if event.isStillOpen { return .attempted }
    if event.errno != 0 { return .failed(errno: event.errno) }
    return event.isNotSent ? .notSent : .abandoned
  }
}
