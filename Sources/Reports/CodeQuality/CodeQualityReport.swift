import JSONWriting
public import Policy
public import Trace

/// GitLab's code-quality report (`--codequality`): one JSON array of what a merge request should show.
///
/// An object a finding, with GitLab's required keys; `fingerprint` is the same in every run, so that GitLab can tell new
/// findings from old ones. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
public struct CodeQualityReport: Report {
  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    var json = JSONWriter(capacity: ChunkBuffer.chunkSize)
    try json.array { json in
      if verdict.incompletenessFails {
        let reasons = verdict.incompleteReasons.map(\.visible).joined(separator: "; ")
        json.object {
          $0.member("description", "process-tracer: the evidence is incomplete: \(reasons)")
          $0.member("check_name", "process-tracer.incomplete-evidence")
          $0.member("fingerprint", String(repeating: "0", count: 64))
          $0.member("severity", "major")
          Self.write(SourcePlace.policy(trace, verdict), into: &$0)
        }
      }
      for finding in Finding.all(in: verdict) {
        json.object {
          $0.member(
            "description",
            "\(finding.test): \(finding.sentence), test known: \(finding.violation.level.rawValue)".cut(toBytes: 4096))
          $0.member("check_name", "process-tracer.\(finding.violation.kind.rawValue)")
          $0.member("fingerprint", finding.fingerprint)
          $0.member("severity", verdict.violationsFail ? "major" : "minor")
          Self.write(SourcePlace(finding, trace, verdict), into: &$0)
        }
        try json.passOn(to: sink)
      }
    }
    json.endLine()
    try sink(json.bytes)
  }

  private static func write(_ place: SourcePlace, into json: inout JSONWriter) {
    json.member(
      "location",
      object: {
        $0.member("path", place.path)
        $0.member("lines", object: { $0.member("begin", place.line) })
      })
  }
}
