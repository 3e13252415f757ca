import CDisassembler
import Glibc

/// A test binary of Rust's own harness, libtest: where it calls a test and learns its result, and where a test's
/// description has its name, found in its own code.
///
/// No table of versions: functions are found by name, what they are given and where that has its fields by what they
/// do with it. What is not found in the known form is an error, never a guess.
public struct RustTestBinary: Hashable, Sendable {
  /// Which register a function gets something in.
  public enum Argument: Hashable, Sendable {
    case rdi, rsi
  }

  /// Calls a test, on the thread that is the test's. Bytes from the start of the file.
  public var run: UInt64
  /// Says what came of a test, to where rdi points, on the same thread.
  public var result: UInt64
  /// What `run` is called with: the test's description is `description` bytes behind what that points to.
  public var argument: Argument
  public var description: UInt64
  /// Where a description has the test's name, by what else is in it; the first whose conditions hold.
  public var names: [RustField]
  /// Whether a result is a word, 0 for a test that passed.
  public var knowsResult: Bool

  /// Nil where the file has none of libtest. Throws where its tests cannot be told apart.
  public init?(path: String) throws(BinaryError) {
    let image = try ELFImage(path: path)
    let functions = RustHarness(image)
    guard let calculation = functions.result else {
      guard Self.hasHarness(image) else { return nil }
      throw BinaryError(
        functions.isStripped
          ? "it is stripped of its symbols" : "its symbols do not name what libtest does: linked as a library, or LTO")
    }
    guard let display = functions.nameDisplay, let padded = functions.paddedName else {
      throw BinaryError("its symbols name only a part of libtest")
    }
    let disassembler = Disassembler()
    let caller = try functions.runner(calling: calculation, image, disassembler)
    let origin = try ArgumentOrigin.find(of: X86_REG_RSI, to: calculation, in: caller, image, disassembler)
    guard case .some((let argument, let description)) = origin else { throw Self.unknownForm }
    guard let run = image.fileOffset(of: caller.address), let result = image.fileOffset(of: calculation.address),
      image.isCheapToProbe(caller, with: disassembler), image.isCheapToProbe(calculation, with: disassembler)
    else { throw Self.unknownForm }
    // The function that shows a name is given the name, the one that pads it the whole description.
    let fields = try FieldPaths(of: display, image, disassembler).paths
    guard let first = try FieldPaths.firstField(of: X86_REG_RDI, in: display, image, disassembler),
      let same = try FieldPaths.firstField(of: X86_REG_RSI, in: padded, image, disassembler), same >= first,
      !fields.isEmpty
    else { throw Self.unknownForm }
    self.run = run
    self.result = result
    self.argument = argument
    self.description = description
    names = fields.map { $0.moved(by: UInt64(same - first)) }
    knowsResult = try Self.failureIsOne(calculation, image, disassembler)
  }

  private static var unknownForm: BinaryError { BinaryError("its libtest has a form that is not known") }

  /// Whether it has what every libtest reads, symbols or not.
  private static func hasHarness(_ image: borrowing ELFImage) -> Bool {
    guard let section = image.section(named: ".rodata"),
      let bytes = image.bytes(at: section.lowerBound, count: section.count)
    else { return false }
    return bytes.contains(text: "RUST_TEST_THREADS")
  }

  /// What the function that calculates a result makes of a test that should not panic and did: `TrFailed`, the second
  /// of its cases, and so `TrOk` is the one before.
  ///
  /// `mov (%rsi), %rax; test %rax, %rax; je L` … `L: test %rdx, %rdx; je …; mov $1, …`. The result is a whole word.
  private static func failureIsOne(
    _ function: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> Bool {
    var whenZero: UInt64?
    var values: [UInt64: Int64] = [:]
    var follows: [UInt64: UInt64] = [:]
    var operations: [UInt64: x86_insn] = [:]
    var storesWord = false
    var others = false
    var place: x86_reg?
    try image.decode(function, with: disassembler) { instruction in
      let address = instruction.address
      follows[address] = instruction.nextAddress
      operations[address] = instruction.operation
      if instruction.operation == X86_INS_JE, whenZero == nil { whenZero = instruction.target }
      guard instruction.operation == X86_INS_MOV else { return true }
      if case .immediate(let value) = instruction.operand(1) { values[address] = value }
      if instruction.operand(1) == .register(X86_REG_RDI), case .register(let copy) = instruction.operand(0),
        place == nil
      {
        place = copy
      }
      if let place, case .memory(_, place, X86_REG_INVALID, _, 0) = instruction.operand(0) {
        if instruction.operandSize(0) == 8 { storesWord = true } else { others = true }
      }
      return true
    }
    guard storesWord, !others, let test = whenZero, operations[test] == X86_INS_TEST, let branch = follows[test],
      operations[branch] == X86_INS_JE, let assignment = follows[branch]
    else { return false }
    return values[assignment] == 1
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func contains(text: StaticString) -> Bool {
    var rest = self[...]
    while rest.count >= text.utf8CodeUnitCount,
      let next = rest.firstIndex(of: text.utf8Start.pointee), endIndex - next >= text.utf8CodeUnitCount
    {
      if memcmp(baseAddress! + next, text.utf8Start, text.utf8CodeUnitCount) == 0 { return true }
      rest = self[(next + 1)...]
    }
    return false
  }
}
