import CNanopb

/// The fields of a message in protobuf's binary encoding, as far as responses have them; decoded by nanopb.
struct ProtobufFields {
  private var numbers: [UInt32: UInt64] = [:]
  private var bytes: [UInt32: [UInt8]] = [:]

  /// Nil where the bytes are no message.
  init?(_ message: [UInt8]) {
    let isRead = message.withUnsafeBufferPointer { read($0) }
    guard isRead else { return nil }
  }

  /// The number of a field of an integer type, 0 where it is not there.
  func number(_ field: UInt32) -> UInt64 { numbers[field] ?? 0 }

  /// The text of a field, empty where it is not there, or no UTF-8.
  func text(_ field: UInt32) -> String {
    bytes[field].flatMap { String(validating: $0, as: UTF8.self) } ?? ""
  }

  /// The message of a field, nil where it is not there, or no message.
  func message(_ field: UInt32) -> ProtobufFields? {
    bytes[field].flatMap { ProtobufFields($0) }
  }

  private mutating func read(_ message: UnsafeBufferPointer<UInt8>) -> Bool {
    var stream = pb_istream_from_buffer(message.baseAddress, message.count)
    while stream.bytes_left > 0 {
      var type = PB_WT_VARINT
      var field: UInt32 = 0
      var isEnd = false
      guard pb_decode_tag(&stream, &type, &field, &isEnd) else { return false }
      switch type {
      case PB_WT_VARINT:
        var number: UInt64 = 0
        guard pb_decode_varint(&stream, &number) else { return false }
        numbers[field] = number
      case PB_WT_STRING:
        var part = pb_istream_t()
        guard pb_make_string_substream(&stream, &part) else { return false }
        var value = [UInt8](repeating: 0, count: part.bytes_left)
        guard pb_read(&part, &value, value.count), pb_close_string_substream(&stream, &part) else { return false }
        bytes[field] = value
      default:
        guard pb_skip_field(&stream, type) else { return false }
      }
    }
    return true
  }
}
