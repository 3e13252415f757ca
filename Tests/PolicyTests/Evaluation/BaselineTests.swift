import Audit
import Testing
import Trace

@testable import Policy

@Suite struct BaselineTests {
  private let text = "version: 1\nprocesses: { baseline: known }\n"

  private func policy(_ baseline: String) throws -> Policy {
    try PolicyLoader.load(path: "ci/p.yml", files: .fake(["ci/p.yml": text, "ci/known": baseline]))
  }

  private func trace(executables: [ExecutableIdentity]?) -> Trace {
    var trace = Trace(
      header: RunHeader(
        toolVersion: "0", verb: "test", command: ["git"], workingDirectory: "/", traceID: "", rootSpanID: "",
        start: BootInstant(nanoseconds: 1), unixOffset: 0))
    let identity = ProcessIdentity(pid: 7, start: BootInstant(nanoseconds: 2))
    var process = TracedProcess(identity: identity, parent: nil, parentIdentity: identity)
    trace.images = [ProcessImage(path: "/bin/git", arguments: ["git", "x"])]
    process.executions = [TracedProcess.Execution(image: 0, time: BootInstant(nanoseconds: 3))]
    process.attribution.scope = .harness
    trace.processes = [process]
    trace.end = RunEnd(time: BootInstant(nanoseconds: 9), status: .exited(code: 0), loss: EvidenceLoss())
    trace.end?.executables = executables
    return trace
  }

  private let file = ExecutableIdentity(path: "/bin/git", state: .unchanged, sha256: String(repeating: "a", count: 64))

  @Test func aBaselineStandsBesideItsPolicy() throws {
    #expect(try policy("program /bin/git -\n").processes.baseline?.path == "ci/known")
    #expect(throws: PolicyError.self) { try policy("nothing") }
  }

  @Test func whatIsNotInItIsAViolationWhoeverDidIt() throws {
    let verdict = try policy("").evaluate(trace(executables: [file]))
    let violation = try #require(verdict.violations.first)
    #expect(verdict.violations.count == 1 && verdict.exitCode == 120)
    #expect(violation.kind == .baseline && violation.programPath == "/bin/git" && violation.arguments == ["git", "x"])
    #expect(violation.rule.source == "ci/p.yml" && violation.rule.line == 2)
    #expect(violation.remedy?.yaml == "program /bin/git \(String(repeating: "a", count: 64))")
  }

  @Test func anotherFileUnderAKnownNameIsAViolation() throws {
    let other = String(repeating: "b", count: 64)
    let verdict = try policy("program /bin/git \(other)\n").evaluate(trace(executables: [file]))
    #expect(verdict.violations.map(\.rule.text) == ["processes.baseline: changed program"])
    #expect(try policy("program /bin/git -\n").evaluate(trace(executables: [file])).exitCode == 0)
  }

  @Test func withoutHashesTheEvidenceIsIncomplete() throws {
    let verdict = try policy("program /bin/git -\n").evaluate(trace(executables: nil))
    #expect(verdict.violations.isEmpty && verdict.exitCode == 121)
    #expect(verdict.incompleteReasons.count == 1)
  }

  @Test func whatVanishedIsNoViolation() throws {
    let verdict = try policy("program /bin/git -\nprogram /bin/gone -\n").evaluate(trace(executables: [file]))
    #expect(verdict.exitCode == 0)
  }
}
