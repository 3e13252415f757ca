import CKernelABI
import Trace

/// A record with a payload: a DNS answer, or what a client said first.
private struct PayloadRecord {
  let fixed: event_payload
  let payload: UnsafeRawBufferPointer

  /// nil where the length does not fit the record.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let fixed = record.fixedPart(as: event_payload.self) else { return nil }
    let rest = record.dropFirst(MemoryLayout<event_payload>.size).prefix(Int(fixed.payload_length))
    guard rest.count == Int(fixed.payload_length) else { return nil }
    self.fixed = fixed
    self.payload = UnsafeRawBufferPointer(rebasing: rest)
  }
}

extension AnswerEvent {
  /// nil where the record is too short.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let record = PayloadRecord(record) else { return nil }
    let fixed = record.fixed
    self.init(
      time: BootInstant(fixed.header.time), process: ProcessIdentity(fixed.header.process),
      thread: Int32(bitPattern: fixed.header.thread), socket: fixed.socket, resolver: IPAddress(fixed.address),
      protocol: TransportProtocol(rawValue: fixed.protocol), networkNamespace: fixed.network_namespace,
      doubts: Self.doubts(fixed.flags), message: DNSMessage(record.payload))
    cutBytes = fixed.full_length > fixed.payload_length ? fixed.full_length : nil
    test = TestMark(kernelWord: fixed.test)
  }

  private static func doubts(_ flags: UInt32) -> Set<Doubt> {
    let bits: [(Int32, Doubt)] = [
      (ANSWER_UNASKED, .unasked), (ANSWER_OTHER_SERVER, .otherServer), (ANSWER_MEMBER_SERVER, .memberServer),
      (ANSWER_OTHER_NAMESPACE, .otherNamespace),
    ]
    return Set(bits.filter { flags & UInt32($0.0) != 0 }.map(\.1))
  }
}

/// What a client said first on a connection.
struct FirstData {
  /// nil where it names no server.
  let claim: ClaimEvent?

  /// nil where the record is too short.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let record = PayloadRecord(record) else { return nil }
    let fixed = record.fixed
    let sni = ClientHello.serverName(in: record.payload)
    claim = (sni ?? HTTPRequest.host(in: record.payload)).map { name in
      ClaimEvent(
        time: BootInstant(fixed.header.time), process: ProcessIdentity(fixed.header.process), socket: fixed.socket,
        attempt: BootInstant(fixed.attempt_time), peer: Endpoint(fixed.address, port: fixed.port),
        source: sni == nil ? .httpHost : .sni, name: name)
    }
  }
}

// MARK: Table entries

extension NameEntry {
  init(_ key: name_key, _ value: name_value) {
    self.init(
      name: domainName(key.name), address: IPAddress(key.address), firstTime: BootInstant(value.first_time),
      count: value.count, process: ProcessIdentity(value.process), resolver: IPAddress(value.resolver),
      protocol: TransportProtocol(rawValue: UInt16(truncatingIfNeeded: value.protocol)))
    test = TestMark(kernelWord: value.test)
  }
}

extension LookupEntry {
  init(_ key: lookup_key, _ value: lookup_value) {
    self.init(
      process: ProcessIdentity(key.process), name: domainName(key.name), type: RecordType(rawValue: key.type),
      resolver: IPAddress(key.resolver), networkNamespace: key.network_namespace,
      firstTime: BootInstant(value.first_time), lastTime: BootInstant(max(value.last_time, value.first_time)),
      asked: value.asked, answered: value.answered, imageID: ImageID(value.image),
      command: text(ofCharacters: value.comm))
    test = TestMark(kernelWord: key.test)
  }
}

/// The kernel checks labels before it keeps a name, so that this one is always there.
private func domainName<Bytes: BitwiseCopyable>(_ bytes: Bytes) -> String {
  withUnsafeBytes(of: bytes) { DomainName.text(wire: $0) ?? "." }
}
