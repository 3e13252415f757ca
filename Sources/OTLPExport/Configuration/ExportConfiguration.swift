/// Where a run's telemetry goes, and how: what the OTEL_ variables and `--otlp-endpoint` come to.
///
/// https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
/// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
public struct ExportConfiguration: Equatable, Sendable {
  /// How one signal is sent.
  public struct Target: Equatable, Sendable {
    public var endpoint: Endpoint
    public var encoding: Encoding = .protobuf
    public var isCompressed = false
    /// In the order of the variable; values are secrets.
    public var headers: [Header] = []
    /// For one batch, its retries included.
    public var batchTimeout: Duration = .seconds(10)
    /// For all batches of the signal.
    public var totalTimeout: Duration = .seconds(30)
    /// Items in one request.
    public var batchLimit = 512
    public var tls = TLSFiles()
  }

  /// The body of a request.
  public enum Encoding: String, Sendable {
    case protobuf = "http/protobuf"
    case json = "http/json"

    var contentType: String {
      switch self {
      case .protobuf: "application/x-protobuf"
      case .json: "application/json"
      }
    }
  }

  /// A header of every request.
  public struct Header: Equatable, Sendable {
    public var name: String
    public var value: String
  }

  /// Paths of PEM files; nil is the system's roots, and no client certificate.
  public struct TLSFiles: Equatable, Sendable {
    public var rootCertificates: String?
    public var clientCertificate: String?
    public var clientKey: String?
  }

  /// The signals that are sent, in the order of sending.
  public var targets: [(signal: Signal, target: Target)] {
    Signal.allCases.compactMap { signal in self[signal].map { (signal, $0) } }
  }

  public subscript(signal: Signal) -> Target? {
    get { signal == .traces ? traces : logs }
    set { if signal == .traces { traces = newValue } else { logs = newValue } }
  }

  private var traces: Target?
  private var logs: Target?
  /// What was ignored, one sentence each.
  public var warnings: [String] = []

  init() {}
}

/// A setting with which nothing can be exported: one sentence of what, where, and what to do.
public struct ExportConfigurationError: Error, Equatable, CustomStringConvertible {
  public var description: String

  init(_ description: String) {
    self.description = description
  }
}
