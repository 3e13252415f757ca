import Policy
import Reports
import Testing
import Trace

@Suite struct TerminalSummaryTests {
  let trace = SampleRun.trace()
  let plain = TerminalSummary(usesColor: false)

  @Test func saysTheVerdictFirstAndHowToAllowWhatBrokeIt() {
    let text = plain.text(trace, SampleRun.verdict([SampleRun.violation()]))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == "process-tracer: FAILED · 1 violation in 1 test · exit code 120")
    #expect(lines[1] == "  test_net.py::test_fetch")
    #expect(lines[2] == "    ✗ curl → tcp://203.0.113.9:443 · 2 times · ECONNREFUSED")
    #expect(text.contains("command  curl -s https://203.0.113.9/\n"))
    #expect(text.contains("4242, from sh(4241) ← python3(4240) ← uv(4200)\n"))
    #expect(text.contains("network.allow (.process-tracer.yml:4:3)\n"))
    #expect(text.contains("allow    --allow-net tcp://203.0.113.9:443\n"))
    #expect(text.contains("network: { allow: [\"tcp://203.0.113.9:443\"] }\n"))
    #expect(text.contains("leaked: 1 process was alive when the command had ended\n  sleep(4250) sleep 600"))
    #expect(lines.last?.contains("--report-dir DIR") == true)
  }

  @Test func saysWhichDenyRuleToRemove() {
    var denied = SampleRun.violation()
    denied.rule = RuleReference(text: "203.0.113.0/24", source: "policy.yml", line: 4, column: 9)
    denied.remedy = nil
    let text = plain.text(trace, SampleRun.verdict([SampleRun.program("curl", test: nil), denied]))
    #expect(text.contains("  outside of known tests\n    ✗ ran curl\n"))
    #expect(text.contains("rule     curl (--deny-run)\n      allow    remove curl from --deny-run\n"))
    #expect(text.contains("allow    remove 203.0.113.0/24 from policy.yml:4:9\n"))
  }

  @Test func saysWhichLimitToRaise() {
    var many = SampleRun.program("sh", test: "t::a")
    many.kind = .processCount
    many.rule = RuleReference(text: "processes.max: 2", source: "policy.yml", line: 4, column: 9)
    many.count = 5
    let text = plain.text(trace, SampleRun.verdict([many]))
    #expect(text.contains("✗ started too many processes · 5 processes\n"))
    #expect(text.contains("allow    raise processes.max: 2 in policy.yml:4:9\n"))
  }

  @Test func showsOneEntryForEachTestProgramAndDestinationWithItsCount() {
    var otherRule = SampleRun.violation()
    otherRule.rule = RuleReference(text: "metadata", source: "--deny-net")
    let violations = [SampleRun.violation(), otherRule, SampleRun.violation(test: "test_net.py::test_other")]
    let text = plain.text(trace, SampleRun.verdict(violations))
    #expect(text.contains("2 violations in 2 tests"))
    #expect(text.contains("4 times"))
    #expect(text.contains("network.allow (.process-tracer.yml:4:3), metadata (--deny-net)"))
  }

  @Test func countsWhatIsBeyondTwentyEntriesAndSaysWhereItIs() {
    let violations = (0..<23).map { SampleRun.violation(destination: "tcp://203.0.113.\($0):443") }
    let text = TerminalSummary(usesColor: false, reportPaths: ["out/junit.xml"], violationsPath: "out/verdict.json")
      .text(trace, SampleRun.verdict(violations))
    #expect(text.split(separator: "\n").count { $0.contains("✗") } == 20)
    #expect(text.contains("and 3 more in out/verdict.json\n"))
    #expect(text.hasSuffix("reports: out/junit.xml\n"))
  }

  @Test func namesEveryLossAndLimitWithItsCount() {
    let text = plain.text(trace, SampleRun.incomplete())
    #expect(text.hasPrefix("process-tracer: INCOMPLETE · the evidence is incomplete · exit code 121\n"))
    for line in [
      "not covered: work may have been done by pid 812 sccache, not seen",
      "build phase, not judged: 1 destination", "  git → tcp://192.0.2.1:443 · 2 times",
      "degraded: hook sockops is missing: established connections are not told",
      "lost: 3 exec records (the ring was full)", "lost: 14 fork records (the ring was full)",
      "lost: 1 destination (the table was full)",
      "lost: 2 runs of kernel program tcp_connect (skipped by the kernel)",
      "incomplete: 3 exec records were lost and --deny-run needs every one",
      "totals: 1 test known by name, 5 processes, 4 programs, 2 connections · test known: 5 exact, 1 process, 1 none",
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
  }

  @Test func saysEverythingThatIsTrueOfAFailedCommand() {
    var verdict = SampleRun.verdict([SampleRun.violation()])
    verdict.outcomes = [.commandFailed, .violations]
    verdict.commandExitCode = 143
    verdict.exitCode = 143
    var trace = trace
    trace.end?.status = .signaled(signal: 15, coreDumped: false)
    #expect(
      plain.text(trace, verdict).hasPrefix(
        "process-tracer: FAILED · 1 violation in 1 test · the command was killed by SIGTERM · exit code 143\n"))
  }

  @Test func quietWritesOnlyOfRunsThatDidNotPass() {
    let quiet = TerminalSummary(usesColor: false, isQuiet: true)
    #expect(quiet.text(trace, SampleRun.verdict([])).isEmpty)
    #expect(plain.text(trace, SampleRun.verdict([])).hasPrefix("process-tracer: PASSED · "))
    #expect(quiet.text(trace, SampleRun.verdict([SampleRun.violation()], mode: .audit)).contains("AUDIT"))
    #expect(!quiet.text(trace, SampleRun.incomplete()).isEmpty)
  }

  @Test func writesEscapesOnlyWhenColorIsAskedFor() {
    let verdict = SampleRun.verdict([SampleRun.violation()])
    #expect(TerminalSummary(usesColor: true).text(trace, verdict).contains("\u{1B}[1;31mFAILED\u{1B}[0m"))
    #expect(!plain.text(trace, verdict).contains("\u{1B}"))
  }

  @Test(arguments: SampleRun.hostile)
  func makesHostileNamesVisible(_ name: String) {
    var verdict = SampleRun.verdict([SampleRun.hostileViolation(name)])
    verdict.notCovered = [name]
    verdict.incompleteReasons = [name]
    verdict.loss.ringFailures = [name: 1]
    verdict.notJudged = [UnjudgedDestination(program: name, destination: name, count: 1)]
    let text = plain.text(SampleRun.trace(arguments: ["curl", name]), verdict)
    #expect(text.isVisible)
    #expect(!text.contains("\n::error"))
  }

  @Test func spellsControlBytesAndBidirectionalOverrides() {
    let text = plain.text(
      trace, SampleRun.verdict([SampleRun.violation(program: "a\u{1B}b\u{202E}c", arguments: ["x\u{1B}", "it's"])]))
    #expect(text.contains(#"a\x1bb\u202ec → "#))
    #expect(text.contains(#"command  $'x\x1b' 'it'\''s'"#))
  }

  @Test func cutsLongCommandLinesWithTheNumberOfBytesLeftOut() {
    let text = plain.text(
      trace, SampleRun.verdict([SampleRun.violation(arguments: [String(repeating: "é", count: 150)])]))
    // Quoted: 302 bytes, of which 239 are whole characters below the limit.
    #expect(text.contains("é… (63 more bytes)\n"))
  }

  @Test func namesAWholeArgvThatWasRecordedInPart() {
    var trace = trace
    trace.images[3].cutArgumentBytes = 40_000
    let text = plain.text(trace, SampleRun.verdict([SampleRun.violation()]))
    #expect(text.contains("https://203.0.113.9/ (recorded in part: 40000 bytes in all)\n"))
  }
}
