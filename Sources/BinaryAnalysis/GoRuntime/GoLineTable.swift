/// The functions of a Go program by name: its line table, `.gopclntab`, which stripping leaves. Go 1.20 and later.
///
/// runtime/symtab.go, `pcHeader`, `functab`; internal/abi/symtab.go. Everything is read with its bounds checked.
public struct GoLineTable {
  private let bytes: UnsafeRawBufferPointer
  private let count: Int
  private let names: Int
  private let functions: Int
  /// Virtual address that the functions' offsets count from; 0 where the linker left it out (Go 1.26).
  public let textStart: UInt64

  private static let magic: UInt32 = 0xFFFF_FFF1
  private static let headerSize = 72

  /// Nil where the bytes are no such table. They must outlive the value.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerSize, bytes.loadUnaligned(as: UInt32.self) == Self.magic,
      bytes[7] == MemoryLayout<UInt64>.size
    else { return nil }
    func word(_ index: Int) -> Int? {
      Int(exactly: bytes.loadUnaligned(fromByteOffset: 8 + index * 8, as: UInt64.self))
    }
    guard let count = word(0), let names = word(3), let functions = word(7), names < bytes.count,
      functions < bytes.count, count > 0, count <= (bytes.count - functions - 4) / 8
    else { return nil }
    self.bytes = bytes
    self.count = count
    self.names = names
    self.functions = functions
    textStart = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
  }

  /// Where functions begin and end, in bytes from `textStart`, of those names that there are.
  public func find(_ wanted: Set<String>) -> [String: Range<UInt64>] {
    let beginnings = Set(wanted.map { Self.beginning($0.utf8) })
    var found: [String: Range<UInt64>] = [:]
    for index in 0..<count {
      guard let name = nameOffset(of: index), name + 4 <= bytes.count,
        beginnings.contains(bytes.loadUnaligned(fromByteOffset: name, as: UInt32.self)),
        let text = text(at: name), wanted.contains(text)
      else { continue }
      let start = UInt64(entry(index, 0))
      let end = UInt64(entry(index + 1, 0))
      // Of generated wrappers of one name the first is the function itself.
      if start < end, found[text] == nil { found[text] = start..<end }
    }
    return found
  }

  private func entry(_ index: Int, _ word: Int) -> UInt32 {
    bytes.loadUnaligned(fromByteOffset: functions + index * 8 + word * 4, as: UInt32.self)
  }

  private func nameOffset(of index: Int) -> Int? {
    let function = functions + Int(entry(index, 1)) + 4
    guard function + 4 <= bytes.count else { return nil }
    let offset = bytes.loadUnaligned(fromByteOffset: function, as: Int32.self)
    return offset >= 0 ? names + Int(offset) : nil
  }

  private func text(at offset: Int) -> String? {
    guard let end = bytes[offset...].firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  private static func beginning(_ name: String.UTF8View) -> UInt32 {
    (Array(name.prefix(4)) + [0, 0, 0, 0]).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
