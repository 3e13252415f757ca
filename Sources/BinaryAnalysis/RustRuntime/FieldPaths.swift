import CDisassembler

/// The ways through a short function that takes a slice out of the object in rdi, and passes it on in rdi and rsi.
///
/// Runs it on an object whose fields are not known: where something depends on a field, it goes both ways.
struct FieldPaths {
  private(set) var paths: [RustField] = []

  private struct Step {
    var operation: x86_insn
    var operands: [Instruction.Operand]
    var sizes: [Int]
    var next: UInt64
    var target: UInt64?
  }

  private enum Value: Hashable {
    /// The address of a byte of the object.
    case object(Int64)
    /// What the object has there.
    case field(Int64, size: Int)
    case constant(UInt64)
    case unknown
  }

  private struct State {
    var address: UInt64
    var registers: [UInt32: Value] = [X86_REG_RDI.rawValue: .object(0)]
    var compared: (Value, Value) = (.unknown, .unknown)
    var conditions: [RustField.Condition] = []
    var length = 0

    subscript(_ register: x86_reg) -> Value {
      get { registers[register.whole.rawValue] ?? .unknown }
      set { registers[register.whole.rawValue] = newValue }
    }
  }

  /// Instructions on one way, and ways: what is longer is no such function.
  private static let lengthLimit = 64
  private static let pathLimit = 16

  private var steps: [UInt64: Step] = [:]
  /// Those to go on from, the next one last.
  private var open: [State] = []

  init(
    of function: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) {
    guard let code = image.bytes(at: function.address, count: Int(function.size)) else {
      throw BinaryError("\(image.path) has no code at 0x\(String(function.address, radix: 16))")
    }
    try self.init(code, at: function.address, disassembler)
  }

  init(
    _ code: UnsafeRawBufferPointer, at address: UInt64, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) {
    var steps: [UInt64: Step] = [:]
    disassembler.decode(code, at: address) { instruction in
      let count = instruction.operandCount
      steps[instruction.address] = Step(
        operation: instruction.operation, operands: (0..<count).compactMap { instruction.operand($0) },
        sizes: (0..<count).map { instruction.operandSize($0) }, next: instruction.nextAddress,
        target: instruction.target)
      return true
    }
    self.steps = steps
    open = [State(address: address)]
    while let state = open.popLast() {
      guard let step = steps[state.address], state.length < Self.lengthLimit, paths.count < Self.pathLimit else {
        throw Self.unknownForm
      }
      try take(step, state)
    }
  }

  /// The offset of what a function reads first of the object that a register points to.
  static func firstField(
    of register: x86_reg, in function: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> Int64? {
    var offset: Int64?
    try image.decode(function, with: disassembler) { instruction in
      guard instruction.operation != X86_INS_LEA else { return true }
      for index in 0..<instruction.operandCount {
        if case .memory(_, register, X86_REG_INVALID, _, let displacement) = instruction.operand(index) {
          offset = displacement
        }
      }
      return offset == nil
    }
    return offset
  }

  private static var unknownForm: BinaryError { BinaryError("its libtest keeps names in a form that is not known") }

  private mutating func take(_ step: Step, _ before: State) throws(BinaryError) {
    var state = before
    state.address = step.next
    state.length += 1
    switch step.operation {
    case X86_INS_JMP:
      guard let target = step.target, steps[target] != nil else { return try finish(state) }
      state.address = target
      open.append(state)
    case X86_INS_JE, X86_INS_JNE:
      guard let target = step.target else { throw Self.unknownForm }
      try branch(state, ifEqual: step.operation == X86_INS_JE) { state, isTaken in
        if isTaken { state.address = target }
      }
    case X86_INS_SETE, X86_INS_SETNE:
      guard case .register(let register) = step.operands.first else { throw Self.unknownForm }
      try branch(state, ifEqual: step.operation == X86_INS_SETE) { $0[register] = .constant($1 ? 1 : 0) }
    case X86_INS_CMOVE, X86_INS_CMOVNE:
      guard case .register(let register) = step.operands.first else { throw Self.unknownForm }
      let value = try value(of: step, 1, state)
      try branch(state, ifEqual: step.operation == X86_INS_CMOVE) { if $1 { $0[register] = value } }
    case X86_INS_CMP:
      state.compared = (try value(of: step, 0, state), try value(of: step, 1, state))
      open.append(state)
    case X86_INS_TEST:
      let value = try value(of: step, 0, state)
      state.compared = (step.operands[0] == step.operands[1] ? value : .unknown, .constant(0))
      open.append(state)
    case X86_INS_MOV, X86_INS_MOVABS, X86_INS_MOVZX, X86_INS_LEA:
      try load(step, state)
    default:
      if case .register(let register) = step.operands.first, step.operation != X86_INS_PUSH {
        state[register] = Self.result(of: step, state)
      }
      open.append(state)
    }
  }

  /// What arithmetic leaves in its first operand.
  private static func result(of step: Step, _ state: State) -> Value {
    guard step.operands.count == 2, case .register(let register) = step.operands[0] else { return .unknown }
    if step.operation == X86_INS_XOR, step.operands[1] == .register(register) { return .constant(0) }
    if step.operation == X86_INS_ADD, case .immediate(let distance) = step.operands[1],
      case .object(let offset) = state[register]
    {
      return .object(offset + distance)
    }
    return .unknown
  }

  private mutating func load(_ step: Step, _ state: State) throws(BinaryError) {
    var state = state
    guard case .register(let register) = step.operands[0] else {
      open.append(state)
      return
    }
    // A field as an index is one of two.
    if case .memory(_, _, let index, _, _) = step.operands[1], index != X86_REG_INVALID,
      case .field(let offset, let size) = state[index]
    {
      guard let start = UInt64(exactly: offset) else { throw Self.unknownForm }
      for choice: UInt64 in [1, 0] {
        var chosen = state
        chosen[index] = .constant(choice)
        chosen.conditions.append(.init(offset: start, size: size, value: choice))
        chosen[register] = try value(of: step, 1, chosen)
        open.append(chosen)
      }
      return
    }
    state[register] = try value(of: step, 1, state)
    open.append(state)
  }

  private func value(of step: Step, _ position: Int, _ state: State) throws(BinaryError) -> Value {
    guard position < step.operands.count else { throw Self.unknownForm }
    switch step.operands[position] {
    case .register(let register): return state[register]
    case .immediate(let value): return .constant(UInt64(bitPattern: value))
    case .memory(_, let base, let index, let scale, let displacement):
      guard case .object(var offset) = state[base] else { return .unknown }
      offset += displacement
      if index != X86_REG_INVALID {
        guard case .constant(let factor) = state[index], factor <= 1 else { return .unknown }
        offset += Int64(factor) * Int64(scale)
      }
      return step.operation == X86_INS_LEA ? .object(offset) : .field(offset, size: step.sizes[position])
    }
  }

  /// Goes on both ways, that of equality first, or the one that is known.
  private mutating func branch(
    _ state: State, ifEqual: Bool, _ change: (inout State, Bool) -> Void
  ) throws(BinaryError) {
    let (left, right) = state.compared
    if case .constant(let first) = left, case .constant(let second) = right {
      var only = state
      change(&only, (first == second) == ifEqual)
      open.append(only)
      return
    }
    guard let condition = Self.condition(left, right) ?? Self.condition(right, left) else { throw Self.unknownForm }
    var other = state
    change(&other, !ifEqual)
    open.append(other)
    var equal = state
    equal.conditions.append(condition)
    change(&equal, ifEqual)
    open.append(equal)
  }

  private static func condition(_ field: Value, _ value: Value) -> RustField.Condition? {
    guard case .field(let offset, let size) = field, case .constant(let constant) = value,
      let start = UInt64(exactly: offset)
    else { return nil }
    return .init(offset: start, size: size, value: constant)
  }

  private mutating func finish(_ state: State) throws(BinaryError) {
    guard case .field(let pointer, 8) = state[X86_REG_RDI], case .field(let length, 8) = state[X86_REG_RSI],
      let start = UInt64(exactly: pointer), let end = UInt64(exactly: length)
    else { throw Self.unknownForm }
    paths.append(RustField(conditions: state.conditions, pointer: start, length: end))
  }
}
