import OTLP

// The fields' numbers are those of https://github.com/open-telemetry/opentelemetry-proto, opentelemetry/proto.

extension ProtobufMessage {
  /// trace.v1.Span.
  init(_ span: Span) {
    add(1, .bytes(span.traceID.bytes))
    add(2, .bytes(span.spanID.bytes))
    add(3, .string(span.traceState ?? ""))
    add(4, .bytes(span.parentSpanID?.bytes ?? []))
    add(5, .string(span.name))
    add(6, .varint(UInt64(span.kind.rawValue)))
    add(7, .fixed64(span.start))
    add(8, .fixed64(span.end))
    add(9, span.attributes)
    if let failure = span.failure {
      var status = ProtobufMessage()
      status.add(2, .string(failure.message))
      status.add(3, .varint(UInt64(Span.Failure.code)))
      add(15, .message(status))
    }
    add(16, .fixed32(span.flags))
  }

  /// logs.v1.LogRecord.
  init(_ record: LogRecord) {
    add(1, .fixed64(record.time))
    add(2, .varint(UInt64(record.severity.rawValue)))
    add(6, record.attributes)
    // TRACE_FLAGS: sampled.
    add(8, .fixed32(1))
    add(9, .bytes(record.traceID.bytes))
    add(10, .bytes(record.spanID.bytes))
    add(11, .fixed64(record.time))
    add(12, .string(record.eventName))
  }

  /// resource.v1.Resource.
  init(_ resource: Resource) {
    add(1, resource.attributes)
  }

  /// common.v1.InstrumentationScope.
  init(scopeOf resource: Resource) {
    add(1, .string(Resource.scopeName))
    add(2, .string(resource.scopeVersion))
  }

  /// common.v1.KeyValue.
  init(_ attribute: Attribute) {
    add(1, .string(attribute.key))
    add(2, .message(ProtobufMessage(attribute.value)))
  }

  /// common.v1.AnyValue, a oneof.
  init(_ value: AttributeValue) {
    switch value {
    case .string(let text): addMember(1, .string(text))
    case .bool(let flag): addMember(2, .varint(flag ? 1 : 0))
    case .int(let number): addMember(3, .varint(UInt64(bitPattern: number)))
    case .strings(let texts):
      var array = ProtobufMessage()
      for text in texts { array.add(1, .message(ProtobufMessage(.string(text)))) }
      addMember(5, .message(array))
    }
  }

  private mutating func add(_ field: UInt32, _ attributes: [Attribute]) {
    for attribute in attributes { add(field, .message(ProtobufMessage(attribute))) }
  }
}

extension TraceID {
  fileprivate var bytes: [UInt8] { high.bigEndianBytes + low.bigEndianBytes }
}

extension SpanID {
  fileprivate var bytes: [UInt8] { value.bigEndianBytes }
}

extension UInt64 {
  fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
