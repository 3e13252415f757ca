public import Trace

/// The answer to a request, as the lines of the session protocol. `docs/session.md`
public struct ScopeAnswer {
  public var lines: [SessionLine] = []

  /// - Parameters:
  ///   - lost: what the kernel could not keep since the scope began.
  ///   - isWhole: whether the marker that the request waits for was seen.
  public init(
    _ request: SessionRequest, _ activity: ScopeActivity, places: DestinationPlaces, lost: UInt64, isWhole: Bool
  ) {
    let start = activity.scope.start
    var head = SessionLine("activity")
    head.append("version", SessionRequest.version)
    head.append("lost", lost)
    head.append("omitted", activity.scope.omitted)
    if !isWhole { head.append("partial", 1) }
    lines.append(head)
    for process in activity.processes { lines.append(Self.line(process, request, since: start)) }
    for connection in activity.connections {
      lines.append(Self.line(connection, request, places, since: start))
    }
    for lookup in activity.lookups { lines.append(Self.line(lookup, request, since: start)) }
    for listener in activity.listeners { lines.append(Self.line(listener, request, since: start)) }
    lines.append(SessionLine("end"))
  }

  private static func line(
    _ live: ScopeActivity.LiveProcess, _ request: SessionRequest, since start: BootInstant
  ) -> SessionLine {
    let process = live.process
    var line = SessionLine("process")
    line.append("pid", process.namespacePID)
    line.append("time", process.identity.start.nanoseconds(since: start))
    line.append("level", live.level.rawValue)
    line.append("parent", live.ancestry.first?.pid ?? 0)
    if let end = process.end { line.append("end", end.nanoseconds(since: start)) }
    switch process.status {
    case .exited(let code): line.append("exit", code)
    case .signaled(let signal, _): line.append("signal", signal)
    case nil: break
    }
    line.append("execs", process.executions.count)
    for image in live.images {
      line.append("path", image.path)
      for argument in image.arguments { line.append("arg", argument) }
    }
    append(live.ancestry, to: &line)
    if !process.executions.isEmpty {
      let ancestors = live.ancestry.compactMap(\.image)
      for (index, query) in request.programs.enumerated() {
        let count = live.images.count { query.matches($0, ancestors: ancestors) }
        if count > 0 { line.append("run", index) }
      }
    }
    return line
  }

  private static func line(
    _ live: ScopeActivity.LiveConnection, _ request: SessionRequest, _ places: DestinationPlaces,
    since start: BootInstant
  ) -> SessionLine {
    let connection = live.connection
    let place = places.place(of: connection)
    var line = SessionLine("connection")
    line.append("direction", connection.direction.rawValue)
    line.append("protocol", connection.protocol)
    line.append("peer", connection.peer)
    line.append("destination", connection.destinationText)
    for name in connection.names.evidence(at: connection.attempt) { line.append("name", name.name) }
    line.append("place", place.rawValue)
    line.append("time", connection.attempt.nanoseconds(since: start))
    line.append("level", live.level.rawValue)
    line.append("pid", connection.processIdentity.pid)
    line.append("program", live.image?.name ?? "?")
    switch connection.outcome {
    case .attempted: break
    case .established: line.append("outcome", "established")
    case .failed(let code): line.append("outcome", ErrnoName.name(of: code))
    case .notSent: line.append("outcome", "unreachable")
    case .refused: line.append("outcome", "EPERM")
    case .abandoned: line.append("outcome", "abandoned")
    }
    append(live.ancestry, to: &line)
    for (index, query) in request.destinations.enumerated()
    where query.matches(connection, isLocal: place == .own, nameservers: places.nameservers) {
      line.append("net", index)
    }
    return line
  }

  private static func line(
    _ live: ScopeActivity.LiveLookup, _ request: SessionRequest, since start: BootInstant
  ) -> SessionLine {
    let message = live.message
    var line = SessionLine("lookup")
    line.append("name", message.name)
    line.append("type", message.type)
    line.append("code", message.responseCode)
    for address in message.records.flatMap(\.addresses) { line.append("address", address) }
    line.append("resolver", live.answer.resolver)
    line.append("time", live.answer.time.nanoseconds(since: start))
    line.append("level", live.level.rawValue)
    line.append("pid", live.answer.process.pid)
    line.append("program", live.image?.name ?? "?")
    for (index, query) in request.destinations.enumerated() where query.matches(message) {
      line.append("net", index)
    }
    return line
  }

  private static func line(
    _ live: ScopeActivity.LiveListener, _ request: SessionRequest, since start: BootInstant
  ) -> SessionLine {
    var line = SessionLine("listener")
    line.append("protocol", live.listener.protocol)
    line.append("local", live.listener.local)
    line.append("time", live.listener.time.nanoseconds(since: start))
    line.append("level", live.level.rawValue)
    line.append("pid", live.listener.process.pid)
    line.append("program", live.image?.name ?? "?")
    for (index, query) in request.destinations.enumerated() where query.matches(live.listener) {
      line.append("net", index)
    }
    return line
  }

  private static func append(_ ancestry: [ScopeActivity.Ancestor], to line: inout SessionLine) {
    for ancestor in ancestry { line.append("from", "\(ancestor.image?.name ?? "?")(\(ancestor.pid))") }
  }
}
