import CDisassembler

/// One decoded instruction; valid only while `Disassembler.decode` hands it over.
public struct Instruction: ~Copyable {
  private let decoded: UnsafeMutablePointer<cs_insn>

  init(_ decoded: UnsafeMutablePointer<cs_insn>) {
    self.decoded = decoded
  }

  public var address: UInt64 { decoded.pointee.address }
  public var length: Int { Int(decoded.pointee.size) }
  public var nextAddress: UInt64 { address + UInt64(length) }
  public var operation: x86_insn { x86_insn(rawValue: decoded.pointee.id) }

  public var operandCount: Int { Int(decoded.pointee.detail.pointee.x86.op_count) }

  /// nil beyond the last; in Intel's order, the destination first.
  public func operand(_ index: Int) -> Operand? {
    guard index < operandCount else { return nil }
    return withUnsafeBytes(of: decoded.pointee.detail.pointee.x86.operands) { bytes in
      Operand(bytes.load(fromByteOffset: index * MemoryLayout<cs_x86_op>.stride, as: cs_x86_op.self))
    }
  }

  /// Bytes that an operand has.
  public func operandSize(_ index: Int) -> Int {
    withUnsafeBytes(of: decoded.pointee.detail.pointee.x86.operands) { bytes in
      Int(bytes.load(fromByteOffset: index * MemoryLayout<cs_x86_op>.stride, as: cs_x86_op.self).size)
    }
  }

  /// Where a direct call, jump or branch goes; nil for one through a register or memory.
  public var target: UInt64? {
    guard case .immediate(let value) = operand(0), isBranch else { return nil }
    return UInt64(bitPattern: value)
  }

  public var isCall: Bool { operation == X86_INS_CALL }

  private var isBranch: Bool {
    let detail = decoded.pointee.detail.pointee
    return withUnsafeBytes(of: detail.groups) { groups in
      groups.prefix(Int(detail.groups_count)).contains { $0 == CS_GRP_CALL.rawValue || $0 == CS_GRP_JUMP.rawValue }
    }
  }

  /// Whether the kernel emulates it at a probe. Everything else it executes out of line in single steps, which costs
  /// many times as much: arch/x86/kernel/uprobes.c, branch_setup_xol_ops and push_setup_xol_ops.
  public var isCheapToProbe: Bool {
    switch operation {
    case X86_INS_CALL, X86_INS_JMP: target != nil
    case X86_INS_PUSH: if case .register = operand(0) { true } else { false }
    case X86_INS_NOP: true
    default: false
    }
  }

  /// What an instruction works on.
  public enum Operand: Equatable {
    case register(x86_reg)
    case immediate(Int64)
    /// Registers are X86_REG_INVALID where there is none.
    case memory(segment: x86_reg, base: x86_reg, index: x86_reg, scale: Int32, displacement: Int64)

    fileprivate init?(_ operand: cs_x86_op) {
      switch operand.type {
      case X86_OP_REG: self = .register(operand.reg)
      case X86_OP_IMM: self = .immediate(operand.imm)
      case X86_OP_MEM:
        let memory = operand.mem
        self = .memory(
          segment: memory.segment, base: memory.base, index: memory.index, scale: memory.scale,
          displacement: memory.disp)
      default: return nil
      }
    }
  }
}
