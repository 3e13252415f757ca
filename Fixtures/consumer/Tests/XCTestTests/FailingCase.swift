import ProcessExpectationsXCTest
import Work
import XCTest

// Each fails, at the line whose comment says so. The acceptance test compares.
final class FailingCase: XCTestCase {
  func testNoEgress() throws {
    try XCTAssertNoEgress { connect(to: "203.0.113.9", 443) }  // fails: tcp://203.0.113.9:443
  }

  func testSpawns() throws {
    try XCTAssertSpawns("true", times: 2) { runProgram("/bin/true") }  // fails: 2 times, but it ran once
    try XCTAssertSpawns(nothing) { runProgram("/bin/true") }  // fails: expected no process
    try XCTAssertSpawnsOnly(["sh"]) { runProgram("/bin/true") }  // fails: expected no other program than sh
    try XCTAssertNeverRuns("true") { runProgram("/bin/true") }  // fails: expected true never to run
  }

  func testLeavesNothingRunning() throws {
    var pid: pid_t = 0
    try XCTAssertLeavesNothingRunning { pid = startStopped("sleep 62") }  // fails: sleep 62
    kill(pid)
  }

  func testListensAndConnects() throws {
    try XCTAssertListens(on: "127.0.0.1:20903") {}  // fails: and there was none at all
    try XCTAssertConnects(to: "127.0.0.1:20904") { connect(to: "127.0.0.1", 9) }  // fails: tcp://127.0.0.1:9
  }

  func testHostNames() throws {
    try XCTAssertResolves("api.example.com") {}  // fails: expected a lookup of api.example.com, and
  }

  func testAsynchronousCode() async throws {
    try await XCTAssertNoEgress {  // fails: tcp://203.0.113.6:443
      connect(to: "203.0.113.6", 443)
    }
  }

  func testAsynchronousPrograms() async throws {
    try await XCTAssertSpawns(nothing) {  // fails: expected no process
      await Task.yield()
      runProgram("/bin/true")
    }
    try await XCTAssertSpawnsOnly(["sh"]) {  // fails: expected no other program than sh
      await Task.yield()
      runProgram("/bin/true")
    }
    try await XCTAssertNeverRuns("true") {  // fails: expected true never to run
      await Task.yield()
      runProgram("/bin/true")
    }
    var pid: pid_t = 0
    try await XCTAssertLeavesNothingRunning {  // fails: sleep 63
      await Task.yield()
      pid = startStopped("sleep 63")
    }
    kill(pid)
  }

  func testAsynchronousNetwork() async throws {
    try await XCTAssertListens(on: "127.0.0.1:20908") { await Task.yield() }  // fails: and there was none at all
    try await XCTAssertConnects(to: "127.0.0.1:20909") {  // fails: tcp://127.0.0.1:10
      await Task.yield()
      connect(to: "127.0.0.1", 10)
    }
    try await XCTAssertResolves("api.example.com") {  // fails: expected a lookup of api.example.com, and
      await Task.yield()
    }
  }
}

final class FailingTracedCase: TracedTestCase {
  override class var expectations: [ActivityExpectation] {
    [.spawns("false")]  // fails: expected false to run at least once, but it never ran
  }
  override class var place: (file: StaticString, line: UInt) { (#filePath, #line - 2) }

  func testWhole() { runProgram("/bin/true") }
}
