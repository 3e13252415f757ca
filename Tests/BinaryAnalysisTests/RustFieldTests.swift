import Testing

@testable import BinaryAnalysis

/// How functions take a slice out of what they are given: code of compilers that are not at hand everywhere.
struct RustFieldTests {
  private func fields(_ code: [UInt8]) throws -> [RustField] {
    try code.withUnsafeBytes { bytes in try FieldPaths(bytes, at: 0x1000, Disassembler()).paths }
  }

  /// `<test::types::TestName as core::fmt::Display>::fmt` of Rust 1.63.
  @Test func anEnumerationWithATag() throws {
    let found = try fields([
      0x48, 0x89, 0xF2,  // mov %rsi, %rdx
      0x0F, 0xB6, 0x07,  // movzbl (%rdi), %eax
      0x48, 0x85, 0xC0,  // test %rax, %rax
      0x74, 0x16,  // je
      0x83, 0xF8, 0x01,  // cmp $1, %eax
      0x75, 0x22,  // jne
      0x48, 0x8B, 0x77, 0x18,  // mov 24(%rdi), %rsi
      0x48, 0x83, 0xC7, 0x08,  // add $8, %rdi
      0x48, 0x8B, 0x3F,  // mov (%rdi), %rdi
      0xFF, 0x25, 0x37, 0x7E, 0x0A, 0x00,  // jmp *…(%rip)
      0x48, 0x8B, 0x77, 0x10,  // mov 16(%rdi), %rsi
      0x48, 0x83, 0xC7, 0x08,  // add $8, %rdi
      0x48, 0x8B, 0x3F,  // mov (%rdi), %rdi
      0xFF, 0x25, 0x26, 0x7E, 0x0A, 0x00,  // jmp *…(%rip)
      0x48, 0x8B, 0x47, 0x08,  // mov 8(%rdi), %rax
      0x48, 0x8B, 0x74, 0xC7, 0x18,  // mov 24(%rdi, %rax, 8), %rsi
      0x48, 0x83, 0xC7, 0x10,  // add $16, %rdi
      0x48, 0x8B, 0x3F,  // mov (%rdi), %rdi
      0xFF, 0x25, 0x10, 0x7E, 0x0A, 0x00,  // jmp *…(%rip)
    ])
    #expect(
      found == [
        RustField(conditions: [.init(offset: 0, size: 1, value: 0)], pointer: 8, length: 16),
        RustField(conditions: [.init(offset: 0, size: 1, value: 1)], pointer: 8, length: 24),
        RustField(conditions: [.init(offset: 8, size: 8, value: 0)], pointer: 16, length: 24),
        RustField(conditions: [.init(offset: 8, size: 8, value: 1)], pointer: 16, length: 32),
      ])
  }

  /// The same of Rust 1.85, where a capacity that cannot be is the tag.
  @Test func anEnumerationWithANiche() throws {
    let found = try fields([
      0x55,  // push %rbp
      0x48, 0x89, 0xE5,  // mov %rsp, %rbp
      0x48, 0x89, 0xF2,  // mov %rsi, %rdx
      0x48, 0xB8, 0x02, 0, 0, 0, 0, 0, 0, 0x80,  // movabs $0x8000000000000002, %rax
      0x31, 0xC9,  // xor %ecx, %ecx
      0x48, 0x39, 0x07,  // cmp %rax, (%rdi)
      0x0F, 0x94, 0xC1,  // sete %cl
      0x48, 0x8B, 0x44, 0xCF, 0x08,  // mov 8(%rdi, %rcx, 8), %rax
      0x48, 0x8B, 0x74, 0xCF, 0x10,  // mov 16(%rdi, %rcx, 8), %rsi
      0x48, 0x89, 0xC7,  // mov %rax, %rdi
      0x5D,  // pop %rbp
      0xFF, 0x25, 0xC3, 0x4E, 0x0A, 0x00,  // jmp *…(%rip)
    ])
    let tag = RustField.Condition(offset: 0, size: 8, value: 0x8000_0000_0000_0002)
    #expect(
      found == [
        RustField(conditions: [tag], pointer: 16, length: 24), RustField(conditions: [], pointer: 8, length: 16),
      ])
  }

  @Test(
    arguments: [
      // mov 8(%rdi), %rsi; jmp *(%rip): the object itself is passed on
      [0x48, 0x8B, 0x77, 0x08, 0xFF, 0x25, 0, 0, 0, 0],
      // cmp %rsi, (%rdi); je +0; jmp *(%rip): depends on what is not known
      [0x48, 0x39, 0x37, 0x74, 0x00, 0xFF, 0x25, 0, 0, 0, 0],
      // jmp to itself
      [0xEB, 0xFE],
      // no instruction follows
      [0x48, 0x8B, 0x77, 0x08],
    ] as [[UInt8]])
  func whatIsNotOfTheFormIsRefused(code: [UInt8]) {
    #expect(throws: BinaryError.self) { try fields(code) }
  }
}
