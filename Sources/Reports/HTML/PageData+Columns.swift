import JSONWriting
import Policy
import Trace

extension PageData {
  func writeProcesses(into json: inout JSONWriter, to sink: ([UInt8]) throws -> Void) rethrows {
    let levels = Attribution.Level.allCases
    let columns: [JSONWriter.Column<TracedProcess>] = [
      ("pid", { $1.integer($0.identity.pid) }),
      ("parent", { $1.integer($0.parent ?? -1) }),
      ("start", { $1.integer(time($0.identity.start)) }),
      ("duration", Self.writeDuration), ("images", Self.writeImages), ("status", Self.writeStatus),
      ("test", { $1.integer($0.attribution.testCase ?? -1) }),
      ("level", { $1.integer(levels.firstIndex(of: $0.attribution.level) ?? -1) }),
      ("harness", { $1.integer($0.attribution.scope == .harness ? 1 : 0) }),
      ("leaked", { $1.integer($0.isLeaked ? 1 : 0) }),
      ("cpu", { $1.integer($0.cpuTime / 1000) }),
      ("memory", { $1.integer($0.peakResidentBytes) }),
    ]
    try json.write(columns, of: trace.processes, to: sink)
  }

  private static func writeDuration(of process: TracedProcess, into json: inout JSONWriter) {
    guard let end = process.end else { return json.integer(-1) }
    json.integer(end.nanoseconds(since: process.identity.start) / 1000)
  }

  private static func writeImages(of process: TracedProcess, into json: inout JSONWriter) {
    // The ordinary case, one image, without an array of its own.
    guard process.executions.count > 1 else {
      return json.integer(process.executions.first?.image ?? process.inheritedImage ?? -1)
    }
    json.array { for execution in process.executions { $0.integer(execution.image) } }
  }

  private static func writeStatus(of process: TracedProcess, into json: inout JSONWriter) {
    switch process.status {
    case .exited(let code): json.integer(code)
    case .signaled(let signal, let coreDumped):
      json.string(SignalName.name(of: signal) + (coreDumped ? ", core dumped" : ""))
    case nil: json.null()
    }
  }

  /// Connections, as they were recorded, and flows, which are complete.
  func writeNetwork(into json: inout JSONWriter, to sink: ([UInt8]) throws -> Void) rethrows {
    let levels = Attribution.Level.allCases
    let directions: [Connection.Direction] = [.connect, .accept, .send]
    let destinations = TextTable(
      trace.connections.lazy.map(Self.destination(of:)) + trace.flows.lazy.map(Self.destination(of:)))
    let results = TextTable(trace.connections.lazy.map(\.outcome.text))
    json.member("destinations", destinations.texts)
    json.member("results", results.texts)
    json.member("directions", directions.map(\.rawValue))
    try json.member(
      "connections",
      object: { json in
        let columns: [JSONWriter.Column<Connection>] = [
          ("process", { $1.integer($0.process ?? -1) }),
          ("direction", { $1.integer(directions.firstIndex(of: $0.direction) ?? -1) }),
          ("destination", { $1.integer(destinations.index(of: Self.destination(of: $0))) }),
          ("start", { $1.integer(time($0.attempt)) }),
          ("result", { $1.integer(results.index(of: $0.outcome.text)) }),
          ("sent", { $1.integer($0.bytesSent) }),
          ("received", { $1.integer($0.bytesReceived) }),
          ("test", { $1.integer($0.attribution.testCase ?? -1) }),
          ("level", { $1.integer(levels.firstIndex(of: $0.attribution.level) ?? -1) }),
        ]
        try json.write(columns, of: trace.connections, to: sink)
      })
    try json.member(
      "flows",
      object: { json in
        let columns: [JSONWriter.Column<Flow>] = [
          ("process", { $1.integer($0.process ?? -1) }),
          ("destination", { $1.integer(destinations.index(of: Self.destination(of: $0))) }),
          ("program", { $1.integer(pathIndex($0.executable ?? $0.command)) }),
          ("count", { $1.integer($0.count) }),
          ("sent", { $1.integer($0.bytesSent) }),
          ("received", { $1.integer($0.bytesReceived) }),
          ("test", { $1.integer($0.attribution.testCase ?? -1) }),
        ]
        try json.write(columns, of: trace.flows, to: sink)
      })
  }

  private static func destination(of flow: Flow) -> String {
    "\(flow.destinationText.visible)\(flow.name.suffix)"
  }

  /// Of an accepted connection the own end: a client's port is chosen by its kernel.
  private static func destination(of connection: Connection) -> String {
    guard connection.direction == .accept else {
      return "\(connection.destinationText.visible)\(connection.name.suffix)"
    }
    return "\(connection.protocol)://\(connection.local?.description ?? "?") from \(connection.peer.address)"
  }
}

extension JSONWriter {
  typealias Column<Item> = (name: StaticString, write: (Item, inout JSONWriter) -> Void)

  /// A member for each column: an array with a value for each item.
  mutating func write<Item>(
    _ columns: [Column<Item>], of items: [Item], to sink: ([UInt8]) throws -> Void
  ) rethrows {
    for column in columns {
      try member(
        column.name,
        array: { json in
          for item in items {
            column.write(item, &json)
            try json.passOn(to: sink)
          }
        })
    }
  }

  /// A member that is an array with an array for each item.
  mutating func rows<Item>(
    _ name: StaticString, _ items: [Item], to sink: ([UInt8]) throws -> Void,
    _ row: @escaping (Item, inout JSONWriter) -> Void
  ) rethrows {
    try write([(name, { item, json in json.array { row(item, &$0) } })], of: items, to: sink)
  }
}

/// Texts that occur often, each once, in the order of their first.
struct TextTable {
  private(set) var texts: [String] = []
  private var indices: [String: Int] = [:]

  init(_ texts: some Sequence<String>) {
    for text in texts where indices[text] == nil {
      indices[text] = self.texts.count
      self.texts.append(text)
    }
  }

  /// -1 where it is not there.
  func index(of text: String) -> Int { indices[text] ?? -1 }
}
