import Glibc
import ProcessExpectations
import Testing
import Work

/// Tests without a scope around them, on the threads on which scopes begin and end: what they do is theirs.
@Suite(.enabled(if: getenv("PROCESS_TRACER_SESSION") != nil)) struct BesideTests {
  @Test(arguments: 0..<60) func isItsOwn(_ number: Int) async throws {
    switch number % 4 {
    case 0: try record()
    case 1: _ = try await recordActivity { runProgram("/bin/true") }
    default: await Task.yield()
    }
    runProgram("/bin/true", "beside", "\(number)")
    await Task.yield()
    runProgram("/bin/true", "beside", "\(number)")
  }

  private func record() throws { _ = try recordActivity { runProgram("/bin/true") } }
}

@Test func saysItsLibraryPath() {
  print("library path: \(getenv("LD_LIBRARY_PATH").map { String(cString: $0) } ?? "none")")
}
