/// The kernel's type information cut down to the structures and members that our programs name.
///
/// libbpf compares every relocated structure with each of the kernel's 150,000 types, two fifths of the time that
/// loading takes; against these few it is nothing. What `bpftool gen min_core_btf` makes, made at start-up.
struct ReducedBTF {
  private let kernel: BTFBlob
  /// Members by structure, from the programs' own type information.
  private let needed: [String: Set<String>]
  private var types: [UInt8] = []
  private var strings: [UInt8] = [0]
  private var stringOffsets: [String: UInt32] = [:]
  private var copies: [UInt32: UInt32] = [:]
  private var typeCount: UInt32 = 0
  private var pointer: UInt32 = 0
  private var isMalformed = false
  private let wantedTracepoints: Set<String>
  private var tracepoints: [String: UInt32] = [:]

  /// BTF with what `programs` needs of `kernel`, and the types of tracepoints, as the kernel's BTF numbers them, of those
  /// that it has; nil where either is not well-formed.
  static func make(
    programs: BTFBlob, kernel: BTFBlob, tracepoints: Set<String> = []
  ) -> (types: [UInt8], tracepoints: [String: UInt32])? {
    var reduced = ReducedBTF(kernel: kernel, needed: structures(of: programs), tracepoints: tracepoints)
    reduced.copyNeeded()
    return reduced.isMalformed ? nil : (reduced.blob, reduced.tracepoints)
  }

  private init(kernel: BTFBlob, needed: [String: Set<String>], tracepoints: Set<String>) {
    self.kernel = kernel
    self.needed = needed
    wantedTracepoints = tracepoints
  }

  /// Names of members by name of structure. libbpf ignores what follows `___` in a name.
  private static func structures(of blob: BTFBlob) -> [String: Set<String>] {
    var structures: [String: Set<String>] = [:]
    for type in 1...UInt32(blob.typeCount) where blob.kind(of: type) == .structure {
      let name = blob.string(at: blob.name(of: type))
      let members = blob.members(of: type).map { blob.string(at: $0.name) }
      structures[essential(name), default: []].formUnion(members.map(essential))
    }
    structures[""] = nil
    return structures
  }

  private static func essential(_ name: String) -> String {
    var underscores = 0
    for (index, byte) in name.utf8.enumerated() {
      underscores = byte == UInt8(ascii: "_") ? underscores + 1 : 0
      if underscores == 3 { return String(decoding: name.utf8.prefix(index - 2), as: UTF8.self) }
    }
    return name
  }

  private mutating func copyNeeded() {
    let typedefs = Dictionary(uniqueKeysWithValues: wantedTracepoints.map { ("btf_trace_\($0)", $0) })
    let names = Array(needed.keys) + Array(typedefs.keys)
    // A bit for each length, the last for all that are longer.
    func bit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }
    let lengths = names.reduce(0) { $0 | bit($1.utf8.count) }
    let hashes = Set(names.map { Self.hash($0.utf8) })
    for type in 1...UInt32(kernel.typeCount) {
      let kind = kernel.kind(of: type)
      guard kind == .structure || kind == .typedef else { continue }
      let text = kernel.text(at: kernel.name(of: type))
      guard lengths & bit(text.count) != 0, hashes.contains(Self.hash(text)) else { continue }
      if kind == .structure {
        _ = copy(type)
      } else if let tracepoint = typedefs[String(decoding: text, as: UTF8.self)] {
        tracepoints[tracepoint] = type
      }
    }
  }

  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  // MARK: Copying

  /// The id of a copy of a kernel type; modifiers and typedefs are looked through, pointers lead nowhere.
  private mutating func copy(_ type: UInt32, depth: Int = 0) -> UInt32 {
    if let known = copies[type] { return known }
    guard kernel.isValid(type), depth < 32 else {
      isMalformed = true
      return 0
    }
    switch kernel.kind(of: type) {
    case .typedef, .const, .volatile, .restrict, .typeTag:
      return copy(kernel.sizeOrType(of: type), depth: depth + 1)
    case .pointer:
      return pointerType()
    case .int:
      return add(type, info: kernel.info(of: type), kernel.sizeOrType(of: type), [kernel.extra(of: type, 0)])
    case .float:
      return add(type, info: kernel.info(of: type), kernel.sizeOrType(of: type), [])
    case .enumeration, .enumeration64:
      return add(type, info: kernel.info(of: type) & ~0xFFFF, kernel.sizeOrType(of: type), [])
    case .array:
      let element = copy(kernel.extra(of: type, 0), depth: depth + 1)
      let index = copy(kernel.extra(of: type, 1), depth: depth + 1)
      return add(type, info: kernel.info(of: type), 0, [element, index, kernel.extra(of: type, 2)])
    case .structure, .union:
      let name = kernel.string(at: kernel.name(of: type))
      return copy(structure: type, keeping: name.isEmpty ? nil : needed[name] ?? [], depth: depth)
    case .forward, .function, .functionPrototype, .variable, .dataSection, .declarationTag, nil:
      return 0
    }
  }

  /// Keeps the named members, and of nameless ones those that hold any; nil keeps all.
  private mutating func copy(structure type: UInt32, keeping names: Set<String>?, depth: Int) -> UInt32 {
    var kept: [UInt32] = []
    for member in kernel.members(of: type) {
      let name = kernel.string(at: member.name)
      guard names.map({ name.isEmpty || $0.contains(name) }) ?? true else { continue }
      let isNameless = name.isEmpty && [.structure, .union].contains(kernel.kind(of: member.type))
      let copied =
        isNameless
        ? copy(structure: member.type, keeping: names, depth: depth + 1) : copy(member.type, depth: depth + 1)
      kept += [string(name), copied, member.offset]
    }
    let info = kernel.info(of: type) & ~0xFFFF | UInt32(kept.count / 3)
    return add(type, info: info, kernel.sizeOrType(of: type), kept)
  }

  private mutating func pointerType() -> UInt32 {
    if pointer == 0 { pointer = append(name: 0, info: BTFBlob.Kind.pointer.rawValue << 24, 0, []) }
    return pointer
  }

  private mutating func add(_ type: UInt32, info: UInt32, _ sizeOrType: UInt32, _ extra: [UInt32]) -> UInt32 {
    let name = kernel.string(at: kernel.name(of: type))
    let id = append(name: string(name), info: info, sizeOrType, extra)
    copies[type] = id
    return id
  }

  private mutating func append(name: UInt32, info: UInt32, _ sizeOrType: UInt32, _ extra: [UInt32]) -> UInt32 {
    for word in [name, info, sizeOrType] + extra { Self.append(word, to: &types) }
    typeCount += 1
    return typeCount
  }

  private mutating func string(_ text: String) -> UInt32 {
    if text.isEmpty { return 0 }
    if let known = stringOffsets[text] { return known }
    let offset = UInt32(strings.count)
    strings += text.utf8
    strings.append(0)
    stringOffsets[text] = offset
    return offset
  }

  private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
  }

  private var blob: [UInt8] { Self.blob(types: types, strings: strings) }

  /// BTF without a type.
  static var empty: [UInt8] { blob(types: [], strings: [0]) }

  private static func blob(types: [UInt8], strings: [UInt8]) -> [UInt8] {
    var blob: [UInt8] = []
    withUnsafeBytes(of: BTFBlob.magic) { blob.append(contentsOf: $0) }
    blob += [1, 0]
    let sizes = [BTFBlob.headerSize, 0, types.count, types.count, strings.count]
    for size in sizes { append(UInt32(size), to: &blob) }
    return blob + types + strings
  }
}
