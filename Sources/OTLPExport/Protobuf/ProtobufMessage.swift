import CNanopb

/// A message in protobuf's binary encoding, whose fields are added in the order of their numbers; encoded by nanopb.
struct ProtobufMessage {
  enum Value {
    /// Of any integer type, of bool and enum types.
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes([UInt8])
    case string(String)
    case message(ProtobufMessage)
  }

  private(set) var bytes: [UInt8] = []

  /// Adds a field, but for a default value, which proto3 leaves out.
  mutating func add(_ field: UInt32, _ value: Value) {
    if !value.isDefault { addMember(field, value) }
  }

  /// Adds a member of a oneof, which is there with any value.
  mutating func addMember(_ field: UInt32, _ value: Value) {
    switch value {
    case .varint(let number):
      encode(field, PB_WT_VARINT) { pb_encode_varint(&$0, number) }
    case .fixed32(var number):
      encode(field, PB_WT_32BIT) { pb_encode_fixed32(&$0, &number) }
    case .fixed64(var number):
      encode(field, PB_WT_64BIT) { pb_encode_fixed64(&$0, &number) }
    case .bytes(let bytes):
      encode(field, PB_WT_STRING) { pb_encode_string(&$0, bytes, bytes.count) }
    case .string(var text):
      text.withUTF8 { text in
        encode(field, PB_WT_STRING) { pb_encode_string(&$0, text.baseAddress, text.count) }
      }
    case .message(let message):
      encode(field, PB_WT_STRING) { pb_encode_string(&$0, message.bytes, message.bytes.count) }
    }
  }

  private mutating func encode(
    _ field: UInt32, _ type: pb_wire_type_t, _ encodeValue: (inout pb_ostream_t) -> Bool
  ) {
    let isEncoded = withUnsafeMutablePointer(to: &bytes) { bytes in
      var stream = pb_ostream_t(
        callback: { stream, part, count in
          let bytes = stream!.pointee.state.assumingMemoryBound(to: [UInt8].self)
          bytes.pointee.append(contentsOf: UnsafeBufferPointer(start: part, count: count))
          return true
        }, state: bytes, max_size: Int.max, bytes_written: 0, errmsg: nil)
      return pb_encode_tag(&stream, type, field) && encodeValue(&stream)
    }
    precondition(isEncoded, "nanopb fails only where its stream does, which this one does not")
  }
}

extension ProtobufMessage.Value {
  fileprivate var isDefault: Bool {
    switch self {
    case .varint(let number): number == 0
    case .fixed32(let number): number == 0
    case .fixed64(let number): number == 0
    case .bytes(let bytes): bytes.isEmpty
    case .string(let text): text.isEmpty
    case .message: false
    }
  }
}
