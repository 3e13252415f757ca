import ArgumentParser
import Audit
import Glibc
import Reports
import TestAdapters
import Trace

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Every program and destination of recorded runs, and what changed since a baseline.",
    usage: "process-tracer audit <run.jsonl> ... [--baseline <file> [--update-baseline]]")

  @Argument(help: ArgumentHelp("The recorded runs, taken together.", valueName: "run.jsonl"))
  var recordedRuns: [String]

  @Option(help: ArgumentHelp("Say what differs from this file.", valueName: "file"))
  var baseline: String?

  @Flag(help: "Write what there is now into the baseline file.")
  var updateBaseline = false

  @OptionGroup(title: "Talk") var talk: TalkOptions

  func validate() throws {
    if updateBaseline, baseline == nil { throw ValidationError("--update-baseline needs --baseline FILE") }
  }

  mutating func run() throws {
    var audit = Audit()
    for path in recordedRuns { audit.add(try replay(path)) }
    guard let baseline else {
      AuditText(audit).write { Diagnostics.write($0, to: STDOUT_FILENO) }
      return
    }
    let now = Baseline(audit)
    let known = try read(baseline)
    let changes = (known ?? Baseline(Audit())).changes(to: now)
    for change in changes { print(change.text) }
    if !audit.knowsIdentities {
      Diagnostics.warn("the programs' files were not looked at in every run: their hashes are not compared")
    }
    for limit in audit.limits.sorted() { Diagnostics.warn(limit) }
    if updateBaseline {
      try write(now, to: baseline)
    } else if known == nil {
      throw SetupFailure("there is no \(baseline); --update-baseline writes it")
    }
  }

  // MARK: Files

  private func replay(_ path: String) throws -> Trace {
    var trace: Trace
    do {
      trace = try RunRecord.replay(try InputFile.bytes(of: path), file: path)
    } catch let error as RunRecordError {
      throw SetupFailure(error.description)
    } catch let error as OutputError {
      throw SetupFailure(error.description)
    }
    TestAttribution.attribute(&trace)
    trace.lookAtFiles()
    return trace
  }

  /// nil where there is no file yet.
  private func read(_ path: String) throws -> Baseline? {
    do {
      return try Baseline(text: String(decoding: try InputFile.bytes(of: path), as: UTF8.self))
    } catch let error as BaselineError {
      throw SetupFailure("\(path): \(error)")
    } catch let error as OutputError where error.code == ENOENT {
      return nil
    } catch let error as OutputError {
      throw SetupFailure(error.description)
    }
  }

  private func write(_ baseline: Baseline, to path: String) throws {
    do {
      let file = try OutputFile(path: path)
      file.write(Array(baseline.text.utf8))
      file.flush()
      if let failure = file.failure { throw SetupFailure(failure.description) }
    } catch let error as OutputError {
      throw SetupFailure(error.description)
    }
  }
}
