/// A kind of telemetry that has requests of its own, as far as a run has it.
public enum Signal: String, CaseIterable, Sendable {
  case traces
  case logs

  /// The path behind a base URL. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
  var path: String { "v1/\(rawValue)" }

  /// The signal in names of variables: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`.
  var variablePart: String { rawValue.uppercased() }

  /// The batch processor in names of variables: `OTEL_BSP_EXPORT_TIMEOUT`.
  var processorPart: String {
    switch self {
    case .traces: "BSP"
    case .logs: "BLRP"
    }
  }

  /// "1 span", "12 log records".
  func quantity(_ count: Int) -> String {
    switch self {
    case .traces: "\(count) span\(count == 1 ? "" : "s")"
    case .logs: "\(count) log record\(count == 1 ? "" : "s")"
    }
  }
}
