import Policy
import Trace

/// What is written about one test into its case.
struct JUnitAnnotation {
  static let propertyPrefix = "process_tracer."
  /// Lines about what a test did before the rest is counted.
  static let lineLimit = 20

  var properties: [(name: String, value: String)] = []
  /// Lines for `system-out`; empty where the test did nothing.
  var output: [String] = []
  var failure: Failure?

  struct Failure {
    var type: String
    var message: String
    /// Several lines.
    var text: String
  }

  /// - Parameters:
  ///   - tests: executions of the test, indices in `Trace.testCases`.
  ///   - spanID: of the test's span, where there is one of its only execution.
  init(
    _ tests: [Int], doing summary: TestDoings.Summary, _ trace: Trace, _ verdict: Verdict, spanID: String?,
    failsTests: Bool
  ) {
    if tests.count > 1 { addProperty("executions", String(tests.count)) }
    addProperty("processes", String(summary.processes.count))
    addProperty("connections", String(summary.connections.count))
    let isJudged = trace.header.verb == "test" || !verdict.violations.isEmpty
    if isJudged { addProperty("violations", String(summary.findings.count)) }
    if !summary.levels.isEmpty { addProperty("attribution", summary.levelText) }
    addProperty("trace_id", trace.header.traceID)
    if let spanID { addProperty("span_id", spanID) }
    guard !summary.isEmpty else { return }
    output = Self.output(summary, trace, verdict)
    if failsTests, verdict.violationsFail { failure = Self.failure(summary.findings, trace) }
  }

  private mutating func addProperty(_ name: String, _ value: String) {
    properties.append((Self.propertyPrefix + name, value.visible))
  }

  private static func output(_ summary: TestDoings.Summary, _ trace: Trace, _ verdict: Verdict) -> [String] {
    let did = [
      Quantity.count(summary.processes.count, "process", plural: "processes"),
      Quantity.count(summary.connections.count, "connection"),
    ]
    let levels = summary.levels.isEmpty ? "" : " · test known: \(summary.levelText)"
    let word = verdict.violationsFail ? "violation" : "audit"
    var lines = summary.findings.map { "\(word): \($0.sentence)" }
    var seen: Set<String> = []
    for index in summary.processes {
      let process = trace.processes[index]
      guard !process.executions.isEmpty, let image = trace.image(of: process) else { continue }
      let line = ShellQuoting.line(image.arguments).cut(toBytes: TerminalSummary.commandLineLimit)
      let text = line.isEmpty ? "ran \(image.name.visible)" : "ran \(line)"
      if seen.insert(text).inserted { lines.append(text) }
    }
    lines += connections(summary.connections, trace)
    var output = ["[process-tracer] \(did.joined(separator: ", "))\(levels)"]
    output += lines.prefix(lineLimit)
    if lines.count > lineLimit { output.append("and \(lines.count - lineLimit) more; run.jsonl has all") }
    return output
  }

  /// One line for each program and destination.
  private static func connections(_ indices: [Int], _ trace: Trace) -> [String] {
    let byProgram = Dictionary(grouping: indices) { index -> String in
      let connection = trace.connections[index]
      let process = connection.process.map { trace.processes[$0] }
      return process.flatMap { trace.image(of: $0, at: connection.attempt)?.name.visible } ?? "?"
    }
    let lines = ProcessLines(trace: trace, style: TerminalStyle(usesColor: false))
    return byProgram.sorted { $0.key < $1.key }.flatMap { program, indices in
      lines.connections(indices).map { "\(program) \($0)" }
    }
  }

  private static func failure(_ findings: [Finding], _ trace: Trace) -> Failure? {
    guard let first = findings.first else { return nil }
    let more = findings.count > 1 ? " (and \(findings.count - 1) more)" : ""
    var blocks = findings.prefix(lineLimit).map { finding in
      (["process-tracer: \(finding.sentence)"] + FindingText.lines(finding, in: trace)).joined(separator: "\n")
    }
    if findings.count > lineLimit { blocks.append("and \(findings.count - lineLimit) more violations of this test") }
    return Failure(
      type: "process-tracer.\(first.violation.kind.rawValue)", message: first.sentence + more,
      text: blocks.joined(separator: "\n\n"))
  }
}
