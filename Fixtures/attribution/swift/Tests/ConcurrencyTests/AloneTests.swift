import Dispatch
import Foundation
import Testing
import Truth

/// Work that a thread of nobody's takes from a list, while one test is left of two.
@Suite(.enabled(if: Environment.isAlone), .hasWorker) struct Alone {
  @Test func outlives() async {
    Progress.outliving.reach()
    await Progress.ended.wait()
    let owner = "ConcurrencyTests.Alone/outlives()"
    await withCheckedContinuation { continuation in
      Worker.shared.enqueue {
        Truth.visit(owner, structured: false)
        continuation.resume()
      }
    }
  }

  @Suite(.tellsItsEnd) struct Other {
    @Test func ends() async { await Progress.outliving.wait() }
  }
}

/// Something that happens once.
private struct Progress: Sendable {
  static let outliving = Progress()
  static let ended = Progress()

  private let made = AsyncStream.makeStream(of: Void.self)
  func reach() { made.continuation.finish() }
  func wait() async { for await _ in made.stream {} }
}

private final class Worker: @unchecked Sendable {  // its condition guards all that it has
  static let shared = Worker()

  private let condition = NSCondition()
  private var work: [@Sendable () -> Void] = []

  private init() {
    Thread { self.run() }.start()
  }

  func enqueue(_ body: @escaping @Sendable () -> Void) {
    condition.withLock {
      work.append(body)
      condition.signal()
    }
  }

  private func run() {
    while true {
      let next = condition.withLock {
        while work.isEmpty { condition.wait() }
        return work.removeFirst()
      }
      next()
    }
  }
}

private struct Hook: SuiteTrait, TestScoping {
  var before: @Sendable () -> Void = {}
  var after: @Sendable () -> Void = {}

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    before()
    try await function()
    after()
  }
}

extension Trait where Self == Hook {
  /// Makes the thread before the suite's tests, so that it is none of theirs.
  fileprivate static var hasWorker: Self { Hook(before: { _ = Worker.shared }) }
  /// All its tests have ended when it is told.
  fileprivate static var tellsItsEnd: Self { Hook(after: { Progress.ended.reach() }) }
}
