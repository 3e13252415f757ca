public import Policy
public import Trace

/// The step summary of GitHub Actions: Markdown to append to `$GITHUB_STEP_SUMMARY`.
///
/// Stays far below the 1 MiB that GitHub takes from a step; what does not fit is counted.
public struct StepSummary: Report {
  /// Bytes after which no further violation is written.
  static let violationsLimit = 400_000
  /// Bytes after which no further item of any list is written.
  static let totalLimit = 600_000
  static let commandLineLimit = 1000
  /// Destinations that were not judged, listed before the rest is counted.
  static let listLimit = 100

  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let findings = Finding.all(in: verdict)
    var output = ChunkBuffer()
    output.line("## \(Self.sign(verdict, trace)) process-tracer: \(verdict.word(for: trace).lowercased())")
    output.line()
    output.line(verdict.headline(for: trace, findings: findings).markdownEscaped)
    output.line()
    try Self.write(findings, trace, into: &output, to: sink)
    try Self.writeLimits(trace, verdict, into: &output, to: sink)
    for policy in verdict.policies {
      output.line("Policy \(policy.path.markdownCode), SHA-256 \(policy.sha256.markdownCode)")
      output.line()
    }
    output.line(verdict.totals.markdownEscaped)
    output.line()
    try output.finish(to: sink)
  }

  private static func sign(_ verdict: Verdict, _ trace: Trace) -> String {
    switch verdict.word(for: trace) {
    case "FAILED": "❌"
    case "PASSED", "RECORDED": "✅"
    default: "⚠️"
    }
  }

  private static func write(
    _ findings: [Finding], _ trace: Trace, into output: inout ChunkBuffer, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    guard !findings.isEmpty else { return }
    output.line("| test | what it did | times | result |")
    output.line("| --- | --- | ---: | --- |")
    let shown = try writeEach(findings, until: violationsLimit / 2, into: &output, to: sink) { finding in
      let result = (finding.violation.result ?? "").visible.markdownEscaped
      return "| \(finding.test.limited) | \(finding.action.limited) | \(finding.count) | \(result) |\n"
    }
    output.line()
    writeRest(findings.count - shown, into: &output)
    let detailed = try writeEach(findings, until: violationsLimit, into: &output, to: sink) { details($0, trace) }
    if detailed < shown { writeRest(shown - detailed, of: "with details ", into: &output) }
  }

  /// What one finding did in full, and what would allow it, folded.
  private static func details(_ finding: Finding, _ trace: Trace) -> String {
    let violation = finding.violation
    var lines = ["<details><summary>\(finding.test.limited): \(finding.action.limited)</summary>", ""]
    if let line = finding.commandLine(in: trace, limit: commandLineLimit) {
      lines.append("- pid \(violation.processIdentity.pid): \(line.markdownCode)")
    } else {
      lines.append("- pid \(violation.processIdentity.pid)")
    }
    if let parents = finding.parents { lines.append("- from \(parents.limited)") }
    lines += finding.ruleTexts.prefix(5).map { "- rule \($0.limited)" }
    lines.append("- attribution: \(violation.level.rawValue)")
    if let remedy = violation.remedy {
      lines.append("- allow it with \(remedy.flag.limited)")
      lines.append("- or in the policy: \(remedy.yaml.limited)")
    }
    lines += finding.changes.prefix(5).map { "- to allow it, \($0.limitedText)" }
    return (lines + ["", "</details>", "", ""]).joined(separator: "\n")
  }

  private static func writeLimits(
    _ trace: Trace, _ verdict: Verdict, into output: inout ChunkBuffer, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    var items = verdict.incompleteReasons.map { "- **incomplete**: \($0.limitedText)\n" }
    items += verdict.notCovered.map { "- **not covered**: \($0.limitedText)\n" }
    items += verdict.missingHooks.map { "- **degraded**: hook \($0.name.limited) is missing: \($0.cost.limitedText)\n" }
    items += verdict.loss.phrases.map { "- **lost**: \($0.markdownEscaped)\n" }
    items += (trace.header.notes + trace.attributionNotes).map { "- **note**: \($0.limitedText)\n" }
    let leaked = trace.processes.count { $0.isLeaked }
    if leaked > 0 {
      let count = Quantity.count(leaked, "process", plural: "processes")
      items.append("- **leaked**: \(count) alive when the command had ended\n")
    }
    if !verdict.notJudged.isEmpty {
      let count = Set(verdict.notJudged.map(\.destination)).count
      items.append("- **build phase, not judged**: \(Quantity.count(count, "destination"))\n")
      items += verdict.notJudged.prefix(listLimit).map {
        "  - \("\($0.program) → \($0.destination)".limited), \($0.count)×\n"
      }
    }
    guard !items.isEmpty else { return }
    let unlisted = verdict.notJudged.count - listLimit
    if unlisted > 0 { items.append("  - and \(unlisted) more\n") }
    let shown = try writeEach(items, until: totalLimit, into: &output, to: sink) { $0 }
    output.line()
    writeRest(items.count - shown, into: &output)
  }

  /// Writes what fits; returns how many.
  private static func writeEach<Item>(
    _ items: [Item], until limit: Int, into output: inout ChunkBuffer, to sink: ([UInt8]) throws -> Void,
    _ text: (Item) -> String
  ) rethrows -> Int {
    for (index, item) in items.enumerated() {
      let piece = text(item)
      if output.total + piece.utf8.count > limit { return index }
      output.append(piece)
      try output.passOn(to: sink)
    }
    return items.count
  }

  private static func writeRest(_ count: Int, of kind: String = "", into output: inout ChunkBuffer) {
    guard count > 0 else { return }
    output.line("and \(count) more \(kind)in the reports of `--report-dir`")
    output.line()
  }
}

extension String {
  fileprivate var limited: String { cut(toBytes: StepSummary.commandLineLimit).markdownCode }
  fileprivate var limitedText: String { visible.cut(toBytes: StepSummary.commandLineLimit).markdownEscaped }
}
