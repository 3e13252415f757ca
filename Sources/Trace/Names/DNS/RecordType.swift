/// The type of a DNS question or record: its number, shown by its name where it is a common one.
public struct RecordType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let a = RecordType(rawValue: 1)
  public static let cname = RecordType(rawValue: 5)
  public static let aaaa = RecordType(rawValue: 28)
  public static let svcb = RecordType(rawValue: 64)
  public static let https = RecordType(rawValue: 65)

  /// IANA's DNS parameters, resource record types.
  private static let names: [UInt16: String] = [
    1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR",
    39: "DNAME", 41: "OPT", 43: "DS", 46: "RRSIG", 48: "DNSKEY", 52: "TLSA", 64: "SVCB", 65: "HTTPS", 255: "ANY",
    257: "CAA",
  ]
}

extension RecordType: LosslessStringConvertible {
  /// `AAAA`; `TYPE4711` for one without a name here (RFC 3597 section 5).
  public var description: String { Self.names[rawValue] ?? "TYPE\(rawValue)" }

  public init?(_ text: String) {
    if let known = Self.names.first(where: { $0.value == text }) {
      self.init(rawValue: known.key)
    } else if text.hasPrefix("TYPE"), let number = UInt16(text.dropFirst(4)) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}
