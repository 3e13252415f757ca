import Policy
import Trace

extension RunLogs {
  /// `process_tracer.policy.violation`: an error, in audit mode a warning.
  func violation(_ violation: Violation) -> LogRecord {
    var record = record("process_tracer.policy.violation", at: violation.firstTime, of: violation.process)
    record.severity = mapping.verdict.mode == .audit ? .warn : .error
    var attributes: [Attribute] = []
    attributes.add("security_rule.name", violation.rule.text)
    attributes.add("security_rule.category", violation.kind == .network ? "network" : "process")
    attributes.add("security_rule.ruleset.name", violation.rule.source)
    attributes.add("process_tracer.rule.line", violation.rule.line)
    attributes.add("process_tracer.rule.column", violation.rule.column)
    attributes.add("process_tracer.violation.kind", violation.kind.rawValue)
    attributes.add("process_tracer.violation.count", violation.count)
    attributes.add("process_tracer.violation.result", violation.result)
    attributes.add("process.pid", violation.processIdentity.pid)
    attributes.add("process.executable.name", violation.program)
    attributes.add("process.executable.path", violation.programPath)
    if !violation.arguments.isEmpty {
      attributes.add("process.command_args", violation.arguments)
    }
    attributes.add("process_tracer.ancestry", violation.ancestry)
    if let endpoint = violation.endpoint {
      Self.addPeer(endpoint, violation.transport, to: &attributes)
      Self.addServer(endpoint.address, violation.name, to: &attributes)
      attributes.add("server.port", endpoint.port)
    }
    attributes.add("process_tracer.attribution", violation.level.rawValue)
    attributes.add("process_tracer.test.runner", violation.testProcess?.runner)
    attributes.add("test.suite.name", violation.testProcess?.suite)
    attributes.add("test.case.name", violation.testName)
    record.attributes = attributes
    return record
  }
}
