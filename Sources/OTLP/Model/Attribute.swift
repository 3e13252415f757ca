/// A value of an attribute: opentelemetry.proto.common.v1.AnyValue, as far as it is used here.
public enum AttributeValue: Hashable, Sendable {
  case string(String)
  case bool(Bool)
  case int(Int64)
  case strings([String])
}

/// A key with its value: opentelemetry.proto.common.v1.KeyValue.
public struct Attribute: Hashable, Sendable {
  public var key: String
  public var value: AttributeValue

  public init(_ key: String, _ value: AttributeValue) {
    self.key = key
    self.value = value
  }
}

extension [Attribute] {
  mutating func add(_ key: String, _ value: String?) {
    if let value { append(Attribute(key, .string(value))) }
  }

  mutating func add(_ key: String, _ value: (some BinaryInteger)?) {
    if let value { append(Attribute(key, .int(Int64(clamping: value)))) }
  }

  mutating func add(_ key: String, _ value: [String]) {
    append(Attribute(key, .strings(value)))
  }

  /// Adds a flag where it is true; absence means false.
  mutating func add(_ key: String, if value: Bool) {
    if value { append(Attribute(key, .bool(true))) }
  }

  /// The value of the first attribute with a key.
  public subscript(key: String) -> AttributeValue? {
    first { $0.key == key }?.value
  }
}
