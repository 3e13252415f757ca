import Glibc

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
    // Nothing else at the start is gone through 150,000 times.
    let sizes = Self.extraSizes
    var isWhole = true
    // A type takes 12 bytes at least.
    offsets = [UInt32](unsafeUninitializedCapacity: (typesEnd - types) / 12 + 1) { offsets, count in
      offsets[0] = 0
      count = 1
      var offset = types
      while offset < typesEnd {
        guard offset + 12 <= typesEnd else { break }
        offsets[count] = UInt32(offset)
        count += 1
        let info = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        let size = sizes[Int(info >> 24 & 0x1F)]
        guard size != Self.unknown else { break }
        offset += 12 + Int(size & 0xFF) + Int(size >> 8) * Int(info & 0xFFFF)
      }
      isWhole = offset == typesEnd
    }
    guard isWhole else { return nil }
    self.bytes = bytes
    self.typesStart = types
    self.stringsStart = strings
    self.stringsEnd = stringsEnd
  }

  private static let unknown: UInt16 = .max

  /// By kind, the bytes behind the common part: the lower byte's, and as many as the upper byte says for each member.
  private static var extraSizes: [UInt16] {
    (0..<UInt32(32)).map { kind in
      switch Kind(rawValue: kind) {
      case .int, .variable, .declarationTag: 4
      case .array: 12
      case .structure, .union, .dataSection, .enumeration64: 12 << 8
      case .enumeration, .functionPrototype: 8 << 8
      case .pointer, .forward, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag: 0
      case nil: unknown
      }
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
    let text = bytes.baseAddress! + start
    let length = strnlen(text.assumingMemoryBound(to: CChar.self), stringsEnd - start)
    return UnsafeRawBufferPointer(start: text, count: length)
  }

  func string(at offset: UInt32) -> String { String(decoding: text(at: offset), as: UTF8.self) }
}
