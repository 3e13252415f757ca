import Policy
import Reports
import Trace

/// A small run of pytest that made one test call out: uv ▸ pytest ▸ sh ▸ curl, and a sleep left behind.
enum SampleRun {
  static let second: UInt64 = 1_000_000_000
  /// 2026-11-23T00:30:38Z at boot instant 10 s.
  static let unixOffset = Int64(1_795_393_838 - 10) * 1_000_000_000

  static func instant(_ milliseconds: UInt64) -> BootInstant {
    BootInstant(nanoseconds: 10 * second + milliseconds * 1_000_000)
  }

  static func trace(arguments: [String] = ["curl", "-s", "https://203.0.113.9/"]) -> Trace {
    var header = RunHeader(
      toolVersion: "0.1.0", verb: "test", command: ["uv", "run", "pytest"], workingDirectory: "/src",
      traceID: "0af7651916cd43dd8448eb211c80319c", rootSpanID: "b7ad6b7169203331", start: instant(0),
      unixOffset: unixOffset)
    header.hostname = "ci-1"
    var trace = Trace(header: header)
    add(&trace, pid: 4200, parent: nil, ["uv", "run", "pytest"], from: 1, to: 900)
    add(&trace, pid: 4240, parent: 0, ["python3", "-m", "pytest"], from: 10, to: 890)
    trace.testProcesses = [TestProcess(runner: "pytest", suite: nil, process: 1)]
    trace.testCases = [TestCase(runner: "pytest", suite: "test_net.py", name: "test_net.py::test_fetch")]
    add(&trace, pid: 4241, parent: 1, ["sh", "-c", "curl -s https://203.0.113.9/"], from: 100, to: 200)
    add(&trace, pid: 4242, parent: 2, arguments, from: 110, to: 190, status: .exited(code: 7))
    add(&trace, pid: 4250, parent: 1, ["sleep", "600"], from: 300, to: nil)
    trace.processes[4].isLeaked = true
    trace.processes[1].attribution = Attribution(testProcess: 0, level: .process)
    for index in 2...4 {
      trace.processes[index].attribution = Attribution(testProcess: 0, testCase: 0, level: .exact)
    }
    var connection = Connection(
      direction: .connect, protocol: .tcp, processIdentity: trace.processes[3].identity, peer: peer, socket: 1,
      attempt: instant(120))
    connection.process = 3
    connection.outcome = .failed(errno: 111)
    trace.connections = [connection, connection]
    trace.end = RunEnd(time: instant(1000), status: .exited(code: 0), loss: EvidenceLoss())
    return trace
  }

  static let peer = Endpoint(address: IPAddress(ipv4: 0xCB00_7109), port: 443)

  static func add(
    _ trace: inout Trace, pid: Int32, parent: Int?, _ arguments: [String], from start: UInt64, to end: UInt64?,
    status: ExitStatus = .exited(code: 0)
  ) {
    let parentIdentity =
      parent.map { trace.processes[$0].identity } ?? ProcessIdentity(pid: 4199, start: BootInstant(nanoseconds: 1))
    var process = TracedProcess(
      identity: ProcessIdentity(pid: pid, start: instant(start)), parent: parent, parentIdentity: parentIdentity)
    trace.images.append(ProcessImage(path: "/usr/bin/\(arguments.first ?? "?")", arguments: arguments))
    process.executions = [TracedProcess.Execution(image: trace.images.count - 1, time: instant(start + 1))]
    if let end {
      process.end = instant(end)
      process.status = status
    }
    trace.processes.append(process)
  }

  /// A destination that the test reached and nothing allows.
  static func violation(
    test: String? = "test_net.py::test_fetch", program: String = "curl",
    destination: String = "tcp://203.0.113.9:443", arguments: [String] = ["curl", "-s", "https://203.0.113.9/"]
  ) -> Violation {
    var violation = Violation(
      kind: .network,
      rule: RuleReference(text: "network.allow", source: ".process-tracer.yml", line: 4, column: 3),
      program: program, processIdentity: ProcessIdentity(pid: 4242, start: instant(110)))
    violation.testName = test
    violation.testProcess = TestProcess(runner: "pytest", suite: nil, process: 1)
    violation.level = .exact
    violation.programPath = "/usr/bin/\(program)"
    violation.process = 3
    violation.processes = [3]
    violation.arguments = arguments
    violation.ancestry = ["sh(4241)", "python3(4240)", "uv(4200)"]
    violation.destination = destination
    violation.endpoint = peer
    violation.transport = .tcp
    violation.count = 2
    violation.firstTime = instant(120)
    violation.result = "ECONNREFUSED"
    violation.remedy = Violation.Remedy(
      flag: "--allow-net \(destination)", yaml: "network: { allow: [\"\(destination)\"] }")
    return violation
  }

  static func program(_ name: String, test: String?) -> Violation {
    var violation = Violation(
      kind: .process, rule: RuleReference(text: "curl", source: "--deny-run"), program: name,
      processIdentity: ProcessIdentity(pid: 4242, start: instant(110)))
    violation.testName = test
    violation.count = 1
    violation.firstTime = instant(110)
    return violation
  }

  static func verdict(_ violations: [Violation], mode: Verdict.Mode = .gate) -> Verdict {
    var counts = Verdict.Counts()
    counts.processes = 5
    counts.images = 4
    counts.connections = 2
    counts.tests = 1
    counts.eventsByLevel = ["exact": 5, "process": 1, "none": 1]
    return Verdict(
      outcomes: violations.isEmpty ? [] : [.violations], exitCode: violations.isEmpty || mode == .audit ? 0 : 120,
      commandExitCode: 0, mode: mode,
      policies: [PolicySource(path: ".process-tracer.yml", sha256: String(repeating: "ab", count: 32))],
      violations: violations, counts: counts)
  }

  /// The evidence is incomplete in every way that there is.
  static func incomplete(_ violations: [Violation] = []) -> Verdict {
    var verdict = verdict(violations)
    verdict.outcomes.append(.incomplete)
    verdict.exitCode = violations.isEmpty ? 121 : 120
    verdict.incompleteReasons = ["3 exec records were lost and --deny-run needs every one"]
    verdict.loss.ringFailures = ["exec": 3, "fork": 14]
    verdict.loss.flowsRefused = 1
    verdict.loss.recursionMisses = ["tcp_connect": 2]
    verdict.missingHooks = [
      Hook(name: "sockops", isRequired: false, isAttached: false, cost: "established connections are not told")
    ]
    verdict.notCovered = ["work may have been done by pid 812 sccache, not seen"]
    verdict.notJudged = [
      UnjudgedDestination(program: "git", destination: "tcp://192.0.2.1:443", count: 2),
      UnjudgedDestination(program: "swift-build", destination: "tcp://192.0.2.1:443", count: 1),
    ]
    return verdict
  }

  /// What hostile programs, tests and paths may be called.
  static let hostile: [String] = [
    "\u{1B}[2J\u{1B}]0;owned\u{7}", "]]>", "\n::error::forged", "a|b`c`", "<script>alert(1)</script>",
    "\u{202E}gpj.exe", "\u{0}\u{FFFE}\u{85}\u{9B}31m", "%0A::warning::x", "[click](https://evil.example)",
    "'\"&<>\\", "\u{2028}\u{200B}\u{FEFF}", "\r\n| --- |",
  ]

  static func hostileViolation(_ text: String) -> Violation {
    var violation = violation(
      test: text, program: text, destination: text, arguments: ["curl", text])
    violation.ancestry = [text]
    violation.result = text
    violation.rule = RuleReference(text: text, source: text, line: 1, column: 1)
    violation.remedy = Violation.Remedy(flag: text, yaml: text)
    return violation
  }
}

extension Report {
  /// The chunks in which a report arrives.
  func chunks(_ trace: Trace, _ verdict: Verdict) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    write(trace, verdict) { chunks.append($0) }
    return chunks
  }
}

extension String {
  /// Whether nothing in the text is invisible but line feeds.
  var isVisible: Bool {
    unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control: scalar == "\n"
      case .format, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
  }
}
