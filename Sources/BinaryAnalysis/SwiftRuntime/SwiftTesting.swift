import CDisassembler

/// Where Swift Testing posts what happens to tests, and where the fields of such an event are.
public struct SwiftTesting: Hashable, Sendable {
  /// Called for every event on the task that it is about, with the event in r13.
  public var post: Symbol

  // Bytes from the beginning of an event.
  public var eventKind: UInt64
  public var eventTest: UInt64
  public var eventCase: UInt64
  // …of a test's id.
  public var module: UInt64
  public var components: UInt64
  public var location: UInt64
  // …of a source location.
  public var path: UInt64
  public var line: UInt64
  // …of a test case's id, and of an argument's.
  public var arguments: UInt64
  public var argumentSize: UInt64
  public var argumentBytes: UInt64

  public var kinds: Kinds
  /// What makes an issue one that fails its test; nil where that is not known.
  public var failure: Failure?

  /// `Testing.Event.Kind`: a word whose upper bits tell the cases with a payload, which stands elsewhere.
  public struct Kinds: Hashable, Sendable {
    public var testStarted: UInt64
    public var caseStarted: UInt64
    public var caseEnded: UInt64
    public var testEnded: UInt64
    /// The tag is at and above this bit.
    public var tagShift: UInt64
    /// The bits of the pointer to the payload.
    public var payloadMask: UInt64
    public var issueTag: UInt64
    public var skippedTag: UInt64
    public var cancelledTag: UInt64?
    public var caseCancelledTag: UInt64?
  }

  /// Two fields of an issue: the first must be its value, the second must not.
  public struct Failure: Hashable, Sendable {
    public var equal: Comparison
    public var unequal: Comparison

    public struct Comparison: Hashable, Sendable {
      public var offset: Int64
      public var size: UInt64
      public var value: Int64
    }
  }

  private static let postPrefix = "$s7Testing5EventV5_post33_"
  private static let types: [String: String] = [
    "event": "$s7Testing5EventV", "id": "$s7Testing4TestV2IDV", "location": "$s7Testing14SourceLocationV",
    "case": "$s7Testing4TestV4CaseV2IDV", "argument": "$s7Testing4TestV4CaseV8ArgumentV2IDV",
  ]
  private static let kindDescriptor = "$s7Testing5EventV4KindOMn"
  private static let kindInjection = "$s7Testing5EventV4KindOwui"
  private static let isFailure = "$s7Testing5IssueV9isFailureSbvg"

  /// nil where the image does not contain Swift Testing.
  public init?(_ image: borrowing ELFImage, with disassembler: borrowing Disassembler) throws(BinaryError) {
    var wanted: Set<String> = [Self.kindDescriptor, Self.kindInjection, Self.isFailure]
    for type in Self.types.values { wanted.formUnion([type + "N", type + "Mn"]) }
    let symbols = image.symbols {
      wanted.contains($0) || $0.hasPrefix(Self.postPrefix) && $0.hasSuffix("ConfigurationVSgtF")
    }
    guard symbols[Self.types["event"]! + "Mn"] != nil else { return nil }
    guard let post = symbols.first(where: { $0.key.hasPrefix(Self.postPrefix) })?.value else {
      throw BinaryError("\(image.path) is stripped, or of another version than is known")
    }
    guard image.isCheapToProbe(post, with: disassembler) else {
      throw BinaryError("Event._post of \(image.path) begins in a form that is not known")
    }
    self.post = post
    func offset(_ field: String, _ type: String, _ image: borrowing ELFImage) throws(BinaryError) -> UInt64 {
      guard let metadata = symbols[Self.types[type]! + "N"], let descriptor = symbols[Self.types[type]! + "Mn"] else {
        throw BinaryError("\(image.path) has no type \(Self.types[type]!)")
      }
      let place = SwiftTypes.Place(metadata: metadata.address, descriptor: descriptor.address)
      guard let offset = try SwiftTypes.fieldOffsets(of: place, in: image)[field] else {
        throw BinaryError("\(image.path) has no field \(field) in \(Self.types[type]!)")
      }
      return offset
    }
    eventKind = try offset("kind", "event", image)
    eventTest = try offset("testID", "event", image)
    eventCase = try offset("testCaseID", "event", image)
    module = try offset("moduleName", "id", image)
    components = try offset("nameComponents", "id", image)
    location = try offset("sourceLocation", "id", image)
    path = try offset("filePath", "location", image)
    line = try offset("line", "location", image)
    arguments = try offset("argumentIDs", "case", image)
    argumentBytes = try offset("bytes", "argument", image)
    argumentSize = try Self.size(of: symbols[Self.types["argument"]! + "N"], image)
    kinds = try Self.kinds(symbols[Self.kindDescriptor], symbols[Self.kindInjection], image, disassembler)
    failure = try symbols[Self.isFailure].flatMap { (getter) throws(BinaryError) in
      try Self.failure(getter, image, disassembler)
    }
  }

  /// The size of a type's values, from its value witness table, which its metadata is preceded by.
  private static func size(of metadata: Symbol?, _ image: borrowing ELFImage) throws(BinaryError) -> UInt64 {
    guard let metadata, let witnesses = image.relocation(at: metadata.address - 8) else {
      throw BinaryError("\(image.path) has no sizes of its types")
    }
    // Behind eight functions: size, then stride. swift/include/swift/ABI/ValueWitness.def
    return try image.load(UInt64(bitPattern: witnesses.addend) + 9 * 8, as: UInt64.self)
  }

  /// `destructiveInjectEnumTag` of the enum: for a case without payload it stores BASE + 8 * index, for the others it
  /// keeps the payload's bits and puts the tag above them.
  private static func kinds(
    _ descriptor: Symbol?, _ injection: Symbol?, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> Kinds {
    guard let descriptor, let injection else { throw BinaryError("\(image.path) is stripped") }
    let cases = try SwiftTypes.enumCases(of: descriptor.address, in: image)
    var count: Int64?
    var constants: [UInt64] = []
    var scale: Int32?
    var shift: Int64?
    try image.decode(injection, with: disassembler) { instruction in
      switch (instruction.operation, instruction.operand(1)) {
      case (X86_INS_CMP, .immediate(let value)): count = count ?? value
      case (X86_INS_MOVABS, .immediate(let value)): constants.append(UInt64(bitPattern: value))
      case (X86_INS_LEA, .memory(_, _, let index, let factor, 0)) where index != X86_REG_INVALID: scale = factor
      case (X86_INS_SHL, .immediate(let value)): shift = value
      default: break
      }
      return true
    }
    let tags = UInt64(cases.withPayload.count)
    guard let shift, (32..<64).contains(shift), let scale, count == Int64(tags),
      let mask = constants.first(where: { $0 >> shift == 0 }), constants.contains(tags << UInt64(shift))
    else { throw BinaryError("Event.Kind of \(image.path) is laid out in a form that is not known") }
    func empty(_ name: String) throws(BinaryError) -> UInt64 {
      guard let index = cases.empty.firstIndex(of: name) else {
        throw BinaryError("\(image.path) has no event \(name)")
      }
      return tags << UInt64(shift) + UInt64(index) * UInt64(scale)
    }
    func tag(_ name: String) -> UInt64? { cases.withPayload.firstIndex(of: name).map(UInt64.init) }
    guard let issue = tag("issueRecorded"), let skipped = tag("testSkipped") else {
      throw BinaryError("\(image.path) has no event for issues or skipped tests")
    }
    return Kinds(
      testStarted: try empty("testStarted"), caseStarted: try empty("testCaseStarted"),
      caseEnded: try empty("testCaseEnded"), testEnded: try empty("testEnded"), tagShift: UInt64(shift),
      payloadMask: mask, issueTag: issue, skippedTag: skipped, cancelledTag: tag("testCancelled"),
      caseCancelledTag: tag("testCaseCancelled"))
  }

  /// `Issue.isFailure`: `cmpq A, X(%r13); sete; cmpb B, Y(%r13); setne; and`.
  private static func failure(
    _ getter: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> Failure? {
    var compared: Failure.Comparison?
    var equal: [Failure.Comparison] = []
    var unequal: [Failure.Comparison] = []
    var isUnderstood = true
    try image.decode(getter, with: disassembler) { instruction in
      switch instruction.operation {
      case X86_INS_CMP:
        guard case .memory(X86_REG_INVALID, X86_REG_R13, X86_REG_INVALID, _, let offset) = instruction.operand(0),
          case .immediate(let value) = instruction.operand(1)
        else {
          isUnderstood = false
          return false
        }
        compared = .init(offset: offset, size: UInt64(instruction.operandSize(0)), value: value)
      case X86_INS_SETE, X86_INS_SETNE:
        guard let comparison = compared else {
          isUnderstood = false
          return false
        }
        if instruction.operation == X86_INS_SETE { equal.append(comparison) } else { unequal.append(comparison) }
      case X86_INS_AND, X86_INS_PUSH, X86_INS_POP: break
      case X86_INS_RET: return false
      case X86_INS_MOV:
        if case .memory = instruction.operand(1) { isUnderstood = false }
      default: isUnderstood = false
      }
      return isUnderstood
    }
    guard isUnderstood, equal.count == 1, unequal.count == 1 else { return nil }
    return Failure(equal: equal[0], unequal: unequal[0])
  }
}
