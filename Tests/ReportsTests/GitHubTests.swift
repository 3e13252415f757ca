import Foundation
import Policy
import Reports
import Testing
import Trace

@Suite struct GitHubTests {
  let trace = SampleRun.trace()

  private func commands(_ verdict: Verdict) -> [String] {
    WorkflowCommands().text(trace, verdict).split(separator: "\n").map(String.init)
  }

  @Test func violationsAreErrorsAndInAuditModeWarnings() {
    let violation = SampleRun.violation()
    #expect(
      commands(SampleRun.verdict([violation])).first?.hasPrefix(
        "::error title=test_net.py%3A%3Atest_fetch%3A unexpected-egress::curl → tcp://203.0.113.9:443 is not in ")
        == true)
    #expect(commands(SampleRun.verdict([violation], mode: .audit)).first?.hasPrefix("::warning title=") == true)
    #expect(WorkflowCommands().text(trace, SampleRun.verdict([])).isEmpty)
  }

  @Test func missingEvidenceIsAnError() {
    let lines = commands(SampleRun.incomplete([SampleRun.violation()]))
    #expect(
      lines.first?.hasPrefix("::error title=process-tracer%3A the evidence is incomplete::3 exec records") == true)
    #expect(lines.count == 2)
  }

  @Test func writesNineAndCountsTheRest() {
    let violations = (0..<30).map { SampleRun.violation(destination: "tcp://203.0.113.\($0):443") }
    let lines = commands(SampleRun.verdict(violations))
    #expect(lines.count == 10)
    #expect(lines.last == "::error title=process-tracer::and 21 more, see the summary")
  }

  @Test(arguments: SampleRun.hostile)
  func aNameCannotStartACommandOfItsOwn(_ name: String) {
    let text = WorkflowCommands().text(trace, SampleRun.verdict([SampleRun.hostileViolation(name)]))
    let lines = text.split(whereSeparator: \.isNewline)
    #expect(lines.count == 1)
    #expect(text.isVisible)
    // The parameters end at the first `::` behind the command.
    let parameters = lines[0].dropFirst(2).prefix(upTo: lines[0].dropFirst(2).range(of: "::")!.lowerBound)
    #expect(!parameters.contains(",") && parameters.hasPrefix("error title="))
  }

  @Test(arguments: SampleRun.hostile)
  func aNameMeansNothingToMarkdown(_ name: String) throws {
    let plain = StepSummary().text(trace, SampleRun.verdict([SampleRun.hostileViolation("name")]))
    let text = StepSummary().text(trace, SampleRun.verdict([SampleRun.hostileViolation(name)]))
    #expect(text.isVisible)
    // The same marks as with a harmless name: the structure is ours alone.
    for mark in ["|", "`", "<", ">", "[", "]", "*", "\n", "\\"] as [Character] {
      #expect(text.count { $0 == mark } == plain.count { $0 == mark }, "\(mark)")
    }
  }

  @Test func theSummaryTellsVerdictDetailsAndLimits() {
    let text = StepSummary().text(trace, SampleRun.incomplete([SampleRun.violation()]))
    #expect(text.hasPrefix("## ❌ process-tracer: failed\n"))
    #expect(text.contains("| test | what it did | times | result |"))
    #expect(text.contains("- **incomplete**: 3 exec records were lost"))
    #expect(text.contains("- **lost**: 14 fork records"))
    #expect(text.contains("- **build phase, not judged**: 1 destination"))
    #expect(text.contains("allow it with <code>--allow-net tcp"))
  }

  @Test func theSummaryStaysBelowOneMebibyteAndCountsTheRest() throws {
    let violations = (0..<3000).map {
      SampleRun.violation(test: "test_\($0)", arguments: [String(repeating: "|", count: 5000)])
    }
    var verdict = SampleRun.verdict(violations)
    verdict.notJudged = (0..<3000).map {
      UnjudgedDestination(program: "git", destination: "tcp://192.0.2.1:\($0)", count: 1)
    }
    let text = StepSummary().text(trace, verdict)
    #expect(text.utf8.count < 1_048_576)
    #expect(text.contains(" more in the reports of `--report-dir`"))
    #expect(text.contains("SHA-256"))
  }
}
