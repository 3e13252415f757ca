import CKernelABI
import Trace

/// The kernel's tables of hosts: each distinct set of ports has a number, which names and addresses refer to.
struct HostRuleTable {
  private(set) var ports: [EnforcementTable.HostPorts] = []
  private(set) var names: [(key: host_key, rule: host_rule)] = []
  private(set) var addresses: [(address: IPAddress, number: UInt32)] = []

  init(_ table: EnforcementTable) {
    for host in table.hosts {
      let key = host_key(host.name)
      let rule = host_rule(
        prefix_length: key.prefix_length, exact: number(of: host.exact), below: number(of: host.below))
      names.append((key, rule))
    }
    for named in table.namedAddresses { addresses.append((named.address, number(of: named.ports))) }
  }

  /// 0 where there is nothing to say.
  private mutating func number(of wanted: EnforcementTable.HostPorts) -> UInt32 {
    if wanted.isEmpty { return 0 }
    if let known = ports.firstIndex(of: wanted) { return UInt32(known + 1) }
    ports.append(wanted)
    return UInt32(ports.count)
  }
}

extension host_key {
  /// A name turned round, with a NUL behind each label, as bpf/dns_message.h turns those of questions.
  init(_ name: String) {
    var turned: [UInt8] = []
    for label in name.utf8.split(separator: UInt8(ascii: ".")).reversed() { turned += label.reversed() + [0] }
    self.init()
    prefix_length = UInt32(turned.count * 8)
    withUnsafeMutableBytes(of: &self.name) { $0.copyBytes(from: turned) }
  }
}
