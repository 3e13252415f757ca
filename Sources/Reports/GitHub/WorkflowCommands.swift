public import Policy
public import Trace

/// Annotations of GitHub Actions: workflow commands for the runner's standard output.
///
/// At most ten, which is what GitHub shows of a step: nine, and one that counts the rest. Violations are errors, in
/// audit mode warnings; missing evidence that fails the run is an error and comes first. The output starts with a line
/// feed, since a command is read only at the start of a line and the traced command may have left one open.
/// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
public struct WorkflowCommands: Report {
  static let limit = 9

  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let commands = Self.commands(trace, verdict)
    guard !commands.isEmpty else { return }
    var output = ChunkBuffer()
    output.line()
    for command in commands.prefix(Self.limit) {
      output.line(command)
    }
    if commands.count > Self.limit {
      let level = verdict.violationsFail ? "error" : "warning"
      let more = "and \(commands.count - Self.limit) more, see the summary"
      output.line("::\(level) title=process-tracer::\(more)")
    }
    try output.finish(to: sink)
  }

  private static func commands(_ trace: Trace, _ verdict: Verdict) -> [String] {
    var commands: [String] = []
    if !verdict.incompleteReasons.isEmpty || verdict.outcomes.contains(.incomplete) {
      let reasons = verdict.incompleteReasons.map(\.visible).joined(separator: "\n")
      commands.append(
        command(
          verdict.incompletenessFails ? "error" : "warning", title: "process-tracer: the evidence is incomplete",
          message: reasons.isEmpty ? "Evidence that the policy needs is missing." : reasons))
    }
    let level = verdict.violationsFail ? "error" : "warning"
    return commands
      + Finding.all(in: verdict).map { finding in
        command(
          level, title: "\(finding.test): \(finding.violation.kind.rawValue)",
          message: ([finding.sentence] + FindingText.lines(finding, in: trace)).joined(separator: "\n"))
      }
  }

  private static func command(_ level: String, title: String, message: String) -> String {
    "::\(level) title=\(title.cut(toBytes: 255).workflowProperty)::\(message.cut(toBytes: 4096).workflowData)"
  }
}

extension String {
  /// The text as the message of a workflow command: actions/toolkit `escapeData`.
  var workflowData: String { escaped { $0 == 0x25 || $0 == 0x0D || $0 == 0x0A } }

  /// The text as a parameter of a workflow command: actions/toolkit `escapeProperty`.
  var workflowProperty: String { escaped { [0x25, 0x0D, 0x0A, 0x3A, 0x2C].contains($0) } }

  private func escaped(where isSpecial: (UInt8) -> Bool) -> String {
    var bytes: [UInt8] = []
    for byte in utf8 {
      if isSpecial(byte) {
        let digits = String(byte, radix: 16, uppercase: true)
        bytes += "%\(digits.utf8.count < 2 ? "0" : "")\(digits)".utf8
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
