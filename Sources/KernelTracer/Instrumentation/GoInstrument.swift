import BinaryAnalysis
import CKernelABI

extension ProbeProgram {
  static let go = ProbeProgram(image: goProbesObjectBase64, table: ("late_contexts", 524_288))
}

extension Instrument {
  /// Go test binaries, which `go test` builds or somebody built with `go test -c`.
  public static let go = Instrument(
    name: "go", nameEndings: [".test"], program: .go,
    herald: Herald(name: "go") { _, arguments in arguments.dropFirst().first { !$0.hasPrefix("-") } == "test" },
    detachingNote: """
      starts more than \(GO_CREATIONS) goroutines in \(GO_CREATIONS_NS / 1_000_000) ms: from there on those that no \
      test's own goroutine started may have no test
      """
  ) { (program) throws(InstrumentError) in
    do throws(BinaryError) {
      guard let binary = try GoTestBinary(path: program.executable) else { return nil }
      let sites = binary.sites.map {
        ProbePlan.Site(offset: $0.offset, cookie: $0.cookie, isDetachable: $0.numbers != nil)
      }
      return ProbePlan(
        sites: [program.executable: sites], description: ["runner": "go test", "suite": binary.package ?? ""])
    } catch {
      throw InstrumentError(error.reason)
    }
  }
}

extension GoTestBinary.Site {
  /// `GO_COOKIE`, or `GO_CREATION_COOKIE`.
  fileprivate var cookie: UInt64 {
    guard place == .goroutineCreated else { return UInt64(place.number) | first << 8 | second << 32 }
    let creation = UInt64(place.number) | first << 8 | second << 20
    return creation | (numbers?.own ?? 0) << 32 | (numbers?.creator ?? 0) << 48
  }
}

extension GoTestBinary.Place {
  fileprivate var number: Int32 {
    switch self {
    case .testBegins: GO_TEST_BEGINS
    case .testEnds: GO_TEST_ENDS
    case .exampleBegins: GO_EXAMPLE_BEGINS
    case .exampleEnds: GO_EXAMPLE_ENDS
    case .benchmarkBegins: GO_BENCHMARK_BEGINS
    case .benchmarkEnds: GO_BENCHMARK_ENDS
    case .goroutineCreated: GO_GOROUTINE_CREATED
    case .timerCreated: GO_TIMER_CREATED
    case .sentDirectly: GO_SENT_DIRECTLY
    case .receivedDirectly: GO_RECEIVED_DIRECTLY
    case .sentToBuffer: GO_SENT_TO_BUFFER
    case .takenFromBuffer: GO_TAKEN_FROM_BUFFER
    case .sentFromWaiting: GO_SENT_FROM_WAITING
    case .waits: GO_WAITS
    }
  }
}
