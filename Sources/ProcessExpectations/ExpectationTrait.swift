public import ProcessActivity
public import Testing

/// Runs a test as a scope of its own, and holds it against what it is expected to do.
///
/// The body runs on threads of its own, so that what it does is known to be its own among all tests that run at the
/// same time: synchronous code, `async let` and task groups. What actors with an executor of their own do (the main
/// actor) and unstructured tasks is told as not exact.
public struct ExpectationTrait: TestTrait, SuiteTrait, TestScoping {
  let expectations: [ActivityExpectation]
  let missing: MissingTracer?
  let inexact: InexactEvidence?
  /// nil: the test's own.
  let place: SourceLocation?

  /// For a suite: each of its tests.
  public var isRecursive: Bool { true }

  /// Skips the test where no tracer runs and that is what is wanted.
  public func prepare(for test: Test) async throws {
    guard let absence = Tracer.absence, missing ?? .byEnvironment == .skip else { return }
    #if compiler(>=6.3)
      try Test.cancel("\(TracerUnavailable(absence))", sourceLocation: place ?? test.sourceLocation)
    #endif
  }

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    // The outermost of a test's traits does it for all of them.
    if testCase == nil || TracedTest.current == test.id { return try await function() }
    let traits = test.traits.compactMap { $0 as? ExpectationTrait }
    let run = TracedTest(test: test, traits: traits.isEmpty ? [self] : traits)
    try await TracedTest.$current.withValue(test.id) { try await run.perform(function) }
  }
}

extension Trait where Self == ExpectationTrait {
  /// Tells apart what the test does; `expects` says what that may be.
  public static var traced: Self { traced() }

  /// Tells apart what the test does, as `traced`.
  ///
  /// `missing` says what to do where no tracer runs; nil: what `PROCESS_TRACER_MISSING` says.
  public static func traced(missing: MissingTracer? = nil) -> Self {
    ExpectationTrait(expectations: [], missing: missing, inexact: nil, place: nil)
  }

  /// Says what the test may do to the world and what it has to; a violation is an issue at the expectation.
  ///
  /// `inexact` says what to make of evidence that is not known to be the test's own, nil: a warning; `missing` what to do
  /// where no tracer runs, nil: what `PROCESS_TRACER_MISSING` says.
  public static func expects(
    _ expectations: ActivityExpectation..., inexact: InexactEvidence? = nil, missing: MissingTracer? = nil,
    fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
  ) -> Self {
    let place = CodePlace(fileID: fileID, filePath: filePath, line: line, column: column)
    return ExpectationTrait(
      expectations: expectations.map { $0.standing(at: place) }, missing: missing, inexact: inexact,
      place: SourceLocation(place))
  }
}

extension ActivityExpectation {
  /// The same, at a place where it has none of its own.
  func standing(at place: CodePlace) -> ActivityExpectation {
    var expectation = self
    expectation.place = expectation.place ?? place
    return expectation
  }
}
