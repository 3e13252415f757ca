import JSONWriting
public import Policy
public import Trace

/// The findings as SARIF 2.1.0 (`--sarif`), for GitHub code scanning and other viewers of static analysis results.
///
/// A finding stands at the test's file where its name tells it, else at the policy. Missing evidence is a notification
/// of the invocation. What GitHub does not take, more than 25,000 results, is counted in a notification.
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/
public struct SARIFReport: Report {
  static let textLimit = 1000

  /// Results written before the rest is counted.
  public var resultLimit: Int

  /// - Parameter resultLimit: what GitHub takes, unless told otherwise.
  ///   https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
  public init(resultLimit: Int = 25_000) {
    self.resultLimit = resultLimit
  }

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let findings = Finding.all(in: verdict)
    var json = JSONWriter(capacity: ChunkBuffer.chunkSize)
    try json.object { json in
      json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      json.member("version", "2.1.0")
      try json.member(
        "runs",
        array: { json in
          try json.object { json in
            json.member("tool", object: { $0.member("driver", object: { Self.writeDriver(trace, into: &$0) }) })
            json.member("columnKind", "unicodeCodePoints")
            json.member("automationDetails", object: { $0.member("id", "process-tracer/") })
            Self.writeInvocation(trace, verdict, unwritten: findings.count - resultLimit, into: &json)
            try json.member(
              "results",
              array: { json in
                for finding in findings.prefix(resultLimit) {
                  json.object { Self.write(finding, trace, verdict, into: &$0) }
                  try json.passOn(to: sink)
                }
              })
          }
        })
    }
    json.endLine()
    try sink(json.bytes)
  }

  private static func writeDriver(_ trace: Trace, into json: inout JSONWriter) {
    json.member("name", "process-tracer")
    json.member("semanticVersion", trace.header.toolVersion)
    json.member(
      "rules",
      array: { json in
        for rule in SARIFRule.all { json.object { rule.write(into: &$0) } }
      })
  }

  private static func writeInvocation(
    _ trace: Trace, _ verdict: Verdict, unwritten: Int, into json: inout JSONWriter
  ) {
    let reasons = verdict.incompleteReasons.map { (level: verdict.incompletenessFails ? "error" : "warning", text: $0) }
    let more = unwritten > 0 ? [(level: "warning", text: "\(unwritten) more results are in verdict.json alone")] : []
    json.member(
      "invocations",
      array: { json in
        json.object { json in
          json.member("executionSuccessful", verdict.incompleteReasons.isEmpty)
          json.member(
            "toolExecutionNotifications",
            array: { json in
              for (level, text) in reasons + more {
                json.object {
                  $0.member("level", level)
                  $0.member("message", object: { $0.member("text", text.visible.sarifText) })
                }
              }
            })
        }
      })
  }

  private static func write(
    _ finding: Finding, _ trace: Trace, _ verdict: Verdict, into json: inout JSONWriter
  ) {
    let rule = SARIFRule.index(of: finding.violation.kind)
    let place = SourcePlace(finding, trace, verdict)
    let details = FindingText.lines(finding, in: trace).map { $0.cut(toBytes: textLimit) }.joined(separator: "\n")
    let text = "\(finding.test): \(finding.sentence)".cut(toBytes: textLimit)
    json.member("ruleId", SARIFRule.all[rule].id)
    json.member("ruleIndex", rule)
    json.member("level", verdict.violationsFail ? "error" : "warning")
    json.member("message", object: { $0.member("text", "\(text)\n\(details)".sarifText) })
    json.member(
      "locations",
      array: { json in
        json.object { json in
          json.member(
            "physicalLocation",
            object: {
              $0.member("artifactLocation", object: { $0.member("uri", place.uri) })
              $0.member(
                "region",
                object: {
                  $0.member("startLine", place.line)
                  $0.member("startColumn", 1)
                  $0.member("endLine", place.line)
                  $0.member("endColumn", 1)
                })
            })
          json.member(
            "logicalLocations",
            array: { $0.object { $0.member("fullyQualifiedName", finding.test.cut(toBytes: textLimit)) } })
        }
      })
    json.member(
      "partialFingerprints", object: { $0.member("primaryLocationLineHash", "\(finding.fingerprint):1") })
    json.member("occurrenceCount", max(1, finding.count))
    json.member(
      "properties", object: { $0.member("process_tracer.attribution", finding.violation.level.rawValue) })
  }
}

extension String {
  /// The text as it is: in a SARIF message brackets are links and braces placeholders (section 3.11).
  var sarifText: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "[", "]", "\\": text += "\\"
      case "{", "}": text.unicodeScalars.append(scalar)
      default: break
      }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}
