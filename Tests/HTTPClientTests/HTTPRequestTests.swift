import Testing

@testable import HTTPClient

@Suite struct HTTPRequestTests {
  @Test func headersPrecedeTheBody() {
    let headers = [HTTPHeader(name: "api-key", value: "secret"), HTTPHeader(name: "User-Agent", value: "test/1")]
    let request = HTTPRequest.post("/v1/traces?a=b", authority: "[::1]:4318", headers: headers, body: [120, 0])
    #expect(
      String(decoding: request, as: UTF8.self)
        == "POST /v1/traces?a=b HTTP/1.1\r\nHost: [::1]:4318\r\napi-key: secret\r\nUser-Agent: test/1\r\n"
        + "Content-Length: 2\r\n\r\nx\0")
  }

  @Test func theMessageEndsWhereTheClientSays() {
    let names = ["host", "content-length", "Transfer-Encoding", "CONNECTION", "expect", "Upgrade", "te"]
    let headers = names.map { HTTPHeader(name: $0, value: "7") }
    let request = HTTPRequest.post("/", authority: "a", headers: headers, body: [])
    #expect(String(decoding: request, as: UTF8.self) == "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
  }
}
