import Foundation
import Policy
import Reports
import Testing

@Suite struct CodeQualityReportTests {
  private struct Issue: Decodable {
    struct Location: Decodable {
      struct Lines: Decodable { var begin: Int }
      var path: String
      var lines: Lines
    }
    var description: String
    var checkName: String
    var fingerprint: String
    var severity: String
    var location: Location
  }

  private func issues(_ verdict: Verdict) throws -> [Issue] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode([Issue].self, from: Data(CodeQualityReport().text(SampleRun.trace(), verdict).utf8))
  }

  @Test func everyFindingIsAnIssueWithAFingerprintOfItsOwn() throws {
    let found = try issues(
      SampleRun.incomplete([
        SampleRun.violation(), SampleRun.violation(program: "wget"), SampleRun.program("git", test: nil),
      ]))
    #expect(found.allSatisfy { $0.severity == "major" })
    #expect(Set(found.map(\.fingerprint)).count == found.count)
    #expect(found.map(\.location.path).contains("test_net.py"))
    #expect(found.contains { $0.description.contains("curl → tcp://203.0.113.9:443 is not in network.allow") })
  }

  @Test func auditModeIsMinorAndNothingIsAnEmptyList() throws {
    #expect(try issues(SampleRun.verdict([SampleRun.violation()], mode: .audit)).map(\.severity) == ["minor"])
    #expect(try issues(SampleRun.verdict([])).isEmpty)
  }

  @Test func missingEvidenceThatFailsIsAnIssue() throws {
    #expect(try issues(SampleRun.incomplete()).map(\.checkName) == ["process-tracer.incomplete-evidence"])
  }

  @Test(arguments: SampleRun.hostile)
  func aNameStaysVisible(_ name: String) throws {
    let found = try issues(SampleRun.verdict([SampleRun.hostileViolation(name)]))
    #expect(found.count == 1 && found.allSatisfy { $0.description.isVisible && $0.location.path.isVisible })
  }
}
