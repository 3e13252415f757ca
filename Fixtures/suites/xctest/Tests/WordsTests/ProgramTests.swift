import XCTest

final class ProgramTests: XCTestCase {
  func testRunsTrue() throws {
    XCTAssertEqual(try runProgram("/bin/true"), 0)
  }

  func testShellExitCode() throws {
    XCTAssertEqual(try runProgram("/bin/sh", "-c", "/bin/true; exit 3"), 3)
  }

  func testGitVersion() throws {
    XCTAssertEqual(try runProgram("/usr/bin/env", "git", "--version"), 0)
  }
}
