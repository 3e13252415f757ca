import Trace

/// Turns rules about hosts into one entry for each name, with the rules of every name that it is below.
enum HostRuleCompiler {
  typealias Host = EnforcementTable.Host
  typealias HostPorts = EnforcementTable.HostPorts

  static func hosts(_ sets: [EnforcementCompiler.RuleSet]) -> [Host] {
    let names = Set(sets.flatMap { $0.allow + $0.deny }.compactMap { name(of: $0.spec.destination) })
    return names.sorted().map { name in
      Host(
        name: name, exact: ports(sets) { matches($0, name) }, below: ports(sets) { matchesSubdomains($0, of: name) })
    }
  }

  /// What the names in /etc/hosts say of their addresses.
  static func addresses(of entries: [HostsEntry], _ hosts: [Host]) -> [EnforcementTable.NamedAddress] {
    let hosts = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0) })
    var found: [IPAddress: HostPorts] = [:]
    for entry in entries {
      for name in entry.names {
        guard let ports = ports(of: name, hosts) else { continue }
        found[entry.address, default: HostPorts()].allowed.formUnion(ports.allowed)
        found[entry.address, default: HostPorts()].denied.formUnion(ports.denied)
      }
    }
    return found.filter { !$0.value.isEmpty }.map { .init(address: $0.key, ports: $0.value) }.sorted {
      ($0.address.high, $0.address.low) < ($1.address.high, $1.address.low)
    }
  }

  /// By the longest name that this one is or is below.
  private static func ports(of name: String, _ hosts: [String: Host]) -> HostPorts? {
    if let host = hosts[name] { return host.exact }
    let above = hosts.values.filter { DomainName.isSubdomain(name, of: $0.name) }
    return above.max { $0.name.utf8.count < $1.name.utf8.count }?.below
  }

  /// What one list allows and does not deny is allowed; denied is what all of them deny.
  private static func ports(
    _ sets: [EnforcementCompiler.RuleSet], matching isMatch: (NetworkSpec.Destination) -> Bool
  ) -> HostPorts {
    func union(_ rules: [NetworkRule]) -> PortsByTransport {
      rules.filter { isMatch($0.spec.destination) }.reduce(into: PortsByTransport()) {
        $0.formUnion($1.spec.enforcedPorts)
      }
    }
    var ports = HostPorts(allowed: PortsByTransport(), denied: .all)
    for set in sets {
      let denied = union(set.deny)
      var allowed = union(set.allow)
      allowed.subtract(denied)
      ports.allowed.formUnion(allowed)
      ports.denied.formIntersection(denied)
    }
    return ports
  }

  private static func name(of destination: NetworkSpec.Destination) -> String? {
    switch destination {
    case .host(let name), .subdomains(of: let name): name
    case .network, .lookup, .unix, .keyword: nil
    }
  }

  private static func matches(_ destination: NetworkSpec.Destination, _ name: String) -> Bool {
    switch destination {
    case .host(let host): host == name
    case .subdomains(of: let parent): DomainName.isSubdomain(name, of: parent)
    case .network, .lookup, .unix, .keyword: false
    }
  }

  private static func matchesSubdomains(_ destination: NetworkSpec.Destination, of name: String) -> Bool {
    guard case .subdomains(of: let parent) = destination else { return false }
    return name == parent || DomainName.isSubdomain(name, of: parent)
  }
}
