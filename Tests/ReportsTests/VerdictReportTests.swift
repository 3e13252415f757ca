import Foundation
import Policy
import Reports
import Testing
import Trace

@Suite struct VerdictReportTests {
  let trace = SampleRun.trace()

  private func object(_ verdict: Verdict) throws -> [String: Any] {
    let data = Data(VerdictReport().text(trace, verdict).utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func tellsAViolationWithRuleTestProcessDestinationAndRemedy() throws {
    let verdict = try object(SampleRun.verdict([SampleRun.violation()]))
    #expect(verdict["outcome"] as? [String] == ["violations"])
    #expect(verdict["exitCode"] as? Int == 120 && verdict["commandExitCode"] as? Int == 0)
    #expect(verdict["mode"] as? String == "gate")
    let violation = try #require((verdict["violations"] as? [[String: Any]])?.first)
    #expect(violation["kind"] as? String == "unexpected-egress")
    #expect(violation["count"] as? Int == 2 && violation["result"] as? String == "ECONNREFUSED")
    #expect(violation["firstTime"] as? String == "2026-11-23T00:30:38.120000000Z")
    let rule = try #require(violation["rule"] as? [String: Any])
    #expect(rule["source"] as? String == ".process-tracer.yml" && rule["line"] as? Int == 4)
    let test = try #require(violation["test"] as? [String: Any])
    #expect(test["name"] as? String == "test_net.py::test_fetch" && test["level"] as? String == "exact")
    #expect(test["suite"] is NSNull)
    let process = try #require(violation["process"] as? [String: Any])
    #expect(process["pid"] as? Int == 4242 && process["path"] as? String == "/usr/bin/curl")
    #expect(process["ancestry"] as? [String] == ["sh(4241)", "python3(4240)", "uv(4200)"])
    let destination = try #require(violation["destination"] as? [String: Any])
    #expect(destination["address"] as? String == "203.0.113.9" && destination["port"] as? Int == 443)
    #expect(destination["protocol"] as? String == "tcp")
    let remedy = try #require(violation["remedy"] as? [String: Any])
    #expect(remedy["flag"] as? String == "--allow-net tcp://203.0.113.9:443")
  }

  @Test func tellsWhatIsMissingAndWasNotJudged() throws {
    let verdict = try object(SampleRun.incomplete())
    let lost = try #require(verdict["lost"] as? [String: Any])
    #expect(lost["records"] as? [String: Int] == ["exec": 3, "fork": 14])
    #expect(lost["destinations"] as? Int == 1)
    #expect(lost["programRuns"] as? [String: Int] == ["tcp_connect": 2])
    #expect((verdict["missingHooks"] as? [[String: Any]])?.first?["name"] as? String == "sockops")
    #expect((verdict["notJudged"] as? [[String: Any]])?.count == 2)
    #expect((verdict["incomplete"] as? [String])?.count == 1)
    let counts = try #require(verdict["counts"] as? [String: Any])
    #expect((counts["eventsByLevel"] as? [String: Int])?["exact"] == 5)
  }

  @Test func isOneObjectInChunksWhateverItHolds() throws {
    let hostile = SampleRun.hostile.map { SampleRun.hostileViolation($0) }
    let many = (0..<500).flatMap { _ in hostile }
    let verdict = try object(SampleRun.verdict(many))
    let violations = try #require(verdict["violations"] as? [[String: Any]])
    #expect(violations.count == many.count)
    #expect(
      violations.prefix(hostile.count).map { ($0["process"] as? [String: Any])?["program"] as? String }
        == SampleRun.hostile)
    #expect(VerdictReport().chunks(trace, SampleRun.verdict(many)).allSatisfy { $0.count < 100_000 })
  }
}
