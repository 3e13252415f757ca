import ArgumentParser
import OTLPExport

struct ReportOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write every report into this directory.", valueName: "dir"))
  var reportDir: String?

  @Option(help: ArgumentHelp("The recorded run, for process-tracer report.", valueName: "file"))
  var record: String?

  @Option(help: ArgumentHelp("The verdict as one JSON object.", valueName: "file"))
  var verdict: String?

  @Option(help: ArgumentHelp("JUnit XML with a case for every violation.", valueName: "file"))
  var junit: String?

  @Option(help: ArgumentHelp("OpenTelemetry spans, OTLP JSON lines.", valueName: "file"))
  var otlpTraces: String?

  @Option(help: ArgumentHelp("OpenTelemetry logs, OTLP JSON lines.", valueName: "file"))
  var otlpLogs: String?

  @Option(help: ArgumentHelp("The run as one HTML page.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("Chrome trace events, for ui.perfetto.dev.", valueName: "file"))
  var timeline: String?

  @Option(help: ArgumentHelp("SARIF 2.1.0, for code scanning.", valueName: "file"))
  var sarif: String?

  @Option(help: ArgumentHelp("GitLab's code-quality report.", valueName: "file"))
  var codequality: String?

  @Option(
    help: ArgumentHelp("Every program with its file's hash, and every destination, as text.", valueName: "file"))
  var audit: String?

  @Option(
    help: ArgumentHelp(
      "Send spans and logs over OTLP/HTTP; else where OTEL_EXPORTER_OTLP_ENDPOINT says.", valueName: "url"))
  var otlpEndpoint: String?

  @Option(help: .hidden) var annotateJunit: String?
  @Flag(help: .hidden) var inPlace = false
  @Flag(help: .hidden) var failTests = false

  func validate() throws {
    do {
      _ = try ExportConfiguration(endpoint: otlpEndpoint, environment: [:])
    } catch {
      throw ValidationError(error.description)
    }
    let unbuilt = [
      ("annotate-junit", annotateJunit),
      ("in-place", inPlace ? "" : nil), ("fail-tests", failTests ? "" : nil),
    ]
    if let (name, _) = unbuilt.first(where: { $0.1 != nil }) { throw NotBuilt.option(name) }
  }
}

/// Parts that have their names already and nothing behind them.
enum NotBuilt {
  static func option(_ name: String) -> ValidationError {
    ValidationError("--\(name) is not built yet in version \(Version.current)")
  }

  static func command(_ name: String) -> ValidationError {
    ValidationError("process-tracer \(name) is not built yet in version \(Version.current)")
  }
}
