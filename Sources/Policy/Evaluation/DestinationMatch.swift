import Trace

/// Compares a SPEC with destinations, given the nameservers of the run.
struct DestinationMatch {
  let nameservers: Set<IPAddress>

  /// Loopback, the namespace's own addresses, the nameservers and unix sockets: allowed unless denied.
  func isAllowedByDefault(_ flow: Flow) -> Bool {
    if flow.protocol == .unix { return true }
    return flow.hasKnownAddress && (flow.destination.address.isLoopback || flow.isLocal || isNameserver(flow))
  }

  /// A metadata address must be named, by keyword or alone, to be allowed.
  func isNamed(by spec: NetworkSpec) -> Bool {
    switch spec.destination {
    case .network(let network): network.isSingleAddress
    case .keyword(let keyword): keyword == .metadata
    case .host, .subdomains, .lookup, .unix: false
    }
  }

  /// - Parameter denies: a deny rule goes by evidence of any time, an allow rule by what was known at the first attempt.
  func matches(_ spec: NetworkSpec, _ flow: Flow, denies: Bool = false) -> Bool {
    if case .unix(let glob) = spec.destination { return flow.protocol == .unix && glob.matches(flow.path ?? "") }
    if flow.protocol == .unix { return false }  // `any` is any address
    if spec.destination == .keyword(.ioUring) { return flow.protocol == .ioUring }
    guard flow.hasKnownAddress else {
      return spec.destination == .keyword(.any) && spec.transport == nil && spec.ports == nil
    }
    if let transport = spec.transport, NetworkSpec.Transport(flow.protocol) != transport { return false }
    if let ports = spec.ports, !ports.contains(flow.destination.port) { return false }
    let address = flow.destination.address
    switch spec.destination {
    case .network(let network): return network.contains(address)
    case .keyword(let keyword): return matches(keyword, flow)
    // No evidence, no match; claims are none.
    case .host(let name): return evidence(of: flow, denies).contains { $0.name == name }
    case .subdomains(let parent):
      return evidence(of: flow, denies).contains { DomainName.isSubdomain($0.name, of: parent) }
    case .lookup, .unix: return false
    }
  }

  private func evidence(of flow: Flow, _ denies: Bool) -> [AddressName] {
    denies ? flow.names.filter(\.source.isEvidence) : flow.names.evidence(at: flow.firstAttempt)
  }

  private func matches(_ keyword: DestinationKeyword, _ flow: Flow) -> Bool {
    let address = flow.destination.address
    switch keyword {
    case .any: return true
    case .loopback: return address.isLoopback
    case .self: return flow.isLocal && !address.isLoopback
    case .dns: return isNameserver(flow)
    case .ioUring: return false  // no destination
    case .metadata: return MetadataAddresses.contains(address) && !isNameserver(flow)
    case .private, .linkLocal, .multicast: return keyword.networks?.contains { $0.contains(address) } ?? false
    }
  }

  private func isNameserver(_ flow: Flow) -> Bool {
    flow.destination.port == 53 && (flow.protocol == .udp || flow.protocol == .tcp)
      && nameservers.contains(flow.destination.address)
  }
}

extension Flow {
  /// getaddrinfo connects UDP sockets to sort addresses and sends nothing: no connection.
  var isConnection: Bool {
    !((self.protocol == .udp || self.protocol == .udpLite) && sent == 0 && attempts == 0 && refused == 0)
  }
}
