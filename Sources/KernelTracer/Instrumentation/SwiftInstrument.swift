import BinaryAnalysis
import CKernelABI
import Glibc
import Synchronization

extension ProbeProgram {
  static let swift = ProbeProgram(image: swiftProbesObjectBase64, table: ("late_swift_tasks", 262_144))
}

extension Instrument {
  /// Test products of Swift packages, which `swift test` builds and runs or somebody built with `swift build`.
  public static let swift = Instrument(
    name: "swift", nameEndings: [".xctest"], program: .swift,
    herald: Herald(name: "swift-package", prepares: SwiftProbes.prepare)
  ) { (program) throws(InstrumentError) in
    do throws(BinaryError) {
      return try SwiftProbes.plan(program)
    } catch {
      throw InstrumentError(error.reason)
    }
  }
}

/// Where the probes on the libraries of a Swift test process belong.
private enum SwiftProbes {
  /// What was decoded, each toolchain once; its place is the one in the kernel's table.
  private static let toolchains = Mutex<[SwiftToolchain]>([])

  /// `swift-test` is another name of `swift-package`; the libraries of its tests are those of its own toolchain, unless
  /// it is told others.
  static func prepare(_ package: String, _ arguments: [String]) -> Bool {
    guard arguments.first?.split(separator: "/").last == "swift-test" else { return false }
    let suffix = "bin/swift-package"
    guard package.hasSuffix("/\(suffix)") else { return true }
    do throws(BinaryError) {
      let libraries = SwiftTestLibraries(directory: "\(package.dropLast(suffix.utf8.count))lib/swift/linux")
      if !libraries.paths.isEmpty { _ = try toolchain(libraries) }
    } catch {
      // Told of the test binary that uses it, if any does.
    }
    return true
  }

  static func plan(_ program: StoppedProgram) throws(BinaryError) -> ProbePlan? {
    let run = TestRun(arguments: program.arguments)
    guard run != .listing else { return nil }
    let libraries = try libraries(of: program)
    let runner = run == .swiftTesting ? "libTesting.so" : "libXCTest.so"
    guard libraries.paths[runner] != nil else {
      guard libraries.paths.isEmpty else { throw BinaryError("\(runner) is not where the binary looks for it") }
      return nil
    }
    let (toolchain, index) = try toolchain(libraries)
    if let failure = run == .swiftTesting ? toolchain.testingFailure : toolchain.xctestFailure { throw failure }
    var plan = ProbePlan(sites: toolchain.sites.mapValues { $0.map { $0.with(layout: index) } })
    plan.isOfLibraries = true
    let start = withUnsafeBytes(of: program.identity.start.nanoseconds) { Array($0) }
    plan.entries = [
      .init(table: "swift_layouts", key: UInt32(index), value: withUnsafeBytes(of: toolchain.layout) { Array($0) }),
      .init(table: "swift_processes", key: UInt32(bitPattern: program.identity.pid), value: start),
    ]
    return plan
  }

  /// What executables were found to load: `swift test` runs the same one twice, and once a test with `--parallel`.
  private static let found = Mutex<[Executable: SwiftTestLibraries]>([:])

  private struct Executable: Hashable {
    var file: FileIdentity
    var directory: String
    var root: String
  }

  private static func libraries(of program: StoppedProgram) throws(BinaryError) -> SwiftTestLibraries {
    let executable = Executable(file: program.file, directory: program.directory, root: program.root)
    if let known = found.withLock({ $0[executable] }) { return known }
    let image = try ELFImage(path: program.executable)
    let libraries = SwiftTestLibraries(executable: image, directory: executable.directory, root: executable.root)
    // Each process has a root of its own where it is not this one's.
    if executable.root.isEmpty { found.withLock { $0[executable] = libraries } }
    return libraries
  }

  private static func toolchain(_ libraries: SwiftTestLibraries) throws(BinaryError) -> (SwiftToolchain, Int) {
    let files = libraries.paths.values.sorted()
    let known = toolchains.withLock { toolchains in
      toolchains.firstIndex { $0.files == files }.map { (toolchains[$0], $0) }
    }
    if let known { return known }
    let decoded = try SwiftToolchain(libraries, files: files)
    let index = toolchains.withLock { toolchains in
      toolchains.append(decoded)
      return toolchains.count - 1
    }
    guard index < SWIFT_LAYOUTS else { throw BinaryError("more toolchains than \(SWIFT_LAYOUTS) in one run") }
    return (decoded, index)
  }

  /// What a test product is asked to do. swift-corelibs-xctest, ArgumentParser.swift; Swift Testing, EntryPoint.swift
  private enum TestRun {
    case xctest
    case swiftTesting
    case listing

    init(arguments: [String]) {
      let options = arguments.dropFirst()
      if options.contains("--list-tests") || options.contains("--experimental-list-tests") {
        self = .listing
      } else if let index = options.firstIndex(of: "--testing-library"),
        options[(index + 1)...].first == "swift-testing"
      {
        self = .swiftTesting
      } else if options.contains("--testing-library=swift-testing") {
        self = .swiftTesting
      } else if let selection = options.first {
        let isListing = ["--dump-tests-json", "-l", "--help", "-h"].contains(selection)
        self = isListing ? .listing : .xctest
      } else {
        self = .xctest
      }
    }
  }
}

/// The libraries of one toolchain, decoded.
private struct SwiftToolchain: Sendable {
  let files: [String]
  private(set) var layout = swift_layout()
  private(set) var sites: [String: [ProbePlan.Site]] = [:]
  /// Why one of the runners is not known.
  private(set) var testingFailure: BinaryError?
  private(set) var xctestFailure: BinaryError?

  init(_ libraries: SwiftTestLibraries, files: [String]) throws(BinaryError) {
    self.files = files
    let disassembler = Disassembler()
    try addRuntime(libraries.paths["libswift_Concurrency.so"], disassembler)
    do throws(BinaryError) { try addTesting(libraries.paths["libTesting.so"], disassembler) } catch {
      testingFailure = error
    }
    do throws(BinaryError) { try addXCTest(libraries.paths["libXCTest.so"], disassembler) } catch {
      xctestFailure = error
    }
    try addDispatch(libraries.paths["libdispatch.so"], disassembler)
  }

  private mutating func add(
    _ address: UInt64, _ kind: Int32, _ image: borrowing ELFImage, isReturn: Bool = false
  ) throws(BinaryError) {
    guard let offset = image.fileOffset(of: address) else {
      throw BinaryError("\(image.path) has no code at 0x\(String(address, radix: 16))")
    }
    sites[image.path, default: []].append(.init(offset: offset, cookie: UInt64(kind), isReturn: isReturn))
  }

  private mutating func addRuntime(_ path: String?, _ disassembler: borrowing Disassembler) throws(BinaryError) {
    guard let path else { throw BinaryError("libswift_Concurrency.so is not where the binary looks for it") }
    let image = try ELFImage(path: path)
    guard let concurrency = try SwiftConcurrency(image, with: disassembler) else { throw Self.unknown(path) }
    layout.fill(concurrency)
    try add(concurrency.taskMade, SWIFT_TASK_MADE, image)
  }

  private mutating func addTesting(_ path: String?, _ disassembler: borrowing Disassembler) throws(BinaryError) {
    guard let path else { return }
    let image = try ELFImage(path: path)
    guard let testing = try SwiftTesting(image, with: disassembler) else { throw Self.unknown(path) }
    layout.fill(testing)
    try add(testing.post.address, SWIFT_EVENT, image)
  }

  private mutating func addXCTest(_ path: String?, _ disassembler: borrowing Disassembler) throws(BinaryError) {
    guard let path else { return }
    let image = try ELFImage(path: path)
    guard let xctest = try XCTestLibrary(image, with: disassembler) else { throw Self.unknown(path) }
    layout.fill(xctest)
    try add(xctest.willStart.address, SWIFT_XCTEST_START, image)
    try add(xctest.didFinish.address, SWIFT_XCTEST_FINISH, image)
    try add(xctest.awaiting.address, SWIFT_XCTEST_AWAIT, image)
  }

  private mutating func addDispatch(_ path: String?, _ disassembler: borrowing Disassembler) throws(BinaryError) {
    guard let path else { return }
    let image = try ELFImage(path: path)
    guard let dispatch = try Dispatch(image, with: disassembler) else { throw Self.unknown(path) }
    try add(dispatch.blockCopy.address, SWIFT_BLOCK_COPIED, image, isReturn: true)
    try add(dispatch.worker.address, SWIFT_WORKER, image)
    for callout in dispatch.callouts { try add(callout, SWIFT_CALLOUT, image) }
  }

  private static func unknown(_ path: String) -> BinaryError {
    BinaryError("\(path) is of another version than is known")
  }
}

extension ProbePlan.Site {
  fileprivate func with(layout index: Int) -> Self {
    var site = self
    site.cookie |= UInt64(index) << SWIFT_COOKIE_SHIFT
    return site
  }
}

extension swift_layout {
  fileprivate mutating func fill(_ concurrency: SwiftConcurrency) {
    task_made = concurrency.taskMade
    task_register = concurrency.taskRegister.word
    switch concurrency.threadLocal {
    case .dynamic(let address):
      thread_local = address
    case .fixed(let distance):
      thread_local = UInt64(bitPattern: distance)
      is_fixed = 1
    }
    current_task = UInt64(bitPattern: concurrency.currentTask)
    job_flags = UInt64(bitPattern: concurrency.jobFlags)
  }

  fileprivate mutating func fill(_ testing: SwiftTesting) {
    event_kind = testing.eventKind
    event_test = testing.eventTest
    event_case = testing.eventCase
    id_module = testing.module
    id_names = testing.components
    id_location = testing.location
    location_path = testing.path
    location_line = testing.line
    case_arguments = testing.arguments
    argument_size = testing.argumentSize
    argument_bytes = testing.argumentBytes
    let kinds = testing.kinds
    test_started = kinds.testStarted
    case_started = kinds.caseStarted
    case_ended = kinds.caseEnded
    test_ended = kinds.testEnded
    tag_shift = kinds.tagShift
    payload_mask = kinds.payloadMask
    issue_tag = kinds.issueTag
    skipped_tag = kinds.skippedTag
    cancelled_tag = kinds.cancelledTag ?? .max
    case_cancelled_tag = kinds.caseCancelledTag ?? .max
    guard let failure = testing.failure else { return }
    knows_failure = 1
    failure_if = swift_comparison(failure.equal)
    failure_unless = swift_comparison(failure.unequal)
  }

  fileprivate mutating func fill(_ library: XCTestLibrary) {
    class_descriptor = library.classDescriptor
    xctest_name = library.name
    xctest_run = library.run
    run_failures = library.failures
    run_exceptions = library.exceptions
    run_skipped = library.skipped
  }
}

extension PreservedRegister {
  /// Its place in `struct pt_regs`.
  fileprivate var word: UInt64 {
    switch self {
    case .r15: 0
    case .r14: 1
    case .r13: 2
    case .r12: 3
    case .rbx: 5
    }
  }
}

extension swift_comparison {
  fileprivate init(_ comparison: SwiftTesting.Failure.Comparison) {
    let mask = comparison.size >= 8 ? UInt64.max : (1 << (comparison.size * 8)) - 1
    self.init(
      offset: UInt64(bitPattern: comparison.offset), mask: mask, value: UInt64(bitPattern: comparison.value) & mask)
  }
}
