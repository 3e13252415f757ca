import Testing

@Suite
struct ProgramTests {
  @Test
  func runsTrue() throws {
    #expect(try runProgram("/bin/true") == 0)
  }

  @Test
  func shellExitCode() throws {
    #expect(try runProgram("/bin/sh", "-c", "/bin/true; exit 3") == 3)
  }

  @Test
  func gitVersion() throws {
    #expect(try runProgram("/usr/bin/env", "git", "--version") == 0)
  }
}
