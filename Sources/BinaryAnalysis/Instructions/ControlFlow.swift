import CDisassembler

/// The ways through a function. What a jump through a table leads to is taken to be reached in another way as well.
struct ControlFlow {
  private struct Step {
    var next: UInt64?
    var target: UInt64?
    var isReturn: Bool
  }

  private let entry: UInt64
  private var steps: [UInt64: Step] = [:]

  init(
    _ function: Symbol, of image: borrowing ELFImage, with disassembler: borrowing Disassembler
  ) throws(BinaryError) {
    entry = function.address
    var steps: [UInt64: Step] = [:]
    try image.decode(function, with: disassembler) { instruction in
      let isJump = instruction.operation == X86_INS_JMP
      let isReturn = instruction.operation == X86_INS_RET
      let continues = !isJump && !isReturn && instruction.operation != X86_INS_UD2
      steps[instruction.address] = Step(
        next: continues ? instruction.nextAddress : nil, target: instruction.isCall ? nil : instruction.target,
        isReturn: isReturn)
      return true
    }
    self.steps = steps
  }

  /// Whether no way from the function's entry to a return leaves an instruction out.
  func alwaysPasses(_ address: UInt64) -> Bool {
    var seen: Set<UInt64> = [address]
    var open = [entry]
    while let place = open.popLast() {
      guard seen.insert(place).inserted, let step = steps[place] else { continue }
      if step.isReturn { return false }
      open += [step.next, step.target].compactMap { $0 }
    }
    return address != entry
  }
}

/// A register that a function leaves to its caller as it was, so that calls do not change it.
/// System V ABI, AMD64 supplement, figure 3.4
public enum PreservedRegister: Hashable, Sendable, CaseIterable {
  case rbx, r12, r13, r14, r15

  init?(_ register: x86_reg) {
    switch register {
    case X86_REG_RBX: self = .rbx
    case X86_REG_R12: self = .r12
    case X86_REG_R13: self = .r13
    case X86_REG_R14: self = .r14
    case X86_REG_R15: self = .r15
    default: return nil
    }
  }
}
