import CDisassembler

/// Where libdispatch copies blocks, and where its threads begin and call what they took from a queue.
public struct Dispatch: Hashable, Sendable {
  /// Copies a block that is put into a queue; returns the copy in rax.
  public var blockCopy: Symbol
  /// Begins a thread of the pool.
  public var worker: Symbol
  /// Calls of what was taken from a queue, with the block in rdi.
  public var callouts: [UInt64]

  private static let calloutName = "_dispatch_client_callout"
  /// Run what they call on the thread of who waits for it, or once in a process.
  private static let direct = [
    "_sync_", "sync_function", "_once_", "block_perform", "block_invoke_direct", "specific_head",
  ]

  /// nil where the image does not contain libdispatch.
  public init?(_ image: borrowing ELFImage, with disassembler: borrowing Disassembler) throws(BinaryError) {
    var functions: [(name: String, symbol: Symbol)] = []
    image.forEachSymbol { name, symbol in
      let name = String(cString: name)
      if name.hasPrefix("_dispatch_"), symbol.size > 0 { functions.append((name, symbol)) }
    }
    func function(_ name: String) -> Symbol? { functions.first { $0.name == name }?.symbol }
    guard !functions.isEmpty || image.symbols(where: { $0 == "dispatch_async_f" }).isEmpty == false else { return nil }
    guard let callout = function(Self.calloutName), let copy = function("_dispatch_Block_copy"),
      let worker = function("_dispatch_worker_thread")
    else { throw BinaryError("\(image.path) is stripped") }
    guard image.isCheapToProbe(worker, with: disassembler), image.isCheapToProbe(copy, with: disassembler) else {
      throw BinaryError("\(image.path) has functions that begin in a form that is not known")
    }
    blockCopy = copy
    self.worker = worker
    callouts = []
    for (name, symbol) in functions where !Self.isDirect(name) {
      callouts += try Self.calls(of: callout.address, in: symbol, image, disassembler)
    }
    guard !callouts.isEmpty else { throw BinaryError("\(image.path) calls nothing that was put into a queue") }
    callouts = Set(callouts).sorted()
  }

  private static func isDirect(_ function: String) -> Bool {
    direct.contains { function.contains($0) } && !function.hasPrefix("_dispatch_async_and_wait_invoke")
  }

  private static func calls(
    of callee: UInt64, in caller: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> [UInt64] {
    guard mayCall(callee, from: caller, image) else { return [] }
    var calls: [UInt64] = []
    try image.decode(caller, with: disassembler) { instruction in
      if instruction.isCall, instruction.target == callee { calls.append(instruction.address) }
      return true
    }
    return calls
  }

  /// Whether the bytes of a relative call are anywhere in a function: most have none, and need no decoding.
  private static func mayCall(_ callee: UInt64, from caller: Symbol, _ image: borrowing ELFImage) -> Bool {
    guard let code = image.bytes(at: caller.address, count: Int(caller.size)), code.count >= 5 else { return false }
    for position in 0...code.count - 5 where code[position] == 0xE8 {
      let distance = code.loadUnaligned(fromByteOffset: position + 1, as: Int32.self)
      if caller.address &+ UInt64(position) &+ 5 &+ UInt64(bitPattern: Int64(distance)) == callee { return true }
    }
    return false
  }
}
