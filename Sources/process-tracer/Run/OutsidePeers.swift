import Trace

/// Destinations on this machine that answered the run and that no listener of the run can have been.
struct OutsidePeers {
  private var listeners: [ListenEvent] = []
  private var flows: [FlowEntry] = []

  mutating func add(_ event: KernelEvent) {
    switch event {
    case .listen(let event): listeners.append(event)
    case .flow(let entry):
      let isAnswered = entry.established > 0 || entry.packetsReceived > 0 || entry.protocol == .unix
      let isLocal = entry.local > 0 || entry.destination.address.isLoopback
      if isAnswered, isLocal, entry.peer?.isMember != true, entry.path != nil || entry.protocol != .unix {
        flows.append(entry)
      }
    default: break
    }
  }

  /// What to look for, each once.
  var destinations: [(protocol: TransportProtocol, endpoint: Endpoint, path: String?)] {
    struct Key: Hashable {
      var `protocol`: TransportProtocol
      var endpoint: Endpoint
      var path: String?
    }
    var seen: Set<Key> = []
    return flows.compactMap { flow in
      if flow.protocol == .unix, flow.sent == 0 { return nil }
      let isOurs = listeners.contains {
        $0.local.port == flow.destination.port && $0.networkNamespace == flow.networkNamespace
      }
      let key = Key(protocol: flow.protocol, endpoint: flow.destination, path: flow.path)
      guard flow.protocol == .unix || !isOurs, seen.insert(key).inserted else { return nil }
      return (flow.protocol, flow.destination, flow.path)
    }
  }
}
