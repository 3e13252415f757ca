import CDisassembler

/// Decodes x86-64 machine code, with Capstone.
public struct Disassembler: ~Copyable {
  private let handle: csh

  public init() {
    var handle = csh()
    let result = cs_open(CS_ARCH_X86, CS_MODE_64, &handle)
    precondition(result == CS_ERR_OK, "Capstone was linked without x86")
    cs_option(handle, CS_OPT_DETAIL, Int(CS_OPT_ON.rawValue))
    self.handle = handle
  }

  deinit {
    var handle = handle
    cs_close(&handle)
  }

  /// Hands over the instructions of `code` one after the other until `body` returns false or the bytes are none.
  ///
  /// - Parameter address: the virtual address of the first byte.
  public func decode(
    _ code: UnsafeRawBufferPointer, at address: UInt64, _ body: (borrowing Instruction) -> Bool
  ) {
    guard let decoded = cs_malloc(handle) else { return }
    defer { cs_free(decoded, 1) }
    var next = code.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var left = code.count
    var address = address
    while cs_disasm_iter(handle, &next, &left, &address, decoded) {
      if !body(Instruction(decoded)) { return }
    }
  }
}
