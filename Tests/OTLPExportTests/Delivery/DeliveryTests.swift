import Testing

@testable import OTLPExport

/// Answers in the order given, the last one for ever after; takes `pace` of a clock that only tests move.
private final class Script: Transport {
  var answers: [Answer]
  var pace: Duration
  var time = ContinuousClock.now
  var waits: [Duration] = []
  var posted = 0

  init(_ answers: [Answer], pace: Duration = .zero) {
    self.answers = answers
    self.pace = pace
  }

  func post(_ body: [UInt8], deadline: ContinuousClock.Instant) -> Answer {
    posted += 1
    time += pace
    return answers.count > 1 ? answers.removeFirst() : answers[0]
  }
}

@Suite struct DeliveryTests {
  private let busy = Answer.failed("HTTP 503 Service Unavailable", isTransient: true)
  private let accepted = Answer.accepted(rejected: 0, message: "")

  private func send(
    _ script: Script, batches: Int = 1, batchTimeout: Duration = .seconds(10), totalTimeout: Duration = .seconds(30)
  ) -> DeliveryResult {
    var delivery = Delivery(
      sender: script, now: { script.time },
      wait: {
        script.waits.append($0)
        script.time += $0
      }, chance: { 0.5 })
    var left = batches
    return delivery.sendAll(of: batches * 10, batchTimeout: batchTimeout, totalTimeout: totalTimeout) {
      guard left > 0 else { return nil }
      left -= 1
      return ([1, 2, 3], 10)
    }
  }

  @Test func everythingIsSentInOrder() {
    let script = Script([accepted])
    let result = send(script, batches: 3)
    #expect(result.accepted == 30 && result.failure == nil)
    #expect(script.posted == 3 && script.waits == [])
  }

  @Test func transientFailuresAreTriedAgainAfterGrowingWaits() {
    let script = Script([busy, busy, busy, accepted])
    #expect(send(script).accepted == 10)
    #expect(script.waits == [.seconds(1), .seconds(1.5), .seconds(2.25)])
  }

  @Test func theServersWaitIsTaken() {
    let script = Script([.failed("HTTP 429", isTransient: true, retryAfter: .seconds(7)), accepted])
    #expect(send(script).accepted == 10)
    #expect(script.waits == [.seconds(7)])
  }

  @Test func aWaitBeyondTheTimeIsNotBegun() {
    let script = Script([.failed("HTTP 429", isTransient: true, retryAfter: .seconds(120)), accepted])
    let result = send(script)
    #expect(result.failure == "HTTP 429, asked to wait 120 s, which is too long")
    #expect(script.posted == 1 && script.waits == [])
  }

  @Test func whatStaysBusyIsGivenUpInTime() {
    let script = Script([busy], pace: .seconds(1))
    let start = script.time
    let result = send(script, batches: 5)
    #expect(result.accepted == 0 && result.isOutage)
    #expect(result.failure == "HTTP 503 Service Unavailable, 4 attempts in 8.7 s")
    #expect(script.time - start <= .seconds(10))
  }

  @Test func theReasonIsNotTheLackOfTimeForTheLastAttempt() {
    let refused = Answer.failed("Connection refused", isTransient: true)
    #expect(send(Script([refused, refused, .timedOut])).failure == "Connection refused, 3 attempts in 2.5 s")
    #expect(send(Script([.timedOut])).failure == "no answer in time")
  }

  @Test func otherFailuresAreNotTriedAgain() {
    let script = Script([accepted, .failed("HTTP 500 Internal Server Error", isTransient: false)])
    let result = send(script, batches: 4)
    #expect(result.accepted == 10 && result.failure == "HTTP 500 Internal Server Error" && !result.isOutage)
    #expect(script.posted == 2)
  }

  @Test func partialSuccessIsNotTriedAgain() {
    let script = Script([.accepted(rejected: 3, message: "too old"), .accepted(rejected: 2, message: "too old")])
    let result = send(script, batches: 2)
    #expect(result.accepted == 15 && result.rejected == 5 && result.messages == ["too old"])
    #expect(result.failure == nil && script.posted == 2)
  }

  @Test func aSlowServerIsLeftWhenTheWholeTimeIsOver() {
    let script = Script([accepted], pace: .seconds(4))
    let result = send(script, batches: 100)
    #expect(result.accepted == 80)
    #expect(result.failure == "the 30 s for the whole export were over")
  }

  @Test func aServerCannotRejectMoreThanWasSent() {
    let result = send(Script([.accepted(rejected: 99, message: "")]))
    #expect(result.accepted == 0 && result.rejected == 10)
  }
}

@Suite struct RetryTests {
  @Test func waitsGrowToTheirLimitAndAreSpread() {
    let policy = RetryPolicy()
    #expect(policy.wait(afterAttempts: 1, chance: 0) == .milliseconds(500))
    #expect(policy.wait(afterAttempts: 1, chance: 1) == .milliseconds(1500))
    #expect(policy.wait(afterAttempts: 50, chance: 0.5) == .seconds(30))
  }

  @Test func onlyOverloadAndGatewaysAreTransient() {
    #expect((100..<600).filter(RetryPolicy.isTransient) == [429, 502, 503, 504])
  }

  @Test func retryAfterIsSecondsOrADate() {
    #expect(RetryAfter.wait("120", now: 0) == .seconds(120))
    #expect(RetryAfter.wait("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_770) == .seconds(7))
    #expect(RetryAfter.wait("Sun, 06 Nov 1994 08:49:37 GMT", now: 800_000_000) == .zero)
    for text in ["", "-1", "soon", "1.5", "Sun, 06 Nov 1994 08:49:37 GMT+1"] {
      #expect(RetryAfter.wait(text, now: 0) == nil)
    }
  }
}
