import Testing
import Trace

@testable import Policy

@Suite struct NameTests {
  private static let address = "203.0.113.9"

  private func fixture(_ names: [(String, AddressName.Source, UInt64)]) -> TraceFixture {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: Self.address)
    for index in fixture.trace.flows.indices {
      fixture.trace.flows[index].names = names.map {
        AddressName(name: $0.0, source: $0.1, time: BootInstant(nanoseconds: $0.2))
      }
    }
    return fixture
  }

  private func isViolation(_ names: [(String, AddressName.Source, UInt64)], by rules: String) throws -> Bool {
    try !policy("network: { \(rules) }").evaluate(fixture(names).trace).violations.isEmpty
  }

  @Test(arguments: [
    ("api.example.com", "api.example.com", true), ("api.example.com", "API.EXAMPLE.com.", true),
    ("api.example.com", "api.example.com:443", true), ("api.example.com", "api.example.com:80", false),
    ("api.example.com", "udp://api.example.com", false), ("api.example.com", "*.example.com", true),
    ("a.b.example.com", "*.example.com", true), ("example.com", "*.example.com", false),
    ("notexample.com", "*.example.com", false), ("api.example.com", "example.com", false),
    (#"a\.example.com"#, "*.example.com", false), ("api.example.com", "www.example.com", false),
  ])
  func hostRulesGoByEvidence(name: String, rule: String, isAllowed: Bool) throws {
    #expect(try isViolation([(name, .dns, 5)], by: "allow: ['\(rule)']") == !isAllowed)
    #expect(try isViolation([(name, .hosts, 0)], by: "allow: ['\(rule)']") == !isAllowed)
  }

  @Test(arguments: [AddressName.Source.sni, .httpHost, .dnsUnproven])
  func claimsNeverAllow(source: AddressName.Source) throws {
    #expect(try isViolation([("api.example.com", source, 5)], by: "allow: [api.example.com, '*.example.com']"))
  }

  @Test func noEvidenceNoMatch() throws {
    #expect(try isViolation([], by: "allow: [api.example.com]"))
  }

  @Test func whatWasLearntAfterTheAttemptDoesNotAllowIt() throws {
    #expect(try isViolation([("api.example.com", .dns, 10_001)], by: "allow: [api.example.com]"))
    #expect(try !isViolation([("api.example.com", .dns, 10_000)], by: "allow: [api.example.com]"))
  }

  @Test func aHostCanBeDeniedByEvidenceOfAnyTime() throws {
    for time in [5, 20_000] as [UInt64] {
      #expect(try isViolation([("api.example.com", .dns, time)], by: "allow: [any], deny: [api.example.com]"))
    }
    #expect(try !isViolation([("api.example.com", .sni, 5)], by: "allow: [any], deny: [api.example.com]"))
  }

  @Test func aNameNeverOpensAMetadataAddress() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "169.254.169.254", 80)
    fixture.trace.flows[0].names = [
      AddressName(name: "api.example.com", source: .dns, time: BootInstant(nanoseconds: 5))
    ]
    let verdict = try policy("network: { allow: [api.example.com] }").evaluate(fixture.trace)
    #expect(verdict.violations.first?.remedy?.flag == "--allow-net tcp://169.254.169.254:80")
  }

  @Test func proposesTheNameWhereEvidenceGivesOne() throws {
    let named = try policy("").evaluate(fixture([("api.example.com", .dns, 5)]).trace)
    #expect(named.violations.first?.remedy?.flag == "--allow-net tcp://api.example.com:443")
    #expect(named.violations.first?.name?.description == "api.example.com (dns)")
    let claimed = try policy("").evaluate(fixture([("api.example.com", .sni, 5)]).trace)
    #expect(claimed.violations.first?.remedy?.flag == "--allow-net tcp://203.0.113.9:443")
    let odd = try policy("").evaluate(fixture([(#"a\.b.example.com"#, .dns, 5)]).trace)
    #expect(odd.violations.first?.remedy?.flag == "--allow-net tcp://203.0.113.9:443")
  }

  @Test func draftsNames() throws {
    let traces = [fixture([("api.example.com", .dns, 5)]).trace]
    let text = PolicyDraft(traces).text
    #expect(text.contains(#"- "tcp://api.example.com:443"  # "#))
    let yaml = text.replacing("version: 1\n", with: "")
    #expect(try policy(yaml).evaluate(traces[0]).violations.filter { $0.kind == .network }.isEmpty)
  }

  @Test func tellsWhoCallsAServerOtherwise() throws {
    let trace = fixture([("api.example.com", .dns, 5), ("evil.example.net", .sni, 10_001)]).trace
    let told = try policy("").evaluate(trace).notCovered
    #expect(told.contains { $0.contains("evil.example.net (sni)") && $0.contains("api.example.com (dns)") })
    let same = fixture([("api.example.com", .dns, 5), ("api.example.com", .sni, 10_001)]).trace
    #expect(try policy("").evaluate(same).notCovered.isEmpty)
  }

  // MARK: Lookups

  private func lookups(_ rules: String) throws -> [Violation] {
    var fixture = TraceFixture()
    for (name, type) in [("evil.example.net", RecordType.a), ("evil.example.net", .aaaa), ("good.example.com", .a)] {
      var lookup = NameLookup(
        name: name, type: type, resolver: IPAddress("192.0.2.53")!,
        processIdentity: fixture.trace.processes[TraceFixture.pytest].identity, first: BootInstant(nanoseconds: 20_000))
      lookup.process = TraceFixture.pytest
      lookup.asked = 2
      lookup.attribution = fixture.inTest("t.py::a")
      fixture.trace.lookups.append(lookup)
    }
    let verdict = try policy("network: { \(rules) }").evaluate(fixture.trace)
    #expect(verdict.counts.lookups == 3)
    return verdict.violations
  }

  @Test func deniesLookupsByName() throws {
    let found = try lookups("deny: ['dns:*.example.net']")
    #expect(found.map(\.destination) == ["dns:evil.example.net"])
    #expect(found.first?.count == 4)
    #expect(found.first?.testName == "t.py::a")
    #expect(found.first?.remedy == nil)
    #expect(try lookups("deny: ['dns:*']").map(\.destination) == ["dns:evil.example.net", "dns:good.example.com"])
    #expect(try lookups("deny: ['dns:good.example.com']").count == 1)
    #expect(try lookups("deny: [dns]").isEmpty)
    #expect(try lookups("deny: [{ net: 'dns:*', exe: git }]").isEmpty)
  }

  @Test func evidenceThatNamesNeedIsMissed() throws {
    var lost = fixture([("api.example.com", .dns, 5)]).trace
    lost.end?.loss.namesRefused = 1
    #expect(try policy("network: { allow: [api.example.com] }").evaluate(lost).exitCode == 121)
    #expect(try policy("network: { allow: [203.0.113.9] }").evaluate(lost).exitCode == 0)
  }
}
