import BinaryAnalysis
import CKernelABI
import Synchronization
import Trace

extension ProbeProgram {
  static let rust = ProbeProgram(image: rustProbesObjectBase64)
}

extension Instrument {
  /// Rust test binaries, which `cargo test` builds and runs, and what rustdoc makes of documentation tests where it
  /// makes them one binary.
  public static let cargo = Instrument(
    name: "cargo", nameEndings: ["ust_out"], hasHashedNames: true, program: .rust
  ) { (program) throws(InstrumentError) in
    do throws(BinaryError) {
      return try RustProbes.plan(program)
    } catch {
      throw InstrumentError(error.reason)
    }
  }
}

private enum RustProbes {
  /// What was decoded; its place is the one in the kernel's table.
  private static let layouts = Mutex<[RustLayout]>([])

  static func plan(_ program: StoppedProgram) throws(BinaryError) -> ProbePlan? {
    guard let binary = try RustTestBinary(path: program.executable) else { return nil }
    let layout = RustLayout(binary)
    guard binary.names.count <= RUST_NAMES, binary.names.allSatisfy({ $0.conditions.count <= 2 }) else {
      throw BinaryError("its libtest keeps names in a form that is not known")
    }
    let index = layouts.withLock { layouts in
      if let known = layouts.firstIndex(of: layout) { return known }
      layouts.append(layout)
      return layouts.count - 1
    }
    guard index < RUST_LAYOUTS else { throw BinaryError("more standard libraries than \(RUST_LAYOUTS) in one run") }
    func site(_ place: Int32, _ offset: UInt64, isReturn: Bool = false) -> ProbePlan.Site {
      .init(offset: offset, cookie: UInt64(place) | UInt64(index) << RUST_COOKIE_SHIFT, isReturn: isReturn)
    }
    let sites = [
      site(RUST_TEST_BEGINS, binary.run), site(RUST_RESULT_BEGINS, binary.result),
      site(RUST_RESULT_ENDS, binary.result, isReturn: true),
    ]
    var plan = ProbePlan(sites: [program.executable: sites], description: description(program))
    plan.entries = [
      .init(
        table: "rust_layouts", key: UInt32(index), value: withUnsafeBytes(of: rust_layout(layout)) { Array($0) })
    ]
    return plan
  }

  /// As nextest calls binaries: the package, and the file where it has another name.
  private static func description(_ program: StoppedProgram) -> [String: String] {
    let name = program.fileName
    guard name != "rust_out" else { return ["runner": "cargo test", "suite": "doc"] }
    if let binary = program.environment("NEXTEST_BINARY_ID") { return ["runner": "nextest", "suite": binary] }
    let target = String(name.dropLast(17))
    guard let package = program.environment("CARGO_PKG_NAME") else { return ["runner": "cargo test", "suite": target] }
    let crate = String(package.map { $0 == "-" ? "_" : $0 })
    return ["runner": "cargo test", "suite": target == crate ? package : "\(package)::\(target)"]
  }
}

/// What the kernel program is told of a binary.
private struct RustLayout: Hashable, Sendable {
  var argument: RustTestBinary.Argument
  var description: UInt64
  var names: [RustField]
  var knowsResult: Bool

  init(_ binary: RustTestBinary) {
    argument = binary.argument
    description = binary.description
    names = binary.names
    knowsResult = binary.knowsResult
  }
}

extension rust_layout {
  fileprivate init(_ layout: RustLayout) {
    self.init()
    description_in_rsi = layout.argument == .rsi ? 1 : 0
    description = layout.description
    knows_result = layout.knowsResult ? 1 : 0
    withUnsafeMutableBytes(of: &names) { bytes in
      let names = bytes.assumingMemoryBound(to: rust_name.self)
      for index in names.indices {
        names[index] = index < layout.names.count ? rust_name(layout.names[index]) : .never
      }
    }
  }
}

extension rust_name {
  fileprivate init(_ field: RustField) {
    self.init()
    pointer = field.pointer
    length = field.length
    let conditions = field.conditions.map(rust_condition.init)
    if let first = conditions.first { self.conditions.0 = first }
    if conditions.count > 1 { self.conditions.1 = conditions[1] }
  }

  /// Nothing masked is one.
  fileprivate static var never: Self {
    var name = Self()
    name.conditions.0.value = 1
    return name
  }
}

extension rust_condition {
  fileprivate init(_ condition: RustField.Condition) {
    let mask = condition.size >= 8 ? UInt64.max : (1 << (UInt64(condition.size) * 8)) - 1
    self.init(offset: condition.offset, mask: mask, value: condition.value & mask)
  }
}
