import OTLP
import Policy
import Trace

/// Runs made by hand: one root, and processes with the parents and times that a test asks for.
struct RunFixture {
  var trace: Trace

  init() {
    var header = RunHeader(
      toolVersion: "0.1.0", verb: "test", command: ["uv", "run", "pytest"], workingDirectory: "/src",
      traceID: "0af7651916cd43dd8448eb211c80319c", rootSpanID: "b7ad6b7169203331",
      start: BootInstant(nanoseconds: 1000), unixOffset: 1_795_393_838_000_000_000)
    header.attributes = ["team": "net", "process.pid": "forged"]
    header.resource = ["host.name": "ci-1", "os.type": "linux", "telemetry.sdk.name": "other"]
    trace = Trace(header: header)
    trace.end = RunEnd(
      time: BootInstant(nanoseconds: 100_000), status: .exited(code: 0), loss: EvidenceLoss())
  }

  /// Adds a process, by default one that exited with 0; returns its index.
  @discardableResult
  mutating func add(
    _ name: String, parent: Int?, from start: UInt64, to end: UInt64?, status: ExitStatus = .exited(code: 0)
  ) -> Int {
    let index = trace.processes.count
    let parentIdentity =
      parent.map { trace.processes[$0].identity } ?? ProcessIdentity(pid: 99, start: BootInstant(nanoseconds: 1))
    var process = TracedProcess(
      identity: ProcessIdentity(pid: Int32(100 + index), start: BootInstant(nanoseconds: start)), parent: parent,
      parentIdentity: parentIdentity)
    trace.images.append(
      ProcessImage(path: "/usr/bin/\(name)", arguments: [name, "--token", "REDACTED"], workingDirectory: "/src"))
    process.executions = [
      TracedProcess.Execution(image: trace.images.count - 1, time: BootInstant(nanoseconds: start + 1))
    ]
    if let end {
      process.end = BootInstant(nanoseconds: end)
      process.status = status
    }
    trace.processes.append(process)
    return index
  }

  /// uv ▸ pytest ▸ (test_fetch) ▸ sh ▸ curl.
  static func pytest() -> RunFixture {
    var run = RunFixture()
    run.add("uv", parent: nil, from: 2000, to: 90_000)
    run.add("python3", parent: 0, from: 3000, to: 80_000)
    run.trace.testProcesses = [TestProcess(runner: "pytest", suite: nil, process: 1)]
    run.trace.testCases = [TestCase(runner: "pytest", suite: "test_net.py", name: "test_net.py::test_fetch")]
    run.add("sh", parent: 1, from: 10_000, to: 20_000)
    run.add("curl", parent: 2, from: 11_000, to: 19_000, status: .exited(code: 7))
    for index in 2...3 {
      run.trace.processes[index].attribution = Attribution(testProcess: 0, testCase: 0, level: .exact)
    }
    run.trace.processes[1].attribution = Attribution(testProcess: 0, level: .process)
    var connection = Connection(
      direction: .connect, protocol: .tcp, processIdentity: run.trace.processes[3].identity,
      peer: Endpoint(address: IPAddress(ipv4: 0xCB00_7109), port: 443), socket: 1,
      attempt: BootInstant(nanoseconds: 12_000))
    connection.process = 3
    connection.end = BootInstant(nanoseconds: 15_000)
    connection.outcome = .failed(errno: 111)
    connection.bytesSent = 5
    connection.attribution = run.trace.processes[3].attribution
    run.trace.connections = [connection]
    return run
  }

  var verdict: Verdict { Verdict(outcomes: [], exitCode: 0, commandExitCode: 0, mode: .gate) }

  func violated(_ mode: Verdict.Mode) -> Verdict {
    var violation = Violation(
      kind: .network, rule: RuleReference(text: "network.allow", source: ".process-tracer.yml", line: 4),
      program: "curl", processIdentity: trace.processes[3].identity)
    violation.process = 3
    violation.arguments = ["curl", "--token", "REDACTED"]
    violation.testName = "test_net.py::test_fetch"
    violation.level = .exact
    violation.endpoint = trace.connections[0].peer
    violation.transport = .tcp
    violation.destination = "tcp://203.0.113.9:443"
    violation.count = 3
    violation.firstTime = BootInstant(nanoseconds: 12_000)
    return Verdict(
      outcomes: [.violations], exitCode: mode == .audit ? 0 : 120, commandExitCode: 0, mode: mode,
      violations: [violation])
  }

  func spans() -> [Span] { Array(RunSpans(trace, verdict)) }
  func logs() -> [LogRecord] { Array(RunLogs(trace, verdict)) }
}

extension [Span] {
  func named(_ name: String) -> Span? { first { $0.name == name } }

  /// Spans that stick out of their parent, or whose parent is not there.
  var misplaced: [Span] {
    let byID = Dictionary(grouping: self, by: \.spanID)
    return dropFirst().filter { span in
      guard let parent = span.parentSpanID.flatMap({ byID[$0]?.first }) else { return true }
      return span.start < parent.start || span.end > parent.end || span.start > span.end
    }
  }
}
