/// A named set of destinations.
public enum DestinationKeyword: String, CaseIterable, Sendable {
  /// 127.0.0.0/8, ::1, and the unspecified addresses, which connect(2) takes for the local host.
  case loopback
  /// Addresses of the socket's own network namespace, loopback aside.
  case `self`
  /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) and fc00::/7 (RFC 4193).
  case `private`
  /// 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 section 2.5.6).
  case linkLocal = "link-local"
  /// 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291 section 2.7), and the broadcast address 255.255.255.255.
  case multicast
  /// ``MetadataAddresses``, without port 53 of a nameserver: some clouds put both at one address.
  case metadata
  /// TCP and UDP port 53 of the nameservers that resolv.conf named before the run.
  case dns
  /// That a program asks for io_uring. Where a run enforces it gets none, and does without.
  case ioUring = "io_uring"
  case any

  /// The ranges of the keywords that are nothing but ranges, else nil.
  var networks: [IPNetwork]? {
    switch self {
    case .private: Self.privateNetworks
    case .linkLocal: Self.linkLocalNetworks
    case .multicast: Self.multicastNetworks
    case .loopback, .self, .metadata, .dns, .ioUring, .any: nil
    }
  }

  private static let privateNetworks = [
    IPNetwork(literal: "10.0.0.0", 8), IPNetwork(literal: "172.16.0.0", 12), IPNetwork(literal: "192.168.0.0", 16),
    IPNetwork(literal: "fc00::", 7),
  ]
  private static let linkLocalNetworks = [IPNetwork(literal: "169.254.0.0", 16), IPNetwork(literal: "fe80::", 10)]
  private static let multicastNetworks = [
    IPNetwork(literal: "224.0.0.0", 4), IPNetwork(literal: "ff00::", 8), IPNetwork(literal: "255.255.255.255", 32),
  ]
}
