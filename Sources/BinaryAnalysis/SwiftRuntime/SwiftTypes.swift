/// Reads where the fields of Swift types are, from the metadata that the compiler emits for every type.
///
/// swift/docs/ABI/TypeMetadata.rst, swift/include/swift/ABI/Metadata.h (TargetStructDescriptor, TargetEnumDescriptor,
/// TargetClassDescriptor), swift/include/swift/RemoteInspection/Records.h (FieldDescriptor, FieldRecord).
enum SwiftTypes {
  /// A type by the mangled names of its metadata (`…N`) and of its nominal type descriptor (`…Mn`).
  struct Place {
    var metadata: UInt64
    var descriptor: UInt64
  }

  private enum Kind: UInt32 {
    case `class` = 16
    case `struct` = 17
    case `enum` = 18
  }

  /// Offsets of the fields of a struct or a class, by name. Throws where the type's size is known at run time only.
  static func fieldOffsets(
    of type: Place, in image: borrowing ELFImage
  ) throws(BinaryError) -> [String: UInt64] {
    let kind = Kind(rawValue: try image.load(type.descriptor, as: UInt32.self) & 0x1F)
    // The counts stand behind flags, parent, name, access function and fields, and in a class behind six more words.
    let counts: UInt64
    switch kind {
    case .struct: counts = 20
    case .class: counts = 36
    default: throw BinaryError("\(image.path) has a type of another kind than was expected")
    }
    let fields = try fields(of: type.descriptor, in: image)
    guard try image.load(type.descriptor + counts, as: UInt32.self) == UInt32(fields.count) else {
      throw BinaryError("\(image.path) has a type with another count of fields than names")
    }
    let vector = UInt64(try image.load(type.descriptor + counts + 4, as: UInt32.self)) * 8 + type.metadata
    var offsets: [String: UInt64] = [:]
    for (index, field) in fields.enumerated() {
      let offset: UInt64 =
        if kind == .class {
          try image.load(vector + UInt64(index) * 8, as: UInt64.self)
        } else {
          UInt64(try image.load(vector + UInt64(index) * 4, as: UInt32.self))
        }
      guard index == 0 || offset > 0 else {
        throw BinaryError("\(image.path) has a type whose fields get their places at run time")
      }
      offsets[field.name] = offset
    }
    return offsets
  }

  /// The cases of an enum: those with a payload in the order of their tags, then those without.
  static func enumCases(
    of descriptor: UInt64, in image: borrowing ELFImage
  ) throws(BinaryError) -> (withPayload: [String], empty: [String]) {
    let cases = try fields(of: descriptor, in: image)
    return (cases.filter(\.hasType).map(\.name), cases.filter { !$0.hasType }.map(\.name))
  }

  private static func fields(
    of descriptor: UInt64, in image: borrowing ELFImage
  ) throws(BinaryError) -> [(name: String, hasType: Bool)] {
    guard let fields = try image.relativeTarget(at: descriptor + 16) else {
      throw BinaryError("\(image.path) was built without reflection metadata")
    }
    let size = UInt64(try image.load(fields + 10, as: UInt16.self))
    let count = try image.load(fields + 12, as: UInt32.self)
    guard size >= 12, count < 1024 else { throw BinaryError("\(image.path) has reflection metadata of another form") }
    var result: [(String, Bool)] = []
    for index in 0..<UInt64(count) {
      let record = fields + 16 + index * size
      guard let name = try image.relativeTarget(at: record + 8) else {
        throw BinaryError("\(image.path) was built without the names of fields")
      }
      result.append((try image.string(at: name), try image.load(record + 4, as: Int32.self) != 0))
    }
    return result
  }
}
