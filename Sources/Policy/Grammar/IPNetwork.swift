public import Trace

/// An address range of one family in CIDR form (RFC 4632, RFC 4291 section 2.3); a single address is the longest prefix.
public struct IPNetwork: Hashable, Sendable {
  public var address: IPAddress
  /// Over the 128 bits of the v4-mapped form: an IPv4 /8 is 104.
  public var prefixLength: Int

  /// - Precondition: the address has no bit set beyond the prefix.
  init(address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  public init(_ address: IPAddress) {
    self.init(address: address, prefixLength: 128)
  }

  /// A range written in this source: `192.168.0.0`, 16.
  init(literal: String, _ length: Int) {
    guard let address = IPAddress(literal) else { preconditionFailure("not an address: \(literal)") }
    self.init(address: address, prefixLength: address.isIPv4 ? length + 96 : length)
  }

  public var isIPv4: Bool { address.isIPv4 && prefixLength >= 96 }
  public var isSingleAddress: Bool { prefixLength == 128 }

  /// `[::/0]` is every IPv6 address and no IPv4 one.
  public func contains(_ candidate: IPAddress) -> Bool {
    candidate.isIPv4 == isIPv4 && candidate.hasPrefix(of: address, length: prefixLength)
  }
}

extension IPNetwork: CustomStringConvertible {
  /// As in a policy: `10.0.0.0/8`, `192.0.2.1`, `[2001:db8::/32]`.
  public var description: String {
    let length = isSingleAddress ? "" : "/\(isIPv4 ? prefixLength - 96 : prefixLength)"
    return isIPv4 ? "\(address)\(length)" : "[\(address)\(length)]"
  }
}
