import Testing
import Trace

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ("::", "::"), ("::1", "::1"), ("2001:db8::1", "2001:db8::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),  // RFC 5952 4.2.2: one zero group stays
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),  // the longest run
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),  // the first of equal runs
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("fe80::", "fe80::"),
    ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
    ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("::1.2.3.4", "::102:304"),
  ])
  func readsAndFormats(text: String, expected: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == expected)
    #expect(IPAddress(expected) == address)
  }

  @Test(arguments: [
    "", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.", "1.2.3.4 ", "+1.2.3.4", "1.2.3.-4",
    "1::2::3", "::1::", "12345::", "g::", "::-0", "::+1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
    "[::1]", "fe80::1%eth0", "2001:db8::/32", "1.2.3.4::", "1.2.3.4::1", "::1.2.3.4:5", ":1:2:3:4:5:6:7", "1:",
    "::ffff:192.0.2.256", "localhost",
  ])
  func refuses(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func mappedAddressesAreIPv4() throws {
    let mapped = try #require(IPAddress("::ffff:127.0.0.1"))
    #expect(mapped.isIPv4)
    #expect(mapped.ipv4 == 0x7F00_0001)
    #expect(mapped == IPAddress(ipv4: 0x7F00_0001))
    #expect(IPAddress("::1")?.ipv4 == nil)
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.255.0.9", true), ("0.0.0.0", true), ("::1", true), ("::", true),
    ("126.255.255.255", false), ("128.0.0.1", false), ("::2", false), ("2001:db8::1", false), ("0.0.0.1", false),
  ])
  func knowsLoopback(text: String, expected: Bool) throws {
    #expect(try #require(IPAddress(text)).isLoopback == expected)
  }

  @Test(arguments: [
    ("10.1.2.3", "10.0.0.0", 8, true), ("11.1.2.3", "10.0.0.0", 8, false), ("10.1.2.3", "10.1.2.3", 32, true),
    ("10.1.2.2", "10.1.2.3", 32, false), ("192.0.2.200", "0.0.0.0", 0, true),
  ])
  func matchesIPv4Prefixes(text: String, network: String, length: Int, expected: Bool) throws {
    let address = try #require(IPAddress(text))
    let network = try #require(IPAddress(network))
    #expect(address.hasPrefix(of: network, length: 96 + length) == expected)
  }

  @Test(arguments: [
    ("2001:db8:1::1", "2001:db8::", 32, true), ("2001:db9::1", "2001:db8::", 32, false), ("fe80::1", "::", 0, true),
    ("2001:db8::1:0:0:1", "2001:db8:0:0:1::", 80, true), ("2001:db8::2:0:0:1", "2001:db8:0:0:1::", 80, false),
    ("::1", "::", 127, true), ("::1", "::", 128, false), ("192.0.2.1", "::", 96, false),
  ])
  func matchesIPv6Prefixes(text: String, network: String, length: Int, expected: Bool) throws {
    let address = try #require(IPAddress(text))
    let network = try #require(IPAddress(network))
    #expect(address.hasPrefix(of: network, length: length) == expected)
  }

  @Test(arguments: ["192.0.2.1:443", "[2001:db8::1]:443", "[::]:0", "0.0.0.0:65535"])
  func endpointsRoundTrip(text: String) throws {
    #expect(try #require(Endpoint(text)).description == text)
  }

  @Test(arguments: ["", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:443", "[192.0.2.1]:1", "[::1]:+1"])
  func refusesOtherEndpoints(text: String) {
    #expect(Endpoint(text) == nil)
  }
}

@Suite struct TransportProtocolTests {
  @Test(arguments: [
    (UInt16(6), "tcp"), (17, "udp"), (1, "icmp"), (58, "icmp6"), (132, "sctp"), (136, "udp-lite"), (255, "raw"),
    (262, "mptcp"), (47, "proto-47"), (0, "proto-0"),
  ])
  func namesRoundTrip(number: UInt16, name: String) {
    #expect(TransportProtocol(rawValue: number).description == name)
    #expect(TransportProtocol(name)?.rawValue == number)
  }

  @Test(arguments: ["", "TCP", "proto-", "proto-+5", "proto--1", "proto-65536", "17"])
  func refusesOtherNames(text: String) {
    #expect(TransportProtocol(text) == nil)
  }
}
