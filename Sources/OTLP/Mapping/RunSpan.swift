import Policy
import Trace

extension RunSpans {
  /// The span of the whole run: the root, or a child of whoever started it.
  func runSpan() -> Span {
    let header = mapping.trace.header
    let verdict = mapping.verdict
    let parent = header.parentSpanID.flatMap(SpanID.init(hexadecimal:))
    var span = span("process-tracer \(header.verb)", at: .run, in: parent)
    span.traceState = header.traceState
    span.hasRemoteParent = parent != nil
    var attributes: [Attribute] = []
    attributes.add("process.executable.name", "process-tracer")
    attributes.add("process.exit.code", verdict.exitCode)
    attributes.add("process.command_args", header.command)
    attributes.add("process.working_directory", header.workingDirectory)
    if header.verb == "test" { attributes.add("test.suite.run.status", suiteStatus) }
    attributes.add("process_tracer.command.exit_code", verdict.commandExitCode)
    attributes.add("process_tracer.mode", verdict.mode.rawValue)
    attributes.add("process_tracer.outcome", verdict.outcomes.map(\.rawValue))
    attributes.add("process_tracer.policy.violations", verdict.violations.count)
    attributes.add("process_tracer.events.lost", lostEvents)
    if let errorType {
      attributes.add("error.type", errorType)
      span.failure = Span.Failure(message: failureMessage)
    }
    span.attributes = mapping.withCustom(attributes)
    return span
  }

  private var suiteStatus: String {
    if case .signaled? = mapping.trace.end?.status { return "aborted" }
    return mapping.verdict.commandExitCode == 0 ? "success" : "failure"
  }

  /// Why the run failed, nil where it did not.
  private var errorType: String? {
    let verdict = mapping.verdict
    guard verdict.exitCode != 0 else { return nil }
    if let type = mapping.trace.end?.status.errorType { return type }
    return (verdict.outcomes.first { $0 != .commandFailed } ?? verdict.outcomes.first)?.rawValue
      ?? String(verdict.exitCode)
  }

  private var failureMessage: String {
    var parts: [String] = []
    if let message = mapping.trace.end?.status.failureMessage { parts.append("the command \(message)") }
    let violations = mapping.verdict.violations.count
    if violations > 0 { parts.append("\(violations) violation\(violations == 1 ? "" : "s") of the policy") }
    parts += mapping.verdict.incompleteReasons
    return parts.joined(separator: "; ")
  }

  private var lostEvents: UInt64 {
    let loss = mapping.verdict.loss
    return loss.ringFailures.values.reduce(0, +) + loss.recursionMisses.values.reduce(0, +) + loss.membersRefused
      + loss.flowsRefused + loss.imagesRefused + loss.socketsRefused + loss.threadsRefused + loss.packetsUnparsed
  }
}
