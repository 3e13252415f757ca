import Glibc
import KernelTracer
import SessionService
import Trace

/// Waits until everything that happened before a question was asked is known.
struct QuestionBarrier {
  /// How long a record may stay half-written, as what writes it can be preempted: 250 ms.
  private static let patience: UInt64 = 250_000_000
  /// Looks at a ring in which nothing is left, before what is waited for counts as lost.
  private static let looks = 50

  /// - Parameter isReached: whether the marker that the question names was seen.
  static func wait(
    _ session: borrowing TracerSession, _ onEvent: (KernelEvent) -> Void, until isReached: () -> Bool
  ) throws(KernelTracerError) {
    let start = BootInstant.now
    var looks = 0
    while true {
      try session.drain(onEvent)
      if isReached() || BootInstant.now.nanoseconds(since: start) > patience { return }
      looks += session.hasUnreadRecords ? 0 : 1
      if looks > Self.looks { return }
      sched_yield()
    }
  }
}
