import ProcessExpectations
import Testing
import Work

@Suite(.traced) struct PassingTests {
  @Test(.expects(.noEgress)) func noEgress() { connect(to: "127.0.0.1", 9) }

  @Test(.expects(.noEgress, .allowsEgress(to: "203.0.113.0/24:443"))) func allowsEgress() {
    connect(to: "203.0.113.9", 443)
  }

  @Test(.expects(.spawns("sh", times: 1), .spawns("true", times: 2, parent: "sh"))) func spawns() {
    runProgram("/bin/sh", "-c", "/bin/true; /bin/true 2; exit 0")
  }

  @Test(.expects(.spawns("sh", arguments: "-c *exit 3"))) func spawnsWithArguments() {
    runProgram("/bin/sh", "-c", "exit 3")
  }

  @Test(.expects(.spawns(nothing))) func spawnsNothing() { connect(to: "127.0.0.1", 9) }

  @Test(.expects(.spawnsOnly(["true", "false"]))) func spawnsOnly() { runProgram("/bin/true") }

  @Test(.expects(.leavesNothingRunning)) func leavesNothingRunning() { kill(start("/bin/sleep", "60")) }

  @Test(.expects(.listens(on: 20_801))) func listens() { listening(on: 20_801) }

  @Test(.expects(.connects(to: "127.0.0.1:20802"))) func connects() { connect(to: "127.0.0.1", 20_802) }

  @Test(.expects(.neverRuns("curl"))) func neverRuns() { runProgram("/bin/true") }

  @Test(
    .expects(.resolves("api.example.com"), .connects(to: "api.example.com:443"), .allowsEgress(to: "*.example.com")))
  func hostNames() { connect(toHost: "api.example.com", 443) }

  @Test func recordsLookups() throws {
    var address: String?
    let activity = try recordActivity { address = connect(toHost: "api.example.com", 443) }
    let lookup = try #require(activity.lookups.first)
    #expect((lookup.name, lookup.type, lookup.responseCode) == ("api.example.com", "A", 0))
    #expect(lookup.addresses == [address])
    #expect(activity.connections.egress.map(\.names) == [["api.example.com"]])
  }

  @Test func recordsActivity() async throws {
    let activity = try await recordActivity {
      async let first: Void = runProgram("/bin/true", "1")
      async let second: Void = runProgram("/bin/true", "2")
      _ = await (first, second)
      connect(to: "127.0.0.1", 9)
    }
    #expect(activity.processes.map(\.name) == ["true", "true"])
    #expect(Set(activity.processes.map { $0.arguments[1] }) == ["1", "2"])
    #expect(activity.processes.allSatisfy { $0.level == .exact && $0.status == .code(0) && !$0.isRunning })
    #expect(activity.connections.egress.isEmpty)
    #expect(activity.connections.map(\.destination) == ["tcp://127.0.0.1:9"])
  }

  @Test func recordsSynchronousActivity() throws {
    let activity = try recordActivity { runProgram("/bin/true") }
    #expect(activity.processes.map(\.name) == ["true"])
  }

  @Test(.expects(.spawns("true", times: 3))) func scopesWithinATestAreItsOwn() async throws {
    runProgram("/bin/true", "outer")
    try await withExpectedActivity(.spawns("true", times: 2), .noEgress) {
      runProgram("/bin/true", "inner")
      let innermost = try await recordActivity {
        await Task.yield()
        runProgram("/bin/true", "innermost")
      }
      #expect(innermost.processes.map { $0.arguments.last } == ["innermost"])
    }
  }

  @Test(.expects(.spawns("true", times: 4))) func taskGroupsAreTheTestsOwn() async {
    await withTaskGroup { group in
      for number in 0..<4 { group.addTask { runProgram("/bin/true", "\(number)") } }
    }
  }

  @Test(.expects(.spawns("true", times: 1)), arguments: 1...4) func eachCaseIsOneScope(_ number: Int) {
    runProgram("/bin/true", "\(number)")
  }

  /// The main thread is nobody's own, but within synchronous code.
  @MainActor @Test(.expects(.noEgress, inexact: .isIgnored)) func theMainActorIsNotExact() throws {
    connect(to: "203.0.113.5", 443)
    let activity = try recordActivity { connect(to: "127.0.0.1", 9) }
    #expect(activity.connections.map(\.level) == [.exact])
  }
}
