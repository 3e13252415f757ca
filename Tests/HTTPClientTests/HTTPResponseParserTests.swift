import Testing

@testable import HTTPClient

@Suite struct HTTPResponseParserTests {
  /// Parses a text that comes in pieces of so many bytes, then, if it `ends`, the connection's end.
  private func parse(_ text: String, pieces: Int = 1 << 20, limit: Int = 1 << 20, ends: Bool = false) throws -> (
    response: HTTPResponse?, isReusable: Bool
  ) {
    var parser = HTTPResponseParser(bodyLimit: limit)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let piece = rest.prefix(pieces)
      rest = rest.dropFirst(pieces)
      if let response = try piece.withUnsafeBytes({ try parser.take($0) }) { return (response, parser.isReusable) }
    }
    return (ends ? try parser.takeEnd() : nil, parser.isReusable)
  }

  private func text(_ response: HTTPResponse?) -> String? {
    response.map { String(decoding: $0.body, as: UTF8.self) }
  }

  @Test(arguments: [1, 2, 7, 1000]) func piecesMakeNoDifference(size: Int) throws {
    let (response, isReusable) = try parse(
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nContent-Type: text/plain\r\ncontent-length: 5\r\n\r\nlater",
      pieces: size)
    #expect(response?.status == 503 && response?.reason == "Service Unavailable" && isReusable)
    #expect(response?.header("retry-after") == "3" && response?.header("CONTENT-TYPE") == "text/plain")
    #expect(response?.header("Retry") == nil)
    #expect(text(response) == "later")
  }

  @Test(arguments: [1, 1000]) func chunksAreJoined(size: Int) throws {
    let (response, isReusable) = try parse(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nTrailer: t\r\n\r\n",
      pieces: size)
    #expect(text(response) == "hello, world" && isReusable)
  }

  @Test func interimResponsesAreNotTheResponse() throws {
    let (response, isReusable) = try parse(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n")
    #expect(response?.status == 204 && response?.reason == "No Content" && isReusable)
    #expect(response?.headers == [HTTPHeader(name: "A", value: "b")])
  }

  @Test func aBodyMayEndWithTheConnection() throws {
    let open = "HTTP/1.0 200 OK\r\n\r\nall of it"
    #expect(try parse(open).response == nil)
    let (response, isReusable) = try parse(open, ends: true)
    #expect(text(response) == "all of it" && !isReusable)
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nA", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
  func aCutResponseIsNone(text: String) throws {
    #expect(try parse(text, ends: true).response == nil)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
  ])
  func aConnectionThatIsEndedOrOutOfStepCarriesNoMore(text: String) throws {
    let (response, isReusable) = try parse(text)
    #expect(response?.status == 200 && !isReusable)
  }

  @Test func aBodyBeyondTheLimitIsRefused() throws {
    #expect(try text(parse("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1234", limit: 4).response) == "1234")
    #expect(throws: HTTPFailure.tooLong(limit: 4)) {
      try parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n0\r\n\r\n", limit: 4)
    }
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
  ])
  func whatIsNotHTTPIsSaid(text: String) throws {
    #expect {
      try parse(text)
    } throws: { error in
      guard case .malformed(let words) = error as? HTTPFailure else { return false }
      return !words.isEmpty
    }
  }
}
