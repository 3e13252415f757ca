/// Runs code and tells what it did; waits until the tracer has seen all of it.
///
/// What the code throws is passed on. Within a traced test the code is a part of it: the test's own expectations hold
/// for it, too. Throws `TracerUnavailable` where no tracer runs, unless `PROCESS_TRACER_MISSING=run`.
@_disfavoredOverload
public func recordActivity<Failure: Error>(
  fileID: String = #fileID, line: Int = #line, _ body: () throws(Failure) -> Void
) throws -> Activity {
  if Tracer.absence != nil, MissingTracer.byEnvironment == .run {
    try body()
    return .unobserved
  }
  let (result, activity) = try ActivityScope.run(.place(fileID, line), ActivityQueries(), body)
  try result.get()
  return activity
}

/// Runs code and tells what it did; waits until the tracer has seen all of it.
///
/// The code runs on threads of its own, so that what it starts together (`async let`, task groups) is known to be its
/// own, next to any number of others.
public func recordActivity(
  fileID: String = #fileID, line: Int = #line, isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws -> Void
) async throws -> Activity {
  if Tracer.absence != nil, MissingTracer.byEnvironment == .run {
    try await body()
    return .unobserved
  }
  let (result, activity) = try await ActivityScope.run(.place(fileID, line), ActivityQueries(), body)
  try result.get()
  return activity
}

extension Activity {
  package static var unobserved: Activity {
    var activity = Activity()
    activity.isObserved = false
    return activity
  }
}

extension ScopeDescription {
  /// A scope that is called by where it stands.
  package static func place(_ file: String, _ line: Int, _ expectations: [ActivityExpectation] = []) -> ScopeDescription
  {
    var description = ScopeDescription(
      name: "\(file):\(line)", runner: "ProcessExpectations", file: file, line: line)
    description.allowed = expectations.allowedDestinations
    return description
  }
}
