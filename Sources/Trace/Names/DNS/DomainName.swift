/// Domain names as text: lower case, no dot at the end; within a label a dot, a backslash and what is not printable are
/// escaped (RFC 1035 section 5.1, RFC 4343 section 2.1). The root is `.`.
public enum DomainName {
  /// The octets of a name on the wire, with the root label. RFC 1035 section 2.3.4.
  static let octetLimit = 255
  static let labelLimit = 63

  /// Reads labels as on the wire, to the root label or the end; nil where a label does not fit.
  public static func text(wire bytes: some Collection<UInt8>) -> String? {
    var text: [UInt8] = []
    var rest = bytes[...]
    while let length = rest.popFirst(), length != 0 {
      guard Int(length) <= labelLimit, rest.count >= Int(length) else { return nil }
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      for octet in rest.prefix(Int(length)) { append(octet, to: &text) }
      rest = rest.dropFirst(Int(length))
    }
    return text.isEmpty ? "." : String(decoding: text, as: UTF8.self)
  }

  static func append(_ octet: UInt8, to text: inout [UInt8]) {
    switch octet {
    case UInt8(ascii: "."), UInt8(ascii: "\\"):
      text += [UInt8(ascii: "\\"), octet]
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      text.append(octet | 0x20)
    case 0x21...0x7E:
      text.append(octet)
    default:
      text += [UInt8(ascii: "\\"), 0x30 + octet / 100, 0x30 + octet / 10 % 10, 0x30 + octet % 10]
    }
  }

  /// A name that a program or a file wrote: without the dot at its end, ASCII letters in lower case. What is no name of
  /// visible ASCII stays as it is.
  public static func normalized(_ name: some StringProtocol) -> String {
    var text = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    if text.count > 1, text.last == UInt8(ascii: "."), text[text.count - 2] != UInt8(ascii: "\\") { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a name lies below another, at a label's boundary: `a.example.com` below `example.com`, not that itself.
  public static func isSubdomain(_ name: String, of parent: String) -> Bool {
    let name = name.utf8
    let parent = parent.utf8
    guard name.count > parent.count + 1, name.suffix(parent.count).elementsEqual(parent) else { return false }
    let before = name.dropLast(parent.count)
    guard before.last == UInt8(ascii: ".") else { return false }
    return before.dropLast().reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 0
  }
}
