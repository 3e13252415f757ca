import Testing
import Trace

@testable import Policy

@Suite struct ProgramTests {
  /// pytest runs git and curl; make runs cc.
  private func fixture(recognisesRunner: Bool = true) -> TraceFixture {
    var fixture = TraceFixture(recognisesRunner: recognisesRunner)
    let harness = fixture.trace.processes[0].attribution
    fixture.add("/usr/bin/cc", parent: TraceFixture.make, attribution: harness)
    fixture.add("/usr/bin/git", parent: TraceFixture.pytest, attribution: fixture.inTest("t::a"))
    fixture.add("/usr/bin/curl", parent: TraceFixture.pytest, attribution: fixture.inTest("t::b"))
    return fixture
  }

  @Test(
    arguments: [
      ("", []), ("processes: { deny: [curl] }", ["curl"]), ("processes: { deny: [\"/usr/bin/g*\"] }", ["git"]),
      ("processes: { deny: [python3, make] }", []), ("processes: { deny: [cc] }", []),
      ("processes: { allow: [] }", ["git", "curl"]), ("processes: { allow: [git] }", ["curl"]),
      ("processes: { allow: [\"**\"], deny: [git] }", ["git"]),
      ("tests: [{ match: \"t::b\", processes: { allow: [git] } }]", ["curl"]),
      ("processes: { allow: [git] }\ntests: [{ match: \"t::b\", processes: { allow: [curl] } }]", []),
      ("processes: { allow: [{ exe: git, expires: 2020-01-01 }, curl] }", ["git"]),
    ] as [(String, [String])])
  func programsOfTests(_ yaml: String, _ expected: [String]) throws {
    #expect(try policy(yaml).evaluate(fixture().trace).programs == expected)
  }

  @Test func withoutARunnerAllButTheCommandIsJudged() throws {
    let verdict = try policy("processes: { allow: [] }").evaluate(fixture(recognisesRunner: false).trace)
    #expect(verdict.programs == ["python3", "cc", "git", "curl"])
  }

  @Test func theWholeScopeDeniesHarnessProgramsByNameOnly() throws {
    var flags = PolicyFlags()
    flags.scope = .all
    flags.denyRun = ["cc"]
    flags.allowRun = ["git,curl"]
    #expect(try policy("", flags: flags).evaluate(fixture().trace).programs == ["cc"])
  }

  @Test func theImageTableIsEnough() throws {
    var fixture = TraceFixture()
    fixture.add("/usr/bin/curl", parent: TraceFixture.pytest, attribution: fixture.inTest("t::a"), isRecorded: false)
    let violation = try #require(
      try policy("processes: { deny: [curl] }").evaluate(fixture.trace).violations.first)
    #expect(violation.kind == .process && violation.process == nil && violation.testName == "t::a")
    #expect(violation.remedy == nil && violation.destination == nil && violation.count == 1)
  }

  /// The image table counts by parent and path, and cannot tell the tests of one test process apart.
  @Test func anExecutionIsJudgedAsWhatItsProcessIs() throws {
    var fixture = TraceFixture()
    for test in ["t::a", "t::b", "t::b"] {
      fixture.add("/usr/bin/git", parent: TraceFixture.pytest, attribution: fixture.inTest(test))
    }
    fixture.joinTableEntries(from: 2, attribution: fixture.inTest())
    let rules = "tests: [{ match: \"t::b\", processes: { deny: [git] } }]"
    let violation = try #require(try policy(rules).evaluate(fixture.trace).violations.first)
    #expect(violation.testName == "t::b" && violation.count == 2)
    let all = try policy("processes: { deny: [git] }").evaluate(fixture.trace).violations
    #expect(all.map(\.testName) == ["t::a", "t::b"] && all.map(\.count) == [1, 2])
  }

  @Test func theImageTableAddsWhatHasNoRecord() throws {
    var fixture = TraceFixture()
    for _ in 0..<2 { fixture.add("/bin/sh", parent: TraceFixture.pytest, attribution: fixture.inTest("t::a")) }
    for _ in 0..<3 {
      fixture.add("/bin/sh", parent: TraceFixture.pytest, attribution: fixture.inTest(), isRecorded: false)
    }
    fixture.joinTableEntries(from: 2, attribution: fixture.inTest())
    let verdict = try policy("processes: { deny: [sh] }").evaluate(fixture.trace)
    #expect(verdict.violations.map(\.testName) == ["t::a", nil])
    #expect(verdict.violations.map(\.count) == [2, 3])
  }

  @Test func aProcessWithoutAParentIsCountedOnce() throws {
    var fixture = TraceFixture()
    for index in 0..<4 {
      fixture.add(
        "/bin/sh", parent: TraceFixture.pytest, attribution: fixture.inTest("t::a"), isRecorded: index > 0)
    }
    let shell = fixture.add("/bin/sh", parent: TraceFixture.pytest, attribution: Attribution())
    fixture.trace.processes[shell].parent = nil
    fixture.trace.processes[shell].parentIdentity = ProcessIdentity(pid: 0, start: BootInstant(nanoseconds: 0))
    fixture.joinTableEntries(from: 2, attribution: fixture.inTest())
    let verdict = try policy("processes: { deny: [sh] }").evaluate(fixture.trace)
    #expect(verdict.violations.map(\.count).reduce(0, +) == 5)
  }

  @Test func aTestProcessThatBecomesAnotherProgramIsJudged() throws {
    var fixture = TraceFixture()
    fixture.trace.images.append(ProcessImage(path: "/usr/bin/curl", arguments: ["curl"]))
    fixture.trace.processes[TraceFixture.pytest].executions.append(
      .init(image: fixture.trace.images.count - 1, time: BootInstant(nanoseconds: 500)))
    #expect(try policy("processes: { deny: [curl] }").evaluate(fixture.trace).programs == ["curl"])
  }

  @Test func cutPathsThatDecideNothingAreIncomplete() throws {
    var fixture = TraceFixture()
    fixture.add("x/bin/tool", parent: TraceFixture.pytest, attribution: fixture.inTest(), isPathCut: true)
    let verdict = try policy("processes: { deny: [\"/opt/**\"] }").evaluate(fixture.trace)
    #expect(verdict.exitCode == 121 && verdict.violations.isEmpty)
    #expect(try policy("processes: { deny: [tool] }").evaluate(fixture.trace).exitCode == 120)
    #expect(try policy("processes: { allow: [tool] }").evaluate(fixture.trace).exitCode == 0)
  }

  @Test func processesAreCountedPerTest() throws {
    var fixture = TraceFixture()
    for test in ["a", "a", "a", "b"] {
      fixture.add("/bin/sh", parent: TraceFixture.pytest, attribution: fixture.inTest(test))
    }
    let verdict = try policy("processes: { max: 2 }").evaluate(fixture.trace)
    let violation = try #require(verdict.violations.first)
    #expect(verdict.violations.count == 1 && violation.kind == .processCount && violation.count == 3)
    #expect(violation.testName == "a" && violation.process == 4)
    #expect(violation.rule == RuleReference(text: "processes.max: 2", source: "p.yml", line: 2, column: 19))
    let override = "processes: { max: 2 }\ntests: [{ match: a, processes: { max: 3 } }]"
    #expect(try policy(override).evaluate(fixture.trace).exitCode == 0)
    var flags = PolicyFlags()
    flags.strict = true
    #expect(try policy(override, flags: flags).evaluate(fixture.trace).exitCode == 120)
  }
}
