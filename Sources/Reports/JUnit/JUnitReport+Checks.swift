import Policy
import Trace

extension JUnitReport {
  /// A case for something that was checked as a whole.
  struct Check {
    var group: String
    var name: String
    /// What is wrong, one line each; empty where it holds.
    var errors: [String] = []
    var output: [String]
  }

  /// What the policy holds for, and whether the evidence is whole. A policy with findings has their cases instead.
  static func checks(_ verdict: Verdict, _ findings: [Finding]) -> [Check] {
    var checks: [Check] = []
    if !findings.contains(where: { $0.violation.kind == .network }) {
      let judged = Quantity.count(verdict.counts.connections, "connection")
      checks.append(Check(group: "network", name: "network policy", output: ["\(judged), no violation"]))
    }
    if !findings.contains(where: { $0.violation.kind != .network }) {
      let processes = Quantity.count(verdict.counts.processes, "process", plural: "processes")
      let programs = Quantity.count(verdict.counts.images, "program")
      checks.append(
        Check(group: "process", name: "process policy", output: ["\(processes), \(programs), no violation"]))
    }
    checks.append(evidence(verdict))
    return checks
  }

  private static func evidence(_ verdict: Verdict) -> Check {
    var output = verdict.loss.phrases.map { "lost: \($0)" }
    output += verdict.missingHooks.map { "hook \($0.name.visible) is missing: \($0.cost.visible)" }
    output += verdict.notCovered.map { "not covered: \($0.visible)" }
    let reasons = verdict.incompleteReasons.map(\.visible)
    var check = Check(group: "evidence", name: "evidence is complete", output: output)
    if verdict.incompletenessFails {
      check.errors = reasons.isEmpty ? ["evidence that the policy needs is missing"] : reasons
    } else {
      check.output = reasons.map { "incomplete: \($0)" } + output
    }
    return check
  }

  static func write(_ check: Check, into output: inout ChunkBuffer) {
    output.line(#"    <testcase classname="process-tracer.\#(check.group)" name="\#(check.name)" time="0.000">"#)
    if let first = check.errors.first {
      let text = check.errors.joined(separator: "\n").xmlText
      output.line(
        #"      <error type="process-tracer.incomplete" message="\#(first.xmlEscaped)">\#(text)</error>"#)
    }
    if !check.output.isEmpty {
      output.line("      <system-out>\(check.output.joined(separator: "\n").xmlText)</system-out>")
    }
    output.line("    </testcase>")
  }
}
