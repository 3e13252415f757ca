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

  @Argument(help: ArgumentHelp("The recorded run.", valueName: "run.jsonl"))
  var recordedRun: String

  @OptionGroup(title: "Policy") var policy: PolicyOptions
  @OptionGroup(title: "Reports") var reports: ReportOptions

  @Option(
    help: ArgumentHelp(
      "What to print: the tree and the summary, the verdict, or a summary in Markdown.",
      valueName: "text|json|markdown"))
  var format = "text"

  @Option(help: ArgumentHelp("How deep to print the process tree; 0 for none. Else whole.", valueName: "levels"))
  var depth: Int?

  @Option(
    help: ArgumentHelp(
      "Print of the process tree only what leads to these; may be given again.",
      valueName: "violations|test=glob|exe=glob"))
  var only: [String] = []

  @OptionGroup(title: "Talk") var talk: TalkOptions

  func validate() throws {
    guard ["text", "json", "markdown"].contains(format) else {
      throw ValidationError("--format \(format): expected text, json or markdown")
    }
    if format != "text", depth != nil || !only.isEmpty {
      throw ValidationError("--depth and --only shape the process tree, which --format \(format) does not print")
    }
    if let depth, depth < 0 { throw ValidationError("--depth \(depth): expected 0 or more") }
    _ = try filters()
  }

  private func filters() throws -> [ProcessFilter] {
    try only.map { text in
      do {
        return try ProcessFilter(text)
      } catch {
        throw ValidationError("--only \(text): \(error)")
      }
    }
  }

  mutating func run() throws {
    let environment = Environment.current
    let flags = try policy.flags()
    let record = try readRecord()
    var trace = try replay(record)
    let judge =
      trace.header.verb == "test" || policy.isGiven
      ? try PolicySource.load(option: policy.policy, flags: flags, environment: environment) : nil
    let outputs: ReportOutputs
    do {
      outputs = try ReportOutputs(reports, directory: reports.reportDir)
    } catch {
      throw SetupFailure(error.description)
    }
    let export = try NetworkExport(endpoint: reports.otlpEndpoint, environment: environment)
    TestAttribution.attribute(&trace)
    if reports.audit != nil || judge?.processes.baseline != nil { trace.lookAtFiles() }
    let verdict = judge?.evaluate(trace) ?? Verdict.unjudged(trace)
    copy(record, to: outputs)
    let annotated = reports.annotations.annotate(trace, verdict)
    let failures = outputs.write(trace, verdict).map(\.description) + annotated.failures
    try print(trace, verdict, environment: environment, reportPaths: outputs.paths + annotated.paths, outputs: outputs)
    for note in annotated.notes where !talk.quiet { Diagnostics.inform(note) }
    for failure in failures { Diagnostics.warn(failure) }
    let isExported = export.send(trace, verdict, isVerbose: talk.verbose)
    // The command's own code was told when it ran; here the policy answers.
    let isViolated = verdict.outcomes.contains(.violations) && verdict.mode != .audit
    let isIncomplete = verdict.outcomes.contains(.incomplete) && !flags.allowIncomplete && judge != nil
    let isUnreported = (!failures.isEmpty || !isExported) && flags.strict
    throw ExitCode(isViolated ? 120 : isIncomplete || isUnreported ? 121 : 0)
  }

  /// The bytes of the recorded run.
  private func readRecord() throws -> [UInt8] {
    do {
      return try InputFile.bytes(of: recordedRun)
    } catch {
      throw SetupFailure(error.description)
    }
  }

  private func replay(_ record: [UInt8]) throws -> Trace {
    do {
      return try RunRecord.replay(record, file: recordedRun)
    } catch {
      throw SetupFailure(error.description)
    }
  }

  private func copy(_ bytes: [UInt8], to outputs: ReportOutputs) {
    guard let record = outputs.record else { return }
    record.write(bytes)
    record.flush()
    if let failure = record.failure { Diagnostics.warn(failure.description) }
  }

  private func print(
    _ trace: Trace, _ verdict: Verdict, environment: [String: String], reportPaths: [String],
    outputs: ReportOutputs
  ) throws {
    func out(_ bytes: [UInt8]) { Diagnostics.write(bytes, to: STDOUT_FILENO) }
    switch format {
    case "json": return VerdictReport().write(trace, verdict, to: out)
    case "markdown": return StepSummary().write(trace, verdict, to: out)
    default: break
    }
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let usesColor = talk.usesColor(environment, isTerminal: isTerminal)
    if depth != 0, !talk.quiet {
      let tree = ProcessTree(
        depth: depth, usesColor: usesColor, only: try filters(), columns: isTerminal ? Machine.terminalColumns : nil)
      tree.write(trace, verdict, to: out)
    }
    let summary = TerminalSummary(
      usesColor: usesColor, isQuiet: talk.quiet, reportPaths: reportPaths, violationsPath: outputs.violationsPath)
    summary.write(trace, verdict, to: out)
  }
}
