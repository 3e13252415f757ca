/// What a Go program says about its build, `.go.buildinfo`. debug/buildinfo/buildinfo.go
public enum GoBuildInfo {
  /// The import path of the package that a test binary tests; nil where that is not told.
  public static func testedPackage(_ section: UnsafeRawBufferPointer) -> String? {
    guard let path = mainPackage(section), path.hasSuffix(".test") else { return nil }
    return String(path.dropLast(".test".count))
  }

  /// The `path` line of the module information, which follows the version; both inline (Go 1.18), with their lengths.
  private static func mainPackage(_ section: UnsafeRawBufferPointer) -> String? {
    let headerSize = 32
    let isInline: UInt8 = 2
    guard section.count > headerSize, section[1..<15].elementsEqual(" Go buildinf:\u{8}".utf8) || section[0] == 0xFF,
      section[15] & isInline != 0
    else { return nil }
    var rest = section[headerSize...]
    guard takeString(&rest) != nil, let module = takeString(&rest) else { return nil }
    let text = String(decoding: module, as: UTF8.self)
    guard let line = text.split(separator: "\n").first(where: { $0.contains("path\t") }),
      let start = line.firstRange(of: "path\t")
    else { return nil }
    return String(line[start.upperBound...])
  }

  private static func takeString(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer>? {
    var length = 0
    var shift = 0
    while let byte = rest.popFirst(), shift < 32 {
      length |= Int(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 {
        guard length <= rest.count else { return nil }
        let text = rest.prefix(length)
        rest = rest.dropFirst(length)
        return text
      }
    }
    return nil
  }
}
