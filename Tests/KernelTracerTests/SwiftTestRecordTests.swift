import CKernelABI
import Testing
import Trace

@testable import KernelTracer

@Suite struct SwiftTestRecordTests {
  /// A record's bytes; the pieces are module, file, names and arguments.
  private func bytes(
    module: String, file: String = "", names: [String], arguments: [String] = [], flags: Int32 = 0,
    isFixture: Bool = false
  ) -> [UInt8] {
    func padded(_ texts: [String], to count: Int32) -> [String] {
      texts + Array(repeating: "", count: Int(count) - texts.count)
    }
    let pieces = [module, file] + padded(names, to: SWIFT_NAMES) + padded(arguments, to: SWIFT_ARGUMENTS)
    var record = event_swift_test()
    record.header = event_header(
      kind: UInt32(EVENT_SWIFT_TEST), thread: 43, time: 5_000, process: process_key(pid: 42, reserved: 0, start: 1_000))
    record.test = 7 << UInt32(TEST_ID_SHIFT) | UInt32(TEST_LEVEL_EXACT) | (isFixture ? UInt32(TEST_FIXTURE) : 0)
    record.line = 12
    record.flags = UInt32(flags)
    record.names = UInt32(names.count)
    record.arguments = UInt32(arguments.count)
    withUnsafeMutableBytes(of: &record.lengths) { lengths in
      lengths.withMemoryRebound(to: UInt16.self) { lengths in
        for (index, piece) in pieces.enumerated() { lengths[index] = UInt16(piece.utf8.count) }
      }
    }
    record.text_length = UInt32(pieces.joined().utf8.count)
    return withUnsafeBytes(of: record) { Array($0) } + Array(pieces.joined().utf8)
  }

  private func marker(_ bytes: [UInt8]) -> MarkerEvent? {
    guard case .marker(let event)? = bytes.withUnsafeBytes({ KernelRecordDecoder.decode($0) }) else { return nil }
    return event
  }

  @Test func namesATestAsSwiftTestListDoes() throws {
    let record = bytes(
      module: "Shop", file: "/w/Tests/ShopTests.swift", names: ["Cart", "Empty", "pays(_:in:)"],
      arguments: ["1", "\"eur\""])
    let event = try #require(marker(record))
    #expect(event.verb == .begin)
    #expect(event.process == ProcessIdentity(pid: 42, start: BootInstant(nanoseconds: 1_000)))
    #expect(event.test == TestMark(id: 7, level: .exact))
    #expect(
      event.text == """
        Shop.Cart/Empty/pays(_:in:)
        runner=Swift Testing
        suite=Shop.Cart/Empty
        file=/w/Tests/ShopTests.swift
        line=12
        parameters=1, "eur"
        """)
  }

  @Test func aFunctionsSuiteIsItsModule() throws {
    let event = try #require(marker(bytes(module: "Shop", names: ["free()"], isFixture: true)))
    #expect(event.verb == .fixture)
    #expect(event.text == "Shop.free()\nrunner=Swift Testing\nsuite=Shop")
  }

  @Test func aMethodOfXCTestHasItsClassAsSuite() throws {
    let event = try #require(marker(bytes(module: "Shop", names: ["CartTests.testPays"], flags: SWIFT_TEST_XCTEST)))
    #expect(event.text == "Shop.CartTests/testPays\nrunner=XCTest\nsuite=Shop.CartTests")
  }

  @Test func whatIsCutSaysSo() throws {
    let event = try #require(marker(bytes(module: "Shop", names: ["a\nb()"], flags: SWIFT_TEST_CUT)))
    #expect(event.text == "Shop.a\\nb()…\nrunner=Swift Testing\nsuite=Shop")
  }

  @Test func refusesATextOfAnotherLengthThanItsPieces() {
    let record = bytes(module: "Shop", names: ["free()"])
    #expect(marker(Array(record.dropLast())) == nil)
    #expect(marker(Array(record.prefix(MemoryLayout<event_swift_test>.size - 1))) == nil)
  }
}
