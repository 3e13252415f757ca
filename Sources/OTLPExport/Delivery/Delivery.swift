/// Sends the batches of one signal, each until it is accepted, refused, or out of time.
struct Delivery<Sender: Transport & ~Copyable>: ~Copyable {
  var sender: Sender
  var policy = RetryPolicy()
  /// Time and chance, which tests replace.
  var now: () -> ContinuousClock.Instant = { ContinuousClock.now }
  var wait: (Duration) -> Void = { Timer.wait($0) }
  var chance: () -> Double = { Double.random(in: 0...1) }

  /// Sends what `nextBatch` returns until that is nil, or one batch is not accepted: what follows it would fare no
  /// better.
  mutating func sendAll(
    of total: Int, batchTimeout: Duration, totalTimeout: Duration,
    _ nextBatch: () throws -> (body: [UInt8], items: Int)?
  ) rethrows -> DeliveryResult {
    let end = now() + totalTimeout
    var result = DeliveryResult(total: total)
    while let batch = try nextBatch() {
      let deadline = min(end, now() + batchTimeout)
      guard now() < end else {
        result.failure = "the \(totalTimeout.inSeconds) for the whole export were over"
        result.isOutage = true
        return result
      }
      switch send(batch.body, deadline: deadline) {
      case .accepted(let rejected, let message):
        result.accepted += batch.items - min(max(rejected, 0), batch.items)
        result.rejected += min(max(rejected, 0), batch.items)
        if !message.isEmpty, !result.messages.contains(message) { result.messages.append(message) }
      case .failed(let reason, let isTransient, _):
        result.failure = reason
        result.isOutage = isTransient
        return result
      case .timedOut:
        result.failure = "no answer in time"
        result.isOutage = true
        return result
      }
    }
    return result
  }

  private mutating func send(_ body: [UInt8], deadline: ContinuousClock.Instant) -> Answer {
    let start = now()
    var attempts = 0
    // Tells more than that the last attempt, in the little time that was left, had no answer.
    var earlierReason: String?
    while true {
      let answer = sender.post(body, deadline: deadline)
      attempts += 1
      switch answer {
      case .accepted, .failed(_, isTransient: false, _): return answer
      case .timedOut:
        let reason = earlierReason ?? "no answer in time"
        return .failed(reason + Self.efforts(attempts, now() - start), isTransient: true)
      case .failed(let reason, _, let retryAfter):
        earlierReason = reason
        let pause = retryAfter ?? policy.wait(afterAttempts: attempts, chance: chance())
        guard now() + pause < deadline else {
          return .failed(reason + Self.efforts(attempts, now() - start, asked: retryAfter), isTransient: true)
        }
        wait(pause)
      }
    }
  }

  private static func efforts(_ attempts: Int, _ time: Duration, asked: Duration? = nil) -> String {
    if let asked { return ", asked to wait \(asked.inSeconds), which is too long" }
    return attempts == 1 ? "" : ", \(attempts) attempts in \(time.inSeconds)"
  }
}

/// How far the items of one signal got.
struct DeliveryResult: Equatable, Sendable {
  var total: Int
  var accepted = 0
  /// Refused by a server that accepted their request.
  var rejected = 0
  /// The server's words, each once.
  var messages: [String] = []
  /// Why the rest was not sent.
  var failure: String?
  /// Whether the failure is one of the server as a whole: it is not there, too slow, or too busy.
  var isOutage = false

  init(total: Int) {
    self.total = total
  }
}

extension Duration {
  /// "9.8 s", "30 s".
  var inSeconds: String {
    let tenths = Int(self / .milliseconds(100))
    return tenths % 10 == 0 || tenths > 1000 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}
