/// Where XCTest for Linux says which test runs, and where the fields of its objects are.
public struct XCTestLibrary: Hashable, Sendable {
  /// Called before and after every test method, on its thread, with the test case in rdi.
  public var willStart: Symbol
  public var didFinish: Symbol
  /// Makes the task of a test method that is `async`.
  public var awaiting: Symbol

  /// Bytes from a class's metadata to its descriptor.
  public var classDescriptor: UInt64
  // Bytes from the beginning of a test case.
  public var name: UInt64
  public var run: UInt64
  // …of its run.
  public var failures: UInt64
  public var exceptions: UInt64
  public var skipped: UInt64

  private static let willStart = "$s6XCTest0A17ObservationCenterC17testCaseWillStartyyAA0aE0CF"
  private static let didFinish = "$s6XCTest0A17ObservationCenterC17testCaseDidFinishyyAA0aE0CF"
  private static let awaiting = "$s6XCTest21awaitUsingExpectationyyyyYaKcKF"
  private static let testCase = "$s6XCTest0A4CaseC"
  private static let test = "$s6XCTestAAC"
  private static let testRun = "$s6XCTest0A3RunC"

  /// nil where the image does not contain XCTest.
  public init?(_ image: borrowing ELFImage, with disassembler: borrowing Disassembler) throws(BinaryError) {
    let types = [Self.testCase, Self.test, Self.testRun]
    let wanted = Set([Self.willStart, Self.didFinish, Self.awaiting] + types.flatMap { [$0 + "N", $0 + "Mn"] })
    let symbols = image.symbols { wanted.contains($0) }
    guard let metadata = symbols[Self.testCase + "N"], let descriptor = symbols[Self.testCase + "Mn"] else {
      return nil
    }
    guard let willStart = symbols[Self.willStart], let didFinish = symbols[Self.didFinish],
      let awaiting = symbols[Self.awaiting]
    else { throw BinaryError("\(image.path) is stripped, or of another version than is known") }
    guard image.isCheapToProbe(willStart, with: disassembler), image.isCheapToProbe(didFinish, with: disassembler)
    else { throw BinaryError("\(image.path) has functions that begin in a form that is not known") }
    self.willStart = willStart
    self.didFinish = didFinish
    self.awaiting = awaiting
    // Kind, superclass, two flags words, sizes. TargetClassMetadata without Objective-C, swift/ABI/Metadata.h
    classDescriptor = 40
    guard let found = image.relocation(at: metadata.address + classDescriptor),
      found.addend == Int64(bitPattern: descriptor.address)
    else { throw BinaryError("\(image.path) has classes of another form than is known") }
    func offset(_ field: String, _ type: String, _ image: borrowing ELFImage) throws(BinaryError) -> UInt64 {
      guard let metadata = symbols[type + "N"], let descriptor = symbols[type + "Mn"] else {
        throw BinaryError("\(image.path) has no type \(type)")
      }
      let place = SwiftTypes.Place(metadata: metadata.address, descriptor: descriptor.address)
      guard let offset = try SwiftTypes.fieldOffsets(of: place, in: image)[field] else {
        throw BinaryError("\(image.path) has no field \(field) in \(type)")
      }
      return offset
    }
    name = try offset("_name", Self.testCase, image)
    run = try offset("testRun", Self.test, image)
    failures = try offset("failureCount", Self.testRun, image)
    exceptions = try offset("unexpectedExceptionCount", Self.testRun, image)
    skipped = try offset("hasBeenSkipped", Self.testRun, image)
  }
}
