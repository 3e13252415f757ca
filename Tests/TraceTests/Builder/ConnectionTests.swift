import Testing
import Trace

@Suite struct TraceBuilderConnectionTests {
  private let root = fork(10, by: 1, isRoot: true)

  private func only(_ events: [KernelEvent]) throws -> Connection {
    let connections = trace([root] + events).connections
    #expect(connections.count == 1)
    return try #require(connections.first)
  }

  @Test func followsAConnectionToItsEnd() throws {
    let connection = try only([
      connect(10, "203.0.113.9:443", socket: 5, at: 20_000),
      close(10, "203.0.113.9:443", socket: 5, attempt: 20_000, at: 30_000) {
        $0.established = at(21_000)
        $0.bytesSent = 10
        $0.bytesReceived = 20
      },
    ])
    #expect(connection.direction == .connect)
    #expect(connection.process == 0)
    #expect(connection.thread == 15)
    #expect(connection.local == endpoint("192.0.2.1:40000"))
    #expect(connection.peer == endpoint("203.0.113.9:443"))
    #expect(connection.networkNamespace == 9)
    #expect(connection.attempt == at(20_000))
    #expect(connection.established == at(21_000))
    #expect(connection.end == at(30_000))
    #expect(connection.outcome == .established)
    #expect(connection.bytesSent == 10)
    #expect(connection.bytesReceived == 20)
    #expect(connection.count == 1)
    #expect(!connection.isStillOpen)
    #expect(!connection.isLocal)
  }

  @Test func onlyAttemptedWhereTheEndWasLost() throws {
    let connection = try only([connect(10, "203.0.113.9:443", socket: 5, at: 20_000)])
    #expect(connection.outcome == .attempted)
    #expect(connection.end == nil)
  }

  private static let outcomes: [(@Sendable (inout CloseEvent) -> Void, Connection.Outcome)] = [
    ({ $0.errno = 111 }, .failed(errno: 111)),
    ({ $0.isNotSent = true }, .notSent),
    ({ _ in }, .abandoned),
    (
      {
        $0.established = at(21_000)
        $0.errno = 104
      }, .established
    ),
    ({ $0.isStillOpen = true }, .attempted),
    (
      {
        $0.isStillOpen = true
        $0.established = at(21_000)
      }, .established
    ),
  ]

  @Test(arguments: outcomes.indices)
  func tellsHowAnAttemptEnded(index: Int) throws {
    let (change, outcome) = Self.outcomes[index]
    let end = close(10, "203.0.113.9:443", socket: 5, attempt: 20_000, at: 30_000, change)
    let beginning = connect(10, "203.0.113.9:443", socket: 5, at: 20_000)
    for events in [[beginning, end], [end, beginning], [end]] {
      let connection = try only(events)
      #expect(connection.outcome == outcome)
      #expect(connection.attempt == at(20_000))
      #expect(connection.direction == .connect)
      #expect(connection.networkNamespace == 9)
      #expect((connection.end == nil) == connection.isStillOpen)
      #expect(connection.thread == (events.count == 2 ? 15 : 0))
    }
  }

  @Test func keepsThePeerThatAFailedSocketForgot() throws {
    let connection = try only([
      connect(10, "203.0.113.9:443", socket: 5, at: 20_000),
      .close(
        CloseEvent(
          time: at(21_000), process: id(10), socket: 5, attempt: at(20_000), protocol: .tcp,
          local: endpoint("0.0.0.0:0"), peer: endpoint("0.0.0.0:0"))),
    ])
    #expect(connection.peer == endpoint("203.0.113.9:443"))
    #expect(connection.local == nil)
  }

  @Test func tellsTwoAttemptsOfOneSocketApart() {
    let trace = trace([
      root, connect(10, "203.0.113.9:1", socket: 5, at: 20_000), connect(10, "203.0.113.9:2", socket: 5, at: 22_000),
      close(10, "203.0.113.9:2", socket: 5, attempt: 22_000, at: 23_000) { $0.established = at(22_500) },
      close(10, "203.0.113.9:1", socket: 5, attempt: 20_000, at: 21_000) { $0.errno = 111 },
    ])
    #expect(trace.connections.map(\.outcome) == [.failed(errno: 111), .established])
  }

  @Test func acceptedConnectionsAreEstablished() throws {
    let beginning = accept(10, "192.0.2.7:5000", socket: 6, at: 20_000)
    let end = close(10, "192.0.2.7:5000", socket: 6, attempt: 20_000, at: 30_000) {
      $0.isAccepted = true
      $0.isLocal = true
    }
    #expect(try only([beginning]).outcome == .established)
    #expect(try only([beginning]).local == endpoint("192.0.2.1:80"))
    for events in [[beginning, end], [end, beginning], [end]] {
      let connection = try only(events)
      #expect(connection.direction == .accept)
      #expect(connection.outcome == .established)
      #expect(connection.established == at(20_000))
      #expect(connection.end == at(30_000))
      #expect(connection.isLocal)
    }
  }

  @Test func aCloseBehindTheRunsEndWins() throws {
    let open = close(10, "203.0.113.9:443", socket: 5, attempt: 20_000, at: 30_000) {
      $0.isStillOpen = true
      $0.established = at(20_100)
    }
    let closed = close(10, "203.0.113.9:443", socket: 5, attempt: 20_000, at: 30_001) { $0.established = at(20_100) }
    for events in [[open, closed], [closed, open]] {
      let connection = try only(events)
      #expect(!connection.isStillOpen)
      #expect(connection.end == at(30_001))
    }
  }

  @Test func leavesTheOwnerOutWhereItsRecordsWereLost() throws {
    let connection = try only([connect(77, "203.0.113.9:443", socket: 5, at: 20_000)])
    #expect(connection.process == nil)
    #expect(connection.processIdentity == id(77))
  }

  @Test func ordersConnectionsByTheirBeginning() {
    let trace = trace([
      root, connect(10, "203.0.113.9:2", socket: 2, at: 22_000), connect(10, "203.0.113.9:1", socket: 1, at: 21_000),
      datagram(10, "203.0.113.9:3", at: 20_000),
    ])
    #expect(trace.connections.map(\.peer.port) == [3, 1, 2])
  }
}
