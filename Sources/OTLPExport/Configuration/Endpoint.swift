import FoundationEssentials

/// The URL that requests of one signal go to.
public struct Endpoint: Equatable, Sendable, CustomStringConvertible {
  /// The whole URL; its query may hold a secret.
  public private(set) var url: String
  /// The URL without its query.
  public private(set) var description: String
  public private(set) var isEncrypted: Bool
  /// Scheme, host and port: endpoints of one origin are one server.
  private(set) var origin: String

  /// Reads an `http` or `https` URL; a signal's path is added to a base URL, any other is taken as it is. `source` names
  /// the option or variable in the error. Text that may hold a password is not repeated.
  init(_ text: String, source: String, baseFor signal: Signal?) throws(ExportConfigurationError) {
    guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
      ["http", "https"].contains(scheme), let host = url.encodedHost, !host.isEmpty, url.fragment == nil
    else {
      let shown = text.contains("@") || text.contains("?") ? "" : " \(text)"
      throw ExportConfigurationError("\(source)\(shown): expected http://HOST[:PORT][/PATH] or https://…")
    }
    guard url.user == nil, url.password == nil else {
      throw ExportConfigurationError(
        "\(source): a user name or password in the URL is not sent; put it into OTEL_EXPORTER_OTLP_HEADERS, "
          + "authorization=Basic%20…")
    }
    let port = url.port.map { ":\($0)" } ?? ""
    var path = url.percentEncodedPath
    if let signal {
      while path.hasSuffix("/") { path.removeLast() }
      path += "/\(signal.path)"
    } else if path.isEmpty {
      path = "/"
    }
    origin = "\(scheme)://\(host)\(port)"
    description = origin + path
    self.url = description + (url.percentEncodedQuery.map { "?\($0)" } ?? "")
    isEncrypted = scheme == "https"
  }
}
