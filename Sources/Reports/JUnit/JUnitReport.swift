public import Policy
public import Trace

/// A JUnit XML file of its own (`--junit`): one suite, a case for each thing that was checked.
///
/// Valid by junit-10.xsd of Jenkins' xUnit plugin. Two levels, unique `classname` and `name` together, message and text both filled, times with three decimals: the
/// subset that every consumer reads. A case fails for a test with a program and a destination that the policy does not
/// allow; what was checked and holds is a passing case; missing evidence is an `<error>`. In audit mode everything
/// passes, with what was found in `<system-out>`.
public struct JUnitReport: Report {
  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let findings = Finding.all(in: verdict)
    let checks = Self.checks(verdict, findings)
    var output = ChunkBuffer()
    Self.writeHead(trace, verdict, tests: findings.count + checks.count, findings: findings.count, into: &output)
    var names = UniqueNames()
    for finding in findings {
      let name = names.unique("\(finding.test): \(finding.action)")
      Self.write(finding, named: name, trace, verdict, into: &output)
      try output.passOn(to: sink)
    }
    for check in checks {
      Self.write(check, into: &output)
    }
    output.line("  </testsuite>")
    output.line("</testsuites>")
    try output.finish(to: sink)
  }

  private static func writeHead(
    _ trace: Trace, _ verdict: Verdict, tests: Int, findings: Int, into output: inout ChunkBuffer
  ) {
    let header = trace.header
    let failures = verdict.violationsFail ? findings : 0
    let errors = verdict.incompletenessFails ? 1 : 0
    let time = Quantity.seconds(trace.end?.time.nanoseconds(since: header.start) ?? 0)
    let counts = #"tests="\#(tests)" failures="\#(failures)" errors="\#(errors)" time="\#(time)""#
    let timestamp = UnixTime(nanoseconds: header.unixNanoseconds(header.start)).secondText
    output.line(#"<?xml version="1.0" encoding="UTF-8"?>"#)
    output.line(#"<testsuites name="process-tracer" \#(counts)>"#)
    let place = #"timestamp="\#(timestamp)" hostname="\#(header.hostname.visible.xmlEscaped)""#
    output.line(#"  <testsuite name="process-tracer" \#(counts) skipped="0" \#(place)>"#)
    output.line("    <properties>")
    var properties = [
      ("version", header.toolVersion), ("trace_id", header.traceID), ("mode", verdict.mode.rawValue),
      ("exit_code", String(verdict.exitCode)), ("command_exit_code", String(verdict.commandExitCode)),
      ("command", ShellQuoting.line(header.command)),
    ]
    properties += verdict.policies.flatMap { [("policy.path", $0.path), ("policy.sha256", $0.sha256)] }
    for (name, value) in properties {
      output.line(#"      <property name="process_tracer.\#(name)" value="\#(value.visible.xmlEscaped)"/>"#)
    }
    output.line("    </properties>")
  }

  private static func write(
    _ finding: Finding, named name: String, _ trace: Trace, _ verdict: Verdict, into output: inout ChunkBuffer
  ) {
    let group = finding.violation.kind == .network ? "network" : "process"
    let open = #"    <testcase classname="process-tracer.\#(group)" name="\#(name.xmlEscaped)" time="0.000">"#
    let text = FindingText.lines(finding, in: trace).joined(separator: "\n").xmlText
    output.line(open)
    if verdict.violationsFail {
      let type = "process-tracer.\(finding.violation.kind.rawValue)"
      output.line(#"      <failure type="\#(type)" message="\#(finding.sentence.xmlEscaped)">\#(text)</failure>"#)
    } else {
      output.line("      <system-out>audit: \(finding.sentence.xmlEscaped)\n\(text)</system-out>")
    }
    output.line("    </testcase>")
  }
}

extension String {
  /// Several lines as XML character data.
  var xmlText: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).xmlEscaped }.joined(separator: "\n")
  }
}

/// Names that occur once: consumers drop a second case of the same name.
private struct UniqueNames {
  private var used: Set<String> = []

  mutating func unique(_ name: String) -> String {
    var candidate = name
    var number = 1
    while !used.insert(candidate).inserted {
      number += 1
      candidate = "\(name) (\(number))"
    }
    return candidate
  }
}
