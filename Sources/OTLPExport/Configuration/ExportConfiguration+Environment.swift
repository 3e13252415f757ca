extension ExportConfiguration {
  /// What an option and the environment ask for: nothing is sent to where no endpoint is set.
  ///
  /// `endpoint` is the text of `--otlp-endpoint`, a base URL, which wins over every endpoint of the environment. Throws
  /// for what cannot be followed at all; what is ignored instead is in `warnings`.
  public init(endpoint option: String?, environment: [String: String]) throws(ExportConfigurationError) {
    var variables = ExporterVariables(environment)
    for signal in Signal.allCases {
      guard Self.isExported(signal, &variables),
        let endpoint = try Self.endpoint(signal, option: option, variables)
      else { continue }
      self[signal] = try Self.target(signal, endpoint, &variables)
    }
    let isAsked = option != nil || Signal.allCases.contains { variables.exporter("ENDPOINT", $0) != nil }
    guard isAsked else { return }
    if variables.isTrue("OTEL_SDK_DISABLED") {
      for signal in Signal.allCases { self[signal] = nil }
      if option != nil { variables.warn("nothing is exported: OTEL_SDK_DISABLED is true") }
    }
    if variables.text("OTEL_CONFIG_FILE") != nil {
      variables.warn("OTEL_CONFIG_FILE is ignored: configuration files are not supported, variables are")
    }
    warnings = variables.warnings
  }

  /// `OTEL_TRACES_EXPORTER`: a list; what is not `otlp` is done by others or not at all.
  private static func isExported(_ signal: Signal, _ variables: inout ExporterVariables) -> Bool {
    let variable = "OTEL_\(signal.variablePart)_EXPORTER"
    guard let text = variables.text(variable) else { return true }
    let known = ["otlp", "none", "console", "otlp/stdout", "zipkin", "prometheus"]
    let names = text.lowercased().split(separator: ",").map { String($0.filter { $0 != " " }) }
    guard names.allSatisfy(known.contains) else {
      variables.warn("\(variable)=\(text) is ignored: expected otlp or none")
      return true
    }
    return names.contains("otlp")
  }

  private static func endpoint(
    _ signal: Signal, option: String?, _ variables: ExporterVariables
  ) throws(ExportConfigurationError) -> Endpoint? {
    if let option { return try Endpoint(option, source: "--otlp-endpoint", baseFor: signal) }
    guard let found = variables.exporter("ENDPOINT", signal) else { return nil }
    let isBase = found.variable == "OTEL_EXPORTER_OTLP_ENDPOINT"
    return try Endpoint(found.text, source: found.variable, baseFor: isBase ? signal : nil)
  }

  private static func target(
    _ signal: Signal, _ endpoint: Endpoint, _ variables: inout ExporterVariables
  ) throws(ExportConfigurationError) -> Target {
    var target = Target(endpoint: endpoint)
    let encoding = variables.exporter("PROTOCOL", signal)
    if let encoding, encoding.text.lowercased() == "grpc" {
      throw ExportConfigurationError(
        "\(encoding.variable)=grpc is not supported: set http/protobuf or http/json, and the endpoint's port for HTTP "
          + "(4318)")
    }
    let encodings: [Encoding] = [.protobuf, .json]
    target.encoding = variables.choice(encoding, encodings.map { ($0.rawValue, $0) }) ?? target.encoding
    target.isCompressed =
      variables.choice(variables.exporter("COMPRESSION", signal), [("gzip", true), ("none", false)]) ?? false
    target.headers = headers(signal, &variables)
    target.tls = TLSFiles(
      rootCertificates: variables.exporter("CERTIFICATE", signal)?.text,
      clientCertificate: variables.exporter("CLIENT_CERTIFICATE", signal)?.text,
      clientKey: variables.exporter("CLIENT_KEY", signal)?.text)
    if endpoint.isEncrypted, (target.tls.clientCertificate == nil) != (target.tls.clientKey == nil) {
      throw ExportConfigurationError(
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY: one is set without the other")
    }
    let processor = "OTEL_\(signal.processorPart)"
    func limit(_ name: String) -> (variable: String, text: String)? {
      variables.text("\(processor)_\(name)").map { ("\(processor)_\(name)", $0) }
    }
    if let milliseconds = variables.positive(variables.exporter("TIMEOUT", signal)) {
      target.batchTimeout = .milliseconds(milliseconds)
    }
    let total = variables.positive(limit("EXPORT_TIMEOUT")).map { Duration.milliseconds($0) }
    target.totalTimeout = total ?? max(target.totalTimeout, target.batchTimeout)
    target.batchLimit = variables.positive(limit("MAX_EXPORT_BATCH_SIZE")) ?? target.batchLimit
    return target
  }

  private static func headers(_ signal: Signal, _ variables: inout ExporterVariables) -> [Header] {
    guard let found = variables.exporter("HEADERS", signal) else { return [] }
    let (headers, faulty) = HeaderList.parse(found.text)
    // The entries themselves are secrets.
    for number in faulty { variables.warn("entry \(number) of \(found.variable) is ignored: expected key=value") }
    return headers
  }
}
