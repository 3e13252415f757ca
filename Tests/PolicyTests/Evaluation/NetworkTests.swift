import Testing
import Trace

@testable import Policy

@Suite struct NetworkTests {
  private func isViolation(
    _ address: String, _ port: UInt16 = 443, by yaml: String
  ) throws -> Bool {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: address, port)
    return try !policy(yaml).evaluate(fixture.trace).violations.isEmpty
  }

  @Test(
    arguments: [
      ("127.0.0.1", 80, false), ("::1", 80, false), ("192.0.2.53", 53, false), ("192.0.2.53", 443, true),
      ("192.0.2.54", 53, true), ("203.0.113.9", 443, true), ("10.0.0.1", 22, true), ("169.254.169.254", 80, true),
    ] as [(String, UInt16, Bool)])
  func defaults(_ address: String, _ port: UInt16, _ expected: Bool) throws {
    #expect(try isViolation(address, port, by: "") == expected)
  }

  @Test(
    arguments: [
      ("203.0.113.9", "203.0.113.9", true), ("203.0.113.9", "203.0.113.9:443", true),
      ("203.0.113.9", "203.0.113.9:80", false), ("203.0.113.9", "udp://203.0.113.9", false),
      ("203.0.113.9", "203.0.113.0/24:400-500", true), ("203.0.113.9", "any", true), ("203.0.113.9", "private", false),
      ("10.1.2.3", "private", true), ("172.32.0.1", "private", false), ("fd00::1", "private", true),
      ("169.254.1.1", "link-local", true), ("fe80::1", "link-local", true), ("255.255.255.255", "multicast", true),
      ("ff02::1", "multicast", true), ("2001:db8::1", "[2001:db8::/32]:443", true), ("2001:db8::1", "0.0.0.0/0", false),
      ("169.254.169.254", "any", false), ("169.254.169.254", "169.254.0.0/16", false),
      ("169.254.169.254", "169.254.169.254", true), ("169.254.169.254", "metadata", true),
      ("fd00:ec2::254", "private", false), ("fd00:ec2::254", "metadata:443", true),
    ] as [(String, String, Bool)])
  func allowRules(_ address: String, _ rule: String, _ isAllowed: Bool) throws {
    #expect(try isViolation(address, by: "network: { allow: [\"\(rule)\"] }") == !isAllowed)
  }

  @Test(
    arguments: [
      ("127.0.0.1", 443, "loopback"), ("127.0.0.1", 443, "any"), ("192.0.2.53", 53, "dns"), ("192.0.2.53", 53, "any"),
      ("203.0.113.9", 443, "203.0.113.0/24"), ("169.254.169.254", 443, "metadata"),
    ] as [(String, UInt16, String)])
  func denyWins(_ address: String, _ port: UInt16, _ rule: String) throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: address, port)
    let policy = try policy("network: { allow: [any, metadata], deny: [\"\(rule)\"] }")
    let violation = try #require(policy.evaluate(fixture.trace).violations.first)
    #expect(violation.rule == RuleReference(text: rule, source: "p.yml", line: 2, column: 43))
    #expect(violation.remedy == nil)
  }

  @Test func aNameserverAtAMetadataAddressIsDNS() throws {
    var fixture = TraceFixture()
    fixture.trace.header.nameservers = [IPAddress("169.254.169.254")!]
    fixture.connect(TraceFixture.pytest, to: "169.254.169.254", 53, protocol: .udp)
    fixture.connect(TraceFixture.pytest, to: "169.254.169.254", 80)
    let verdict = try policy("network: { deny: [metadata] }").evaluate(fixture.trace)
    #expect(verdict.destinations == ["tcp://169.254.169.254:80"])
  }

  @Test func theMachinesOwnAddressesAreAllowedUnlessDenied() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "10.0.0.5")
    fixture.connect(TraceFixture.pytest, to: "127.0.0.1")
    fixture.trace.flows[0].isLocal = true
    fixture.trace.flows[1].isLocal = true
    #expect(Policy().evaluate(fixture.trace).violations.isEmpty)
    let verdict = try policy("network: { deny: [self] }").evaluate(fixture.trace)
    #expect(verdict.destinations == ["tcp://10.0.0.5:443"])
  }

  @Test func aDatagramSocketThatSentNothingIsNoConnection() {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9", protocol: .udp, count: 0)
    #expect(Policy().evaluate(fixture.trace).violations.isEmpty)
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9", protocol: .udp, count: 1)
    #expect(Policy().evaluate(fixture.trace).destinations == ["udp://203.0.113.9:443"])
  }

  @Test func aFailedAttemptIsAnAttempt() throws {
    var fixture = TraceFixture()
    let sh = fixture.add("/bin/sh", parent: TraceFixture.pytest, attribution: fixture.inTest("t.py::a"))
    let curl = fixture.add(
      "/usr/bin/curl", parent: sh, arguments: ["curl", "-s"], attribution: fixture.inTest("t.py::a"))
    fixture.connect(curl, to: "2001:db8::9", errno: 111, count: 3)
    let violation = try #require(Policy().evaluate(fixture.trace).violations.first)
    #expect(violation.kind == .network && violation.result == "ECONNREFUSED" && violation.count == 3)
    #expect(violation.rule == RuleReference(text: "network.allow", source: "default"))
    #expect(violation.testName == "t.py::a" && violation.level == .process)
    #expect(violation.testProcess?.runner == "pytest")
    #expect(violation.program == "curl" && violation.programPath == "/usr/bin/curl" && violation.process == curl)
    #expect(violation.arguments == ["curl", "-s"])
    #expect(violation.ancestry == ["sh(21)", "python3(11)", "make(1)"])
    #expect(violation.destination == "tcp://[2001:db8::9]:443" && violation.transport == .tcp)
    #expect(violation.remedy?.flag == "--allow-net 'tcp://[2001:db8::9]:443'")
    #expect(violation.remedy?.yaml == #"network: { allow: ["tcp://[2001:db8::9]:443"] }"#)
  }

  @Test func violationsAreOnePerTestProgramRuleAndDestination() {
    var fixture = TraceFixture()
    for test in ["a", "a", "b"] {
      let curl = fixture.add("/usr/bin/curl", parent: TraceFixture.pytest, attribution: fixture.inTest(test))
      fixture.connect(curl, to: "203.0.113.9", errno: test == "a" ? nil : 111, count: 2)
    }
    let violations = Policy().evaluate(fixture.trace).violations
    #expect(violations.map(\.testName) == ["a", "b"])
    #expect(violations.map(\.count) == [4, 2])
    #expect(violations.map(\.result) == ["established", "ECONNREFUSED"])
  }

  @Test func aProcessWithoutRecordsIsStillJudged() throws {
    var fixture = TraceFixture()
    var flow = Flow(
      processIdentity: ProcessIdentity(pid: 99, start: BootInstant(nanoseconds: 5)),
      destination: Endpoint(address: IPAddress("203.0.113.9")!, port: 1), protocol: .tcp,
      firstAttempt: BootInstant(nanoseconds: 6))
    flow.attempts = 1
    flow.command = "lost"
    fixture.trace.flows.append(flow)
    let violation = try #require(Policy().evaluate(fixture.trace).violations.first)
    #expect(violation.program == "lost" && violation.process == nil && violation.ancestry.isEmpty)
  }

  @Test func expiredRulesNoLongerAllow() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9")
    let policy = try policy("network: { allow: [{ net: \"203.0.113.9\", expires: 2027-03-01 }] }")
    #expect(policy.evaluate(fixture.trace).violations.isEmpty, "the run's own day is in 2023")
    #expect(policy.evaluate(fixture.trace, today: try CalendarDate("2027-03-01")).violations.isEmpty)
    let violation = try #require(policy.evaluate(fixture.trace, today: try CalendarDate("2027-03-02")).violations.first)
    #expect(
      violation.rule
        == RuleReference(text: "203.0.113.9 (expired 2027-03-01)", source: "p.yml", line: 2, column: 27))
  }

  @Test(arguments: [
    ("exe: curl", true), ("exe: wget", false), ("exe: \"/usr/bin/c*\"", true), ("argv: \"* -s *\"", true),
    ("argv: \"curl\"", false), ("parent: make", true), ("parent: git", false), ("user: 0", true), ("user: 5", false),
    ("exe: curl, parent: git", false),
  ])
  func scopesNarrowARule(_ scope: String, _ holds: Bool) throws {
    var fixture = TraceFixture()
    let curl = fixture.add(
      "/usr/bin/curl", parent: TraceFixture.pytest, arguments: ["curl", "-s", "x"], attribution: fixture.inTest())
    fixture.connect(curl, to: "203.0.113.9")
    let allow = try policy("network: { allow: [{ net: any, \(scope) }] }").evaluate(fixture.trace)
    #expect(allow.violations.isEmpty == holds)
    let deny = try policy("network: { allow: [any], deny: [{ net: any, \(scope) }] }").evaluate(fixture.trace)
    #expect(deny.violations.isEmpty == !holds)
  }

  @Test func aLaterProgramOfTheSameProcessIsNotCovered() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9")
    fixture.trace.flows[0].lastAttempt = BootInstant(nanoseconds: 20_000)
    let policy = try policy("network: { allow: [{ net: any, exe: python3 }] }")
    #expect(policy.evaluate(fixture.trace).violations.isEmpty)
    fixture.trace.images.append(ProcessImage(path: "/usr/bin/curl", arguments: ["curl"]))
    fixture.trace.processes[TraceFixture.pytest].executions.append(
      .init(image: fixture.trace.images.count - 1, time: BootInstant(nanoseconds: 15_000)))
    #expect(policy.evaluate(fixture.trace).violations.count == 1)
  }

  @Test func aDenyScopeThatCannotBeAnsweredIsIncomplete() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9")
    fixture.trace.flows[0].executable = nil
    fixture.trace.flows[0].process = nil
    let verdict = try policy("network: { allow: [any], deny: [{ net: any, exe: curl }] }").evaluate(fixture.trace)
    #expect(verdict.exitCode == 121)
    #expect(
      verdict.incompleteReasons == [#"the rule "any" (p.yml:2:40) asks for what was not recorded of a process"#])
  }

  // MARK: The harness

  @Test func theHarnessIsShownNotJudged() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.make, to: "203.0.113.9")
    fixture.connect(TraceFixture.make, to: "203.0.113.9")
    fixture.connect(TraceFixture.make, to: "127.0.0.1")
    let verdict = Policy().evaluate(fixture.trace)
    #expect(verdict.violations.isEmpty && verdict.exitCode == 0)
    #expect(
      verdict.notJudged == [UnjudgedDestination(program: "make", destination: "tcp://203.0.113.9:443", count: 2)])
  }

  @Test func theHarnessIsJudgedByItsOwnRulesOrWhereAsked() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.make, to: "203.0.113.9")
    #expect(try policy("harness: {}").evaluate(fixture.trace).violations.map(\.rule.text) == ["harness.allow"])
    #expect(try policy("harness: { allow: [any] }").evaluate(fixture.trace).exitCode == 0)
    var flags = PolicyFlags()
    flags.scope = .all
    #expect(try policy("", flags: flags).evaluate(fixture.trace).violations.map(\.rule.text) == ["network.allow"])
    flags = PolicyFlags()
    flags.strict = true
    #expect(try policy("", flags: flags).evaluate(fixture.trace).exitCode == 120)
    #expect(try policy("network: { allow: [any] }", flags: flags).evaluate(fixture.trace).exitCode == 0)
  }
}
