public import Audit
public import Policy
public import Trace

/// The audit of one run as text (`--audit`).
public struct AuditReport: Report {
  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    try AuditText(Audit(trace)).write(to: sink)
  }
}

/// Every program and destination of some runs, for people.
public struct AuditText {
  /// Shapes, scripts and tests told of a program before the rest is counted.
  static let itemLimit = 10

  private let audit: Audit

  public init(_ audit: Audit) {
    self.audit = audit
  }

  public func write(to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    var output = ChunkBuffer()
    let programs = audit.sortedPrograms
    let destinations = audit.sortedDestinations
    let outside = destinations.count { !$0.isLocal }
    output.line(
      "process-tracer audit: \(Quantity.count(audit.runs, "run")), \(Quantity.count(programs.count, "program")), "
        + "\(Quantity.count(outside, "destination")) outside of the machine")
    for limit in audit.limits.sorted() { output.line("incomplete: \(limit.visible)") }
    if !audit.knowsIdentities { output.line("note: the programs' files were not looked at in every run: no hashes") }
    for program in programs {
      output.line()
      for line in Self.lines(of: program) { output.line(line) }
      try output.passOn(to: sink)
    }
    if !destinations.isEmpty { output.line() }
    for destination in destinations {
      output.line(Self.line(of: destination))
      try output.passOn(to: sink)
    }
    try output.finish(to: sink)
  }

  // MARK: Programs

  private static func lines(of program: ProgramRecord) -> [String] {
    var heading = ["\(program.isPathCut ? "…" : "")\(program.path.visible)"]
    heading.append(Quantity.count(program.executions, "execution"))
    if !program.tests.isEmpty { heading.append(Quantity.count(program.tests.count, "test")) }
    if program.harnessExecutions > 0 { heading.append("\(program.harnessExecutions) around the tests") }
    heading.append("\(Quantity.duration(program.elapsed)) in all, CPU \(Quantity.duration(program.cpuTime))")
    if program.leaked > 0 { heading.append("\(program.leaked) left running") }
    var lines = [heading.joined(separator: " · ")]
    lines += identityLines(of: program)
    func detail(_ label: String, _ text: String) {
      lines.append("  \(label)\(String(repeating: " ", count: max(1, 9 - label.count)))\(text)")
    }
    detail("users", program.users.sorted().map { "uid \($0)" }.joined(separator: ", "))
    if !program.ends.isEmpty { detail("ends", counts(program.ends).joined(separator: ", ")) }
    for shape in counts(program.shapes, limit: itemLimit) { detail("ran", shape) }
    for script in counts(program.scripts, limit: itemLimit) { detail("script", script) }
    for test in program.tests.sorted().prefix(itemLimit) { detail("test", test.visible) }
    if program.tests.count > itemLimit { detail("test", "and \(program.tests.count - itemLimit) more") }
    return lines
  }

  private static func identityLines(of program: ProgramRecord) -> [String] {
    var lines = program.isUnnamed ? ["  file     without a name when it was executed: a memfd, or deleted"] : []
    for identity in program.identities.sorted(by: { ($0.sha256 ?? "") < ($1.sha256 ?? "") }) {
      var parts = [identity.sha256.map { "sha256 \($0)" } ?? "no hash"]
      if let buildID = identity.buildID { parts.append("build id \(buildID)") }
      if identity.isSetUID { parts.append("setuid") }
      if identity.isSetGID { parts.append("setgid") }
      switch identity.state {
      case .unchanged: break
      case .changed: parts.append("changed since it was executed: what ran may have been another file")
      case .gone: parts.append("gone since")
      case .unnamed: parts.append("no file of this name")
      case .unreadable: parts.append("not readable")
      }
      lines.append("  file     \(parts.joined(separator: " · "))")
    }
    return lines
  }

  /// The most frequent first: `6× exit 0`.
  private static func counts(_ numbers: [String: UInt64], limit: Int = .max) -> [String] {
    let sorted = numbers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let more = sorted.count > limit ? ["and \(sorted.count - limit) more"] : []
    return sorted.prefix(limit).map { "\($0.value)× \($0.key.visible)" } + more
  }

  // MARK: Destinations

  private static func line(of destination: DestinationRecord) -> String {
    var parts = [destination.text.visible, Quantity.count(destination.count, "time")]
    if destination.established > 0 { parts.append("\(destination.established) established") }
    if destination.bytesSent > 0 { parts.append("\(Quantity.bytes(destination.bytesSent)) sent") }
    if destination.bytesReceived > 0 { parts.append("\(Quantity.bytes(destination.bytesReceived)) received") }
    if !destination.tests.isEmpty { parts.append(Quantity.count(destination.tests.count, "test")) }
    parts.append("by \(destination.programs.sorted().map(\.visible).joined(separator: ", "))")
    if destination.isLocal { parts.append("inside the machine") }
    return parts.joined(separator: " · ")
  }
}

extension BaselineChange {
  /// `new program /usr/bin/git sha256 …`, on one line.
  public var text: String {
    let name = "\(kind.rawValue) \(subject.visible)"
    switch kind {
    case .changedProgram: return "\(name) sha256 \(before ?? "-") → \(after ?? "-")"
    case .newProgram: return after.map { "\(name) sha256 \($0)" } ?? name
    case .vanishedProgram, .newDestination: return name
    }
  }
}
