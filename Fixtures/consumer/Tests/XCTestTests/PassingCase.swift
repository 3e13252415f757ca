import ProcessExpectationsXCTest
import Work
import XCTest

final class PassingCase: XCTestCase {
  func testNoEgress() throws {
    try XCTAssertNoEgress { connect(to: "127.0.0.1", 9) }
    try XCTAssertNoEgress(allowing: ["203.0.113.9"]) { connect(to: "203.0.113.9", 443) }
  }

  func testSpawns() throws {
    try XCTAssertSpawns("true", times: 1) { runProgram("/bin/true") }
    try XCTAssertSpawns(nothing) {}
    try XCTAssertSpawnsOnly(["true"]) { runProgram("/bin/true") }
    try XCTAssertNeverRuns("false") { runProgram("/bin/true") }
  }

  func testLeavesNothingRunning() throws {
    try XCTAssertLeavesNothingRunning { kill(start("/bin/sleep", "60")) }
  }

  func testListensAndConnects() throws {
    try XCTAssertListens(on: "127.0.0.1:20901") { listening(on: 20_901) }
    try XCTAssertConnects(to: "127.0.0.1:20902") { connect(to: "127.0.0.1", 20_902) }
  }

  func testHostNames() throws {
    try XCTAssertResolves("*.example.com") { connect(toHost: "api.example.com", 443) }
    try XCTAssertNoEgress(allowing: ["api.example.com:443"]) { connect(toHost: "api.example.com", 443) }
  }

  func testAsynchronousCode() async throws {
    try await XCTAssertSpawns("true", times: 2) {
      async let first: Void = runProgram("/bin/true", "1")
      async let second: Void = runProgram("/bin/true", "2")
      _ = await (first, second)
    }
    try await XCTAssertSpawns(nothing) { await Task.yield() }
    try await XCTAssertSpawnsOnly(["true"]) {
      await Task.yield()
      runProgram("/bin/true")
    }
    try await XCTAssertNeverRuns("false") {
      await Task.yield()
      runProgram("/bin/true")
    }
    try await XCTAssertLeavesNothingRunning {
      await Task.yield()
      kill(start("/bin/sleep", "60"))
    }
    let value = try await XCTAssertActivity(.noEgress, .spawns(nothing)) { 42 }
    XCTAssertEqual(value, 42)
    let activity = try await recordActivity { runProgram("/bin/true") }
    XCTAssertEqual(activity.processes.map(\.name), ["true"])
  }
}

final class PassingAsynchronousCase: XCTestCase {
  func testListensAndConnects() async throws {
    try await XCTAssertListens(on: "127.0.0.1:20906") {
      await Task.yield()
      listening(on: 20_906)
    }
    try await XCTAssertConnects(to: "127.0.0.1:20907") {
      await Task.yield()
      connect(to: "127.0.0.1", 20_907)
    }
  }

  func testHostNames() async throws {
    try await XCTAssertResolves("*.example.com") {
      await Task.yield()
      connect(toHost: "api.example.com", 443)
    }
  }
}

/// What is done behind a scope is the method's own, as it is without one.
final class PassingCaseBesideScopes: XCTestCase {
  func testFirst() throws {
    try XCTAssertNoEgress { runProgram("/bin/true") }
    runProgram("/bin/true", "beside", "testFirst")
  }

  func testSecond() { runProgram("/bin/true", "beside", "testSecond") }

  func testThird() async throws {
    try await XCTAssertNoEgress { runProgram("/bin/true") }
    runProgram("/bin/true", "beside", "testThird")
  }

  func testWithoutAScope() { runProgram("/bin/true", "beside", "testWithoutAScope") }
}

final class PassingTracedCase: TracedTestCase {
  override class var expectations: [ActivityExpectation] { [.noEgress, .spawnsOnly(["true"])] }

  func testWhole() { runProgram("/bin/true") }
}
