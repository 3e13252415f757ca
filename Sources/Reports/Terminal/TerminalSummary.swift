public import Policy
public import Trace

/// The summary for people at the end of a run: the verdict, what broke it and what would allow that, what was not seen.
public struct TerminalSummary: Report {
  /// Entries shown before the rest is counted.
  static let entryLimit = 20
  /// Longer command lines are cut here, with the number of bytes left out.
  static let commandLineLimit = 240

  /// Whether to write ANSI colours.
  public var usesColor: Bool
  /// Whether to write nothing for a run that passed.
  public var isQuiet: Bool
  /// The reports that were written, for the last line; empty where no option asked for one.
  public var reportPaths: [String]
  /// The one of them that lists every violation.
  public var violationsPath: String?

  public init(usesColor: Bool, isQuiet: Bool = false, reportPaths: [String] = [], violationsPath: String? = nil) {
    self.usesColor = usesColor
    self.isQuiet = isQuiet
    self.reportPaths = reportPaths
    self.violationsPath = violationsPath
  }

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    if isQuiet && verdict.outcomes.isEmpty { return }
    let findings = Finding.all(in: verdict)
    let style = TerminalStyle(usesColor: usesColor)
    var output = ChunkBuffer()
    let word = verdict.word(for: trace)
    let role: TerminalStyle.Role =
      switch word {
      case "FAILED": .failed
      case "PASSED", "RECORDED": .passed
      default: .warned
      }
    output.line("process-tracer: \(style.paint(word, role)) · \(verdict.headline(for: trace, findings: findings))")
    writeFindings(findings, trace, style, into: &output)
    let sections = TerminalSections(trace: trace, verdict: verdict, style: style)
    sections.write(into: &output)
    writeReports(style, into: &output)
    try output.finish(to: sink)
  }

  private func writeFindings(
    _ findings: [Finding], _ trace: Trace, _ style: TerminalStyle, into output: inout ChunkBuffer
  ) {
    guard !findings.isEmpty else { return }
    output.line()
    var byTest: [String: [Finding]] = [:]
    var tests: [String] = []
    for finding in findings.prefix(Self.entryLimit) {
      if byTest[finding.test, default: []].isEmpty { tests.append(finding.test) }
      byTest[finding.test, default: []].append(finding)
    }
    for test in tests {
      output.line("  \(style.paint(test, .heading))")
      for finding in byTest[test] ?? [] {
        write(finding, trace, style, into: &output)
      }
      output.line()
    }
    let more = findings.count - Self.entryLimit
    if more > 0 {
      output.line("  and \(more) more in \(violationsPath?.visible ?? "verdict.json, with --report-dir DIR")")
      output.line()
    }
  }

  private func write(_ finding: Finding, _ trace: Trace, _ style: TerminalStyle, into output: inout ChunkBuffer) {
    let violation = finding.violation
    func detail(_ label: String, _ text: String) {
      let padding = String(repeating: " ", count: max(1, 9 - label.count))
      output.line("      \(style.paint(label, .label))\(padding)\(text)")
    }
    var heading = ["    \(style.paint("✗ \(finding.action)", .offence))"]
    heading += [finding.times, violation.result?.visible].compactMap { $0 }
    output.line(heading.joined(separator: " · "))
    if let line = finding.commandLine(in: trace, limit: Self.commandLineLimit) { detail("command", line) }
    let parents = finding.parents.map { ", from \($0.cut(toBytes: Self.commandLineLimit))" } ?? ""
    detail("process", "\(violation.processIdentity.pid)\(parents)")
    if violation.level != .exact && violation.testName != nil { detail("test", "known by \(violation.level.rawValue)") }
    detail("rule", finding.ruleTexts.joined(separator: ", "))
    if let remedy = violation.remedy {
      detail("allow", style.paint(remedy.flag.visible, .remedy))
      detail("or", style.paint(remedy.yaml.visible, .remedy))
    }
    for change in finding.changes { detail("allow", style.paint(change, .remedy)) }
  }

  private func writeReports(_ style: TerminalStyle, into output: inout ChunkBuffer) {
    if reportPaths.isEmpty {
      let files = "report.html, verdict.json, junit.xml, run.jsonl and others"
      output.line(style.paint("reports: --report-dir DIR writes \(files)", .label))
    } else {
      output.line(style.paint("reports: \(reportPaths.map(\.visible).joined(separator: ", "))", .label))
    }
  }
}
