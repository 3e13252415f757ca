import ProcessExpectations
import Testing
import Work

// Each fails, at the line whose comment says so: within an attribute, the compiler gives the declaration's.
@Suite struct FailingTests {
  @Test(.traced, .expects(.noEgress))
  func noEgress() { connect(to: "203.0.113.9", 443) }  // fails: tcp://203.0.113.9:443

  @Test(.expects(.allowsEgress(to: "203.0.113.9:80")))
  func allowsEgress() {  // fails: tcp://203.0.113.9:443
    connect(to: "203.0.113.9", 80)
    connect(to: "203.0.113.9", 443)
  }

  @Test(.expects(.spawns("true", times: 1)))
  func spawns() {  // fails: expected true to run once, but it ran 2 times
    runProgram("/bin/true")
    runProgram("/bin/true")
  }

  @Test(.expects(.spawns(nothing)))
  func spawnsNothing() { runProgram("/bin/true") }  // fails: true

  @Test(.expects(.spawnsOnly(["sh"])))
  func spawnsOnly() { runProgram("/bin/sh", "-c", "/bin/false; exit 0") }  // fails: false

  @Test(.expects(.leavesNothingRunning))
  func leavesNothingRunning() {  // fails: sleep 61
    let pid = startStopped("sleep 61")
    Task.detached {
      try? await Task.sleep(for: .milliseconds(300))
      kill(pid)
    }
  }

  @Test(.expects(.listens(on: "127.0.0.1:20803")))
  func listens() { listening(on: 20_804) }  // fails: 127.0.0.1:20804

  @Test(.expects(.connects(to: "127.0.0.1:20805")))
  func connects() { connect(to: "127.0.0.1", 20_806) }  // fails: tcp://127.0.0.1:20806

  @Test(.expects(.neverRuns("true")))
  func neverRuns() { runProgram("/bin/sh", "-c", "/bin/true; exit 0") }  // fails: true

  @Test(.expects(.resolves("www.example.com")))
  func resolves() { connect(toHost: "gone.example.com", 443) }  // fails: gone.example.com A: no such name

  @Test(.expects(.allowsEgress(to: "other.example.net:443")))
  func hostName() { connect(toHost: "api.example.com", 443) }  // fails: tcp://203.0.113.9:443 (api.example.com)

  @Test(.expects(.connects(to: "other.example.net")))
  func nameWithoutEvidence() { connect(to: "203.0.113.9", 443) }  // fails: expected a connection to other.example.net

  @Test func withinATest() throws {
    try withExpectedActivity(.noEgress) {  // fails: tcp://203.0.113.7:443
      connect(to: "203.0.113.7", 443)
    }
  }

  @Test func recordedActivityReadsWell() throws {
    let activity = try recordActivity { runProgram("/bin/true", "once") }
    #expect(activity.processes.isEmpty)  // fails: true once (pid
  }

  @MainActor @Test(.expects(.noEgress, inexact: .fails))
  func inexactEvidence() { connect(to: "203.0.113.8", 443) }  // fails: not known to be the test's own

  @Test(.expects(.connects(to: "nowhere at all")))
  func whatIsNoDestination() {}  // fails: net: expected
}
