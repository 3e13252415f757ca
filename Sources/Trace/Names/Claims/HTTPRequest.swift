/// The Host of an HTTP/1 request (RFC 9112 section 3.2), in the first bytes that a client sends.
public enum HTTPRequest {
  /// The name without its port; nil where the bytes are no request, have no Host, or end before it. An address is no name.
  public static func host(in bytes: UnsafeRawBufferPointer) -> String? {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().makeIterator()
    guard let first = lines.next(), isRequestLine(first) else { return nil }
    while let line = lines.next() {
      let field = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if field.isEmpty { return nil }
      guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return nil }
      guard field[..<colon].map({ $0 | 0x20 }) == Array("host".utf8) else { continue }
      let value = field[(colon + 1)...].filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
      let host = value.first == UInt8(ascii: "[") ? value : Array(value.prefix { $0 != UInt8(ascii: ":") })
      return ClaimedName.text(host).flatMap { IPAddress($0) == nil ? $0 : nil }
    }
    return nil
  }

  private static func isRequestLine(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
    let words = line.split(separator: UInt8(ascii: " "))
    return words.count == 3 && words[2].starts(with: "HTTP/1.".utf8)
  }
}

/// A name that a client wrote on the wire.
enum ClaimedName {
  /// Lower case, without the dot at its end; nil where it is empty, too long, or has what no host name has.
  static func text(_ bytes: some Collection<UInt8>) -> String? {
    let isName = bytes.allSatisfy { octet in
      switch octet {
      case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      default: false
      }
    }
    guard isName, !bytes.isEmpty, bytes.count < DomainName.octetLimit else { return nil }
    return DomainName.normalized(String(decoding: bytes, as: UTF8.self))
  }
}
