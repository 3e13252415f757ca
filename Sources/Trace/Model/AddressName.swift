/// A name of an address, and how it is known.
public struct AddressName: Hashable, Sendable {
  public enum Source: String, CaseIterable, Sendable {
    /// An answer of a nameserver of before the run to a question of the run.
    case dns
    /// /etc/hosts as it was before the run.
    case hosts
    /// An answer that proves nothing: unasked, of another server, of one that the run itself serves, in another
    /// network namespace.
    case dnsUnproven = "dns-unproven"
    /// The server_name of a TLS ClientHello.
    case sni
    /// The Host of an HTTP request.
    case httpHost = "http-host"

    /// Whether rules may go by it. The others are what somebody said: shown, never allowing anything.
    public var isEvidence: Bool { self == .dns || self == .hosts }
  }

  /// Lower case, without a dot at the end; ``DomainName``.
  public var name: String
  public var source: Source
  /// Since when it is known; the beginning of the run for /etc/hosts.
  public var time: BootInstant

  public init(name: String, source: Source, time: BootInstant) {
    self.name = name
    self.source = source
    self.time = time
  }
}

extension AddressName: CustomStringConvertible {
  /// `api.example.com (dns)`.
  public var description: String { "\(name) (\(source.rawValue))" }
}

extension [AddressName] {
  /// Those by evidence that were known at a time.
  public func evidence(at time: BootInstant) -> [AddressName] {
    filter { $0.source.isEvidence && $0.time <= time }
  }

  /// The first that was known by evidence at a time, else the first claim.
  func shown(at time: BootInstant) -> AddressName? {
    first { $0.source.isEvidence && $0.time <= time } ?? first { !$0.source.isEvidence }
  }
}
