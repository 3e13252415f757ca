import Trace

/// The lines of the tree.
struct ProcessLines {
  /// Longer command lines are cut here, with the number of bytes left out.
  static let commandLineLimit = 1024

  let trace: Trace
  let style: TerminalStyle

  /// `curl(4242) curl -s https://… · exit 7 · 12.3 ms`.
  func heading(of index: Int) -> String {
    let process = trace.processes[index]
    let image = trace.image(of: process)
    let name = style.paint((image?.name ?? "?").visible, .heading)
    var parts = ["\(name)(\(process.identity.pid))"]
    if let image, !image.arguments.isEmpty {
      parts[0] += " \(ShellQuoting.line(image.arguments).cut(toBytes: Self.commandLineLimit))"
      if let cut = image.cutArgumentBytes { parts[0] += " (recorded in part: \(cut) bytes in all)" }
    }
    if process.executions.isEmpty && process.parent != nil { parts.append("fork") }
    if process.executions.count > 1 {
      let names = process.executions.map { trace.images[$0.image].name.visible }
      parts.append("exec \(names.joined(separator: " → "))")
    }
    parts.append(end(of: process))
    if let end = process.end { parts.append(Quantity.duration(end.nanoseconds(since: process.identity.start))) }
    if process.isLeaked { parts.append(style.paint("leaked", .warned)) }
    parts += tests(of: index)
    return parts.joined(separator: " · ")
  }

  private func end(of process: TracedProcess) -> String {
    switch process.status {
    case nil: process.end == nil ? "still running" : "ended"
    case .exited(code: 0): "exit 0"
    case .exited(let code): style.paint("exit \(code)", .offence)
    case .signaled(let signal, let coreDumped):
      style.paint(SignalName.name(of: signal) + (coreDumped ? ", core dumped" : ""), .offence)
    }
  }

  /// What the process runs, and the test that it belongs to where its parent does not.
  private func tests(of index: Int) -> [String] {
    let process = trace.processes[index]
    var parts: [String] = []
    if let number = process.attribution.testProcess, trace.testProcesses[number].process == index {
      let test = trace.testProcesses[number]
      parts.append("runs \([test.runner, test.suite ?? ""].filter { !$0.isEmpty }.joined(separator: " ").visible)")
    }
    let inherited = process.parent.flatMap { trace.processes[$0].attribution.testCase }
    if let number = process.attribution.testCase, number != inherited {
      parts.append("test \(trace.testCases[number].name.visible) (\(process.attribution.level.rawValue))")
    }
    return parts
  }

  /// Connections in the order of their first, equal ones once: `→ tcp://192.0.2.1:443 · established · 3 times`.
  func connections(_ indices: [Int]) -> [String] {
    var totals: [Key: (count: UInt64, sent: UInt64, received: UInt64)] = [:]
    var order: [Key] = []
    for index in indices {
      let connection = trace.connections[index]
      let key = Key(connection)
      if totals[key] == nil { order.append(key) }
      let known = totals[key] ?? (0, 0, 0)
      totals[key] = (
        known.count &+ connection.count, known.sent &+ connection.bytesSent,
        known.received &+ connection.bytesReceived
      )
    }
    return order.map { key in
      let total = totals[key] ?? (0, 0, 0)
      var parts = [key.text]
      if total.count > 1 { parts.append("\(total.count) times") }
      if total.sent > 0 { parts.append("\(Quantity.bytes(total.sent)) sent") }
      if total.received > 0 { parts.append("\(Quantity.bytes(total.received)) received") }
      return parts.joined(separator: " · ")
    }
  }

  /// What makes two connections equal; a client's port is chosen by its kernel and left out.
  private struct Key: Hashable {
    var text: String

    init(_ connection: Connection) {
      let peer = connection.peer
      switch connection.direction {
      case .connect:
        text = "→ \(connection.destinationText.visible)\(connection.name.suffix) · \(connection.outcome.text)"
      case .send:
        text = "→ \(connection.destinationText.visible)\(connection.name.suffix)"
        if connection.outcome != .attempted { text += " · \(connection.outcome.text)" }
      case .accept:
        let local = connection.local?.description ?? "?"
        text = "← \(connection.protocol)://\(local) from \(peer.address)"
      }
    }
  }
}

extension Connection.Outcome {
  /// How it went, for people: `established`, `ECONNREFUSED`.
  var text: String {
    switch self {
    case .attempted: "attempted"
    case .established: "established"
    case .failed(let errno): ErrnoName.name(of: errno)
    case .notSent: "unreachable, nothing was sent"
    case .refused: "refused (EPERM)"
    case .abandoned: "abandoned"
    }
  }
}
