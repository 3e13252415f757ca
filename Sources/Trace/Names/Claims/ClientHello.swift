/// The server's name in a TLS ClientHello: server_name (RFC 6066 section 3), in the first record that a client sends.
///
/// Reads what anybody may have sent: every length is held against the bytes that are there.
public enum ClientHello {
  private static let handshake: UInt8 = 22
  private static let clientHello: UInt8 = 1
  private static let serverName: UInt16 = 0
  private static let hostName: UInt8 = 0

  /// nil where the bytes are no ClientHello, have no name, or end before it.
  public static func serverName(in bytes: UnsafeRawBufferPointer) -> String? {
    var reader = TLSReader(bytes)
    // TLSPlaintext, RFC 8446 section 5.1; Handshake, section 4; ClientHello, section 4.1.2.
    guard reader.number(1) == Int(handshake), reader.number(2) != nil, reader.number(2) != nil,
      reader.number(1) == Int(clientHello), reader.number(3) != nil, reader.skip(2 + 32), reader.skipVector(1),
      reader.skipVector(2), reader.skipVector(1), let extensions = reader.vector(2)
    else { return nil }
    reader = extensions
    while let type = reader.number(2), var data = reader.vector(2) {
      guard type == Int(serverName) else { continue }
      guard var names = data.vector(2) else { return nil }
      while let kind = names.number(1), let name = names.vector(2) {
        if kind == Int(hostName) { return name.hostName }
      }
      return nil
    }
    return nil
  }
}

/// A part of a message, read from its beginning; a vector that is cut off is read as far as it goes.
private struct TLSReader {
  private var bytes: Slice<UnsafeRawBufferPointer>

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes[...]
  }

  mutating func number(_ size: Int) -> Int? {
    guard bytes.count >= size else { return nil }
    let value = bytes.prefix(size).reduce(0) { $0 << 8 | Int($1) }
    bytes = bytes.dropFirst(size)
    return value
  }

  mutating func skip(_ size: Int) -> Bool {
    guard bytes.count >= size else { return false }
    bytes = bytes.dropFirst(size)
    return true
  }

  mutating func skipVector(_ lengthSize: Int) -> Bool {
    number(lengthSize).map { skip($0) } ?? false
  }

  mutating func vector(_ lengthSize: Int) -> TLSReader? {
    guard let length = number(lengthSize) else { return nil }
    var part = self
    part.bytes = bytes.prefix(length)
    part.isWhole = length <= bytes.count
    bytes = bytes.dropFirst(length)
    return part
  }

  private var isWhole = true

  /// nil where it is cut off, or no name of letters, digits and the like.
  var hostName: String? { isWhole ? ClaimedName.text(bytes) : nil }
}
