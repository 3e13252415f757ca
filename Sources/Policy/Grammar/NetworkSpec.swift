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
    case unix(Glob)
    case keyword(DestinationKeyword)
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

  /// - Throws: ``GrammarError/notYet(_:found:)`` for what parses but cannot be judged in this version: host names.
  func checkSupported(inDenyList: Bool) throws(GrammarError) {
    switch destination {
    case .host(let name) where name == "localhost":
      throw .notYet("host names are not yet supported (write loopback)", found: description)
    case .host, .subdomains:
      throw .notYet(
        "host names are not yet supported (write an address, a range, or one of \(Self.keywordList))",
        found: description)
    case .unix, .network, .keyword:
      break
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
      case .unix(let glob): "unix:\(glob.pattern)"
      case .keyword(let keyword): keyword.rawValue
      }
    return prefix + place + suffix
  }
}
