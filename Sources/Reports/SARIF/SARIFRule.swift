import JSONWriting
import Policy

/// What SARIF calls a rule: a kind of finding.
struct SARIFRule {
  var kind: Violation.Kind
  var short: String
  var full: String
  var help: String
  /// 0.1 to 10.0, by which GitHub sorts.
  var severity: String

  var id: String { kind.rawValue }

  static let all = Violation.Kind.allCases.map(SARIFRule.init)

  init(_ kind: Violation.Kind) {
    self.kind = kind
    switch kind {
    case .network:
      short = "Unexpected network destination"
      full = "A process of the run tried to reach a destination that the policy does not allow."
      help = "Remove the access, or allow the destination in the policy with the line that the finding proposes."
      severity = "7.0"
    case .process:
      short = "Unexpected program"
      full = "A process of the run executed a program that the policy does not allow."
      help = "Remove the call, or allow the program in the policy with the line that the finding proposes."
      severity = "6.0"
    case .processCount:
      short = "Too many processes"
      full = "A test started more processes than the policy's processes.max allows."
      help = "Start fewer processes, or raise processes.max in the policy."
      severity = "3.0"
    case .baseline:
      short = "Not in the baseline"
      full = "A program or destination of the run is new, or a program's file changed, against the policy's baseline."
      help = "Review the change, and update the baseline with process-tracer audit --update-baseline."
      severity = "5.0"
    }
  }

  static func index(of kind: Violation.Kind) -> Int {
    all.firstIndex { $0.kind == kind } ?? 0
  }

  func write(into json: inout JSONWriter) {
    json.member("id", id)
    json.member("shortDescription", object: { $0.member("text", short) })
    json.member("fullDescription", object: { $0.member("text", full) })
    json.member("help", object: { $0.member("text", help) })
    json.member("defaultConfiguration", object: { $0.member("level", "error") })
    json.member(
      "properties",
      object: {
        $0.member("tags", ["security", "test"])
        $0.member("precision", "high")
        $0.member("security-severity", severity)
      })
  }
}
