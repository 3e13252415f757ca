public import Trace

/// Where a run took place, and what recorded it: opentelemetry.proto.resource.v1.Resource with its scope.
public struct Resource: Hashable, Sendable {
  /// The semantic conventions that names follow.
  public static let schemaURL = "https://opentelemetry.io/schemas/1.44.0"
  public static let scopeName = "process-tracer"

  /// Sorted by key.
  public var attributes: [Attribute]
  public var scopeVersion: String

  /// The header's resource attributes with `telemetry.sdk.*`, and `service.name` where none is set.
  public init(_ header: RunHeader) {
    var values = header.resource
    values["telemetry.sdk.name"] = "process-tracer"
    values["telemetry.sdk.language"] = "swift"
    values["telemetry.sdk.version"] = header.toolVersion
    // The fallback of the resource conventions (service.name).
    if values["service.name"] == nil { values["service.name"] = "unknown_service:process-tracer" }
    self.attributes = values.sorted { $0.key < $1.key }.map { Attribute($0.key, .string($0.value)) }
    self.scopeVersion = header.toolVersion
  }
}
