import Testing
import Trace

@testable import Policy

/// Destinations that are no address and port.
@Suite struct ProtocolTests {
  private func verdict(
    _ protocol: TransportProtocol, to address: String = "::", path: String? = nil, sent: UInt64 = 1,
    _ change: (inout Policy) throws -> Void = { _ in }
  ) throws -> Verdict {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: address, 0, protocol: `protocol`)
    fixture.trace.flows[0].path = path
    fixture.trace.flows[0].sent = sent
    fixture.trace.header.hooks = [
      Hook(name: "raw_tp/sock_send_length", isRequired: false, isAttached: true, cost: "")
    ]
    fixture.trace.flows[0].peer = path.map { _ in UnixPeer(pid: 812, isMember: false) }
    var policy = Policy()
    try change(&policy)
    return policy.evaluate(fixture.trace)
  }

  private static func rule(_ text: String) throws -> NetworkRule {
    NetworkRule(spec: try NetworkSpec(text), reference: RuleReference(text: text, source: "test"))
  }

  @Test(arguments: [TransportProtocol.packet, .vsock, .xdp, .raw, .icmp])
  func aDestinationThatTheKernelDoesNotShowIsNeverLoopback(_ protocol: TransportProtocol) throws {
    let violation = try #require(try verdict(`protocol`).violations.first)
    #expect(violation.destination == "\(`protocol`)://unknown")
    #expect(violation.remedy?.flag == "--allow-net any")
  }

  @Test func onlyAnyAllowsWhatHasNoAddress() throws {
    #expect(try verdict(.packet) { $0.network.allow = [try Self.rule("[::/0]")] }.violations.count == 1)
    #expect(try verdict(.packet) { $0.network.allow = [try Self.rule("tcp://any")] }.violations.count == 1)
    #expect(try verdict(.packet) { $0.network.allow = [try Self.rule("any")] }.violations.isEmpty)
  }

  @Test func askingForIOUringHasARuleOfItsOwn() throws {
    let violation = try #require(try verdict(.ioUring).violations.first)
    #expect(violation.destination == "io_uring")
    #expect(violation.remedy?.flag == "--allow-net io_uring")
    #expect(try verdict(.ioUring) { $0.network.allow = [try Self.rule("io_uring")] }.violations.isEmpty)
    #expect(try verdict(.packet) { $0.network.allow = [try Self.rule("io_uring")] }.violations.count == 1)
    #expect(throws: GrammarError.self) { try Self.rule("io_uring:443") }
    #expect(throws: GrammarError.self) { try Self.rule("udp://io_uring") }
  }

  @Test func aRawSocketsKnownDestinationIsAnAddress() throws {
    let violations = try verdict(.icmp, to: "203.0.113.9").violations
    #expect(violations.map(\.destination) == ["icmp://203.0.113.9"])
    #expect(
      try verdict(.icmp, to: "203.0.113.9") { $0.network.allow = [try Self.rule("203.0.113.9")] }.violations.isEmpty)
    #expect(try verdict(.icmp, to: "127.0.0.1").violations.isEmpty)
  }

  @Test func unixSocketsAreAllowedUnlessDenied() throws {
    #expect(try verdict(.unix, path: "/run/docker.sock").violations.isEmpty)
    #expect(
      try verdict(.unix, path: "/run/docker.sock") { $0.network.deny = [try Self.rule("any")] }.violations.isEmpty)
    let denied = try verdict(.unix, path: "/run/docker.sock") { $0.network.deny = [try Self.rule("unix:/run/*.sock")] }
    #expect(denied.violations.map(\.destination) == ["unix:/run/docker.sock"])
  }

  @Test func aDenyOfUnixSocketsNeedsTheirHooks() throws {
    var fixture = TraceFixture()
    fixture.trace.header.hooks = [
      Hook(name: "cgroup/connect_unix", isRequired: false, isAttached: false, cost: "unix sockets are not seen")
    ]
    var policy = Policy()
    #expect(policy.evaluate(fixture.trace).incompleteReasons.isEmpty)
    policy.network.deny = [try Self.rule("unix:/run/*.sock")]
    #expect(policy.evaluate(fixture.trace).incompleteReasons.count == 1)
  }

  @Test(arguments: [
    ("/var/run/docker.sock", "python3 asked the Docker engine at /var/run/docker.sock (pid 812): "),
    ("/tmp/ssh-abc/agent.7", "python3 asked ssh-agent at /tmp/ssh-abc/agent.7 (pid 812): "),
    ("/tmp/sccache.sock", "python3 talked to pid 812, outside the run, at unix:/tmp/sccache.sock"),
  ])
  func doorsAreNamed(path: String, sentence: String) throws {
    let doors = try verdict(.unix, path: path).notCovered
    #expect(doors.count == 1 && doors[0].hasPrefix(sentence))
  }

  @Test func anAttemptThatSentNothingIsNoDoor() throws {
    #expect(try verdict(.unix, path: "/var/run/nscd/socket", sent: 0).notCovered.isEmpty)
  }

  @Test func aLoopbackPeerOutsideTheRunIsNamed() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "127.0.0.1", 5432)
    let endpoint = fixture.trace.flows[0].destination
    fixture.trace.outsideListeners = [
      OutsideListener(protocol: .tcp, destination: endpoint, path: nil, pid: 812, command: "postgres")
    ]
    #expect(
      Policy().evaluate(fixture.trace).notCovered == [
        "python3 talked to pid 812 postgres, outside the run, at tcp://127.0.0.1:5432"
      ])
    fixture.trace.listeners = [
      Listener(
        processIdentity: fixture.trace.processes[0].identity, protocol: .tcp,
        local: Endpoint(address: IPAddress(ipv4: 0), port: 5432), networkNamespace: 0, socket: 1,
        time: BootInstant(nanoseconds: 1))
    ]
    #expect(Policy().evaluate(fixture.trace).notCovered.isEmpty)
  }
}
