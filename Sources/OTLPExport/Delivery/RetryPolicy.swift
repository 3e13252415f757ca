/// When to try again: exponential back-off with jitter, or when the server says.
///
/// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response; base and factor are not specified there.
struct RetryPolicy {
  var base: Duration = .seconds(1)
  var factor = 1.5
  var longest: Duration = .seconds(30)

  /// How long to wait after so many failed attempts, with `chance` from 0 to 1: half to one and a half of the back-off.
  func wait(afterAttempts count: Int, chance: Double) -> Duration {
    var wait = base
    for _ in 1..<max(count, 1) where wait < longest { wait = wait * factor }
    return min(wait, longest) * (0.5 + chance)
  }

  /// Statuses of requests that may be sent again.
  static func isTransient(status: Int) -> Bool {
    [429, 502, 503, 504].contains(status)
  }
}
