import Glibc

/// The functions of libtest in a binary, by their names in either mangling.
/// https://doc.rust-lang.org/rustc/symbol-mangling
struct RustHarness {
  /// `test::test_result::calc_result`
  private(set) var result: Symbol?
  /// `<test::types::TestName as core::fmt::Display>::fmt`
  private(set) var nameDisplay: Symbol?
  /// `test::types::TestDesc::padded_name`
  private(set) var paddedName: Symbol?
  /// Whatever `test::run_test` is made of: versions differ in what is a function of its own.
  private var runners: [Symbol] = []
  let isStripped: Bool

  init(_ image: borrowing ELFImage) {
    var result: Symbol?
    var nameDisplay: Symbol?
    var paddedName: Symbol?
    var runners: [Symbol] = []
    var count = 0
    image.forEachSymbol { text, symbol in
      count += 1
      // Most are of something else, and are not made strings.
      guard symbol.size > 0, strncmp(text, "_R", 2) == 0 || strncmp(text, "_ZN", 3) == 0,
        strstr(text, "test") != nil
      else { return }
      let name = String(cString: text)
      if Self.isResult(name) {
        result = symbol
      } else if Self.isNameDisplay(name) {
        nameDisplay = symbol
      } else if Self.isPaddedName(name) {
        paddedName = symbol
      } else if Self.isRunner(name) {
        runners.append(symbol)
      }
    }
    self.result = result
    self.nameDisplay = nameDisplay
    self.paddedName = paddedName
    self.runners = runners
    isStripped = image.section(named: ".symtab") == nil
  }

  /// The one of the functions that run a test that asks for its result.
  func runner(
    calling callee: Symbol, _ image: borrowing ELFImage, _ disassembler: borrowing Disassembler
  ) throws(BinaryError) -> Symbol {
    var callers: [Symbol] = []
    for runner in runners {
      var calls = false
      try image.decode(runner, with: disassembler) { instruction in
        calls = instruction.isCall && instruction.target == callee.address
        return !calls
      }
      if calls { callers.append(runner) }
    }
    guard callers.count == 1 else { throw BinaryError("its libtest calls tests in a form that is not known") }
    return callers[0]
  }

  private static func isResult(_ name: String) -> Bool {
    name.hasPrefix("_ZN4test11test_result11calc_result17h")
      || name.hasPrefix("_RNvNtCs") && name.hasSuffix("_4test11test_result11calc_result")
  }

  private static func isNameDisplay(_ name: String) -> Bool {
    name.hasPrefix("_ZN60_$LT$test..types..TestName$u20$as$u20$core..fmt..Display$GT$3fmt17h")
      || name.hasPrefix("_RNvXs") && name.contains("_4test5typesNtB") && name.contains("_8TestNameNt")
        && name.hasSuffix("4core3fmt7Display3fmt")
  }

  private static func isPaddedName(_ name: String) -> Bool {
    name.hasPrefix("_ZN4test5types8TestDesc11padded_name17h")
      || name.hasPrefix("_RNvMs") && name.contains("_4test5typesNtB") && name.hasSuffix("_8TestDesc11padded_name")
  }

  /// The function itself, what it calls in its place, their closures.
  private static func isRunner(_ name: String) -> Bool {
    if name.hasPrefix("_ZN4test8run_test") || name.hasPrefix("_ZN4test19run_test_in_process17h") { return true }
    guard name.hasPrefix("_RNv") || name.hasPrefix("_RNCNv") else { return false }
    return name.contains("_4test8run_test") || name.hasSuffix("_4test19run_test_in_process")
  }
}
