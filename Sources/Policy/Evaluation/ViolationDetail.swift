import Trace

/// Fills in what people want to know about a violation: who, from whom, how it ended.
struct ViolationDetail {
  let trace: Trace
  private struct ConnectionKey: Hashable {
    var process: ProcessIdentity
    var peer: Endpoint
    var `protocol`: TransportProtocol
  }
  private let connections: [ConnectionKey: [Int]]
  private let processes: [ProcessIdentity: Int]

  init(trace: Trace) {
    self.trace = trace
    self.connections = Dictionary(grouping: trace.connections.indices) { index in
      let connection = trace.connections[index]
      return ConnectionKey(
        process: connection.processIdentity, peer: connection.peer, protocol: connection.protocol)
    }
    self.processes = Dictionary(
      trace.processes.indices.map { (trace.processes[$0].identity, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func index(of identity: ProcessIdentity) -> Int? { processes[identity] }

  func network(_ flow: Flow, rule: RuleReference) -> Violation {
    let process = flow.process ?? index(of: flow.processIdentity)
    let image = process.flatMap { trace.image(of: trace.processes[$0], at: flow.firstAttempt) }
    let path = flow.executable ?? image?.path
    var violation = Violation(
      kind: .network, rule: rule, program: path?.lastPathComponent ?? flow.command,
      processIdentity: flow.processIdentity)
    violation.programPath = path
    violation.destination = flow.destinationText
    violation.endpoint = flow.hasKnownAddress ? flow.destination : nil
    violation.transport = flow.protocol
    violation.name = flow.name
    violation.count = flow.count
    violation.result = result(of: flow)
    describe(&violation, process: process, at: flow.firstAttempt, flow.attribution)
    return violation
  }

  func program(_ run: ProgramRun, rule: RuleReference) -> Violation {
    var violation = Violation(
      kind: .process, rule: rule, program: run.path.lastPathComponent, processIdentity: run.process)
    violation.programPath = run.path
    violation.count = run.count
    describe(&violation, process: index(of: run.process), at: run.time, run.attribution)
    if !run.processes.isEmpty { violation.processes = run.processes }
    return violation
  }

  func describe(_ violation: inout Violation, process: Int?, at time: BootInstant, _ attribution: Attribution) {
    violation.firstTime = time
    violation.level = attribution.level
    violation.testCase = TestOverrides.testCase(of: attribution)
    violation.testName = violation.testCase.map { trace.testCases[$0].name }
    violation.testProcess = attribution.testProcess.map { trace.testProcesses[$0] }
    violation.process = process
    violation.processes = process.map { [$0] } ?? []
    guard let process else { return }
    let image = trace.image(of: trace.processes[process], at: time)
    violation.arguments = image?.arguments ?? []
    violation.ancestry = trace.ancestry(of: process).dropFirst().map { ancestor in
      let name = trace.image(of: trace.processes[ancestor], at: time)?.name ?? "?"
      return "\(name)(\(trace.processes[ancestor].identity.pid))"
    }
  }

  /// The distinct ends of the matching connections; the totals where their records were lost.
  private func result(of flow: Flow) -> String? {
    let key = ConnectionKey(process: flow.processIdentity, peer: flow.destination, protocol: flow.protocol)
    var results: [String] = []
    for index in connections[key] ?? [] where trace.connections[index].direction != .accept {
      let text = trace.connections[index].resultText
      if let text, !results.contains(text) { results.append(text) }
    }
    if !results.isEmpty { return results.joined(separator: ", ") }
    if flow.refused > 0, flow.sent == 0 { return Connection.refusedText }
    if flow.established > 0 { return "established" }
    if flow.failed > 0 { return "failed" }
    return flow.sent > 0 && NetworkSpec.Transport(flow.protocol) != .tcp ? "sent" : nil
  }
}

extension Connection {
  fileprivate static let refusedText = "refused (EPERM)"

  fileprivate var resultText: String? {
    switch outcome {
    case .established: "established"
    case .failed(let errno): ErrnoName.name(of: errno)
    case .notSent: "unreachable, nothing was sent"
    case .refused: Self.refusedText
    case .abandoned: "abandoned"
    case .attempted: direction == .send ? "sent" : nil
    }
  }
}
