public import ProcessActivity
import Testing

/// Runs code and holds it against what it is expected to do; a violation is an issue at the expectation.
///
/// `inexact` says what to make of evidence that is not known to be the code's own.
///
/// - Returns: what the code returns. Throws what it throws, and `TracerUnavailable` where no tracer runs, unless
///   `PROCESS_TRACER_MISSING=run`.
public func withExpectedActivity<Value>(
  _ expectations: ActivityExpectation..., inexact: InexactEvidence = .warns, fileID: String = #fileID,
  filePath: String = #filePath, line: Int = #line, column: Int = #column,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  if Tracer.absence != nil, MissingTracer.byEnvironment == .run { return try await body() }
  let place = CodePlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let placed = expectations.map { $0.standing(at: place) }
  let queries = ActivityQueries(placed)
  let (result, activity) = try await ActivityScope.run(.place(fileID, line, placed), queries, body)
  ExpectationCheck(activity).violations(placed, queries).record(inexact, else: SourceLocation(place))
  return try result.get()
}

/// Runs synchronous code and holds it against what it is expected to do; as the asynchronous one.
@_disfavoredOverload
public func withExpectedActivity<Value, Failure: Error>(
  _ expectations: ActivityExpectation..., inexact: InexactEvidence = .warns, fileID: String = #fileID,
  filePath: String = #filePath, line: Int = #line, column: Int = #column, _ body: () throws(Failure) -> Value
) throws -> Value {
  if Tracer.absence != nil, MissingTracer.byEnvironment == .run { return try body() }
  let place = CodePlace(fileID: fileID, filePath: filePath, line: line, column: column)
  let placed = expectations.map { $0.standing(at: place) }
  let queries = ActivityQueries(placed)
  let (result, activity) = try ActivityScope.run(.place(fileID, line, placed), queries, body)
  ExpectationCheck(activity).violations(placed, queries).record(inexact, else: SourceLocation(place))
  return try result.get()
}
