import Policy
import Trace

extension Verdict {
  /// Whether a violation fails the run.
  var violationsFail: Bool { mode != .audit }

  /// Whether missing evidence fails the run: not in audit mode, nor where the user allowed it.
  var incompletenessFails: Bool { outcomes.contains(.incomplete) && mode != .audit && exitCode != 0 }

  /// The answer in one word.
  func word(for trace: Trace) -> String {
    if outcomes.contains(.commandFailed) || outcomes.contains(.violations) && violationsFail { return "FAILED" }
    if outcomes.contains(.violations) { return "AUDIT" }
    if outcomes.contains(.incomplete) { return "INCOMPLETE" }
    return trace.header.verb == "trace" ? "RECORDED" : "PASSED"
  }

  /// The answer in one line without its word: everything that is true of the run, and the exit code.
  func headline(for trace: Trace, findings: [Finding]) -> String {
    var parts: [String] = []
    if outcomes.contains(.violations) {
      parts.append("\(Quantity.count(findings.count, "violation")) \(culprits(findings))")
    }
    if outcomes.contains(.commandFailed) { parts.append("the command \(commandEnd(in: trace))") }
    if outcomes.contains(.incomplete) {
      parts.append(incompletenessFails ? "the evidence is incomplete" : "the evidence is incomplete, which is allowed")
    }
    if parts.isEmpty {
      parts.append(trace.header.verb == "trace" ? "no policy was asked" : "the policy holds, the evidence is complete")
    }
    if exitCode != 0 {
      parts.append("exit code \(exitCode)")
    } else if outcomes.contains(.violations) {
      parts.append("audit mode leaves the exit code alone")
    }
    return parts.joined(separator: " · ")
  }

  /// In which tests, or by which processes where a test is not known.
  private func culprits(_ findings: [Finding]) -> String {
    let names = findings.map(\.violation.testName)
    if !names.contains(nil) { return "in \(Quantity.count(Set(names).count, "test"))" }
    let processes = Set(findings.map(\.violation.processIdentity)).count
    return "by \(Quantity.count(processes, "process", plural: "processes"))"
  }

  private func commandEnd(in trace: Trace) -> String {
    guard case .signaled(let signal, let coreDumped)? = trace.end?.status else {
      return "exited with \(commandExitCode)"
    }
    return "was killed by \(SignalName.name(of: signal))\(coreDumped ? " (core dumped)" : "")"
  }

  /// `48 tests known by name, 214 processes, 31 programs, 12 connections · test known: 200 exact, 14 process, 12 none`.
  var totals: String {
    let numbers = [
      Quantity.count(counts.tests, "test known by name", plural: "tests known by name"),
      Quantity.count(counts.processes, "process", plural: "processes"),
      Quantity.count(counts.images, "program"), Quantity.count(counts.connections, "connection"),
    ]
    let levels = levelCounts.filter { $0.count > 0 }.map { "\($0.count) \($0.level)" }
    let attributed = levels.isEmpty ? "" : " · test known: " + levels.joined(separator: ", ")
    return numbers.joined(separator: ", ") + attributed
  }

  /// Events by attribution level, the most certain first, every known level included.
  var levelCounts: [(level: String, count: Int)] {
    let known = Attribution.Level.allCases.map(\.rawValue)
    let others = counts.eventsByLevel.keys.filter { !known.contains($0) }.sorted()
    return (known + others).map { (level: $0, count: counts.eventsByLevel[$0] ?? 0) }
  }
}

extension EvidenceLoss {
  /// Every loss with its exact count, one phrase each; empty where nothing was lost.
  var phrases: [String] {
    var phrases = ringFailures.sorted { $0.key < $1.key }.filter { $0.value > 0 }.map {
      "\(Quantity.count($0.value, "\($0.key.visible) record")) (the ring was full)"
    }
    let refused: [(UInt64, String, String)] = [
      (membersRefused, "process", "processes"), (flowsRefused, "destination", "destinations"),
      (imagesRefused, "program", "programs"), (socketsRefused, "socket", "sockets"),
      (threadsRefused, "thread's test", "threads' tests"), (namesRefused, "name or lookup", "names and lookups"),
      (questionsRefused, "open DNS question", "open DNS questions"),
      (resolversRefused, "DNS server of the run", "DNS servers of the run"),
    ]
    phrases += refused.filter { $0.0 > 0 }.map {
      "\(Quantity.count($0.0, $0.1, plural: $0.2)) (the table was full)"
    }
    if packetsUnparsed > 0 { phrases.append("\(Quantity.count(packetsUnparsed, "datagram")) (headers not readable)") }
    if messagesUnparsed > 0 { phrases.append("\(Quantity.count(messagesUnparsed, "DNS message")) (not readable)") }
    phrases += recursionMisses.sorted { $0.key < $1.key }.filter { $0.value > 0 }.map {
      "\(Quantity.count($0.value, "run")) of kernel program \($0.key.visible) (skipped by the kernel)"
    }
    return phrases
  }

  /// How much was lost in all.
  var total: UInt64 {
    ringFailures.values.reduce(0, +) + recursionMisses.values.reduce(0, +) + membersRefused + flowsRefused
      + imagesRefused + socketsRefused + threadsRefused + packetsUnparsed + namesRefused
      + questionsRefused + resolversRefused + messagesUnparsed
  }
}
