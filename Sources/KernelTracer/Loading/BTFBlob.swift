/// Raw BTF type information (Documentation/bpf/btf.rst), read in place.
struct BTFBlob {
  enum Kind: UInt32 {
    case int = 1
    case pointer, array, structure, union, enumeration, forward, typedef, volatile, const, restrict, function
    case functionPrototype, variable, dataSection, float, declarationTag, typeTag, enumeration64
  }

  struct Member {
    var name: UInt32
    var type: UInt32
    /// As stored: bits, with a bitfield's size in the upper byte where the structure's kind flag is set.
    var offset: UInt32
  }

  private let bytes: UnsafeRawBufferPointer
  private let typesStart: Int
  private let stringsStart: Int
  private let stringsEnd: Int
  /// The byte offset of each type; index 0 is `void`.
  private let offsets: [UInt32]

  static let magic: UInt16 = 0xEB9F
  static let headerSize = 24

  /// Nil where the bytes are not well-formed BTF. The bytes must outlive the value.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.headerSize, bytes.loadUnaligned(as: UInt16.self) == Self.magic else { return nil }
    func word(_ offset: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    let header = word(4)
    let types = header + word(8)
    let typesEnd = types + word(12)
    let strings = header + word(16)
    let stringsEnd = strings + word(20)
    guard typesEnd <= bytes.count, stringsEnd <= bytes.count, strings < stringsEnd, bytes[stringsEnd - 1] == 0 else {
      return nil
    }
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity((typesEnd - types) / 24)
    var offset = types
    while offset < typesEnd {
      guard offset + 12 <= typesEnd else { return nil }
      offsets.append(UInt32(offset))
      let info = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
      guard let extra = Self.extraSize(info) else { return nil }
      offset += 12 + extra
    }
    guard offset == typesEnd else { return nil }
    self.bytes = bytes
    self.typesStart = types
    self.stringsStart = strings
    self.stringsEnd = stringsEnd
    self.offsets = offsets
  }

  private static func extraSize(_ info: UInt32) -> Int? {
    let count = Int(info & 0xFFFF)
    switch Kind(rawValue: info >> 24 & 0x1F) {
    case .int, .variable, .declarationTag: return 4
    case .array: return 12
    case .structure, .union, .dataSection, .enumeration64: return count * 12
    case .enumeration, .functionPrototype: return count * 8
    case .pointer, .forward, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag: return 0
    case nil: return nil
    }
  }

  /// Ids are 1 to `typeCount`; 0 is `void`.
  var typeCount: Int { offsets.count - 1 }

  private func word(_ type: UInt32, _ index: Int) -> UInt32 {
    bytes.loadUnaligned(fromByteOffset: Int(offsets[Int(type)]) + index * 4, as: UInt32.self)
  }

  func isValid(_ type: UInt32) -> Bool { type < offsets.count }
  func name(of type: UInt32) -> UInt32 { word(type, 0) }
  func info(of type: UInt32) -> UInt32 { word(type, 1) }
  func kind(of type: UInt32) -> Kind? { type == 0 ? nil : Kind(rawValue: info(of: type) >> 24 & 0x1F) }
  /// The size of a structure or integer, or the type that another refers to.
  func sizeOrType(of type: UInt32) -> UInt32 { word(type, 2) }
  /// The words behind the common part: an integer's encoding, an array's element type, index type and count.
  func extra(of type: UInt32, _ index: Int) -> UInt32 { word(type, 3 + index) }

  func members(of type: UInt32) -> [Member] {
    (0..<Int(info(of: type) & 0xFFFF)).map {
      Member(name: word(type, 3 + $0 * 3), type: word(type, 4 + $0 * 3), offset: word(type, 5 + $0 * 3))
    }
  }

  /// The bytes of a name, without its NUL; empty where the offset is out of bounds.
  func text(at offset: UInt32) -> UnsafeRawBufferPointer {
    let start = stringsStart + Int(offset)
    guard start < stringsEnd else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    var end = start
    while bytes[end] != 0 { end += 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  func string(at offset: UInt32) -> String { String(decoding: text(at: offset), as: UTF8.self) }
}
