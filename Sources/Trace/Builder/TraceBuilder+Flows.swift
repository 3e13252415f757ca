/// What names a destination of a process and a test.
struct FlowKey: Hashable, Sendable {
  var process: ProcessIdentity
  var destination: Endpoint
  var `protocol`: TransportProtocol
  var networkNamespace: UInt32
  var test: TestMark
  /// Of a unix socket.
  var path: String?

  init(_ event: ConnectEvent) {
    process = event.process
    destination = event.peer
    `protocol` = event.protocol
    networkNamespace = event.networkNamespace
    test = event.test
  }

  init(_ event: DatagramEvent) {
    process = event.process
    destination = event.peer
    `protocol` = event.protocol
    networkNamespace = event.networkNamespace
    test = event.test
  }

  init(_ connection: Connection) {
    process = connection.processIdentity
    destination = connection.peer
    `protocol` = connection.protocol
    networkNamespace = connection.networkNamespace
    test = connection.test
    path = connection.path
  }

  init(_ flow: Flow) {
    process = flow.processIdentity
    destination = flow.destination
    `protocol` = flow.protocol
    networkNamespace = flow.networkNamespace
    test = flow.test
    path = flow.path
  }
}

extension TraceBuilder {
  /// Makes the flows, and tells their totals to the connections.
  mutating func addFlows() {
    dropEchoesOfRefusals()
    let paths = Dictionary(imageEntries.map { ($0.imageID, $0.path) }) { first, _ in first }
    flowEntries.sort {
      ($0.firstTime, $0.process.pid, $0.destination.port) < ($1.firstTime, $1.process.pid, $1.destination.port)
    }
    for entry in flowEntries {
      var flow = Flow(entry)
      flow.process = processIndex(of: entry.process)
      flow.executable = executable(of: flow, id: entry.imageID, paths: paths)
      trace.flows.append(flow)
    }
    addRefusedFlows()
    fillConnections()
  }

  /// Destinations that the flow table refused are known from their records, where those were not lost as well.
  private mutating func addRefusedFlows() {
    guard trace.end.map({ $0.loss.flowsRefused > 0 }) ?? true else { return }
    let kept = Set(trace.flows.map { FlowKey($0) })
    var refused: [FlowKey: Flow] = [:]
    for connection in trace.connections where connection.direction != .accept {
      let key = FlowKey(connection)
      if kept.contains(key) { continue }
      var flow = Flow(connection)
      flow.process = processIndex(of: connection.processIdentity)
      flow.executable = executable(of: flow, id: nil, paths: [:])
      if refused[key] == nil { refused[key] = flow } else { refused[key]?.merge(flow) }
    }
    trace.flows += refused.values.sorted {
      ($0.firstAttempt, $0.processIdentity.pid, $0.destination.port)
        < ($1.firstAttempt, $1.processIdentity.pid, $1.destination.port)
    }
  }

  private func executable(of flow: Flow, id: ImageID?, paths: [ImageID: String]) -> String? {
    if let id, let path = imageTable.image(of: id)?.path ?? paths[id] { return path }
    guard let process = flow.process.map({ trace.processes[$0] }) else { return nil }
    let execution = process.executions.last { $0.time <= flow.firstAttempt }
    return (execution?.image ?? process.inheritedImage).map { imageTable.images[$0].path }
  }

  /// Fills the totals of datagrams, and adds a connection for each flow that no record narrates.
  private mutating func fillConnections() {
    var totals: [FlowKey: Flow] = [:]
    for flow in trace.flows {
      let key = FlowKey(flow)
      if totals[key] == nil { totals[key] = flow } else { totals[key]?.merge(flow) }
    }
    var silent = Set(totals.keys).subtracting(formerDestinations)
    for index in trace.connections.indices where trace.connections[index].direction != .accept {
      let key = FlowKey(trace.connections[index])
      silent.remove(key)
      if totals[key]?.isLocal == true { trace.connections[index].isLocal = true }
    }
    for flow in trace.flows {
      let key = FlowKey(flow)
      guard let total = totals.removeValue(forKey: key) else { continue }
      if let index = datagramIndices[key] {
        trace.connections[Int(index)].fill(from: total)
      } else if silent.contains(key) {
        trace.connections.append(Connection(total))
      }
    }
  }

  mutating func addExecutedImages() {
    for entry in imageEntries {
      var executed = ExecutedImage(
        parentIdentity: entry.parent, path: entry.path, isPathCut: entry.isPathCut, firstProcess: entry.firstProcess,
        firstTime: entry.firstTime, count: entry.count)
      executed.parent = processIndex(of: entry.parent)
      executed.test = entry.test
      if entry.isPathCut, let longer = imageTable.image(of: entry.imageID) {
        executed.path = longer.path
        executed.isPathCut = longer.flags.contains(.pathCut)
      }
      trace.executedImages.append(executed)
    }
  }
}

extension Flow {
  fileprivate init(_ entry: FlowEntry) {
    self.init(
      processIdentity: entry.process, destination: entry.destination, protocol: entry.protocol,
      firstAttempt: entry.firstTime)
    networkNamespace = entry.networkNamespace
    test = entry.test
    isLocal =
      entry.sent > 0 && entry.local == entry.sent
      && (!entry.protocol.isConnectionOriented || entry.attempts == entry.sent)
    lastAttempt = entry.lastTime
    attempts = entry.attempts
    sent = entry.sent
    established = entry.established
    failed = entry.failed
    bytesSent = entry.bytesSent
    bytesReceived = entry.bytesReceived
    packetsSent = entry.packetsSent
    packetsReceived = entry.packetsReceived
    refused = entry.refused
    isSendOnly = entry.isSendOnly
    path = entry.path
    peer = entry.peer
    command = entry.command
  }

  /// What one record tells of a flow that has no entry.
  fileprivate init(_ connection: Connection) {
    self.init(
      processIdentity: connection.processIdentity, destination: connection.peer, protocol: connection.protocol,
      firstAttempt: connection.attempt)
    networkNamespace = connection.networkNamespace
    test = connection.test
    path = connection.path
    isLocal = connection.isLocal
    attempts = 1
    established = connection.established == nil ? 0 : 1
    bytesSent = connection.bytesSent
    bytesReceived = connection.bytesReceived
  }

  /// Adds the totals of another flow of the same process and test to the same destination.
  fileprivate mutating func merge(_ other: Flow) {
    isLocal = isLocal && other.isLocal
    firstAttempt = min(firstAttempt, other.firstAttempt)
    lastAttempt = max(lastAttempt, other.lastAttempt)
    attempts += other.attempts
    sent += other.sent
    established += other.established
    failed += other.failed
    bytesSent += other.bytesSent
    bytesReceived += other.bytesReceived
    packetsSent += other.packetsSent
    packetsReceived += other.packetsReceived
    refused += other.refused
    isSendOnly = isSendOnly && other.isSendOnly
    peer = peer ?? other.peer
  }
}

extension Flow {
  /// Whether a connect made it, as far as its records tell.
  fileprivate var isConnect: Bool { self.protocol.isConnectionOriented && !isSendOnly }
}

extension Connection {
  /// The connection that stands for a flow whose own records were lost.
  fileprivate init(_ flow: Flow) {
    self.init(
      direction: flow.isConnect ? .connect : .send, protocol: flow.protocol,
      processIdentity: flow.processIdentity, peer: flow.destination, socket: 0, attempt: flow.firstAttempt)
    networkNamespace = flow.networkNamespace
    test = flow.test
    path = flow.path
    fill(from: flow)
    if flow.protocol == .unix, flow.refused == 0 { outcome = flow.sent > 0 ? .established : .attempted }
    if flow.isConnect {
      end = nil
      count = max(flow.attempts, 1)
      if flow.established > 0 { outcome = .established }
    }
  }

  fileprivate mutating func fill(from flow: Flow) {
    isLocal = flow.isLocal
    end = flow.lastAttempt
    bytesSent = flow.bytesSent
    bytesReceived = flow.bytesReceived
    packetsSent = flow.packetsSent
    packetsReceived = flow.packetsReceived
    count = flow.sent > 0 ? flow.sent : max(flow.count, 1)
    outcome = flow.sent > 0 ? .attempted : flow.refused > 0 ? .refused : .notSent
  }
}
