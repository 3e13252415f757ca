import Policy
import Testing
import Trace

@testable import Reports

@Suite struct ArgumentsLeftOutTests {
  @Test func noReportShowsThem() {
    var trace = SampleRun.trace()
    trace.header.command = ["uv", "a-private-word"]
    for index in trace.images.indices {
      trace.images[index].arguments = ["program", "a-private-word"]
      trace.images[index].unredactedArguments = ["program", "a-private-word"]
    }
    var verdict = SampleRun.verdict([SampleRun.violation(arguments: ["curl", "a-private-word"])])
    let reports: [any Report] = [
      JUnitReport(), ProcessTree(usesColor: false), StepSummary(), TerminalSummary(usesColor: false), VerdictReport(),
      WorkflowCommands(),
    ]
    let whole = reports.map { $0.text(trace, verdict) }
    #expect(whole.allSatisfy { $0.contains("a-private-word") })
    trace.leaveOutArguments()
    verdict.leaveOutArguments()
    #expect(reports.allSatisfy { !$0.text(trace, verdict).contains("a-private-word") })
    #expect(trace.header.command == ["uv"] && verdict.violations[0].arguments == ["curl"])
    #expect(trace.images.allSatisfy { $0.cutArgumentBytes == 23 && $0.unredactedArguments == ["program"] })
  }
}
