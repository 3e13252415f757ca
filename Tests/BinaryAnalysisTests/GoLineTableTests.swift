import Testing

@testable import BinaryAnalysis

/// A line table of Go 1.20 and later, made up.
@Suite struct GoLineTableTests {
  private static let names = ["runtime.newproc1", "testing.tRunner", "testing.tRunner", "main.main"]

  /// The table of `names`, each function 16 bytes long.
  private func table(textStart: UInt64 = 0x401000) -> [UInt8] {
    var text: [UInt8] = []
    var offsets: [Int] = []
    for name in Self.names {
      offsets.append(text.count)
      text += Array(name.utf8) + [0]
    }
    let header = 72
    let functions = header + text.count
    let tableSize = Self.names.count * 8 + 4
    var bytes: [UInt8] = []
    func append(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(UInt32(0xFFFF_FFF1))
    bytes += [0, 0, 1, 8]
    for word in [Self.names.count, 0, Int(textStart), header, 0, 0, 0, functions] { append(UInt64(word)) }
    bytes += text
    for index in Self.names.indices {
      append(UInt32(index * 16))
      append(UInt32(tableSize + index * 8))
    }
    append(UInt32(Self.names.count * 16))
    for (index, offset) in offsets.enumerated() {
      append(UInt32(index * 16))
      append(Int32(offset))
    }
    return bytes
  }

  @Test func findsFunctionsByName() throws {
    let bytes = table()
    try bytes.withUnsafeBytes { bytes in
      let table = try #require(GoLineTable(bytes))
      #expect(table.textStart == 0x401000)
      // The first of one name is the function itself.
      #expect(
        table.find(["testing.tRunner", "runtime.newproc1", "runtime.absent"])
          == ["testing.tRunner": 16..<32, "runtime.newproc1": 0..<16])
    }
  }

  @Test func takesNothingElseForATable() {
    let bytes = table()
    bytes.withUnsafeBytes { #expect(GoLineTable(UnsafeRawBufferPointer(rebasing: $0.prefix(71))) == nil) }
    for (index, value) in [(0, UInt8(0xF0)), (7, 4), (8, 0), (13, 1), (32, 0xFF), (71, 0x7F)] {
      var broken = bytes
      broken[index] = value
      if index == 8 { broken[9] = 0 }
      if index == 32 { broken[36] = 1 }
      broken.withUnsafeBytes { #expect(GoLineTable($0) == nil, "byte \(index)") }
    }
  }

  /// Cut anywhere, it is no table or one in which less is found; never a crash.
  @Test func readsWithinItsBounds() {
    let bytes = table()
    for length in bytes.indices {
      bytes.withUnsafeBytes { bytes in
        _ = GoLineTable(UnsafeRawBufferPointer(rebasing: bytes.prefix(length)))?.find(Set(Self.names))
      }
    }
  }
}
