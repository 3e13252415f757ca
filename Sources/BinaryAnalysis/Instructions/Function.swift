import CDisassembler

extension ELFImage {
  /// Hands over the instructions of a function in order until `body` returns false.
  public borrowing func decode(
    _ function: Symbol, with disassembler: borrowing Disassembler, _ body: (borrowing Instruction) -> Bool
  ) throws(BinaryError) {
    guard function.size > 0, let code = bytes(at: function.address, count: Int(function.size)) else {
      throw BinaryError("\(path) has no code at 0x\(String(function.address, radix: 16))")
    }
    disassembler.decode(code, at: function.address, body)
  }

  /// Whether a probe on a function's first instruction is a cheap one.
  public borrowing func isCheapToProbe(_ function: Symbol, with disassembler: borrowing Disassembler) -> Bool {
    guard let code = bytes(at: function.address, count: min(16, Int(function.size))) else { return false }
    var isCheap = false
    disassembler.decode(code, at: function.address) { instruction in
      isCheap = instruction.isCheapToProbe
      return false
    }
    return isCheap
  }
}
