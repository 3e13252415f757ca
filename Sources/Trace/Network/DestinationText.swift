/// Writes destinations as rules and reports show them.
public enum DestinationText {
  /// `tcp://203.0.113.9:443`; `icmp://192.0.2.1` where the protocol has no ports; `unix:/run/x.sock`,
  /// `vsock://2:1024` (context id, port); `packet://unknown` where the kernel does not show where it went; `io_uring`.
  public static func text(_ endpoint: Endpoint, protocol: TransportProtocol, path: String?) -> String {
    if `protocol` == .unix { return "unix:\(path ?? "unknown")" }
    if `protocol` == .ioUring { return "\(`protocol`)" }
    if `protocol` == .vsock, endpoint.address.low != 0 {
      return "vsock://\(endpoint.address.low >> 32):\(endpoint.address.low & 0xFFFF_FFFF)"
    }
    guard isKnown(endpoint, protocol: `protocol`) else { return "\(`protocol`)://unknown" }
    let hasPort = endpoint.port != 0 || `protocol`.hasPorts
    let address = endpoint.address
    let place = hasPort ? endpoint.description : address.isIPv4 ? "\(address)" : "[\(address)]"
    return "\(`protocol`)://\(place)"
  }

  /// Whether an IP address stands in the endpoint: not for packet and other families, nor for raw sockets whose
  /// destination the kernel did not show.
  public static func isKnown(_ endpoint: Endpoint, protocol: TransportProtocol) -> Bool {
    `protocol`.isInternet && (`protocol`.hasPorts || endpoint.address != .anyIPv6)
  }
}

extension TransportProtocol {
  /// TCP, UDP and their kin.
  public var hasPorts: Bool { isConnectionOriented || self == .udp || self == .udpLite }
}
