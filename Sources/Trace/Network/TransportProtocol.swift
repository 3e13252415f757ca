/// A protocol number of the IP suite, as in `IPPROTO_*`.
public struct TransportProtocol: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let icmp = TransportProtocol(rawValue: 1)
  public static let tcp = TransportProtocol(rawValue: 6)
  public static let udp = TransportProtocol(rawValue: 17)
  public static let icmpv6 = TransportProtocol(rawValue: 58)
  public static let sctp = TransportProtocol(rawValue: 132)
  public static let udpLite = TransportProtocol(rawValue: 136)
  public static let raw = TransportProtocol(rawValue: 255)
  public static let mptcp = TransportProtocol(rawValue: 262)

  private static let names: [TransportProtocol: String] = [
    .icmp: "icmp", .tcp: "tcp", .udp: "udp", .icmpv6: "icmp6", .sctp: "sctp", .udpLite: "udp-lite", .raw: "raw",
    .mptcp: "mptcp",
  ]
}

extension TransportProtocol: LosslessStringConvertible {
  /// `tcp`, `udp`, …; `proto-N` for a number without a name here.
  public var description: String { Self.names[self] ?? "proto-\(rawValue)" }

  public init?(_ text: String) {
    if let known = Self.names.first(where: { $0.value == text })?.key {
      self = known
    } else if text.hasPrefix("proto-"), let number = UInt16(text.dropFirst(6)) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}
