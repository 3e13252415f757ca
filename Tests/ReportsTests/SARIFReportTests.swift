import Foundation
import Policy
import Reports
import Testing
import Trace

@Suite struct SARIFReportTests {
  let trace = SampleRun.trace()

  private func run(_ verdict: Verdict, of trace: Trace? = nil) throws -> [String: Any] {
    let text = SARIFReport().text(trace ?? self.trace, verdict)
    let log = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    return try #require((log["runs"] as? [[String: Any]])?.first)
  }

  private func results(_ verdict: Verdict) throws -> [[String: Any]] {
    try #require(try run(verdict)["results"] as? [[String: Any]])
  }

  private func place(_ result: [String: Any]) throws -> (uri: String?, line: Int?) {
    let location = try #require((result["locations"] as? [[String: Any]])?.first)
    let physical = try #require(location["physicalLocation"] as? [String: Any])
    return (
      (physical["artifactLocation"] as? [String: Any])?["uri"] as? String,
      (physical["region"] as? [String: Any])?["startLine"] as? Int
    )
  }

  @Test func aFindingStandsAtItsTestsFileElseAtItsRuleElseAtThePolicy() throws {
    var rule = SampleRun.violation(test: nil)
    rule.rule = RuleReference(text: "curl", source: "/src/ci/policy.yml", line: 4, column: 3)
    let found = try results(SampleRun.verdict([SampleRun.violation(), rule, SampleRun.program("git", test: nil)]))
      .map(place)
    #expect(found.map(\.uri) == ["test_net.py", "ci/policy.yml", ".process-tracer.yml"])
    #expect(found.map(\.line) == [1, 4, 1])
  }

  @Test(arguments: ["../../etc/x.py::t", "/etc/x.py::t", "a\\b.py::t", "x\n.py::t", "javascript:x.py::t", "::t"])
  func aTestsNameCannotPointElsewhere(_ name: String) throws {
    let result = try #require(try results(SampleRun.verdict([SampleRun.violation(test: name)])).first)
    #expect(try place(result).uri == ".process-tracer.yml")
  }

  @Test func aPathIsAnEncodedReference() throws {
    let result = try #require(
      try results(SampleRun.verdict([SampleRun.violation(test: "tests/ä #1%.py::t")])).first)
    #expect(try place(result).uri == "tests/%C3%A4%20%231%25.py")
  }

  @Test func auditModeWarnsAndMissingEvidenceIsANotification() throws {
    let audit = try results(SampleRun.verdict([SampleRun.violation()], mode: .audit))
    #expect(audit.map { $0["level"] as? String } == ["warning"])
    let invocation = try #require((try run(SampleRun.incomplete())["invocations"] as? [[String: Any]])?.first)
    #expect(invocation["executionSuccessful"] as? Bool == false)
    #expect((invocation["toolExecutionNotifications"] as? [[String: Any]])?.first?["level"] as? String == "error")
  }

  @Test func aFindingKeepsItsFingerprintFromRunToRun() throws {
    var again = SampleRun.violation()
    again.processIdentity = ProcessIdentity(pid: 9, start: SampleRun.instant(700))
    again.count = 17
    func fingerprint(_ violation: Violation) throws -> String? {
      let result = try results(SampleRun.verdict([violation])).first
      return (result?["partialFingerprints"] as? [String: Any])?["primaryLocationLineHash"] as? String
    }
    #expect(try fingerprint(again) == fingerprint(SampleRun.violation()))
    #expect(try fingerprint(SampleRun.violation(destination: "tcp://192.0.2.1:1")) != fingerprint(again))
  }

  @Test(arguments: SampleRun.hostile)
  func aNameMeansNothingToAViewer(_ name: String) throws {
    let result = try #require(try results(SampleRun.verdict([SampleRun.hostileViolation(name)])).first)
    let text = try #require((result["message"] as? [String: Any])?["text"] as? String)
    #expect(text.isVisible)
    // A bracket without a backslash would start a link.
    let bare = text.replacingOccurrences(of: "\\\\", with: "").replacingOccurrences(of: "\\[", with: "")
    #expect(!bare.contains("["))
  }

  @Test func whatIsOverTheLimitIsCounted() throws {
    let violations = (0..<8).map { SampleRun.violation(destination: "tcp://203.0.113.1:\($0)") }
    let text = SARIFReport(resultLimit: 5).text(trace, SampleRun.verdict(violations))
    #expect(text.components(separatedBy: "\"ruleId\"").count == 6)
    #expect(text.contains("3 more results are in verdict.json alone"))
  }
}
