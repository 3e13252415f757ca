import Testing
import Trace

import enum Trace.ExitStatus

@testable import Policy

@Suite struct OutcomeTests {
  struct Case: Sendable {
    var status: ExitStatus? = .exited(code: 0)
    var violates = false
    var isIncomplete = false
    var allowIncomplete = false
    var mode = Verdict.Mode.gate
    var code: Int32
    var outcomes: [Verdict.Outcome] = []
  }

  static let cases: [Case] = [
    Case(code: 0),
    Case(violates: true, code: 120, outcomes: [.violations]),
    Case(isIncomplete: true, code: 121, outcomes: [.incomplete]),
    Case(isIncomplete: true, allowIncomplete: true, code: 0, outcomes: [.incomplete]),
    Case(violates: true, isIncomplete: true, code: 120, outcomes: [.violations, .incomplete]),
    Case(status: .exited(code: 3), code: 3, outcomes: [.commandFailed]),
    Case(
      status: .exited(code: 3), violates: true, isIncomplete: true, code: 3,
      outcomes: [.commandFailed, .violations, .incomplete]),
    Case(status: .signaled(signal: 9, coreDumped: false), code: 137, outcomes: [.commandFailed]),
    Case(violates: true, isIncomplete: true, mode: .audit, code: 0, outcomes: [.violations, .incomplete]),
    Case(status: .exited(code: 3), violates: true, mode: .audit, code: 3, outcomes: [.commandFailed, .violations]),
    Case(status: nil, code: 121, outcomes: [.incomplete]),
    Case(status: nil, allowIncomplete: true, code: 121, outcomes: [.incomplete]),
    Case(status: nil, violates: true, code: 120, outcomes: [.violations, .incomplete]),
    Case(status: nil, mode: .audit, code: 121, outcomes: [.incomplete]),
  ]

  @Test(arguments: cases)
  func exitCodes(_ expected: Case) throws {
    var fixture = TraceFixture()
    fixture.trace.end = expected.status.map {
      RunEnd(time: BootInstant(nanoseconds: 1), status: $0, loss: EvidenceLoss())
    }
    if expected.violates { fixture.connect(TraceFixture.pytest, to: "203.0.113.9") }
    if expected.isIncomplete { fixture.trace.end?.failures = ["the reader died"] }
    var flags = PolicyFlags()
    flags.allowIncomplete = expected.allowIncomplete
    flags.mode = expected.mode
    let verdict = try PolicyLoader.load(path: nil, flags: flags).evaluate(fixture.trace)
    #expect(verdict.exitCode == expected.code)
    #expect(verdict.outcomes == expected.outcomes)
    #expect(verdict.commandExitCode == expected.status?.shellCode ?? -1)
  }

  struct LossCase: Sendable {
    var loss: EvidenceLoss
    var byDefault: Int32
    var withProgramRule: Int32
    var strict: Int32

    init(_ byDefault: Int32, _ withProgramRule: Int32, _ strict: Int32, _ lose: (inout EvidenceLoss) -> Void) {
      loss = EvidenceLoss()
      lose(&loss)
      self.byDefault = byDefault
      self.withProgramRule = withProgramRule
      self.strict = strict
    }
  }

  static let lossCases: [LossCase] = [
    LossCase(121, 121, 121) { $0.membersRefused = 1 },
    LossCase(121, 121, 121) { $0.flowsRefused = 1 },
    LossCase(121, 121, 121) { $0.socketsRefused = 1 },
    LossCase(121, 121, 121) { $0.packetsUnparsed = 1 },
    LossCase(0, 121, 121) { $0.imagesRefused = 1 },
    LossCase(0, 0, 121) { $0.ringFailures = ["close": 5] },
    LossCase(0, 0, 121) { $0.ringFailures = ["exec": 5] },
    LossCase(0, 0, 0) { $0.ringFailures = ["exec": 0] },
    LossCase(121, 121, 121) { $0.recursionMisses = ["on_exec": 1] },
    LossCase(121, 121, 121) { $0.recursionMisses = ["unheard_of": 1] },
    LossCase(0, 0, 121) { $0.recursionMisses = ["on_tcp_state": 1] },
    LossCase(0, 0, 0) { $0.recursionMisses = ["on_fork": 0] },
  ]

  @Test(arguments: lossCases)
  func losses(_ expected: LossCase) throws {
    var fixture = TraceFixture(recognisesRunner: false)
    fixture.trace.end?.loss = expected.loss
    #expect(Policy().evaluate(fixture.trace).exitCode == expected.byDefault)
    let withRule = try policy("processes: { deny: [curl] }").evaluate(fixture.trace)
    #expect(withRule.exitCode == expected.withProgramRule)
    var flags = PolicyFlags()
    flags.strict = true
    #expect(try policy("", flags: flags).evaluate(fixture.trace).exitCode == expected.strict)
  }

  @Test(arguments: [
    ("processes: { max: 9 }", "processes.max counts them"),
    ("network: { deny: [{ net: any, parent: git }] }", "rules with exe, argv, parent or user read them"),
    ("tests: [{ match: a, processes: { deny: [sh] } }]", "rules under tests: need to know whose test it was"),
  ])
  func lostStartsMatterToRulesThatReadThem(_ yaml: String, _ use: String) throws {
    var fixture = TraceFixture()
    #expect(try policy(yaml).evaluate(fixture.trace).exitCode == 0)
    fixture.trace.end?.loss.ringFailures = ["exec": 2, "fork": 1]
    let verdict = try policy(yaml).evaluate(fixture.trace)
    #expect(verdict.exitCode == 121)
    #expect(verdict.incompleteReasons == ["3 fork and exec records were lost: \(use)"])
  }

  @Test func missingHooks() throws {
    var fixture = TraceFixture()
    fixture.trace.header.hooks = [
      Hook(name: "a", isRequired: false, isAttached: false, cost: "no details"),
      Hook(name: "b", isRequired: true, isAttached: true, cost: "nothing"),
    ]
    let verdict = Policy().evaluate(fixture.trace)
    #expect(verdict.exitCode == 0 && verdict.missingHooks.map(\.name) == ["a"])
    var flags = PolicyFlags()
    flags.strict = true
    #expect(try policy("", flags: flags).evaluate(fixture.trace).exitCode == 121)
    fixture.trace.header.hooks[1].isAttached = false
    #expect(
      Policy().evaluate(fixture.trace).incompleteReasons == ["the required hook b was not attached: nothing"])
  }

  @Test func runsWithoutAPolicyAreNotJudged() {
    var fixture = TraceFixture(status: .exited(code: 4))
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9")
    let verdict = Verdict.unjudged(fixture.trace)
    #expect(verdict.violations.isEmpty && verdict.exitCode == 4 && verdict.outcomes == [.commandFailed])
    #expect(verdict.counts.processes == 2 && verdict.counts.connections == 1)
    #expect(verdict.counts.eventsByLevel == ["none": 3])
  }
}
