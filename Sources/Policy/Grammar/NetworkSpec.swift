public import Trace

/// SPEC of the policy grammar: `[("tcp"|"udp")"://"] DEST [":" PORTS]`.
public struct NetworkSpec: Hashable, Sendable {
  public enum Transport: String, Sendable {
    /// TCP, and MPTCP, which is TCP to the network.
    case tcp
    /// UDP and UDP-Lite.
    case udp
  }

  public enum Destination: Hashable, Sendable {
    case host(String)
    /// The sub-domains of a name, not the name itself.
    case subdomains(of: String)
    case network(IPNetwork)
    /// A question to a DNS server, whatever it is answered: rules deny it.
    case lookup(LookupPattern)
    case unix(Glob)
    case keyword(DestinationKeyword)
  }

  /// The names of a `dns:` rule.
  public enum LookupPattern: Hashable, Sendable {
    case any
    case host(String)
    /// The sub-domains of a name, not the name itself.
    case subdomains(of: String)

    /// - Parameter name: as ``DomainName`` writes it.
    func matches(_ name: String) -> Bool {
      switch self {
      case .any: true
      case .host(let host): name == host
      case .subdomains(let parent): DomainName.isSubdomain(name, of: parent)
      }
    }
  }

  /// nil: any protocol.
  public var transport: Transport?
  public var destination: Destination
  /// nil: any port.
  public var ports: ClosedRange<UInt16>?

  public init(transport: Transport?, destination: Destination, ports: ClosedRange<UInt16>?) {
    self.transport = transport
    self.destination = destination
    self.ports = ports
  }

  /// Exactly one endpoint; protocols other than TCP and UDP have no prefix in the grammar, and no port at 0.
  public init(exactly endpoint: Endpoint, protocol: TransportProtocol) {
    self.transport = Transport(`protocol`)
    self.destination = .network(IPNetwork(endpoint.address))
    self.ports = transport == nil && endpoint.port == 0 ? nil : endpoint.port...endpoint.port
  }

  /// The endpoint by a name that evidence gives it; by its address where it has none, or one that no rule can go by.
  public init(_ endpoint: Endpoint, protocol: TransportProtocol, name: AddressName?) {
    self.init(exactly: endpoint, protocol: `protocol`)
    // A name never opens a metadata address.
    guard let name, name.source.isEvidence, name.name != Self.localHost, !MetadataAddresses.contains(endpoint.address)
    else { return }
    do throws(GrammarError) {
      let named = try NetworkSpec(name.name)
      if case .host = named.destination { destination = named.destination }
    } catch {
      // Not a host name, as DNS allows: the address stays.
    }
  }

  private static let localHost = "localhost"

  /// - Throws: ``GrammarError`` for what parses and says nothing in such a list.
  func checkMeaning(inDenyList: Bool) throws(GrammarError) {
    switch destination {
    case .host(Self.localHost): throw .expected("loopback for the local host", found: description)
    case .lookup where !inDenyList:
      throw .expected("names of lookups in a deny list (lookups are allowed unless denied)", found: description)
    case .host, .subdomains, .lookup, .unix, .network, .keyword: break
    }
  }

  static let keywordList = DestinationKeyword.allCases.map(\.rawValue).joined(separator: ", ")
}

extension NetworkSpec.Transport {
  /// nil for protocols that the grammar has no prefix for.
  public init?(_ protocol: TransportProtocol) {
    switch `protocol` {
    case .tcp, .mptcp: self = .tcp
    case .udp, .udpLite: self = .udp
    default: return nil
    }
  }
}

extension NetworkSpec: CustomStringConvertible {
  public var description: String {
    let prefix = transport.map { "\($0.rawValue)://" } ?? ""
    let suffix = ports.map { $0.count == 1 ? ":\($0.lowerBound)" : ":\($0.lowerBound)-\($0.upperBound)" } ?? ""
    let place =
      switch destination {
      case .host(let name): name
      case .subdomains(let name): "*.\(name)"
      case .network(let network): network.description
      case .lookup(.any): "dns:*"
      case .lookup(.host(let name)): "dns:\(name)"
      case .lookup(.subdomains(let name)): "dns:*.\(name)"
      case .unix(let glob): "unix:\(glob.pattern)"
      case .keyword(let keyword): keyword.rawValue
      }
    return prefix + place + suffix
  }
}
