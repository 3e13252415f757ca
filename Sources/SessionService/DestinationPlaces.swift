private import Glibc
public import Trace

/// Where destinations are, as the policy's defaults see it.
public struct DestinationPlaces: Sendable {
  public enum Place: String, Sendable {
    case loopback
    /// An address of the socket's own network namespace.
    case own = "self"
    /// Port 53 of a nameserver that resolv.conf named before the run.
    case dns
    /// Everything else: egress.
    case outside
  }

  public let nameservers: Set<IPAddress>
  /// The addresses of this process's network namespace, and its inode number.
  private let ownAddresses: Set<IPAddress>
  private let ownNamespace: UInt32

  public init(nameservers: [IPAddress]) {
    self.init(nameservers: nameservers, ownAddresses: Self.interfaceAddresses, ownNamespace: Self.networkNamespace)
  }

  init(nameservers: [IPAddress], ownAddresses: Set<IPAddress>, ownNamespace: UInt32) {
    self.nameservers = Set(nameservers)
    self.ownAddresses = ownAddresses
    self.ownNamespace = ownNamespace
  }

  public func place(of connection: Connection) -> Place {
    let peer = connection.peer
    guard DestinationText.isKnown(peer, protocol: connection.protocol) else { return .outside }
    if peer.address.isLoopback { return .loopback }
    if connection.isLocal { return .own }
    // An open connection does not tell yet where it was routed to.
    if connection.networkNamespace == ownNamespace, ownAddresses.contains(peer.address) { return .own }
    let isQuery = peer.port == 53 && (connection.protocol == .udp || connection.protocol == .tcp)
    return isQuery && nameservers.contains(peer.address) ? .dns : .outside
  }

  /// netdevice(7), getifaddrs(3).
  private static var interfaceAddresses: Set<IPAddress> {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: Set<IPAddress> = []
    var next = first
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard let address = interface.ifa_addr else { continue }
      switch Int32(address.pointee.sa_family) {
      case AF_INET:
        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          _ = addresses.insert(IPAddress(ipv4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)))
        }
      case AF_INET6:
        address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          let halves = withUnsafeBytes(of: $0.pointee.sin6_addr) { bytes in
            (0..<2).map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
          }
          _ = addresses.insert(IPAddress(high: halves[0], low: halves[1]))
        }
      default: break
      }
    }
    return addresses
  }

  private static var networkNamespace: UInt32 {
    var status = stat()
    return stat("/proc/self/ns/net", &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : 0
  }
}
