import OTLP
import Policy
import Reports
import Trace

extension OTLPTraceFile: Report {}
extension OTLPLogFile: Report {}

/// The report files of a run: all opened before the command starts, each written after it ended.
struct ReportOutputs {
  private var outputs: [(file: OutputFile, report: any Report)] = []
  /// The recorded run, which is written while the command runs.
  private(set) var record: OutputFile?

  var isEmpty: Bool { outputs.isEmpty && record == nil }

  /// Opens what the options ask for. Throws `OutputError` for the first path that cannot be written.
  init(_ options: ReportOptions, directory: String?) throws(OutputError) {
    if let directory { try makeDirectories(directory) }
    func path(_ single: String?, _ name: String) -> String? { single ?? directory.map { "\($0)/\(name)" } }
    if let path = path(options.record, "run.jsonl") { record = try OutputFile(path: path) }
    let reports: [(String?, any Report)] = [
      (path(options.verdict, "verdict.json"), VerdictReport()),
      (path(options.junit, "junit.xml"), JUnitReport()),
      (path(options.otlpTraces, "traces.jsonl"), OTLPTraceFile()),
      (path(options.otlpLogs, "logs.jsonl"), OTLPLogFile()),
      (path(options.html, "report.html"), PageReport()),
      (path(options.timeline, "timeline.json"), TimelineReport()),
      (options.sarif, SARIFReport()),
      (options.audit, AuditReport()),
      (options.codequality, CodeQualityReport()),
    ]
    for (path, report) in reports {
      if let path { outputs.append((try OutputFile(path: path), report)) }
    }
  }

  /// Adds a file that has its own rules: the step summary of a CI.
  mutating func add(_ report: any Report, appendingTo path: String) throws(OutputError) {
    outputs.append((try OutputFile(path: path, appending: true), report))
  }

  /// Writes every report, whatever becomes of the others; what could not be written.
  func write(_ trace: Trace, _ verdict: Verdict) -> [OutputError] {
    var failures: [OutputError] = []
    for (file, report) in outputs {
      report.write(trace, verdict) { file.write($0) }
      file.flush()
      if let failure = file.failure { failures.append(failure) }
    }
    return failures
  }

  /// The files, for the summary's last line.
  var paths: [String] { outputs.map(\.file.path) + (record.map { [$0.path] } ?? []) }

  /// The file that lists every violation.
  var violationsPath: String? { outputs.first { $0.report is VerdictReport }?.file.path }
}
