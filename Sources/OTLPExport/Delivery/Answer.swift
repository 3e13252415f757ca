/// What came of one attempt to send a batch.
enum Answer: Equatable, Sendable {
  /// Accepted, but for `rejected` items; the server's words, if it had any.
  case accepted(rejected: Int, message: String)
  /// Not accepted, in words; worth another attempt where transient, after the wait that the server asks for.
  case failed(String, isTransient: Bool, retryAfter: Duration? = nil)
  /// Not answered before the deadline.
  case timedOut
}

/// Sends requests of one signal.
protocol Transport: ~Copyable {
  /// Sends a body, at most until `deadline`.
  mutating func post(_ body: [UInt8], deadline: ContinuousClock.Instant) -> Answer
}
