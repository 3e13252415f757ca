/// A protocol number of the IP suite, as in `IPPROTO_*`; for sockets without one, their family above `familyBase`.
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

  /// `FAMILY_PROTOCOL` of bpf/abi/identities.h: above every IP protocol number; AF_* is added.
  static let familyBase: UInt16 = 0x1000
  public static let unix = TransportProtocol(rawValue: familyBase + 1)
  public static let packet = TransportProtocol(rawValue: familyBase + 17)
  public static let vsock = TransportProtocol(rawValue: familyBase + 40)
  public static let xdp = TransportProtocol(rawValue: familyBase + 44)

  /// Of sockets of a family without one here; those that no kernel has are one.
  public static func family(_ family: Int32) -> TransportProtocol {
    TransportProtocol(rawValue: familyBase + UInt16(clamping: min(family, 0xFFF)))
  }

  /// No family of sockets, but a way to use all of them: refused as a whole where a run enforces.
  public static let ioUring = TransportProtocol(rawValue: 2 * familyBase)

  /// Whether destinations are IP addresses.
  public var isInternet: Bool { rawValue < Self.familyBase }

  /// Whether a connection is made before data: TCP, MPTCP and SCTP.
  public var isConnectionOriented: Bool { self == .tcp || self == .mptcp || self == .sctp }

  /// Every protocol with a name of its own here.
  static let named: [TransportProtocol] = [
    .icmp, .tcp, .udp, .icmpv6, .sctp, .udpLite, .raw, .mptcp, .unix, .packet, .vsock, .xdp, .ioUring,
  ]

  private var name: String? {
    switch self {
    case .icmp: "icmp"
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmpv6: "icmp6"
    case .sctp: "sctp"
    case .udpLite: "udp-lite"
    case .raw: "raw"
    case .mptcp: "mptcp"
    case .unix: "unix"
    case .packet: "packet"
    case .vsock: "vsock"
    case .xdp: "xdp"
    case .ioUring: "io_uring"
    default: nil
    }
  }
}

extension TransportProtocol: LosslessStringConvertible {
  /// `tcp`, `udp`, …; `proto-N` for a number without a name here.
  public var description: String { name ?? "proto-\(rawValue)" }

  public init?(_ text: String) {
    if let known = Self.named.first(where: { $0.name == text }) {
      self = known
    } else if text.hasPrefix("proto-"), text.utf8.dropFirst(6).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let number = UInt16(text.dropFirst(6))
    {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}
