import Testing
import Trace

@Suite struct TraceBuilderFlowTests {
  private let root = [fork(10, by: 1, isRoot: true), exec(10, "/bin/a", at: 10_100)]

  @Test func tellsDatagramsTheirTotals() throws {
    let trace = trace(
      root + [
        datagram(10, "203.0.113.9:53", at: 20_000),
        flow(10, "203.0.113.9:53", .udp, at: 20_000, attempts: 7, sent: 5, local: 5) {
          $0.bytesSent = 50
          $0.bytesReceived = 60
        },
      ])
    #expect(trace.connections.count == 1)
    let connection = try #require(trace.connections.first)
    #expect(connection.direction == .send)
    #expect(connection.protocol == .udp)
    #expect(connection.count == 5)
    #expect(connection.bytesSent == 50)
    #expect(connection.bytesReceived == 60)
    #expect(connection.isLocal)
    #expect(connection.thread == 10)
    #expect(connection.end == at(20_100))
    #expect(connection.outcome == .attempted)
    let flow = try #require(trace.flows.first)
    #expect(flow.process == 0)
    #expect(flow.executable == "/bin/a")
    #expect(flow.command == "a")
    #expect(flow.count == 7)
    #expect(flow.isLocal)
    #expect(flow.firstAttempt == at(20_000))
    #expect(flow.lastAttempt == at(20_100))
  }

  @Test func judgesDestinationsThatTheTableRefusedByTheirRecords() {
    var end = testEnd
    end.loss.flowsRefused = 2
    var builder = TraceBuilder(header: testHeader)
    let events =
      root + [
        connect(10, "203.0.113.9:443", socket: 1, at: 20_000), connect(10, "203.0.113.9:443", socket: 2, at: 21_000),
        connect(10, "203.0.113.1:80", socket: 3, at: 22_000),
        flow(10, "203.0.113.1:80", at: 22_000, attempts: 1, sent: 0) { $0.networkNamespace = 9 },
      ]
    for event in events { builder.add(event) }
    let flows = builder.finish(end).flows
    #expect(flows.map(\.destination) == [endpoint("203.0.113.1:80"), endpoint("203.0.113.9:443")])
    #expect(flows.map(\.attempts) == [1, 2])
    #expect(flows.allSatisfy { $0.process == 0 && $0.executable == "/bin/a" })
  }

  @Test func aDatagramWithoutTotalsIsOne() throws {
    #expect(trace(root + [datagram(10, "203.0.113.9:53", at: 20_000)]).connections.first?.count == 1)
  }

  @Test func refusedAttemptsSaySo() {
    let trace = trace(
      root + [
        connect(10, "203.0.113.9:443", socket: 5, at: 20_000),
        close(10, "203.0.113.9:443", socket: 5, attempt: 20_000, at: 21_000) {
          $0.isNotSent = true
          $0.isRefused = true
        },
        flow(10, "203.0.113.9:443", at: 20_000, attempts: 1, sent: 0) { $0.refused = 1 },
        flow(10, "203.0.113.9:53", .udp, at: 30_000, attempts: 0, sent: 0) { $0.refused = 3 },
      ])
    #expect(trace.connections.map(\.outcome) == [.refused, .refused])
    #expect(trace.flows.map(\.count) == [1, 3])
  }

  @Test(arguments: [(UInt64(2), 1), (3, 2)])
  func aRefusedPacketIsNotToldAgainByItsFailedSend(_ failed: UInt64, flows: Int) {
    let trace = trace(
      root + [
        flow(10, "203.0.113.9:0", .icmp, at: 20_000, attempts: 0, sent: 0) { $0.refused = 2 },
        flow(10, "[::]:0", .icmp, at: 20_001, attempts: failed, sent: 0) {
          $0.isSendOnly = true
          $0.failed = failed
        },
      ])
    #expect(trace.flows.count == flows)
  }

  @Test func datagramsThatNeverLeftAreNotSent() throws {
    let trace = trace(
      root + [
        datagram(10, "203.0.113.9:53", at: 20_000), flow(10, "203.0.113.9:53", .udp, at: 20_000, attempts: 7, sent: 0),
      ])
    #expect(trace.connections.first?.outcome == .notSent)
    #expect(trace.connections.first?.count == 7)
    #expect(trace.flows.first?.isLocal == false)
  }

  @Test(arguments: [
    (TransportProtocol.tcp, UInt64(3), UInt64(3), UInt64(3), true), (.tcp, 3, 2, 2, false), (.tcp, 3, 3, 2, false),
    (.tcp, 1, 0, 0, false), (.udp, 3, 2, 2, true), (.udp, 3, 3, 2, false), (.udp, 1, 0, 0, false),
  ])
  func knowsOwnAddresses(
    transport: TransportProtocol, attempts: UInt64, sent: UInt64, local: UInt64, expected: Bool
  ) {
    let trace = trace(root + [flow(10, "192.0.2.1:80", transport, at: 1, attempts: attempts, sent: sent, local: local)])
    #expect(trace.flows.map(\.isLocal) == [expected])
  }

  @Test func addsAConnectionForAFlowThatNoRecordTells() throws {
    let trace = trace(
      root + [
        connect(10, "203.0.113.9:443", socket: 5, at: 20_000),
        flow(10, "203.0.113.9:443", at: 20_000, attempts: 4, sent: 4),
        flow(10, "203.0.113.9:80", at: 19_000, attempts: 3, sent: 3) { $0.established = 1 },
        flow(10, "203.0.113.9:53", .udp, at: 21_000, attempts: 2, sent: 2),
        flow(10, "198.51.100.1:9", at: 22_000, attempts: 2, sent: 0),
        flow(10, "198.51.100.2:9", at: 23_000, attempts: 2, sent: 2) { $0.failed = 2 },
      ])
    #expect(trace.connections.map(\.peer.port) == [80, 443, 53, 9, 9])
    #expect(trace.connections.map(\.direction) == [.connect, .connect, .send, .connect, .connect])
    #expect(trace.connections.map(\.outcome) == [.established, .attempted, .attempted, .notSent, .attempted])
    #expect(trace.connections.map(\.count) == [3, 1, 2, 2, 2])
    #expect(trace.connections.allSatisfy { $0.process == 0 && $0.networkNamespace == 9 })
  }

  @Test func anAcceptedConnectionTellsNoFlow() {
    let trace = trace(
      root + [
        accept(10, "203.0.113.9:443", socket: 6, at: 20_000),
        flow(10, "203.0.113.9:443", at: 21_000, attempts: 1, sent: 1),
      ])
    #expect(trace.connections.map(\.direction) == [.accept, .connect])
  }

  @Test func aPeerThatTheKernelRewroteIsOneConnection() {
    let beginning = connect(10, "0.0.0.0:80", socket: 5, at: 20_000)
    let end = close(10, "127.0.0.1:80", socket: 5, attempt: 20_000, at: 21_000) { $0.errno = 111 }
    for events in [[beginning, end], [end, beginning]] {
      let trace = trace(root + events + [flow(10, "0.0.0.0:80", at: 20_000, attempts: 1, sent: 1)])
      #expect(trace.connections.map(\.peer) == [endpoint("127.0.0.1:80")])
    }
  }

  @Test func aFlowToAnOwnAddressSaysSoOfItsConnections() {
    let trace = trace(
      root + [
        connect(10, "192.0.2.1:80", socket: 5, at: 20_000),
        flow(10, "192.0.2.1:80", at: 20_000, attempts: 1, sent: 1, local: 1),
      ])
    #expect(trace.connections.map(\.isLocal) == [true])
  }

  @Test func findsTheExecutableOfAFlow() {
    let trace = trace(
      root + [
        fork(11, by: 10), image("/bin/table", of: 10, first: 12, at: 12_500),
        flow(12, "203.0.113.9:1", path: "/bin/table", at: 20_000, attempts: 1, sent: 1),
        flow(11, "203.0.113.9:2", path: "/unknown", at: 20_001, attempts: 1, sent: 1),
        flow(99, "203.0.113.9:3", path: "/unknown", at: 20_002, attempts: 1, sent: 1),
      ])
    #expect(trace.flows.map(\.executable) == ["/bin/table", "/bin/a", nil])
    #expect(trace.flows.map(\.process) == [2, 1, nil])
  }

  @Test func sumsEntriesOfOneDestination() {
    let trace = trace(
      root + [
        datagram(10, "203.0.113.9:53", at: 20_000),
        flow(10, "203.0.113.9:53", .udp, at: 20_000, attempts: 2, sent: 2, local: 2),
        flow(10, "203.0.113.9:53", .udp, at: 25_000, attempts: 3, sent: 3),
      ])
    #expect(trace.flows.count == 2)
    #expect(trace.connections.map(\.count) == [5])
    #expect(trace.connections.map(\.isLocal) == [false])
    #expect(trace.connections.first?.end == at(25_100))
  }
}
