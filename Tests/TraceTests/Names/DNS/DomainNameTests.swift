import Testing
import Trace

@Suite struct DomainNameTests {
  @Test(
    arguments: [
      ([3, 0x57, 0x77, 0x57, 2, 0x64, 0x65, 0], "www.de"), ([0], "."), ([], "."),
      ([3, 0x61, 0x2E, 0x62, 1, 0x63], #"a\.b.c"#), ([2, 0x5C, 0x00, 0], #"\\\000"#), ([1, 0xFC, 0], #"\252"#),
      ([1, 0x20, 0], #"\032"#),
    ] as [([UInt8], String)])
  func writesNamesOfTheWire(wire: [UInt8], text: String) {
    #expect(DomainName.text(wire: wire) == text)
  }

  @Test func refusesLabelsThatDoNotFit() {
    #expect(DomainName.text(wire: [64] + Array(repeating: 0x61, count: 64)) == nil)
    #expect(DomainName.text(wire: [3, 0x61]) == nil)
  }

  @Test(arguments: [
    ("a.example.com", "example.com", true), ("a.b.example.com", "example.com", true),
    ("example.com", "example.com", false), ("notexample.com", "example.com", false),
    (#"a\.example.com"#, "example.com", false), (#"a\\.example.com"#, "example.com", true),
    (".example.com", "example.com", false),
  ])
  func knowsSubdomains(name: String, parent: String, isBelow: Bool) {
    #expect(DomainName.isSubdomain(name, of: parent) == isBelow)
  }

  @Test(arguments: [
    ("API.Example.com.", "api.example.com"), (".", "."), ("", ""), ("ÄB", "Äb"),
  ])
  func normalizesWhatPeopleWrite(name: String, normal: String) {
    #expect(DomainName.normalized(name) == normal)
  }

  @Test func readsHostsFiles() {
    #expect(
      HostsEntry(line: "192.0.2.7\tDB db.example.com. # ours")
        == HostsEntry(address: IPAddress("192.0.2.7")!, names: ["db", "db.example.com"]))
    #expect(HostsEntry(line: "fe80::1%lo0 router")?.address == IPAddress("fe80::1"))
    #expect(HostsEntry(line: "# 192.0.2.7 db") == nil)
    #expect(HostsEntry(line: "192.0.2.7") == nil)
    #expect(HostsEntry(line: "db 192.0.2.7") == nil)
  }
}
