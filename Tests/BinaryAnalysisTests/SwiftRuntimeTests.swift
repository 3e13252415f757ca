import BinaryAnalysis
import Glibc
import Testing

/// What the running toolchain's own libraries tell, and what stripped ones do not.
struct SwiftRuntimeTests {
  /// A library of this very process.
  private static func library(_ name: String) throws -> String {
    let maps = try #require(fopen("/proc/self/maps", "r"))
    defer { fclose(maps) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, maps) > 0 {
      let path = String(cString: line!).split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
      if path.hasSuffix("/" + name) { return path }
    }
    throw BinaryError("this process has no \(name)")
  }

  /// The same without `.symtab`, as distributions ship libraries.
  private static func withStripped(_ name: String, _ body: (borrowing ELFImage) throws -> Void) throws {
    let path = "/tmp/process-tracer-test-\(getpid())-\(name)"
    defer { unlink(path) }
    try #require(system("strip --strip-unneeded -o \(path) \(try library(name))") == 0)
    try body(try ELFImage(path: path))
  }

  @Test func concurrencyIsDecoded() async throws {
    let image = try ELFImage(path: Self.library("libswift_Concurrency.so"))
    let concurrency = try #require(try SwiftConcurrency(image, with: Disassembler()))
    #expect(image.bytes(at: concurrency.taskMade, count: 1)?.first == 0xE8)  // a call
    // The task's flags, read where they are said to be: a child of a group is told by bit 26, this test's task is not
    // a child of async let, bit 28.
    let flags = await withTaskGroup(of: UInt32.self) { group in
      group.addTask {
        withUnsafeCurrentTask { task in
          let object = unsafeBitCast(task!, to: UnsafeRawPointer.self)
          return object.load(fromByteOffset: Int(concurrency.jobFlags), as: UInt32.self)
        }
      }
      return await group.next()!
    }
    #expect(flags & 1 << 26 != 0)
    #expect(flags & 1 << 28 == 0)
  }

  @Test func testingIsDecoded() throws {
    let image = try ELFImage(path: Self.library("libTesting.so"))
    let testing = try #require(try SwiftTesting(image, with: Disassembler()))
    #expect(testing.eventTest >= testing.eventKind + 8)
    #expect(testing.failure != nil)
    let kinds = testing.kinds
    #expect(Set([kinds.testStarted, kinds.caseStarted, kinds.caseEnded, kinds.testEnded]).count == 4)
  }

  @Test func xctestIsDecoded() throws {
    let image = try ELFImage(path: Self.library("libXCTest.so"))
    let library = try #require(try XCTestLibrary(image, with: Disassembler()))
    #expect(Set([library.failures, library.exceptions, library.skipped]).count == 3)
  }

  @Test func calloutsAreCalls() throws {
    let image = try ELFImage(path: Self.library("libdispatch.so"))
    let dispatch = try #require(try Dispatch(image, with: Disassembler()))
    #expect(dispatch.callouts.count > 5)
    for address in dispatch.callouts { #expect(image.bytes(at: address, count: 1)?.first == 0xE8) }
  }

  @Test func otherLibrariesAreNotTaken() throws {
    let image = try ELFImage(path: Self.library("libswiftCore.so"))
    #expect(try SwiftConcurrency(image, with: Disassembler()) == nil)
    #expect(try SwiftTesting(image, with: Disassembler()) == nil)
    #expect(try XCTestLibrary(image, with: Disassembler()) == nil)
    #expect(try Dispatch(image, with: Disassembler()) == nil)
  }

  @Test func strippedLibrariesSaySo() throws {
    // What is needed of this one is exported.
    try Self.withStripped("libswift_Concurrency.so") { image in
      let concurrency = try SwiftConcurrency(image, with: Disassembler())
      #expect(concurrency != nil)
    }
    try Self.withStripped("libTesting.so") { image in
      #expect(throws: BinaryError.self) { try SwiftTesting(image, with: Disassembler()) }
    }
    try Self.withStripped("libdispatch.so") { image in
      #expect(throws: BinaryError.self) { try Dispatch(image, with: Disassembler()) }
    }
  }

  @Test func notELF() {
    #expect(throws: BinaryError.self) { _ = try ELFImage(path: "/etc/passwd") }
    #expect(throws: BinaryError.self) { _ = try ELFImage(path: "/nonexistent") }
  }
}
