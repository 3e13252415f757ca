import CKernelABI
import Trace

/// The records of a Swift test's beginning, as markers.
extension MarkerEvent {
  /// Nil where the text does not fit the record.
  init?(swiftTest record: UnsafeRawBufferPointer) {
    guard let fixed = record.fixedPart(as: event_swift_test.self) else { return nil }
    let text = record.dropFirst(MemoryLayout<event_swift_test>.size).prefix(Int(fixed.text_length))
    let lengths = withUnsafeBytes(of: fixed.lengths) { bytes in
      bytes.withMemoryRebound(to: UInt16.self) { $0.map(Int.init) }
    }
    guard text.count == lengths.reduce(0, +), fixed.names <= SWIFT_NAMES, fixed.arguments <= SWIFT_ARGUMENTS else {
      return nil
    }
    var pieces: [String] = []
    var start = text.startIndex
    for length in lengths {
      pieces.append(String(decoding: text[start..<start + length], as: UTF8.self))
      start += length
    }
    let name = SwiftTestName(
      module: pieces[0], file: pieces[1], line: fixed.line, names: Array(pieces.dropFirst(2).prefix(Int(fixed.names))),
      arguments: Array(pieces.dropFirst(2 + Int(SWIFT_NAMES)).prefix(Int(fixed.arguments))),
      isCut: fixed.flags & UInt32(SWIFT_TEST_CUT) != 0)
    let isXCTest = fixed.flags & UInt32(SWIFT_TEST_XCTEST) != 0
    self.init(
      time: BootInstant(fixed.header.time), process: ProcessIdentity(fixed.header.process),
      thread: Int32(bitPattern: fixed.header.thread),
      verb: fixed.test & UInt32(TEST_FIXTURE) != 0 ? .fixture : .begin,
      test: TestMark(kernelWord: fixed.test), previous: TestMark(kernelWord: fixed.previous),
      text: isXCTest ? name.xctestMarker : name.testingMarker)
  }
}

/// What a Swift test is called.
struct SwiftTestName {
  var module: String
  var file: String
  var line: UInt32
  /// Suites and test, or XCTest's own name.
  var names: [String]
  /// Each as the JSON that Swift Testing identifies it by.
  var arguments: [String]
  var isCut: Bool

  /// `Module.Suite/test()`, as `swift test list` has it.
  var testingMarker: String {
    let suite = ([module] + (names.count > 1 ? [names.dropLast().joined(separator: "/")] : [])).joined(separator: ".")
    let name = module + "." + names.joined(separator: "/")
    return marker(name: name, suite: suite, runner: "Swift Testing")
  }

  /// `Module.Class/method`, as `swift test list` has it; XCTest calls it `Class.method`.
  var xctestMarker: String {
    let own = names.first ?? ""
    guard let dot = own.lastIndex(of: ".") else { return marker(name: own, suite: module, runner: "XCTest") }
    let suite = (module.isEmpty ? "" : module + ".") + own[..<dot]
    return marker(name: suite + "/" + own[own.index(after: dot)...], suite: suite, runner: "XCTest")
  }

  private func marker(name: String, suite: String, runner: String) -> String {
    var lines = [Self.line(name) + (isCut ? "…" : ""), "runner=\(runner)", "suite=\(Self.line(suite))"]
    if !file.isEmpty { lines += ["file=\(Self.line(file))", "line=\(line)"] }
    if !arguments.isEmpty { lines.append("parameters=\(Self.line(arguments.joined(separator: ", ")))") }
    return lines.joined(separator: "\n")
  }

  private static func line(_ text: String) -> String {
    text.contains("\n") ? text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n") : text
  }
}
