import Testing
import Trace

private func hello(name: String, before: [UInt8] = [0, 10, 0, 2, 0, 0]) -> [UInt8] {
  func vector(_ size: Int, _ bytes: [UInt8]) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) } + bytes
  }
  let names = vector(2, [0] + vector(2, Array(name.utf8)))
  let extensions = before + [0, 0] + vector(2, names)
  let body =
    [3, 3] + Array(repeating: 9, count: 32) + vector(1, Array(repeating: 1, count: 32)) + vector(2, [0x13, 1])
    + vector(1, [0]) + vector(2, extensions)
  return [22, 3, 1] + vector(2, [1] + vector(3, body))
}

private func sni(_ bytes: [UInt8]) -> String? { bytes.withUnsafeBytes { ClientHello.serverName(in: $0) } }
private func host(_ text: String) -> String? { Array(text.utf8).withUnsafeBytes { HTTPRequest.host(in: $0) } }

@Suite struct ClaimTests {
  @Test func readsTheNameOfAClientHello() {
    #expect(sni(hello(name: "API.example.com")) == "api.example.com")
    #expect(sni(hello(name: "api.example.com", before: [])) == "api.example.com")
  }

  @Test func takesNothingElseForAName() {
    #expect(sni(hello(name: "")) == nil)
    #expect(sni(hello(name: "a b")) == nil)
    #expect(sni(hello(name: "a\u{1B}[0m")) == nil)
    #expect(sni(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)) == nil)
  }

  @Test func saysNothingOfAHelloThatIsCutOff() {
    let whole = hello(name: "api.example.com")
    for length in 0..<whole.count { #expect(sni(Array(whole[..<length])) == nil) }
  }

  @Test(
    arguments: [
      ("GET / HTTP/1.1\r\nUser-Agent: x\r\nHost: API.example.com:8080\r\n\r\n", "api.example.com"),
      ("POST /a?b HTTP/1.0\nhost:example.com\n\n", "example.com"),
      ("GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n", nil), ("GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", nil),
      ("GET / HTTP/1.1\r\nHost: exam", nil), ("GET / HTTP/1.1\r\n\r\nHost: x.example\r\n", nil),
      ("SSH-2.0-OpenSSH\r\nHost: x.example\r\n", nil), ("", nil), ("GET / HTTP/1.1\r\nHost:\r\n\r\n", nil),
    ] as [(String, String?)])
  func readsTheHostOfARequest(text: String, name: String?) {
    #expect(host(text) == name)
  }

  @Test func survivesMutations() {
    var generator = Mutations(state: 2)
    let seed = hello(name: "api.example.com")
    for _ in 0..<20_000 {
      let mutated = generator.mutate(seed)
      if let name = sni(mutated) { #expect(name.utf8.count <= mutated.count) }
    }
  }
}
