import Policy
import Reports
import Testing
import Trace

/// Every report says of a violation how its test is known.
@Suite struct AttributionLevelTests {
  private let reports: [(name: String, report: any Report, form: @Sendable (String) -> String)] = [
    ("verdict", VerdictReport(), { #""level": "\#($0)""# }),
    ("JUnit", JUnitReport(), { "attribution: \($0)\n" }),
    ("SARIF", SARIFReport(), { #""process_tracer.attribution": "\#($0)""# }),
    ("code quality", CodeQualityReport(), { "test known: \($0)" }),
    ("workflow commands", WorkflowCommands(), { "attribution: \($0)%0A" }),
    ("step summary", StepSummary(), { "attribution: \($0)\n" }),
    ("page", PageReport(), { #""level":"\#($0)""# }),
  ]

  @Test(arguments: Attribution.Level.allCases) func isInEveryReport(level: Attribution.Level) {
    var violation = SampleRun.violation()
    violation.level = level
    for (name, report, form) in reports {
      let text = report.text(SampleRun.trace(), SampleRun.verdict([violation]))
      let plain = form(level.rawValue)
      let compact = plain.filter { $0 != " " }
      #expect(text.contains(plain) || text.contains(compact), "\(name)")
    }
  }

  @Test(arguments: Attribution.Level.allCases.filter { $0 != .exact })
  func isOnTheTerminalWhereItIsNotCertain(level: Attribution.Level) {
    var violation = SampleRun.violation()
    violation.level = level
    let text = TerminalSummary(usesColor: false).text(SampleRun.trace(), SampleRun.verdict([violation]))
    #expect(text.contains("known by \(level.rawValue)"))
  }

  @Test func countsAreInTheTotals() {
    var verdict = SampleRun.verdict([])
    verdict.counts.eventsByLevel = ["exact": 7, "handoff": 6, "creator": 5, "process": 4, "window": 3, "none": 2]
    let text = TerminalSummary(usesColor: false).text(SampleRun.trace(), verdict)
    #expect(text.contains("test known: 7 exact, 6 handoff, 5 creator, 4 process, 3 window, 2 none"))
  }

  @Test func whatIsLeftRunningHasItsTest() {
    let text = TerminalSummary(usesColor: false).text(SampleRun.trace(), SampleRun.verdict([]))
    #expect(text.contains("sleep(4250) sleep 600 · test_net.py::test_fetch (exact)"))
  }

  @Test func whyALevelIsLowerIsSaid() {
    var trace = SampleRun.trace()
    trace.attributionNotes = ["tests are known by process only"]
    let reports: [any Report] = [
      TerminalSummary(usesColor: false), StepSummary(), PageReport(), VerdictReport(),
    ]
    for report in reports {
      #expect(report.text(trace, SampleRun.verdict([])).contains("tests are known by process only"))
    }
  }
}
