extension TraceBuilder {
  mutating func add(_ event: ListenEvent) {
    trace.listeners.append(
      Listener(
        processIdentity: event.process, protocol: event.protocol, local: event.local,
        networkNamespace: event.networkNamespace, socket: event.socket, time: event.time))
  }

  /// Sorts by beginning, resolves the owners, and marks what was open at the end, told before or not.
  mutating func orderListeners() {
    let open = Dictionary(openListeners.map { ($0.socket, $0) }) { first, _ in first }
    for index in trace.listeners.indices where open[trace.listeners[index].socket] != nil {
      trace.listeners[index].isStillOpen = true
    }
    let told = Set(trace.listeners.map(\.socket))
    for event in openListeners where !told.contains(event.socket) {
      var listener = Listener(
        processIdentity: event.process, protocol: event.protocol, local: event.local,
        networkNamespace: event.networkNamespace, socket: event.socket, time: event.time)
      listener.isStillOpen = true
      trace.listeners.append(listener)
    }
    trace.listeners.sort { ($0.time, $0.socket) < ($1.time, $1.socket) }
    for index in trace.listeners.indices {
      trace.listeners[index].process = processIndex(of: trace.listeners[index].processIdentity)
    }
  }
}
