import Policy
import Trace

/// The details of a finding as plain lines, for reports that hold text.
enum FindingText {
  /// Longer command lines are cut here, with what was left out.
  static let commandLineLimit = 4096

  static func lines(_ finding: Finding, in trace: Trace) -> [String] {
    let violation = finding.violation
    let command = finding.commandLine(in: trace, limit: commandLineLimit) ?? violation.program.visible
    var lines = ["pid \(violation.processIdentity.pid) \(command)"]
    if let path = violation.programPath { lines.append("program: \(path.visible)") }
    if let parents = finding.parents { lines.append("parent: \(parents)") }
    if let destination = violation.destination {
      lines.append("destination: \(destination.visible)\(violation.name.suffix)")
    }
    let result = violation.result.map { ", \($0.visible)" } ?? ""
    lines.append("count: \(finding.count)\(result)")
    let time = trace.header.unixNanoseconds(violation.firstTime)
    lines.append("first: \(UnixTime(nanoseconds: time))")
    lines.append("attribution: \(violation.level.rawValue)")
    lines += finding.ruleTexts.map { "policy: \($0)" }
    if let remedy = violation.remedy {
      lines.append("allow with: \(remedy.flag.visible)")
      lines.append("or in the policy: \(remedy.yaml.visible)")
    }
    lines += finding.changes.map { "to allow it: \($0)" }
    return lines
  }
}
