import CZlib

/// The compiled kernel programs, as an ELF object in memory.
enum ObjectImage {
  /// Unpacks an embedded object: gzip (RFC 1952) as base64 text (RFC 4648 section 4).
  static func unpack(_ embedded: StaticString) -> [UInt8] {
    inflate(embedded.withUTF8Buffer { decode(base64: $0) })
  }

  private static func inflate(_ compressed: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's header in place of zlib's.
    let begun = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(begun == Z_OK, "zlib has no memory, or is another version than its header")
    defer { inflateEnd(&stream) }
    // gzip ends with the size of what it holds, least significant byte first.
    let size = compressed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    var input = compressed
    return [UInt8](unsafeUninitializedCapacity: size) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(size)
        let ended = CZlib.inflate(&stream, Z_FINISH)
        precondition(ended == Z_STREAM_END, "an embedded object is damaged")
      }
      count = size
    }
  }

  static func decode(base64 text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    for character in text {
      guard let value = value(of: character) else { break }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
