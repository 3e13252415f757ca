#if os(Linux)
  import Glibc
#endif

/// The tracer that the assertions ask.
public enum Tracer {
  public static let version = "0.1.0"

  /// Whether this process runs under a tracer that answers.
  public static var isPresent: Bool { absence == nil }

  /// Why nobody answers; nil where somebody does.
  package static var absence: String? {
    #if os(Linux)
      guard Markers.isTraced else { return "this process does not run under process-tracer" }
      guard getenv(SessionConnection.variable) != nil else {
        return "the tracer has no session socket: --adapters leaves expectations out"
      }
      return nil
    #else
      return "process-tracer runs on Linux"
    #endif
  }
}

/// What a test that has expectations does where no tracer runs.
public enum MissingTracer: String, Sendable {
  case fail
  case skip
  /// It runs, and what it expects is not looked at.
  case run

  /// `PROCESS_TRACER_MISSING`; without it `fail` where `CI` is set, `skip` elsewhere. A word that is none of the three
  /// counts as `fail`.
  public static var byEnvironment: MissingTracer {
    #if os(Linux)
      if let word = getenv("PROCESS_TRACER_MISSING") { return MissingTracer(rawValue: String(cString: word)) ?? .fail }
      return getenv("CI") == nil ? .skip : .fail
    #else
      return .skip
    #endif
  }
}

/// No tracer runs, or it does not answer.
public struct TracerUnavailable: Error, CustomStringConvertible, Sendable {
  public var reason: String
  /// Whether a tracer is there, and refused the question.
  public var isRefusal: Bool

  package init(_ reason: String, isRefusal: Bool = false) {
    self.reason = reason
    self.isRefusal = isRefusal
  }

  public var description: String {
    if isRefusal { return reason }
    return "\(reason); run the tests with: process-tracer test -- swift test "
      + "(PROCESS_TRACER_MISSING=fail|skip|run says what they do without it)"
  }
}
