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

  @Option(
    help: ArgumentHelp(
      "Write into copies of the runner's JUnit files what each test did, after the run; ** is any directories.",
      valueName: "glob"))
  var annotateJunit: [String] = []

  @Flag(help: "Annotate the JUnit files themselves, not copies named *.process-tracer.xml.")
  var inPlace = false

  @Flag(help: "Make annotated tests fail that violate the policy.")
  var failTests = false

  var annotations: JUnitAnnotations {
    JUnitAnnotations(patterns: annotateJunit, isInPlace: inPlace, failsTests: failTests)
  }

  func validate() throws {
    do {
      _ = try ExportConfiguration(endpoint: otlpEndpoint, environment: [:])
    } catch {
      throw ValidationError(error.description)
    }
    for (name, isGiven) in [("in-place", inPlace), ("fail-tests", failTests)] where isGiven && annotateJunit.isEmpty {
      throw ValidationError("--\(name) needs --annotate-junit")
    }
    if annotateJunit.contains("") { throw ValidationError("--annotate-junit: expected a path or a pattern") }
  }
}
