import CDisassembler

/// The functions of a Go program by name, and what their code shows. Go's internal ABI: arguments in rax, rbx, rcx,
/// rdi, rsi, r8 to r11, the current goroutine in r14. cmd/compile/abi-internal.md
struct GoCode: ~Copyable {
  private let image: ELFImage
  private let disassembler = Disassembler()
  private let functions: [String: Symbol]

  private static let names: Set<String> = [
    "testing.tRunner", "testing.fRunner", "testing.(*T).report", "testing.(*F).report", "testing.runExample",
    "testing.(*InternalExample).processRunResult", "testing.(*B).runN", "testing.(*B).StopTimer",
    "testing.(*common).Name", "testing.(*common).Failed", "testing.(*common).Skipped", "runtime.newproc1",
    "runtime.casgstatus", "runtime.send", "runtime.sendDirect", "runtime.recv", "runtime.recvDirect",
    "runtime.chansend", "runtime.chanrecv", "runtime.selectgo", "runtime.typedmemmove", "runtime.typedmemclr",
    "time.AfterFunc", "internal/poll.runtime_pollWait", "sync.runtime_notifyListWait", "time.Sleep",
    "os.(*Process).wait", "os.(*Process).pidWait", "os.(*Process).pidfdWait", "os.(*Process).blockUntilWaitable",
  ]
  /// Instructions of a function before which its frame is made.
  private static let prologueLength = 24

  /// - Parameter tableAddress: the virtual address of the line table.
  init(_ image: consuming ELFImage, _ table: GoLineTable, at tableAddress: UInt64) throws(BinaryError) {
    let ranges = table.find(Self.names)
    guard let runner = ranges["testing.tRunner"] else {
      throw BinaryError("it has no testing.tRunner: no test binary, or its function names were removed")
    }
    // Where the linker does not say where the functions begin, what it says elsewhere; the code itself tells.
    let bases = Self.textBases(image, table, tableAddress)
    var start: UInt64?
    for base in bases where start == nil {
      let function = Symbol(address: base + runner.lowerBound, size: UInt64(runner.count))
      if Self.beginsLikeGo(function, image, disassembler) { start = base }
    }
    guard let start else { throw BinaryError("it is not known where its functions begin") }
    functions = ranges.mapValues { Symbol(address: start + $0.lowerBound, size: UInt64($0.count)) }
    self.image = image
  }

  private static func textBases(_ image: borrowing ELFImage, _ table: GoLineTable, _ address: UInt64) -> [UInt64] {
    var bases = table.textStart != 0 ? [table.textStart] : []
    if let relocated = image.relocation(at: address + 24) { bases.append(UInt64(bitPattern: relocated.addend)) }
    // moduledata.minpc behind a pointer, six slices and another pointer. runtime/symtab.go
    if let module = image.section(named: ".go.module") {
      let first = module.lowerBound + 8 + 6 * 24 + 8
      if let relocated = image.relocation(at: first) { bases.append(UInt64(bitPattern: relocated.addend)) }
      if let bytes = image.bytes(at: first, count: 8) { bases.append(bytes.loadUnaligned(as: UInt64.self)) }
    }
    return bases + [image.text.lowerBound]
  }

  /// `cmp 16(%r14), %rsp`: room on the goroutine's stack?
  private static func beginsLikeGo(
    _ function: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) -> Bool {
    guard let code = image.bytes(at: function.address, count: Int(function.size)) else { return false }
    var isGo = false
    var count = 0
    disassembler.decode(code, at: function.address) { instruction in
      count += 1
      if instruction.operation == X86_INS_CMP {
        for operand in [instruction.operand(0), instruction.operand(1)] {
          if case .memory(_, X86_REG_R14, _, _, 16) = operand { isGo = true }
        }
      }
      return count < 3 && !isGo
    }
    return isGo
  }

  func has(_ name: String) -> Bool { functions[name] != nil }

  func unknownForm(_ name: String) -> BinaryError { BinaryError("its \(name) has a form that is not known") }

  private func function(_ name: String) throws(BinaryError) -> Symbol {
    guard let function = functions[name] else { throw BinaryError("it has no \(name)") }
    return function
  }

  func site(
    _ place: GoTestBinary.Place, at address: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0
  ) throws(BinaryError) -> GoTestBinary.Site {
    guard let offset = image.fileOffset(of: address) else { throw BinaryError("its code is not in the file") }
    return GoTestBinary.Site(place: place, offset: offset, first: first, second: second)
  }

  /// `push %rbp`, the first thing that a function does when there is room on the stack: its arguments are in their
  /// registers.
  func entry(
    of name: String, _ place: GoTestBinary.Place, _ first: UInt64 = 0, _ second: UInt64 = 0
  ) throws(BinaryError) -> GoTestBinary.Site {
    var address: UInt64?
    var count = 0
    try image.decode(function(name), with: disassembler) { instruction in
      count += 1
      if instruction.operation == X86_INS_PUSH, instruction.operand(0) == .register(X86_REG_RBP) {
        address = instruction.address
      }
      return address == nil && count < 8
    }
    guard let address else { throw unknownForm(name) }
    return try site(place, at: address, first, second)
  }

  /// The direct calls of some functions, in order.
  func calls(in name: String, to callees: [String]) throws(BinaryError) -> [(address: UInt64, callee: String)] {
    var targets: [UInt64: String] = [:]
    for callee in callees { targets[try function(callee).address] = callee }
    var found: [(UInt64, String)] = []
    try image.decode(function(name), with: disassembler) { instruction in
      if instruction.isCall, let target = instruction.target, let callee = targets[target] {
        found.append((instruction.address, callee))
      }
      return true
    }
    return found
  }

  /// Where a prologue keeps an argument: bytes from rsp.
  func argumentPlace(of register: x86_reg, in name: String) throws(BinaryError) -> UInt64? {
    var place: Int64?
    var count = 0
    try image.decode(function(name), with: disassembler) { instruction in
      count += 1
      if instruction.operation == X86_INS_MOV, instruction.operand(1) == .register(register),
        case .memory(_, X86_REG_RSP, X86_REG_INVALID, _, let displacement) = instruction.operand(0)
      {
        place = displacement
      }
      return place == nil && !instruction.isCall && count < Self.prologueLength
    }
    return place.flatMap { UInt64(exactly: $0) }
  }

  /// Where `runtime.newproc1` writes a goroutine's number, and its creator's, which it takes from the creator; nil where
  /// a goroutine gets its number behind `end` only, as before Go 1.24.
  /// - Parameter creatorPlace: where the prologue keeps the creator, bytes from rsp.
  func goroutineNumbers(creatorPlace: UInt64, before end: UInt64) throws(BinaryError) -> GoTestBinary.GoroutineNumbers?
  {
    // What registers hold: the creator, or a field of it.
    var creators: Set<x86_reg> = []
    var fields: [x86_reg: Int64] = [:]
    var found: (own: Int64, creator: Int64)?
    var stores: [(offset: Int64, address: UInt64)] = []
    try image.decode(function("runtime.newproc1"), with: disassembler) { instruction in
      if instruction.isCall {
        creators = []
        fields = [:]
      }
      guard instruction.operation == X86_INS_MOV else { return true }
      switch (instruction.operand(0), instruction.operand(1)) {
      case (.register(let target), .memory(_, let base, X86_REG_INVALID, _, let offset)):
        let isField = creators.contains(base)
        creators.remove(target)
        fields[target] = isField ? offset : nil
        if base == X86_REG_RSP, offset == Int64(creatorPlace) { creators.insert(target) }
      case (.register(let target), _):
        creators.remove(target)
        fields[target] = nil
      case (.memory(_, let base, X86_REG_INVALID, _, let offset), .register(let source)) where base != X86_REG_RSP:
        stores.append((offset, instruction.address))
        // What has the same place in both is passed on: labels.
        if found == nil, let field = fields[source], field != offset, offset > 0 { found = (field, offset) }
      default: break
      }
      return true
    }
    guard let found, let own = UInt64(exactly: found.own), let creator = UInt64(exactly: found.creator) else {
      return nil
    }
    let numbered = stores.filter { $0.offset == found.own }
    let limit = UInt64(UInt16.max)
    guard !numbered.isEmpty, numbered.allSatisfy({ $0.address < end }), own <= limit, creator <= limit else {
      return nil
    }
    return GoTestBinary.GoroutineNumbers(own: own, creator: creator)
  }

  /// The offset of the one string that a function loads from what it is given: two words, one behind the other.
  func fieldPair(in name: String) throws(BinaryError) -> UInt64 {
    let offsets = try loads(in: name, size: 8)
    let pairs = offsets.filter { offsets.contains($0 + 8) }
    guard pairs.count == 1, let first = pairs.first else { throw unknownForm(name) }
    return UInt64(first)
  }

  /// The offset of the one byte that a getter returns; nil where it loads others too, or is not there.
  func byteField(in name: String) -> UInt64? {
    do {
      let offsets = try loads(in: name, size: 1)
      return offsets.count == 1 ? offsets.first.map { UInt64($0) } : nil
    } catch {
      return nil
    }
  }

  /// Displacements of loads from what a register points to, other than the stack and the goroutine.
  private func loads(in name: String, size: Int) throws(BinaryError) -> Set<Int64> {
    var offsets: Set<Int64> = []
    try image.decode(function(name), with: disassembler) { instruction in
      guard instruction.operation == X86_INS_MOV || instruction.operation == X86_INS_MOVZX,
        case .register = instruction.operand(0), instruction.operandSize(1) == size,
        case .memory(X86_REG_INVALID, let base, X86_REG_INVALID, _, let displacement) = instruction.operand(1),
        ![X86_REG_RSP, X86_REG_RBP, X86_REG_RIP, X86_REG_R14].contains(base), displacement > 8
      else { return true }
      offsets.insert(displacement)
      return true
    }
    return offsets
  }
}
