import Testing
import Trace

@testable import Policy

/// What the kernel is handed agrees with what is judged after the run.
@Suite struct EnforcementTableTests {
  private static let today = CalendarDate(unixSeconds: 1_700_000_000)
  private static let nameserver = IPAddress("192.0.2.53")!

  private func rule(_ text: String, _ change: (inout NetworkRule) -> Void = { _ in }) throws -> NetworkRule {
    var rule = NetworkRule(spec: try NetworkSpec(text), reference: RuleReference(text: text, source: "test"))
    change(&rule)
    return rule
  }

  private func policy(allow: [String] = [], deny: [String] = []) throws -> Policy {
    var policy = Policy()
    policy.mode = .enforce
    policy.network.allow = try allow.map { try rule($0) }
    policy.network.deny = try deny.map { try rule($0) }
    return policy
  }

  private func table(_ policy: Policy, hosts: [HostsEntry] = []) throws -> EnforcementTable {
    try policy.enforcementTable(nameservers: [Self.nameserver], hosts: hosts, today: Self.today)
  }

  /// As bpf/enforcement.h decides it.
  private func lets(
    _ table: EnforcementTable, _ address: IPAddress, _ port: UInt16, _ protocol: TransportProtocol, isOwn: Bool,
    names: [String] = []
  ) -> Bool {
    func ports(_ set: PortsByTransport) -> PortSet {
      switch NetworkSpec.Transport(`protocol`) {
      case .tcp: set.tcp
      case .udp: set.udp
      case nil: set.other
      }
    }
    let entry = table.destinations.filter { address.hasPrefix(of: $0.address, length: $0.prefixLength) }
      .max { $0.prefixLength < $1.prefixLength }
    guard let entry else { return false }
    let byName = names.compactMap { hostPorts($0, table) }
    if byName.contains(where: { ports($0.denied).contains(port) }) { return false }
    let deniesSelf = ports(table.deniedSelf).contains(port)
    if ports(entry.allowed).contains(port) { return !(deniesSelf && isOwn) }
    if ports(entry.denied).contains(port) { return false }
    if entry.admitsNames, byName.contains(where: { ports($0.allowed).contains(port) }) { return !(deniesSelf && isOwn) }
    return deniesSelf ? false : isOwn
  }

  /// As bpf/host_rules.h finds them.
  private func hostPorts(_ name: String, _ table: EnforcementTable) -> EnforcementTable.HostPorts? {
    let around = table.hosts.filter { $0.name == name || DomainName.isSubdomain(name, of: $0.name) }
    let longest = around.max { $0.name.utf8.count < $1.name.utf8.count }
    return longest.map { $0.name == name ? $0.exact : $0.below }
  }

  private func isAllowed(
    _ policy: Policy, _ address: IPAddress, _ port: UInt16, _ protocol: TransportProtocol, isOwn: Bool,
    names: [String] = []
  ) -> Bool {
    var fixture = TraceFixture(recognisesRunner: false)
    fixture.connect(TraceFixture.pytest, to: "\(address)", port, protocol: `protocol`)
    fixture.trace.flows[0].isLocal = isOwn
    fixture.trace.flows[0].names = names.map {
      AddressName(name: $0, source: .dns, time: fixture.trace.flows[0].firstAttempt)
    }
    return policy.evaluate(fixture.trace).violations.isEmpty
  }

  private static let addresses = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "192.0.2.53", "192.0.2.1", "203.0.113.9", "10.1.2.3", "10.9.9.9",
    "169.254.169.254", "fd00:ec2::254", "fe80::1", "2001:db8::1", "2001:db8:9::9", "224.0.0.251", "255.255.255.255",
    "100.100.100.200", "172.16.3.4", "::2", "::ffff:0:1",
  ].map { IPAddress($0)! }

  static let specs = [
    "any", "loopback", "self", "private", "link-local", "multicast", "metadata", "dns", "10.0.0.0/8", "10.1.0.0/16:443",
    "tcp://10.1.2.0/24:1000-2000", "udp://203.0.113.9:53", "203.0.113.9:443", "203.0.113.0/24", "[2001:db8::/32]",
    "[2001:db8:9::9]:443", "tcp://any:443", "udp://any", "169.254.169.254", "169.254.0.0/16", "127.9.0.0/16", "[::/0]",
    "tcp://dns", "loopback:9", "0.0.0.0/0:80-90", "192.0.2.53:53",
  ]

  static let hostSpecs = [
    "example.com", "*.example.com", "tcp://*.com:400-500", "api.example.com:443", "udp://a.api.example.com",
    "*.api.example.com", "*.ample.com", "*.com:53", "example.net",
  ]
  static let names = [
    "example.com", "api.example.com", "a.api.example.com", "sample.com", "com", "example.net", "a.example.net",
  ]

  @Test(arguments: 0..<60)
  func agreesWithTheJudge(_ seed: Int) throws {
    var generator = Generator(state: UInt64(seed))
    let policy = try policy(
      allow: (0..<Int.random(in: 0...4, using: &generator)).map { _ in Self.specs.randomElement(using: &generator)! },
      deny: (0..<Int.random(in: 0...3, using: &generator)).map { _ in Self.specs.randomElement(using: &generator)! })
    try expectAgreement(policy) { _ in [] }
  }

  @Test(arguments: 0..<30)
  func agreesWithTheJudgeAboutNames(_ seed: Int) throws {
    var generator = Generator(state: UInt64(seed))
    let specs = Self.hostSpecs + Self.hostSpecs + Self.specs
    let policy = try policy(
      allow: (0..<Int.random(in: 0...4, using: &generator)).map { _ in specs.randomElement(using: &generator)! },
      deny: (0..<Int.random(in: 0...2, using: &generator)).map { _ in specs.randomElement(using: &generator)! })
    try expectAgreement(policy) { _ in
      (0..<Int.random(in: 0...2, using: &generator)).map { _ in Self.names.randomElement(using: &generator)! }
    }
  }

  private func expectAgreement(_ policy: Policy, names: (IPAddress) -> [String]) throws {
    let table = try table(policy)
    for address in Self.addresses {
      let names = names(address)
      for (port, kind) in [
        (443, TransportProtocol.tcp), (53, .udp), (53, .tcp), (9, .udp), (1500, .mptcp), (85, .udpLite), (0, .icmp),
      ] {
        if address == .anyIPv6, port == 0 { continue }  // stands for an unknown destination
        for isOwn in [false, true] where !(isOwn && address.isLoopback) {
          let says = lets(table, address, UInt16(port), kind, isOwn: isOwn, names: names)
          let judged = isAllowed(policy, address, UInt16(port), kind, isOwn: isOwn, names: names)
          #expect(
            says == judged,
            """
            \(kind) \(address):\(port)\(isOwn ? ", own" : "") \(names): allow \(policy.network.allow.map(\.spec.description)), \
            deny \(policy.network.deny.map(\.spec.description))
            """)
        }
      }
    }
  }

  @Test func whatOnlySomeMayReachIsLetThrough() throws {
    let address = IPAddress("203.0.113.9")!
    var policy = try policy()
    policy.network.allow = [try rule("203.0.113.9:443") { $0.scopes.exe = try? ProgramPattern("curl") }]
    policy.network.deny = [try rule("loopback") { $0.scopes.user = 7 }]
    var tests = TestRules(match: Glob("*", slashSeparates: false))
    tests.networkAllow = [try rule("10.0.0.0/8")]
    tests.networkDeny = [try rule("any")]
    policy.tests = [tests]
    let table = try table(policy)
    #expect(lets(table, address, 443, .tcp, isOwn: false))
    #expect(!lets(table, address, 444, .tcp, isOwn: false))
    #expect(lets(table, IPAddress("127.0.0.1")!, 1, .tcp, isOwn: false))
    #expect(lets(table, IPAddress("10.1.1.1")!, 1, .udp, isOwn: false))
    #expect(table.notes.count == 4)
  }

  @Test func strictTakesWhatTestsMayReachAway() throws {
    var policy = try policy()
    var tests = TestRules(match: Glob("*", slashSeparates: false))
    tests.networkAllow = [try rule("10.0.0.0/8")]
    policy.tests = [tests]
    policy.isStrict = true
    #expect(!lets(try table(policy), IPAddress("10.1.1.1")!, 1, .udp, isOwn: false))
  }

  @Test func whatTheHarnessMayReachIsLetThrough() throws {
    var policy = try policy(deny: ["private"])
    var harness = NetworkRules(allowReference: RuleReference(text: "harness.allow", source: "test"))
    harness.allow = [try rule("10.0.0.0/8:443")]
    policy.harness = harness
    let table = try table(policy)
    #expect(lets(table, IPAddress("10.1.1.1")!, 443, .tcp, isOwn: false))
    #expect(!lets(table, IPAddress("10.1.1.1")!, 80, .tcp, isOwn: false))
    // Denied to the tests, not to the harness: an address of the machine's own.
    #expect(lets(table, IPAddress("10.1.1.1")!, 80, .tcp, isOwn: true))
  }

  @Test func anExpiredRuleAllowsNothing() throws {
    var policy = try policy()
    policy.network.allow = [try rule("203.0.113.9") { $0.expires = CalendarDate(unixSeconds: 1_600_000_000) }]
    #expect(!lets(try table(policy), IPAddress("203.0.113.9")!, 443, .tcp, isOwn: false))
  }

  @Test func namesOfTheHostsFileAreKnownBefore() throws {
    let (address, other) = (IPAddress("203.0.113.9")!, IPAddress("203.0.113.10")!)
    let hosts = [
      HostsEntry(address: address, names: ["db.internal", "db"]), HostsEntry(address: other, names: ["other"]),
    ]
    let table = try table(try policy(allow: ["db:443", "*.internal:80"]), hosts: hosts)
    #expect(table.namedAddresses.map(\.address) == [address])
    let ports = table.namedAddresses[0].ports
    #expect(ports.allowed.tcp.ranges == [80...80, 443...443] && ports.denied.isEmpty)
  }

  @Test func tooManyHostsAreAnError() throws {
    #expect(throws: PolicyError.self) { try table(try policy(allow: (0...4096).map { "h\($0).example.com" })) }
    #expect(throws: PolicyError.self) { try table(try policy(allow: (0..<17).map { "example.com:\($0 * 10 + 1)" })) }
  }

  @Test func tooManyRangesAreAnError() throws {
    let policy = try policy(allow: (0..<17).map { "203.0.113.9:\($0 * 10 + 1)" })
    #expect(throws: PolicyError.self) { try table(policy) }
    #expect(
      try table(try self.policy(allow: (0..<16).map { "203.0.113.9:\($0 * 10 + 1)" })).destinations.isEmpty == false)
  }

  @Test func unixNamesAreNamesOrBeginnings() throws {
    let table = try table(
      try policy(deny: ["unix:/run/docker.sock", "unix:/run/user/*", "unix:/tmp/**", "unix:@bus", "unix:/a/*/b"]))
    #expect(
      table.deniedUnixNames == [
        .init(bytes: Array("\0bus".utf8), extent: .exact), .init(bytes: Array("/run/docker.sock".utf8), extent: .exact),
        .init(bytes: Array("/run/user/".utf8), extent: .inDirectory), .init(bytes: Array("/tmp/".utf8), extent: .below),
        .init(bytes: Array("@bus".utf8), extent: .exact),
      ])
    #expect(table.notes.count == 1 && table.notes[0].contains("unix:/a/*/b"))
  }
}

/// splitmix64: the same sequence in every run.
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
