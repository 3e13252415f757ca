import Glibc
import Testing

@testable import HTTPClient

@Suite struct HTTPClientTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private func client(_ server: Server, host: String = "127.0.0.1") -> HTTPClient {
    HTTPClient(host: host, port: server.port, authority: "test", tls: nil, responseLimit: 1 << 20)
  }

  private func post(
    _ client: inout HTTPClient, body: [UInt8] = [1], within limit: Duration = .seconds(20)
  ) throws(HTTPFailure) -> HTTPResponse {
    try client.post("/", headers: [], body: body, deadline: .now + limit)
  }

  /// Runs a test against a server whose connections a function serves.
  private func serving(_ serve: @escaping @Sendable (Connection) -> Void, _ test: (Server) throws -> Void) throws {
    let server = try Server(serve)
    defer { server.stop() }
    try test(server)
  }

  @Test func oneConnectionCarriesManyRequests() throws {
    try serving { connection in
      for _ in 0..<3 where connection.receive(untilEndOf: [1]) { connection.send(Self.ok) }
    } _: { server in
      var client = client(server)
      for _ in 0..<3 {
        let response = try post(&client)
        #expect(response.body == Array("ok".utf8))
      }
      #expect(server.connections == 1)
    }
  }

  @Test func aConnectionThatTheServerEndedIsNotUsedAgain() throws {
    try serving { connection in
      if connection.receive(untilEndOf: [1]) { connection.send(Self.ok) }
    } _: { server in
      var client = client(server)
      for _ in 1...3 {
        let response = try post(&client)
        #expect(response.status == 200)
        server.awaitEnd()
      }
      #expect(server.connections == 3)
    }
  }

  @Test func anAnswerBeforeTheEndOfTheRequestIsTheAnswer() throws {
    try serving { connection in
      // Reads no more than the head; the body does not fit into the socket's buffers.
      if connection.receive(untilEndOf: Array("\r\n\r\n".utf8)) {
        connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.awaitStop()
      }
    } _: { server in
      var client = client(server)
      let response = try post(&client, body: [UInt8](repeating: 1, count: 64 << 20))
      #expect(response.status == 413)
    }
  }

  @Test func aServerThatEndsTheConnectionGaveNoAnswer() throws {
    try serving { connection in
      _ = connection.receive(untilEndOf: [1])
    } _: { server in
      var client = client(server)
      #expect(throws: HTTPFailure.closed) { try post(&client) }
    }
  }

  @Test func theDeadlineEndsSilence() throws {
    try serving { connection in
      connection.awaitStop()
    } _: { server in
      var client = client(server)
      let start = ContinuousClock.now
      #expect(throws: HTTPFailure.timedOut) { try post(&client, within: .milliseconds(200)) }
      #expect((Duration.milliseconds(200)...Duration.seconds(5)).contains(ContinuousClock.now - start))
    }
  }

  @Test func aHeadWithoutEndIsRefused() throws {
    try serving { connection in
      connection.send("HTTP/1.1 200 OK\r\n")
      while connection.send("A: b\r\n") {}
    } _: { server in
      var client = client(server)
      #expect {
        try post(&client)
      } throws: { error in
        if case .malformed = error as? HTTPFailure { true } else { false }
      }
    }
  }

  @Test func aPortWithoutServerRefuses() throws {
    try serving { _ in
    } _: { server in
      server.stop()
      var client = client(server)
      #expect(throws: HTTPFailure.system(errno: ECONNREFUSED)) { try post(&client) }
    }
  }

  @Test func everyAddressOfAHostIsTried() throws {
    // localhost is ::1 and 127.0.0.1 on most machines; the server has only the second.
    try serving { connection in
      if connection.receive(untilEndOf: [1]) { connection.send(Self.ok) }
    } _: { server in
      var client = client(server, host: "localhost")
      let response = try post(&client)
      #expect(response.status == 200)
    }
  }

  @Test func aHostWithoutAddressIsSaid() throws {
    // No nameserver is asked for a label of more than 63 bytes.
    let host = String(repeating: "a", count: 64)
    var client = HTTPClient(host: host, port: 80, authority: "test", tls: nil, responseLimit: 1)
    #expect {
      try post(&client)
    } throws: { error in
      if case .noAddress = error as? HTTPFailure { true } else { false }
    }
  }
}
