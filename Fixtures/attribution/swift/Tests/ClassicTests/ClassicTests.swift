import Dispatch
import Foundation
import Truth
import XCTest

final class ClassicTests: XCTestCase {
  func testPlain() {
    for _ in 0..<10 { Truth.visit("ClassicTests.ClassicTests/testPlain") }
    Truth.spawn("ClassicTests.ClassicTests/testPlain")
  }

  func testAsync() async throws {
    let owner = "ClassicTests.ClassicTests/testAsync"
    for _ in 0..<10 {
      Truth.visit(owner)
      try await Task.sleep(for: .milliseconds(1))
      async let child: Void = Truth.visit(owner)
      await child
    }
  }

  @MainActor func testOnMainActor() async {
    Truth.visit("ClassicTests.ClassicTests/testOnMainActor")
    await Task.yield()
    Truth.visit("ClassicTests.ClassicTests/testOnMainActor")
  }

  func testQueue() {
    let owner = "ClassicTests.ClassicTests/testQueue"
    let done = expectation(description: "done")
    done.expectedFulfillmentCount = 2
    DispatchQueue.global().async {
      Truth.visit(owner, structured: false)
      done.fulfill()
    }
    DispatchQueue.main.asyncAfter(deadline: .now() + .milliseconds(2)) {
      Truth.visit(owner)
      done.fulfill()
    }
    wait(for: [done], timeout: 10)
    Truth.visit(owner)
  }

  func testTask() {
    let owner = "ClassicTests.ClassicTests/testTask"
    let done = expectation(description: "done")
    Task {
      Truth.visit(owner, structured: false)
      done.fulfill()
    }
    wait(for: [done], timeout: 10)
  }

  func testSkipped() throws { throw XCTSkip("for its result") }
}

final class MoreTests: XCTestCase {
  func testPlain() { Truth.visit("ClassicTests.MoreTests/testPlain") }
  func testAsync() async { Truth.visit("ClassicTests.MoreTests/testAsync") }
}

/// Fails where it is asked to.
final class FailingTests: XCTestCase {
  func testFailing() { XCTAssertFalse(Environment.fails) }
}
