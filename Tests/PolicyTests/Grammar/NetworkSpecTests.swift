import Testing
import Trace

@testable import Policy

@Suite struct NetworkSpecTests {
  @Test(arguments: [
    "192.0.2.1", "192.0.2.1:443", "tcp://192.0.2.1:443", "udp://10.0.0.0/8:8000-8080", "[2001:db8::1]:443",
    "[2001:db8::/32]", "tcp://[fc00::/7]:22", "loopback", "loopback:8080", "self", "private:5432", "link-local",
    "multicast", "metadata", "metadata:80", "dns", "udp://dns", "any", "any:443", "unix:/run/*.sock",
    "unix:/run/a:b.sock", "unix:@name", "example.com:443", "*.example.com", "my_db", "0.0.0.0/0", "[::/0]",
    "192.0.2.1:0",
  ])
  func readsAndWritesBack(_ text: String) throws {
    #expect(try NetworkSpec(text).description == text)
  }

  @Test(arguments: [
    ("192.0.2.1:*", "192.0.2.1"), ("192.0.2.1:80-80", "192.0.2.1:80"), ("192.0.2.1/32", "192.0.2.1"),
    ("[2001:DB8:0::1]", "[2001:db8::1]"), ("[::ffff:192.0.2.1]:1", "192.0.2.1:1"), ("Example.COM", "example.com"),
  ])
  func normalizes(_ text: String, _ expected: String) throws {
    #expect(try NetworkSpec(text).description == expected)
  }

  @Test(arguments: [
    ("", #"expected a destination, such as 192.0.2.1:443, 10.0.0.0/8 or loopback, found """#),
    ("a b", #"expected a destination, such as 192.0.2.1:443, 10.0.0.0/8 or loopback, found "a b""#),
    ("https://example.com", #"expected tcp:// or udp://, found "https://""#),
    ("256.0.0.1", #"expected an IPv4 address, found "256.0.0.1""#),
    ("1.2.3", #"expected an IPv4 address, found "1.2.3""#),
    ("10.0.0.0/33", #"expected a prefix length from 0 to 32, found "33""#),
    ("10.0.0.0/", #"expected a prefix length from 0 to 32, found """#),
    ("10.0.0.1/8", #"expected 10.0.0.0/8 (no address bits beyond the prefix), found "10.0.0.1/8""#),
    ("[2001:db8::1/32]", #"expected [2001:db8::/32] (no address bits beyond the prefix), found "2001:db8::1/32""#),
    ("[::/129]", #"expected a prefix length from 0 to 128, found "129""#),
    ("[::]/0", #"expected the prefix length inside the brackets, as in [2001:db8::/32], found "[::]/0""#),
    ("::1", #"expected an IPv6 address in brackets, as in [2001:db8::1]:443, found "::1""#),
    ("[::1", #"expected ] after an IPv6 address, found "[::1""#),
    ("[::1]443", #"expected : and a port after ], found "[::1]443""#),
    ("[192.0.2.1]", #"expected an IPv6 address in the brackets, found "192.0.2.1""#),
    ("192.0.2.1:65536", #"expected a port from 0 to 65535, a range (8000-8080) or *, found "65536""#),
    ("192.0.2.1:", #"expected a port from 0 to 65535, a range (8000-8080) or *, found """#),
    ("192.0.2.1:+5", #"expected a port from 0 to 65535, a range (8000-8080) or *, found "+5""#),
    ("192.0.2.1:90-80", #"expected a port range with the lower port first, found "90-80""#),
    ("dns:53", #"expected dns without a port, found "dns:53""#),
    ("*", #"expected a destination (any matches every one), found "*""#),
    ("a.*.com", #"expected a host name with *. only at its beginning, found "a.*.com""#),
    ("-a.com", "expected an address, a range, a host name, or one of \(NetworkSpec.keywordList), found \"-a.com\""),
    ("exämple.com", #"expected a host name in its ASCII form (xn--…), found "exämple.com""#),
    ("tcp://unix:/a", #"expected unix: without a protocol, found "tcp://unix:/a""#),
    ("unix:a", #"expected an absolute path, an abstract name (@name) or a glob after unix:, found "a""#),
  ])
  func refuses(_ text: String, _ message: String) {
    do {
      let spec = try NetworkSpec(text)
      Issue.record("parsed as \(spec)")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test func theLocalHostIsLoopback() throws {
    #expect(throws: GrammarError.expected("loopback for the local host", found: "localhost:80")) {
      try NetworkSpec("localhost:80").checkMeaning(inDenyList: false)
    }
  }

  @Test(arguments: ["unix:/run/x", "example.com:443", "*.example.com", "tcp://a.example.com:1-2"])
  func mayBeAllowedAndDenied(text: String) throws {
    try NetworkSpec(text).checkMeaning(inDenyList: false)
    try NetworkSpec(text).checkMeaning(inDenyList: true)
  }

  @Test(arguments: [
    ("API.Example.com.:443", "api.example.com:443"), ("*.Example.COM.", "*.example.com"),
    ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("dns:Evil.example.", "dns:evil.example"), ("dns:*", "dns:*"),
    ("dns:*.example.com", "dns:*.example.com"), ("_srv.example.com", "_srv.example.com"),
  ])
  func readsNamesInAnyCase(text: String, normal: String) throws {
    #expect(try NetworkSpec(text).description == normal)
  }

  @Test func readsNamesOf253Characters() throws {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(try NetworkSpec(longest).destination == .host(longest))
    #expect(throws: GrammarError.self) { try NetworkSpec(longest + "c") }
  }

  @Test func lookupsAreDeniedOnly() throws {
    try NetworkSpec("dns:example.com").checkMeaning(inDenyList: true)
    #expect(throws: GrammarError.self) { try NetworkSpec("dns:example.com").checkMeaning(inDenyList: false) }
    #expect(throws: GrammarError.self) { try NetworkSpec("udp://dns:example.com") }
    #expect(throws: GrammarError.self) { try NetworkSpec("dns:53") }
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("[::/0]", "192.0.2.1", false),
    ("[::/0]", "2001:db8::1", true), ("0.0.0.0/0", "2001:db8::1", false), ("0.0.0.0/0", "192.0.2.1", true),
    ("[fc00::/7]", "fdff::1", true), ("[fc00::/7]", "fe00::1", false),
  ])
  func rangesHoldTheirOwnFamily(_ range: String, _ address: String, _ isInside: Bool) throws {
    guard case .network(let network) = try NetworkSpec(range).destination else {
      Issue.record("no range")
      return
    }
    #expect(network.contains(try #require(IPAddress(address))) == isInside)
  }
}
