import JSONWriting

/// The JSON encoding of OTLP messages: ids in hexadecimal, enumerations as numbers, 64-bit integers as text, names in
/// lowerCamelCase. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
enum OTLPJSON {
  static func write(_ span: Span, into json: inout JSONWriter) {
    json.object { json in
      json.member("traceId", span.traceID.hexadecimal)
      json.member("spanId", span.spanID.hexadecimal)
      if let parent = span.parentSpanID { json.member("parentSpanId", parent.hexadecimal) }
      if let state = span.traceState { json.member("traceState", state) }
      json.member("flags", span.flags)
      json.member("name", span.name)
      json.member("kind", span.kind.rawValue)
      json.member("startTimeUnixNano", String(span.start))
      json.member("endTimeUnixNano", String(span.end))
      write(span.attributes, into: &json)
      if let failure = span.failure {
        json.member(
          "status",
          object: {
            $0.member("code", Span.Failure.code)
            $0.member("message", failure.message)
          })
      }
    }
  }

  static func write(_ record: LogRecord, into json: inout JSONWriter) {
    json.object { json in
      json.member("timeUnixNano", String(record.time))
      json.member("observedTimeUnixNano", String(record.time))
      json.member("severityNumber", record.severity.rawValue)
      json.member("eventName", record.eventName)
      write(record.attributes, into: &json)
      json.member("flags", 1)
      json.member("traceId", record.traceID.hexadecimal)
      json.member("spanId", record.spanID.hexadecimal)
    }
  }

  static func write(_ attributes: [Attribute], into json: inout JSONWriter) {
    json.member(
      "attributes",
      array: { json in
        for attribute in attributes {
          json.object { json in
            json.member("key", attribute.key)
            json.member("value", object: { write(attribute.value, into: &$0) })
          }
        }
      })
  }

  private static func write(_ value: AttributeValue, into json: inout JSONWriter) {
    switch value {
    case .string(let text): json.member("stringValue", text)
    case .bool(let flag): json.member("boolValue", flag)
    case .int(let number): json.member("intValue", String(number))
    case .strings(let texts):
      json.member(
        "arrayValue",
        object: { json in
          json.member(
            "values",
            array: { json in
              for text in texts {
                json.object { $0.member("stringValue", text) }
              }
            })
        })
    }
  }
}
