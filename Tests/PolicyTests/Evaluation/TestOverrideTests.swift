import Testing
import Trace

@testable import Policy

@Suite struct TestOverrideTests {
  private let yaml = """
    network: { allow: ["192.0.2.1"] }
    tests:
      - match: "net.py::*"
        network: { allow: ["203.0.113.9"] }
      - match: "*"
        network: { allow: ["198.51.100.1"], deny: ["192.0.2.1:80"] }
    """

  private func violations(_ test: String?, strict: Bool = false, level: Attribution.Level = .process) throws -> [String]
  {
    var fixture = TraceFixture()
    let attribution = fixture.inTest(test, level: level)
    for (address, port) in [("192.0.2.1", 443), ("192.0.2.1", 80), ("203.0.113.9", 443), ("198.51.100.1", 443)] {
      fixture.connect(TraceFixture.pytest, to: address, UInt16(port), attribution: attribution)
    }
    var flags = PolicyFlags()
    flags.strict = strict
    return try policy(yaml, flags: flags).evaluate(fixture.trace).destinations
  }

  @Test func theFirstEntryWithTheKeySpeaks() throws {
    #expect(try violations("net.py::a") == ["tcp://192.0.2.1:80", "tcp://198.51.100.1:443"])
    #expect(try violations("other") == ["tcp://192.0.2.1:80", "tcp://203.0.113.9:443"])
  }

  @Test func withoutATestOnlyTheRunsRulesHold() throws {
    #expect(try violations(nil) == ["tcp://203.0.113.9:443", "tcp://198.51.100.1:443"])
    #expect(try violations("net.py::a", level: .none) == ["tcp://203.0.113.9:443", "tcp://198.51.100.1:443"])
  }

  @Test func strictNeverWidens() throws {
    #expect(
      try violations("net.py::a", strict: true)
        == ["tcp://192.0.2.1:80", "tcp://203.0.113.9:443", "tcp://198.51.100.1:443"])
  }

  @Test(arguments: [
    ("tests-may-widen: true", false, ["tcp://198.51.100.1:443"]),
    ("tests-may-widen: true", true, ["tcp://203.0.113.9:443", "tcp://198.51.100.1:443"]),
    ("tests-may-widen: false", false, ["tcp://203.0.113.9:443", "tcp://198.51.100.1:443"]),
    (
      "tests-may-widen: true\nnetwork: { deny: [203.0.113.9] }", false,
      ["tcp://203.0.113.9:443", "tcp://198.51.100.1:443"]
    ),
  ])
  func testsWidenWhereThePolicyLetsThem(yaml: String, strict: Bool, violations: [String]) throws {
    var fixture = TraceFixture()
    let attribution = fixture.inTest("a")
    fixture.trace.testCases[0].allowed = ["203.0.113.0/24:443", "no destination"]
    for address in ["203.0.113.9", "198.51.100.1"] {
      fixture.connect(TraceFixture.pytest, to: address, attribution: attribution)
    }
    var flags = PolicyFlags()
    flags.strict = strict
    #expect(try policy(yaml, flags: flags).evaluate(fixture.trace).destinations == violations)
  }

  @Test func strictKeepsARestrictingProgramList() throws {
    var fixture = TraceFixture()
    fixture.add("/usr/bin/curl", parent: TraceFixture.pytest, attribution: fixture.inTest("a"))
    fixture.add("/usr/bin/git", parent: TraceFixture.pytest, attribution: fixture.inTest("a"))
    var flags = PolicyFlags()
    flags.strict = true
    let entry = "tests: [{ match: a, processes: { allow: [git] } }]"
    #expect(try policy(entry, flags: flags).evaluate(fixture.trace).programs == ["curl"])
    let run = "processes: { allow: [curl] }\n"
    #expect(try policy(run + entry, flags: flags).evaluate(fixture.trace).programs == ["git"])
    #expect(try policy(run + entry).evaluate(fixture.trace).programs == [])
  }
}
