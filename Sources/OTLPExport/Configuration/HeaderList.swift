/// `OTEL_EXPORTER_OTLP_HEADERS`: `key=value,…`, values percent-encoded, as in W3C Baggage without metadata.
enum HeaderList {
  /// What the text holds; the numbers of its entries that are no `key=value`, or nothing that HTTP can send.
  static func parse(_ text: String) -> (headers: [ExportConfiguration.Header], faulty: [Int]) {
    var headers: [ExportConfiguration.Header] = []
    var faulty: [Int] = []
    for (index, entry) in text.split(separator: ",").enumerated() {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].trimmed
      guard parts.count == 2, !name.isEmpty, name.utf8.allSatisfy(isTokenCharacter),
        let value = PercentEncoding.decoded(parts[1].trimmed), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else {
        faulty.append(index + 1)
        continue
      }
      headers.append(ExportConfiguration.Header(name: name, value: value))
    }
    return (headers, faulty)
  }

  /// RFC 9110, section 5.6.2.
  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    let start = drop { $0 == " " || $0 == "\t" }
    return String(start.prefix(start.count - start.reversed().prefix { $0 == " " || $0 == "\t" }.count))
  }
}
