import Glibc
import Testing

@testable import KernelTracer

@Suite("Two things at once")
struct ConcurrentlyTests {
  private struct Failure: Error, Equatable {
    var name: String
  }

  @Test func runsTheSecondOnAThreadOfItsOwn() {
    var first: pthread_t?
    var second: pthread_t?
    concurrently {
      first = pthread_self()
    } and: {
      second = pthread_self()
    }
    #expect(first == pthread_self())
    #expect(second != nil && second != pthread_self())
  }

  @Test func bothEndBeforeAnErrorIsThrown() {
    var ended = false
    #expect(throws: Failure(name: "first")) {
      try concurrently { () throws(Failure) in
        throw Failure(name: "first")
      } and: { () throws(Failure) in
        ended = true
        throw Failure(name: "second")
      }
    }
    #expect(ended)
    #expect(throws: Failure(name: "second")) {
      try concurrently { () throws(Failure) in
      } and: { () throws(Failure) in
        throw Failure(name: "second")
      }
    }
  }
}
