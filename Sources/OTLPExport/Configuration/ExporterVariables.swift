/// The OTEL_ variables, read as the specification asks: empty is unset, a value that cannot be read is ignored with a
/// warning, enumerations and booleans do not mind case.
struct ExporterVariables {
  private let values: [String: String]
  private(set) var warnings: [String] = []

  init(_ values: [String: String]) {
    self.values = values
  }

  func text(_ name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  func isTrue(_ name: String) -> Bool {
    text(name)?.lowercased() == "true"
  }

  /// `OTEL_EXPORTER_OTLP_<SIGNAL>_<NAME>`, else `OTEL_EXPORTER_OTLP_<NAME>`.
  func exporter(_ name: String, _ signal: Signal) -> (variable: String, text: String)? {
    for variable in ["OTEL_EXPORTER_OTLP_\(signal.variablePart)_\(name)", "OTEL_EXPORTER_OTLP_\(name)"] {
      if let text = text(variable) { return (variable, text) }
    }
    return nil
  }

  mutating func choice<Value>(_ found: (variable: String, text: String)?, _ known: [(String, Value)]) -> Value? {
    guard let found else { return nil }
    if let value = known.first(where: { $0.0 == found.text.lowercased() }) { return value.1 }
    warn("\(found.variable)=\(found.text) is ignored: expected \(known.map(\.0).joined(separator: " or "))")
    return nil
  }

  /// A positive number, nil where there is none.
  mutating func positive(_ found: (variable: String, text: String)?) -> Int? {
    guard let found else { return nil }
    // A day in milliseconds; more is a mistake, or means no limit, which there always is.
    if let value = Int(found.text), (1...86_400_000).contains(value) { return value }
    warn("\(found.variable)=\(found.text) is ignored: expected a positive number")
    return nil
  }

  mutating func warn(_ warning: String) {
    if !warnings.contains(warning) { warnings.append(warning) }
  }
}
