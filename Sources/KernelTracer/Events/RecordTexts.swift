/// A path from components that are written leaf first, each followed by '/'.
func path(fromLeafFirst bytes: UnsafeRawBufferPointer, isCut: Bool) -> String {
  let slash = UInt8(ascii: "/")
  let cutMark = isCut ? "…".utf8 : "".utf8
  return String(unsafeUninitializedCapacity: cutMark.count + 1 + bytes.count) { path in
    var length = path.update(fromContentsOf: cutMark)
    var end = bytes.count
    while end > 0 {
      let start = bytes[..<end].lastIndex(of: slash).map { $0 + 1 } ?? 0
      if start < end {
        path[length] = slash
        length = path[(length + 1)...].update(fromContentsOf: bytes[start..<end])
      }
      end = start - 1
    }
    if length == cutMark.count {
      path[length] = slash
      length += 1
    }
    return length
  }
}

/// Strings that a NUL ends each; a last one without it was cut.
func strings(nulTerminated bytes: UnsafeRawBufferPointer) -> [String] {
  var strings: [String] = []
  var start = 0
  while start < bytes.count {
    let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
    strings.append(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self))
    start = end + 1
  }
  return strings
}
