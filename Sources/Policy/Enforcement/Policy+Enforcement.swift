public import Trace

extension Policy {
  /// The most port ranges that the kernel keeps of one prefix and transport; bpf/abi/enforcement.h.
  static let enforcedRangeLimit = 16
  /// HOST_LIMIT, the same.
  static let enforcedHostLimit = 4096

  /// Compiles the policy for the kernel, where a destination is decided by its address, port and protocol alone.
  ///
  /// What needs more than that to be allowed is let through and judged after the run; what needs more to be denied is
  /// not refused, and judged. `notes` says where that is so. Nothing that the policy allows is refused.
  ///
  /// - Parameter nameservers: of resolv.conf before the run; their port 53 is allowed unless denied.
  /// - Parameter hosts: /etc/hosts before the run.
  /// - Throws: ``PolicyError/enforcement(_:)`` where the rules for one network or host are too many for the kernel's
  ///   tables.
  public func enforcementTable(
    nameservers: [IPAddress], hosts: [HostsEntry], today: CalendarDate
  ) throws(PolicyError) -> EnforcementTable {
    let compiler = EnforcementCompiler(policy: self, nameservers: Set(nameservers), today: today)
    var table = compiler.table()
    table.namedAddresses = HostRuleCompiler.addresses(of: hosts, table.hosts)
    try Self.check(table.hosts)
    for entry in table.destinations
    where max(entry.allowed.rangeCount, entry.denied.rangeCount) > Self.enforcedRangeLimit {
      let network = IPNetwork(address: entry.address, prefixLength: entry.prefixLength)
      throw .enforcement(
        "the rules for \(network) need more than \(Self.enforcedRangeLimit) ranges of ports, which the kernel's table "
          + "does not hold; join neighbouring ranges, or use mode: gate")
    }
    return table
  }

  private static func check(_ hosts: [EnforcementTable.Host]) throws(PolicyError) {
    guard hosts.count <= enforcedHostLimit else {
      throw .enforcement(
        "its rules name \(hosts.count) hosts, and the kernel's table holds \(enforcedHostLimit); use *. for their "
          + "sub-domains, or mode: gate")
    }
    for host in hosts {
      let ports = [host.exact.allowed, host.exact.denied, host.below.allowed, host.below.denied]
      guard ports.allSatisfy({ $0.rangeCount <= enforcedRangeLimit }) else {
        throw .enforcement(
          "the rules for \(host.name) need more than \(enforcedRangeLimit) ranges of ports, which the kernel's table "
            + "does not hold; join neighbouring ranges, or use mode: gate")
      }
    }
  }
}

/// Computes for every prefix that rules name what holds inside of it, with the rules of all prefixes around it.
struct EnforcementCompiler {
  let policy: Policy
  let nameservers: Set<IPAddress>
  let today: CalendarDate

  /// Lists that judge different processes, which the kernel does not tell apart: what one of them allows gets through.
  struct RuleSet {
    var allow: [NetworkRule]
    var deny: [NetworkRule]
  }

  private var ruleSets: [RuleSet] {
    let widening = policy.isStrict ? [] : policy.tests.flatMap { $0.networkAllow ?? [] }
    let tests = RuleSet(allow: live(policy.network.allow + widening), deny: enforced(policy.network.deny))
    guard let harness = policy.harness else { return [tests] }
    return [tests, RuleSet(allow: live(harness.allow), deny: enforced(harness.deny))]
  }

  private func live(_ rules: [NetworkRule]) -> [NetworkRule] {
    rules.filter { $0.expires.map { $0 >= today } ?? true }
  }

  private func enforced(_ rules: [NetworkRule]) -> [NetworkRule] {
    rules.filter(\.scopes.isEmpty)
  }

  func table() -> EnforcementTable {
    let sets = ruleSets
    var table = EnforcementTable()
    table.destinations = prefixes(sets).map { destination($0, sets) }
    table.deniedSelf = deniedByAll(sets) { rule in
      rule.spec.destination == .keyword(.self) ? rule.spec.enforcedPorts : PortsByTransport()
    }
    table.hosts = HostRuleCompiler.hosts(sets)
    table.deniedUnixNames = UnixNameCompiler.names(deniedByAllOf: sets.map(\.deny))
    table.notes = notes
    return table
  }

  private func deniedByAll(_ sets: [RuleSet], _ ports: (NetworkRule) -> PortsByTransport) -> PortsByTransport {
    var denied = PortsByTransport.all
    for set in sets {
      denied.formIntersection(set.deny.reduce(into: PortsByTransport()) { $0.formUnion(ports($1)) })
    }
    return denied
  }

  // MARK: Prefixes

  private static let everything = [IPNetwork(literal: "0.0.0.0", 0), IPNetwork(literal: "::", 0)]
  private static let loopback = [
    IPNetwork(literal: "127.0.0.0", 8), IPNetwork(literal: "0.0.0.0", 32), IPNetwork(literal: "::", 127),
  ]

  private func prefixes(_ sets: [RuleSet]) -> [IPNetwork] {
    var prefixes = Set(Self.everything + Self.loopback + nameservers.map { IPNetwork($0) })
    prefixes.formUnion(MetadataAddresses.table.map { IPNetwork($0.address) })
    for rule in sets.flatMap({ $0.allow + $0.deny }) {
      switch rule.spec.destination {
      case .network(let network): prefixes.insert(network)
      case .keyword(let keyword): prefixes.formUnion(keyword.networks ?? [])
      case .host, .subdomains, .lookup, .unix: break
      }
    }
    return prefixes.sorted {
      ($0.address.high, $0.address.low, $0.prefixLength) < ($1.address.high, $1.address.low, $1.prefixLength)
    }
  }

  private func destination(_ prefix: IPNetwork, _ sets: [RuleSet]) -> EnforcementTable.Destination {
    var allowed = PortsByTransport()
    for set in sets { allowed.formUnion(ports(allowedIn: prefix, by: set)) }
    let denied = deniedByAll(sets) { ports(of: $0, in: prefix) }
    return EnforcementTable.Destination(
      address: prefix.address, prefixLength: prefix.prefixLength, allowed: allowed, denied: denied,
      admitsNames: !isMetadata(prefix))
  }

  private func ports(allowedIn prefix: IPNetwork, by set: RuleSet) -> PortsByTransport {
    let isMetadata = isMetadata(prefix)
    let match = DestinationMatch(nameservers: nameservers)
    var ports = PortsByTransport()
    if Self.loopback.contains(where: { $0.contains(prefix) }) { ports = .all }
    if isNameserver(prefix) { ports.formUnion(Self.nameserverPorts) }
    for rule in set.allow where !isMetadata || match.isNamed(by: rule.spec) {
      ports.formUnion(self.ports(of: rule, in: prefix))
    }
    for rule in set.deny { ports.subtract(self.ports(of: rule, in: prefix)) }
    return ports
  }

  private static let nameserverPorts = PortsByTransport(tcp: PortSet(53...53), udp: PortSet(53...53))

  private func isMetadata(_ prefix: IPNetwork) -> Bool {
    prefix.isSingleAddress && MetadataAddresses.contains(prefix.address)
  }

  private func isNameserver(_ prefix: IPNetwork) -> Bool {
    prefix.isSingleAddress && nameservers.contains(prefix.address)
  }

  /// What a rule speaks about of a prefix: all of its ports, or nothing where it is about other addresses.
  private func ports(of rule: NetworkRule, in prefix: IPNetwork) -> PortsByTransport {
    var ports = rule.spec.enforcedPorts
    let isInside: Bool
    switch rule.spec.destination {
    case .network(let network): isInside = network.contains(prefix)
    case .keyword(.any): isInside = true
    case .keyword(.loopback): isInside = Self.loopback.contains { $0.contains(prefix) }
    case .keyword(.metadata):
      isInside = isMetadata(prefix)
      if isNameserver(prefix) { ports.subtract(Self.nameserverPorts) }
    case .keyword(.dns):
      isInside = isNameserver(prefix)
      ports.formIntersection(Self.nameserverPorts)
    case .keyword(let keyword): isInside = keyword.networks?.contains { $0.contains(prefix) } ?? false
    case .host, .subdomains, .lookup, .unix: isInside = false
    }
    return isInside ? ports : PortsByTransport()
  }

  // MARK: Notes

  private var notes: [String] {
    func list(_ rules: [NetworkRule]) -> String { rules.map(\.reference.place).joined(separator: ", ") }
    var notes: [String] = []
    let allows = live(policy.network.allow + (policy.harness?.allow ?? [])).filter { !$0.scopes.isEmpty }
    if !allows.isEmpty {
      notes.append(
        "the kernel lets every program reach what \(list(allows)) allows to some: who it was is judged after the run")
    }
    let denies = (policy.network.deny + (policy.harness?.deny ?? [])).filter { !$0.scopes.isEmpty }
    if !denies.isEmpty {
      notes.append("not refused but judged after the run, for it asks who it is: \(list(denies))")
    }
    let lookups = (policy.network.deny + (policy.harness?.deny ?? [])).filter {
      if case .lookup = $0.spec.destination { $0.scopes.isEmpty } else { false }
    }
    if !lookups.isEmpty {
      notes.append("not refused but judged after the run, for it is a question to a nameserver: \(list(lookups))")
    }
    if ruleSets.contains(where: { ($0.allow + $0.deny).contains(where: \.spec.isHost) }) {
      notes.append(
        "an address that DNS or /etc/hosts gave the name of a rule has it to the run's end; names that are asked for "
          + "otherwise (DNS over TLS or HTTPS, varlink) teach nothing, and their addresses are refused")
    }
    let widening = policy.isStrict ? [] : live(policy.tests.flatMap { $0.networkAllow ?? [] })
    if !widening.isEmpty {
      notes.append(
        "the kernel lets every test reach what \(list(widening)) allows to some: whose test it was is judged after the run"
      )
    }
    let narrowing = policy.tests.flatMap { $0.networkDeny ?? [] }
    if !narrowing.isEmpty {
      notes.append("not refused but judged after the run, for it asks whose test it is: \(list(narrowing))")
    }
    if policy.harness != nil {
      notes.append(
        "the kernel lets through what network or harness allows: which of them holds is judged after the run")
    }
    let globs = UnixNameCompiler.undecided(policy.network.deny + (policy.harness?.deny ?? []))
    if !globs.isEmpty { notes.append("not refused but judged after the run, for its pattern: \(list(globs))") }
    return notes
  }
}

extension IPNetwork {
  fileprivate func contains(_ other: IPNetwork) -> Bool {
    prefixLength <= other.prefixLength && contains(other.address) && isIPv4 == other.isIPv4
  }
}

extension NetworkSpec {
  fileprivate var isHost: Bool {
    switch destination {
    case .host, .subdomains: true
    case .network, .unix, .keyword, .lookup: false
    }
  }

  /// The ports of a rule, for the protocols that it speaks about.
  var enforcedPorts: PortsByTransport {
    let set = ports.map { PortSet($0) } ?? .all
    return switch transport {
    case .tcp: PortsByTransport(tcp: set)
    case .udp: PortsByTransport(udp: set)
    case nil: PortsByTransport(tcp: set, udp: set, other: set)
    }
  }
}
