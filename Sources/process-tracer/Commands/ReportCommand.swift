import ArgumentParser
import Glibc
import Policy
import Reports
import TestAdapters
import Trace

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make any report, or another policy's verdict, from a recorded run.",
    usage: "process-tracer report <run.jsonl> [options]")

  @Argument(help: "The recorded run.")
  var run: String

  @OptionGroup(title: "Policy") var policy: PolicyOptions
  @OptionGroup(title: "Reports") var reports: ReportOptions

  @Option(help: ArgumentHelp("What to print: text or json (the verdict).", valueName: "text|json"))
  var format = "text"

  @Option(help: ArgumentHelp("How deep to print the process tree; 0 for none.", valueName: "levels"))
  var depth: Int = 0

  @Option(help: .hidden) var only: String?
  @OptionGroup(title: "Talk") var talk: TalkOptions

  func validate() throws {
    if only != nil { throw NotBuilt.option("only") }
    guard ["text", "json"].contains(format) else {
      throw ValidationError("--format \(format): expected text or json")
    }
  }

  mutating func run() throws {
    let environment = Environment.current
    let flags = try policy.flags()
    var trace = try read()
    let judge =
      trace.header.verb == "test" || policy.isGiven
      ? try PolicySource.load(option: policy.policy, flags: flags, environment: environment) : nil
    let outputs: ReportOutputs
    do {
      outputs = try ReportOutputs(reports, directory: reports.reportDir, includesArguments: true)
    } catch {
      throw SetupFailure(error.description)
    }
    TestAttribution.attribute(&trace)
    let verdict = judge?.evaluate(trace) ?? Verdict.unjudged(trace)
    try rewriteRecord(outputs)
    let failures = outputs.write(trace, verdict)
    print(trace, verdict, environment: environment, outputs: outputs)
    for failure in failures { Diagnostics.warn(failure.description) }
    // The command's own code was told when it ran; here the policy answers.
    let isViolated = verdict.outcomes.contains(.violations) && verdict.mode != .audit
    let isIncomplete = verdict.outcomes.contains(.incomplete) && !flags.allowIncomplete && judge != nil
    throw ExitCode(isViolated ? 120 : isIncomplete ? 121 : 0)
  }

  private func read() throws -> Trace {
    do {
      return try RunRecord.replay(contentsOf: run)
    } catch let error as OutputError {
      throw SetupFailure(error.description)
    } catch let error as RunRecordError {
      throw SetupFailure("\(run):\(error)")
    }
  }

  private func rewriteRecord(_ outputs: ReportOutputs) throws {
    guard let record = outputs.record else { return }
    record.write(try RunRecord.bytes(contentsOf: run))
    record.flush()
    if let failure = record.failure { Diagnostics.warn(failure.description) }
  }

  private func print(
    _ trace: Trace, _ verdict: Verdict, environment: [String: String], outputs: ReportOutputs
  ) {
    func out(_ bytes: [UInt8]) { fwrite(bytes, 1, bytes.count, stdout) }
    if format == "json" {
      VerdictReport().write(trace, verdict, to: out)
      return
    }
    let usesColor = talk.usesColor(environment, isTerminal: isatty(STDOUT_FILENO) == 1)
    if depth > 0 { ProcessTree(depth: depth, usesColor: usesColor).write(trace, verdict, to: out) }
    let options = TerminalSummary.Options(
      usesColor: usesColor, isQuiet: talk.quiet, isVerbose: talk.verbose, reportFile: outputs.longestReport,
      hasReports: true)
    TerminalSummary(options: options).write(trace, verdict, to: out)
  }
}
