import Testing
import Trace

private let address = IPAddress("203.0.113.9")!

private func build(_ events: [KernelEvent], hosts: [HostsEntry] = [], namespace: UInt32 = 9) -> Trace {
  var header = testHeader
  header.hosts = hosts
  header.networkNamespace = namespace
  var builder = TraceBuilder(header: header)
  for event in [fork(10, by: 1, isRoot: true), exec(10, "/bin/sh", at: 10_100)] + events { builder.add(event) }
  return builder.finish(testEnd)
}

private let attempt: [KernelEvent] = [
  connect(10, "203.0.113.9:443", socket: 5, at: 20_000),
  flow(10, "203.0.113.9:443", .tcp, at: 20_000, attempts: 1, sent: 1),
]

@Suite struct AddressNameTests {
  @Test func namesWhatWasLearntBefore() throws {
    let trace = build(attempt + [name("api.example.com", "203.0.113.9", by: 10, at: 19_000)])
    let expected = AddressName(name: "api.example.com", source: .dns, time: at(19_000))
    #expect(trace.connections.first?.name == expected)
    #expect(trace.flows.first?.name == expected)
    #expect(expected.description == "api.example.com (dns)")
  }

  @Test func doesNotNameByWhatWasLearntLater() {
    let trace = build(attempt + [name("api.example.com", "203.0.113.9", by: 10, at: 20_001)])
    #expect(trace.flows.first?.name == nil)
    #expect(trace.flows.first?.names.map(\.name) == ["api.example.com"])
    #expect(trace.flows.first?.names.evidence(at: at(20_000)).isEmpty == true)
  }

  @Test func holdsEvidenceForTheCommandsNetworkNamespaceOnly() {
    let hosts = [HostsEntry(address: address, names: ["db"])]
    let learnt = attempt + [name("api.example.com", "203.0.113.9", by: 10, at: 19_000)]
    #expect(build(learnt, hosts: hosts, namespace: 8).flows.first?.names == [])
    #expect(build(learnt, hosts: hosts, namespace: 0).flows.first?.names == [])
    #expect(
      build(learnt, hosts: hosts).flows.first?.names.map(\.description) == ["db (hosts)", "api.example.com (dns)"])
  }

  @Test func prefersWhatTheProcessAskedFor() {
    let events =
      attempt + [
        name("first.example.com", "203.0.113.9", by: 77, at: 18_000),
        name("own.example.com", "203.0.113.9", by: 10, at: 19_000),
        answer(10, "own.example.com", records: [.address(name: "own.example.com", address)], at: 19_000),
      ]
    #expect(build(events).flows.first?.name?.name == "own.example.com")
  }

  @Test func showsClaimsAsSuch() {
    let events =
      attempt + [
        claim(10, "203.0.113.9:443", socket: 5, attempt: 20_000, .sni, "evil.example.net"),
        answer(10, "x.example.com", doubts: [.unasked], records: [.address(name: "x.example.com", address)]),
      ]
    let trace = build(events)
    #expect(
      trace.connections.first?.names.map(\.description) == ["x.example.com (dns-unproven)", "evil.example.net (sni)"])
    #expect(trace.flows.first?.names.contains { $0.source.isEvidence } == false)
  }

  @Test func tellsLookupsWithTheirAnswers() throws {
    let events = [
      lookup(10, "api.example.com", at: 19_000),
      answer(
        10, "api.example.com",
        records: [.alias(name: "api.example.com", "edge"), .address(name: "edge", address)]),
      answer(10, "other.example.com", doubts: [.otherServer], records: []),
    ]
    let lookups = build(events).lookups
    #expect(lookups.map(\.name) == ["api.example.com", "other.example.com"])
    #expect(lookups[0].asked == 2)
    #expect(lookups[0].process == 0)
    #expect(lookups[0].executable == "/bin/sh")
    #expect(lookups[0].answers == [.alias(name: "api.example.com", "edge"), .address(name: "edge", address)])
    #expect(lookups[1].doubts == [.otherServer])
  }
}
