/// An IPv4 or IPv6 address; IPv4 is held as its v4-mapped IPv6 form (RFC 4291 section 2.5.5.2), so that
/// `::ffff:192.0.2.1` and `192.0.2.1` are the same address to every rule.
public struct IPAddress: Hashable, Sendable {
  /// The 16 bytes in network order, as two big-endian halves.
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public init(ipv4: UInt32) {
    self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4))
  }

  public static let anyIPv6 = IPAddress(high: 0, low: 0)

  public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// The IPv4 address in host order, nil for IPv6.
  public var ipv4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }

  /// 127.0.0.0/8, ::1, and the unspecified addresses, which connect(2) takes for the local host.
  public var isLoopback: Bool {
    if let ipv4 { return ipv4 >> 24 == 127 || ipv4 == 0 }
    return high == 0 && low <= 1
  }

  /// Whether the first `prefixLength` bits equal those of `network`; for IPv4, count from 96.
  public func hasPrefix(of network: IPAddress, length prefixLength: Int) -> Bool {
    func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
    return (high ^ network.high) & mask(prefixLength) == 0 && (low ^ network.low) & mask(prefixLength - 64) == 0
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted decimal for IPv4, RFC 5952 text for IPv6.
  public var description: String {
    if let ipv4 {
      return "\(ipv4 >> 24).\(ipv4 >> 16 & 0xFF).\(ipv4 >> 8 & 0xFF).\(ipv4 & 0xFF)"
    }
    let groups = (0..<8).map { index -> UInt16 in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
    }
    guard let zeros = Self.longestZeroRun(in: groups) else {
      return groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    let before = groups[..<zeros.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
    let after = groups[zeros.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
    return before + "::" + after
  }

  private static func longestZeroRun(in groups: [UInt16]) -> Range<Int>? {
    var longest: Range<Int>?
    var start: Int?
    for index in 0...groups.count {
      if index < groups.count, groups[index] == 0 {
        start = start ?? index
      } else if let runStart = start {
        let run = runStart..<index
        if run.count > 1, run.count > (longest?.count ?? 0) { longest = run }
        start = nil
      }
    }
    return longest
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Reads dotted decimal or RFC 4291 text, without brackets, zone or prefix; nil where the text is neither.
  public init?(_ text: String) {
    if let ipv4 = Self.parseIPv4(text[...]) {
      self.init(ipv4: ipv4)
      return
    }
    let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.contains(":"), halves.count <= 2 else { return nil }
    let isCompressed = halves.count == 2
    guard let head = Self.parseGroups(halves[0], mayEndInIPv4: !isCompressed),
      let tail = isCompressed ? Self.parseGroups(halves[1], mayEndInIPv4: true) : []
    else { return nil }
    let missing = 8 - head.count - tail.count
    guard isCompressed ? missing >= 1 : missing == 0 else { return nil }
    let groups = head + Array(repeating: 0, count: missing) + tail
    self.init(
      high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
      low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
  }

  private static func parseIPv4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard !part.isEmpty, part.utf8.count <= 3, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        part.utf8.count == 1 || part.first != "0", let octet = UInt8(part)
      else { return nil }
      value = value << 8 | UInt32(octet)
    }
    return value
  }

  private static func parseGroups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains("."), let ipv4 = parseIPv4(part) {
        groups += [UInt16(ipv4 >> 16), UInt16(ipv4 & 0xFFFF)]
      } else {
        guard part.utf8.count <= 4, part.utf8.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16) else {
          return nil
        }
        groups.append(group)
      }
    }
    return groups
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
