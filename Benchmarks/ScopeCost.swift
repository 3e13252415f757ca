import ProcessExpectations
import Testing

/// What a scope costs that does nothing: its markers, the question and the answer.
@Suite struct ScopeCost {
  private static let count = 3_000

  @Test func synchronous() throws {
    try Self.show((0..<Self.count).map { _ in try ContinuousClock().measure { _ = try recordActivity {} } })
  }

  @Test func asynchronous() async throws {
    var times: [Duration] = []
    for _ in 0..<Self.count {
      times.append(try await ContinuousClock().measure { _ = try await recordActivity { await Task.yield() } })
    }
    Self.show(times)
  }

  private static func show(_ times: [Duration], _ name: String = #function) {
    let sorted = times.sorted()
    print("\(name) median \(sorted[sorted.count / 2]), 99 % below \(sorted[sorted.count * 99 / 100])")
  }
}
