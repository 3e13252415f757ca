import HTTPClient

/// The URL that requests of one signal go to.
public struct Endpoint: Equatable, Sendable, CustomStringConvertible {
  /// The URL without its query, which may hold a secret.
  public private(set) var description: String
  /// Scheme, host and port: endpoints of one origin are one server.
  private(set) var origin: String
  /// Path and query.
  private(set) var target: String
  private(set) var url: HTTPURL

  /// Reads an `http` or `https` URL; a signal's path is added to a base URL, any other is taken as it is. `source` names
  /// the option or variable in the error. Text that may hold a password is not repeated.
  init(_ text: String, source: String, baseFor signal: Signal?) throws(ExportConfigurationError) {
    guard let url = HTTPURL(text), url.fragment == nil else {
      let shown = text.contains("@") || text.contains("?") ? "" : " \(text)"
      let form = text.utf8.allSatisfy { $0 < 0x80 } ? "" : ", in ASCII: the host as xn--…, the rest percent-encoded"
      throw ExportConfigurationError("\(source)\(shown): expected http://HOST[:PORT][/PATH] or https://…\(form)")
    }
    guard url.user == nil else {
      throw ExportConfigurationError(
        "\(source): a user name or password in the URL is not sent; put it into OTEL_EXPORTER_OTLP_HEADERS, "
          + "authorization=Basic%20…")
    }
    var path = url.path
    if let signal {
      while path.hasSuffix("/") { path.removeLast() }
      path += "/\(signal.path)"
    } else if path.isEmpty {
      path = "/"
    }
    self.url = url
    origin = "\(url.isEncrypted ? "https" : "http")://\(url.authority)"
    description = origin + path
    target = path + (url.query.map { "?\($0)" } ?? "")
  }

  var isEncrypted: Bool { url.isEncrypted }
}
