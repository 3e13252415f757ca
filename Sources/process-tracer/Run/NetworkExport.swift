import ArgumentParser
import Glibc
import OTLPExport
import Policy
import Reports
import Trace

/// The export over the network that an option or the environment asks for, if any does.
struct NetworkExport {
  private let exporter: (any RunExporter)?
  /// Whether the environment asks for what cannot be done.
  private let isImpossible: Bool

  /// Reads settings and certificates before the command starts. What the option asks for and cannot be done fails the
  /// run here; what the environment says, for any tool that reads it, costs a warning.
  init(endpoint: String?, environment: [String: String]) throws {
    do throws(ExportConfigurationError) {
      let configuration = try ExportConfiguration(endpoint: endpoint, environment: environment)
      for warning in configuration.warnings { Diagnostics.warn(warning.visible) }
      exporter = try configuration.makeExporter(
        userAgent: "process-tracer/\(Version.current) OTel-OTLP-Exporter-Swift/\(Version.current)")
      isImpossible = false
    } catch {
      guard endpoint == nil else { throw SetupFailure(error.description.visible) }
      Diagnostics.warn("nothing is exported over the network: \(error.description.visible)")
      exporter = nil
      isImpossible = true
    }
  }

  /// Sends the run, after every other report is written. Returns whether all that should be sent has arrived.
  func send(_ trace: Trace, _ verdict: Verdict, isVerbose: Bool) -> Bool {
    guard let exporter else { return !isImpossible }
    Self.letSignalsEnd()
    let outcome = exporter.export(trace, verdict)
    for notice in outcome.notices + outcome.failures { Diagnostics.warn(notice.visible) }
    if isVerbose { for success in outcome.successes { Diagnostics.inform(success) } }
    return outcome.failures.isEmpty
  }

  /// While the command ran, these were passed on to it; now the tool itself may be asked to end.
  private static func letSignalsEnd() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&signals, signal) }
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
