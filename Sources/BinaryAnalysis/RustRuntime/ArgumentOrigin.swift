import CDisassembler

/// Where a function has what it gives to another: from its own arguments, or copied out of what one points to.
///
/// Looks at its instructions in the order of their addresses.
struct ArgumentOrigin {
  private enum Value: Hashable {
    case argument(RustTestBinary.Argument)
    /// Copied from there, a piece of it.
    case contents(RustTestBinary.Argument, UInt64)
    case place(Place)
  }

  /// On the stack.
  private struct Place: Hashable {
    var base: UInt32
    var offset: Int64
  }

  private var registers: [UInt32: Value] = [
    X86_REG_RDI.rawValue: .argument(.rdi), X86_REG_RSI.rawValue: .argument(.rsi),
  ]
  private var stack: [Place: Value] = [:]

  /// Of the register that `callee` gets its argument in; nil where the calls do not show one.
  static func find(
    of register: x86_reg, to callee: Symbol, in caller: Symbol, _ image: borrowing ELFImage,
    _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> (RustTestBinary.Argument, UInt64)? {
    var walk = ArgumentOrigin()
    var found: Set<Value> = []
    try image.decode(caller, with: disassembler) { instruction in
      if instruction.isCall {
        if instruction.target == callee.address { found.formUnion(walk.origin(of: register).map { [$0] } ?? []) }
        walk.forgetWhatCallsChange()
      } else {
        walk.follow(instruction)
      }
      return true
    }
    guard found.count == 1 else { return nil }
    switch found.first {
    case .argument(let argument): return (argument, 0)
    case .contents(let argument, let offset): return (argument, offset)
    default: return nil
    }
  }

  private func origin(of register: x86_reg) -> Value? {
    guard case .place(let place) = registers[register.rawValue] else { return registers[register.rawValue] }
    return stack[place]
  }

  private mutating func follow(_ instruction: borrowing Instruction) {
    guard let destination = instruction.operand(0) else { return }
    var value: Value?
    switch instruction.operation {
    case X86_INS_MOV, X86_INS_MOVUPS, X86_INS_MOVAPS, X86_INS_MOVDQU, X86_INS_MOVDQA, X86_INS_MOVUPD, X86_INS_MOVAPD:
      value = instruction.operand(1).flatMap(loaded)
    case X86_INS_LEA:
      value = instruction.operand(1).flatMap(Self.place).map { .place($0) }
    case X86_INS_CMP, X86_INS_TEST, X86_INS_PUSH:
      return
    default: break
    }
    if case .register(let register) = destination {
      registers[register.whole.rawValue] = value
    } else if let place = Self.place(destination) {
      stack[place] = value
    }
  }

  private func loaded(_ operand: Instruction.Operand) -> Value? {
    if case .register(let register) = operand { return registers[register.rawValue] }
    if let place = Self.place(operand) { return stack[place] }
    guard case .memory(_, let base, X86_REG_INVALID, _, let displacement) = operand,
      case .argument(let argument) = registers[base.rawValue]
    else { return nil }
    return UInt64(exactly: displacement).map { .contents(argument, $0) }
  }

  private static func place(_ operand: Instruction.Operand) -> Place? {
    guard case .memory(_, let base, X86_REG_INVALID, _, let displacement) = operand,
      base == X86_REG_RBP || base == X86_REG_RSP
    else { return nil }
    return Place(base: base.rawValue, offset: displacement)
  }

  /// Those that a function need not leave as they were.
  private mutating func forgetWhatCallsChange() {
    registers = registers.filter { x86_reg(rawValue: $0.key).isPreserved }
  }
}

extension x86_reg {
  fileprivate var isPreserved: Bool { PreservedRegister(self) != nil || self == X86_REG_RBP }
}
