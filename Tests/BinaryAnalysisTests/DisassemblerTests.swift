import BinaryAnalysis
import CDisassembler
import Testing

struct DisassemblerTests {
  private func decode(_ code: [UInt8], at address: UInt64 = 0x1000) -> [(
    address: UInt64, isCheap: Bool, target: UInt64?
  )] {
    var decoded: [(UInt64, Bool, UInt64?)] = []
    code.withUnsafeBytes { bytes in
      Disassembler().decode(bytes, at: address) { instruction in
        decoded.append((instruction.address, instruction.isCheapToProbe, instruction.target))
        return true
      }
    }
    return decoded
  }

  @Test func cheapOnesAreThoseThatTheKernelEmulates() {
    #expect(decode([0x55]).map(\.isCheap) == [true])  // push %rbp
    #expect(decode([0x41, 0x57]).map(\.isCheap) == [true])  // push %r15
    #expect(decode([0x90]).map(\.isCheap) == [true])  // nop
    #expect(decode([0x48, 0x89, 0xE5]).map(\.isCheap) == [false])  // mov %rsp, %rbp
    #expect(decode([0xFF, 0xE6]).map(\.isCheap) == [false])  // jmp *%rsi
    #expect(decode([0xC3]).map(\.isCheap) == [false])  // ret
  }

  @Test func callsTellWhereTheyGo() {
    let call = decode([0xE8, 0x10, 0x00, 0x00, 0x00])
    #expect(call.first?.target == 0x1015)
    #expect(call.first?.isCheap == true)
    #expect(decode([0xFF, 0xD0]).first?.target == nil)  // call *%rax
  }

  @Test func whatIsNoInstructionEndsIt() {
    #expect(decode([0x90, 0x06, 0x90]).map(\.address) == [0x1000])
  }
}
