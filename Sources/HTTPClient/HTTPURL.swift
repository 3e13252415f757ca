private import CHTTPParser

/// An `http` or `https` URL in its parts; parsed by http-parser.
public struct HTTPURL: Equatable, Sendable {
  public private(set) var isEncrypted: Bool
  /// A name or an address, an IPv6 address without its brackets.
  public private(set) var host: String
  /// The one that is written, else that of the scheme.
  public private(set) var port: UInt16
  /// Host and port as they are written.
  public private(set) var authority: String
  /// As they are written, `path` with its `/`, the others without their delimiters; nil, or empty, where there is none.
  public private(set) var path: String
  public private(set) var query: String?
  public private(set) var fragment: String?
  public private(set) var user: String?

  /// Nil for what is no such URL, or is not written in ASCII.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    var url = http_parser_url()
    http_parser_url_init(&url)
    let result = bytes.withUnsafeBytes {
      http_parser_parse_url($0.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, 0, &url)
    }
    guard result == 0 else { return nil }
    func part(_ field: http_parser_url_fields) -> String? {
      guard url.field_set & 1 << field.rawValue != 0 else { return nil }
      let start = Int(http_parser_url_start(&url, field))
      return String(decoding: bytes[start...].prefix(Int(http_parser_url_length(&url, field))), as: UTF8.self)
    }
    guard let scheme = part(UF_SCHEMA)?.lowercased(), scheme == "http" || scheme == "https", let host = part(UF_HOST),
      part(UF_PORT) == nil || url.port > 0
    else { return nil }
    isEncrypted = scheme == "https"
    self.host = host
    port = part(UF_PORT) != nil ? url.port : isEncrypted ? 443 : 80
    authority = (host.contains(":") ? "[\(host)]" : host) + (part(UF_PORT).map { ":\($0)" } ?? "")
    path = part(UF_PATH) ?? ""
    query = part(UF_QUERY)
    fragment = part(UF_FRAGMENT)
    user = part(UF_USERINFO)
  }
}
