import CDisassembler

/// Where Swift's concurrency runtime keeps the current task and what a task is, decoded from its own code.
public struct SwiftConcurrency: Hashable, Sendable {
  /// How a thread finds its thread-local variables, "ELF Handling For Thread-Local Storage" (Drepper), section 3.4.6.
  public enum ThreadLocal: Hashable, Sendable {
    /// A module id and an offset are at this address of the library.
    case dynamic(UInt64)
    /// At this distance from the thread pointer.
    case fixed(Int64)
  }

  public var threadLocal: ThreadLocal
  /// Bytes from there to the pointer to the current task.
  public var currentTask: Int64
  /// Bytes from a task to its flags, of which 24, 26 and 28 tell a structured child.
  /// swift/include/swift/ABI/MetadataValues.h, JobFlags
  public var jobFlags: Int64
  /// A call that the making of every task passes, when the task is whole and nobody has it yet.
  public var taskMade: UInt64
  /// The register that the task is in there.
  public var taskRegister: PreservedRegister

  private static let names: Set<String> = [
    "swift_task_getCurrent", "swift_task_getJobFlags", "swift_task_create_common",
  ]

  /// nil where the image does not contain the runtime.
  public init?(_ image: borrowing ELFImage, with disassembler: borrowing Disassembler) throws(BinaryError) {
    let symbols = image.symbols { Self.names.contains($0) }
    guard let getCurrent = symbols["swift_task_getCurrent"] else { return nil }
    guard let create = symbols["swift_task_create_common"], let getFlags = symbols["swift_task_getJobFlags"] else {
      throw BinaryError("\(image.path) is stripped")
    }
    (threadLocal, currentTask) = try Self.currentTask(getCurrent, image, disassembler)
    guard let flags = try Self.displacement(of: getFlags, from: X86_REG_RDI, image, disassembler) else {
      throw BinaryError("swift_task_getJobFlags of \(image.path) has a form that is not known")
    }
    jobFlags = flags
    let body = try ControlFlow(create, of: image, with: disassembler)
    guard let made = try Self.taskMade(create, flags: flags, body, image, disassembler) else {
      throw BinaryError("swift_task_create_common of \(image.path) has a form that is not known")
    }
    (taskMade, taskRegister) = made
  }

  /// `lea PAIR(%rip), %rdi; call __tls_get_addr; mov FIELD(%rax), %rax`, or `mov %fs:FIELD, %rax`, or
  /// `mov %fs:0, %rax; mov FIELD(%rax), %rax`.
  private static func currentTask(
    _ function: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> (ThreadLocal, Int64) {
    var pair: UInt64?
    var isCalled = false
    var usesThreadPointer = false
    var result: (ThreadLocal, Int64)?
    try image.decode(function, with: disassembler) { instruction in
      switch instruction.operation {
      case X86_INS_LEA:
        if case .memory(_, X86_REG_RIP, X86_REG_INVALID, _, let displacement) = instruction.operand(1),
          instruction.operand(0) == .register(X86_REG_RDI)
        {
          pair = instruction.nextAddress &+ UInt64(bitPattern: displacement)
        }
      case X86_INS_CALL:
        isCalled = true
      case X86_INS_MOV:
        guard instruction.operand(0) == .register(X86_REG_RAX),
          case .memory(let segment, let base, X86_REG_INVALID, _, let displacement) = instruction.operand(1)
        else { break }
        if segment == X86_REG_FS, base == X86_REG_INVALID, displacement == 0 {
          usesThreadPointer = true
        } else if segment == X86_REG_FS, base == X86_REG_INVALID {
          result = (.fixed(0), displacement)
        } else if base == X86_REG_RAX, usesThreadPointer {
          result = (.fixed(0), displacement)
        } else if base == X86_REG_RAX, isCalled, let pair {
          result = (.dynamic(pair), displacement)
        }
      default: break
      }
      return result == nil
    }
    guard let result else {
      throw BinaryError("swift_task_getCurrent of \(image.path) has a form that is not known")
    }
    // R_X86_64_DTPMOD64: the dynamic linker puts the module's id there, for __tls_get_addr.
    if case .dynamic(let pair) = result.0, image.relocation(at: pair)?.type != 16 {
      throw BinaryError("swift_task_getCurrent of \(image.path) reads another place than its thread's")
    }
    return result
  }

  /// The function returns the task, so the register that it moves to rax has the task. It stores the task's flags
  /// through it, and the first call behind that that no way to its end leaves out is the place.
  private static func taskMade(
    _ function: Symbol, flags: Int64, _ body: ControlFlow, _ image: borrowing ELFImage,
    _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> (UInt64, PreservedRegister)? {
    var returned: x86_reg?
    var stores: [(address: UInt64, base: x86_reg)] = []
    var calls: [UInt64] = []
    try image.decode(function, with: disassembler) { instruction in
      if instruction.isCall, instruction.isCheapToProbe { calls.append(instruction.address) }
      guard instruction.operation == X86_INS_MOV else { return true }
      if instruction.operand(0) == .register(X86_REG_RAX), case .register(let source) = instruction.operand(1) {
        returned = source
      }
      if case .memory(X86_REG_INVALID, let base, X86_REG_INVALID, _, flags) = instruction.operand(0),
        instruction.operandSize(0) == 4, case .register = instruction.operand(1)
      {
        stores.append((instruction.address, base))
      }
      return true
    }
    guard let returned, let register = PreservedRegister(returned),
      let stored = stores.last(where: { $0.base == returned })?.address,
      let call = calls.first(where: { $0 > stored && body.alwaysPasses($0) })
    else { return nil }
    return (call, register)
  }

  /// The only read that a getter makes: its distance from the register of its argument.
  private static func displacement(
    of getter: Symbol, from register: x86_reg, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> Int64? {
    var found: [Int64] = []
    try image.decode(getter, with: disassembler) { instruction in
      if instruction.operation == X86_INS_MOV,
        case .memory(X86_REG_INVALID, register, X86_REG_INVALID, _, let displacement) = instruction.operand(1)
      {
        found.append(displacement)
      }
      return instruction.operation != X86_INS_RET
    }
    return found.count == 1 ? found[0] : nil
  }
}
