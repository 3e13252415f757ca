import CKernelABI
import Trace

/// Turns the records of `bpf/abi/events.h` into `KernelEvent`s.
enum KernelRecordDecoder {
  /// The event of one record; nil for a kind that this version does not know or a record that is too short.
  static func decode(_ record: UnsafeRawBufferPointer) -> KernelEvent? {
    guard let header = record.fixedPart(as: event_header.self) else { return nil }
    switch Int32(header.kind) {
    case EVENT_FORK: return record.fixedPart(as: event_fork.self).map { .fork(ForkEvent($0)) }
    case EVENT_EXEC: return ExecRecord(record).map { .exec($0.event) }
    case EVENT_EXIT: return record.fixedPart(as: event_exit.self).map { .exit(ExitEvent($0)) }
    case EVENT_CONNECT: return record.fixedPart(as: event_connect.self).map { .connect(ConnectEvent($0)) }
    case EVENT_ACCEPT: return record.fixedPart(as: event_accept.self).map { .accept(AcceptEvent($0)) }
    case EVENT_CLOSE: return record.fixedPart(as: event_close.self).map { .close(CloseEvent($0)) }
    case EVENT_LISTEN: return record.fixedPart(as: event_endpoint.self).map { .listen(ListenEvent($0)) }
    case EVENT_DATAGRAM: return record.fixedPart(as: event_endpoint.self).map { .datagram(DatagramEvent($0)) }
    case EVENT_ANSWER: return AnswerEvent(record).map { .answer($0) }
    case EVENT_FIRST_DATA: return FirstData(record)?.claim.map { .claim($0) }
    case EVENT_SWIFT_TEST: return MarkerEvent(swiftTest: record).map { .marker($0) }
    case EVENT_MARKER: return MarkerEvent(record).map { .marker($0) }
    default: return nil
    }
  }
}

extension KernelRecordDecoder {
  /// Whether a record is well-formed and tells nothing: first data that names no server.
  static func isSilent(_ record: UnsafeRawBufferPointer) -> Bool {
    guard let header = record.fixedPart(as: event_header.self), header.kind == UInt32(EVENT_FIRST_DATA) else {
      return false
    }
    return FirstData(record).map { $0.claim == nil } ?? false
  }
}

extension UnsafeRawBufferPointer {
  /// The leading bytes as a C struct, nil where there are too few.
  func fixedPart<Record: BitwiseCopyable>(as type: Record.Type) -> Record? {
    count >= MemoryLayout<Record>.size ? loadUnaligned(as: type) : nil
  }
}

// MARK: Values

/// 16 bytes of an address in a C struct.
typealias AddressBytes = (
  UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
)

extension IPAddress {
  init(_ bytes: AddressBytes) {
    let halves = unsafeBitCast(bytes, to: (UInt64, UInt64).self)
    self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
  }
}

extension Endpoint {
  init(_ bytes: AddressBytes, port: UInt16) {
    self.init(address: IPAddress(bytes), port: port)
  }
}

extension ProcessIdentity {
  init(_ key: process_key) {
    self.init(pid: Int32(bitPattern: key.pid), start: BootInstant(nanoseconds: key.start))
  }
}

extension ImageID {
  init(_ id: image_id) {
    self.init(pathHash: id.path_hash, inode: id.inode, device: id.device)
  }
}

extension BootInstant {
  init(_ nanoseconds: UInt64) {
    self.init(nanoseconds: nanoseconds)
  }
}
