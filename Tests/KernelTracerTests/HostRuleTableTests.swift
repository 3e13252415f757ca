import CKernelABI
import Testing
import Trace

@testable import KernelTracer

/// What the kernel compares names with.
@Suite struct HostRuleTableTests {
  @Test func namesAreTurnedRoundWithANulBehindEachLabel() {
    let key = host_key("api.example.com")
    #expect(key.prefix_length == 16 * 8)
    withUnsafeBytes(of: key.name) { #expect(Array($0.prefix(17)) == Array("moc\0elpmaxe\0ipa\0\0".utf8)) }
  }

  @Test func equalPortsHaveOneNumber() {
    let (web, all) = (PortsByTransport(tcp: PortSet(443...443)), PortsByTransport.all)
    var table = EnforcementTable()
    table.hosts = [
      .init(name: "a.com", exact: .init(allowed: web), below: .init()),
      .init(name: "b.com", exact: .init(allowed: all), below: .init(allowed: web)),
    ]
    table.namedAddresses = [.init(address: IPAddress("203.0.113.9")!, ports: .init(allowed: all))]
    let rules = HostRuleTable(table)
    #expect(rules.ports == [.init(allowed: web), .init(allowed: all)])
    #expect(rules.names.map(\.rule.exact) == [1, 2] && rules.names.map(\.rule.below) == [0, 1])
    #expect(rules.addresses.map(\.number) == [2])
  }
}
