import Policy
import Reports
import Testing
import Trace

@Test func equalRunsGiveEqualBytes() {
  let verdict = SampleRun.incomplete([SampleRun.violation(), SampleRun.program("git", test: nil)])
  let reports: [any Report] = [
    VerdictReport(), JUnitReport(), TerminalSummary(usesColor: true), ProcessTree(), WorkflowCommands(), StepSummary(),
    SARIFReport(), CodeQualityReport(), TimelineReport(),
  ]
  for report in reports {
    #expect(report.text(SampleRun.trace(), verdict) == report.text(SampleRun.trace(), verdict))
    #expect(!report.text(SampleRun.trace(), verdict).isEmpty)
  }
}
