/// A DNS answer (RFC 1035 section 4): its question and what the answer section says of addresses and aliases.
///
/// Reads what anybody may have sent: every step is bounded by the bytes that are there, a name by its 255 octets.
public struct DNSMessage: Hashable, Sendable {
  /// A record of the answer section; others than these are passed over.
  public enum Record: Hashable, Sendable {
    case address(name: String, IPAddress)
    case alias(name: String, String)
    /// HTTPS and SVCB (RFC 9460): the target, and the addresses that it hints at.
    case service(name: String, type: RecordType, target: String, hints: [IPAddress])
  }

  public var id: UInt16
  /// RCODE: 0 no error, 2 server failure, 3 no such name.
  public var responseCode: UInt8
  /// TC: the server left something out.
  public var isTruncated: Bool
  public var name: String
  public var type: RecordType
  public var records: [Record]
  /// The bytes end, or make no sense, before the last record.
  public var isBroken: Bool

  private static let headerSize = 12

  /// A message that was read before.
  public init(
    id: UInt16, responseCode: UInt8, isTruncated: Bool, name: String, type: RecordType, records: [Record],
    isBroken: Bool
  ) {
    self.id = id
    self.responseCode = responseCode
    self.isTruncated = isTruncated
    self.name = name
    self.type = type
    self.records = records
    self.isBroken = isBroken
  }

  /// nil where the bytes are no answer to exactly one question.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    var reader = DNSReader(bytes)
    guard bytes.count >= Self.headerSize, let id = reader.word(), let flags = reader.word(), flags >> 15 == 1,
      flags >> 11 & 0xF == 0, reader.word() == 1, let count = reader.word()
    else { return nil }
    reader.position = Self.headerSize
    guard let name = reader.name(), let type = reader.word(), reader.word() != nil else { return nil }
    self.id = id
    self.responseCode = UInt8(flags & 0xF)
    self.isTruncated = flags & 0x200 != 0
    self.name = name
    self.type = RecordType(rawValue: type)
    records = []
    isBroken = false
    for _ in 0..<count {
      guard let record = reader.record() else {
        isBroken = true
        return
      }
      if let record = record.value { records.append(record) }
    }
  }
}

extension DNSMessage.Record {
  /// The addresses that it names or hints at.
  public var addresses: [IPAddress] {
    switch self {
    case .address(_, let address): [address]
    case .alias: []
    case .service(_, _, _, let hints): hints
    }
  }
}

/// A place in a message, and what is read from there on; nil at its end.
private struct DNSReader {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  private static let internet: UInt16 = 1
  private static let ipv4Hint: UInt16 = 4
  private static let ipv6Hint: UInt16 = 6

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func octet() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func word() -> UInt16? {
    guard position + 2 <= bytes.count else { return nil }
    defer { position += 2 }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
  }

  /// A name, its pointers followed: each must lead further back than the last (RFC 1035 section 4.1.4), so it ends.
  mutating func name() -> String? {
    var text: [UInt8] = []
    var octets = 1
    var place = position
    var lowest = position
    var end: Int?
    while true {
      guard place < bytes.count else { return nil }
      let length = Int(bytes[place])
      if length == 0 {
        position = end ?? place + 1
        return text.isEmpty ? "." : String(decoding: text, as: UTF8.self)
      }
      if length >= 0xC0 {
        guard place + 1 < bytes.count else { return nil }
        end = end ?? place + 2
        place = (length & 0x3F) << 8 | Int(bytes[place + 1])
        guard place < lowest else { return nil }
        lowest = place
        continue
      }
      octets += length + 1
      guard length <= DomainName.labelLimit, octets <= DomainName.octetLimit, place + length < bytes.count else {
        return nil
      }
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      for octet in bytes[(place + 1)...(place + length)] { DomainName.append(octet, to: &text) }
      place += length + 1
    }
  }

  mutating func address(size: Int) -> IPAddress? {
    guard position + size <= bytes.count else { return nil }
    var address = size == 4 ? IPAddress(ipv4: 0) : IPAddress.anyIPv6
    for octet in bytes[position..<(position + size)] {
      if size == 16 { address.high = address.high << 8 | address.low >> 56 }
      let kept = size == 4 ? 0xFFFF_0000_0000 : 0
      address.low = (address.low << 8 | UInt64(octet)) & (size == 4 ? 0xFFFF_FFFF : .max) | UInt64(kept)
    }
    position += size
    return address
  }

  /// One record; its value is nil where it says nothing of addresses and aliases. nil where it does not fit.
  mutating func record() -> (value: DNSMessage.Record?, end: Int)? {
    guard let owner = name(), let type = word().map(RecordType.init(rawValue:)), let recordClass = word(),
      word() != nil, word() != nil, let size = word(), position + Int(size) <= bytes.count
    else { return nil }
    let end = position + Int(size)
    defer { position = end }
    guard recordClass == Self.internet else { return (nil, end) }
    switch type {
    case .a where size == 4: return (address(size: 4).map { .address(name: owner, $0) }, end)
    case .aaaa where size == 16: return (address(size: 16).map { .address(name: owner, $0) }, end)
    case .cname: return (name().map { .alias(name: owner, $0) }, end)
    case .svcb, .https: return (service(owner, type, end: end), end)
    default: return (nil, end)
    }
  }

  private mutating func service(_ owner: String, _ type: RecordType, end: Int) -> DNSMessage.Record? {
    guard word() != nil, let target = name(), position <= end else { return nil }
    var hints: [IPAddress] = []
    while position + 4 <= end, let key = word(), let length = word(), position + Int(length) <= end {
      let next = position + Int(length)
      let size = key == Self.ipv4Hint ? 4 : key == Self.ipv6Hint ? 16 : Int.max
      while size <= next - position, let hint = address(size: size) { hints.append(hint) }
      position = next
    }
    return .service(name: owner, type: type, target: target, hints: hints)
  }
}
