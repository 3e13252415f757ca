import ProcessActivity
import Testing

/// One run of a test, or of one of its cases, under all of its traits.
struct TracedTest {
  @TaskLocal static var current: Test.ID?

  let test: Test
  let traits: [ExpectationTrait]

  func perform(_ function: @Sendable () async throws -> Void) async throws {
    let expectations = traits.flatMap(\.expectations)
    let place = traits.compactMap(\.place).first ?? test.sourceLocation
    if let absence = Tracer.absence {
      let missing = traits.compactMap(\.missing).last ?? .byEnvironment
      return try await Self.run(without: absence, missing, at: place, function)
    }
    let queries = ActivityQueries(expectations)
    let result: Result<Void, any Error>
    let activity: Activity
    do {
      (result, activity) = try await ActivityScope.run(description(expectations), queries, function)
    } catch {
      Issue.record("\(error)", sourceLocation: place)
      return
    }
    let violations = ExpectationCheck(activity).violations(expectations, queries)
    violations.record(traits.compactMap(\.inexact).last ?? .warns, else: place)
    try result.get()
  }

  private func description(_ expectations: [ActivityExpectation]) -> ScopeDescription {
    let place = test.sourceLocation
    var description = ScopeDescription(
      name: Self.name(of: test), runner: "Swift Testing", suite: place.moduleName, file: place.fileID,
      line: place.line)
    description.allowed = expectations.allowedDestinations
    return description
  }

  /// `Module.Suite/test()`: the test's id without the place in the code.
  private static func name(of test: Test) -> String {
    let parts = String(describing: test.id).split(separator: "/", omittingEmptySubsequences: false)
    let isPlace = parts.count > 1 && parts[parts.count - 1].contains(".swift:")
    return (isPlace ? parts.dropLast() : parts[...]).joined(separator: "/")
  }

  static func run(
    without absence: String, _ missing: MissingTracer, at place: SourceLocation,
    _ function: () async throws -> Void
  ) async throws {
    let message: Comment = "\(TracerUnavailable(absence))"
    switch missing {
    case .fail: Issue.record(message, sourceLocation: place)
    case .run: try await function()
    case .skip: break  // `prepare` has, with compilers that can
    }
  }
}

extension [Violation] {
  /// Makes an issue of each.
  func record(_ inexact: InexactEvidence, else place: SourceLocation) {
    for violation in self {
      let location = violation.place.map { SourceLocation($0) } ?? place
      let comment = Comment(rawValue: violation.text)
      if violation.isExact || inexact == .fails {
        Issue.record(comment, sourceLocation: location)
      } else if inexact == .warns {
        #if compiler(>=6.3)
          Issue.record(comment, severity: .warning, sourceLocation: location)
        #endif
      }
    }
  }
}

extension SourceLocation {
  init(_ place: CodePlace) {
    self.init(fileID: place.fileID, filePath: place.filePath, line: place.line, column: place.column)
  }
}
