#if Network
  import FoundationEssentials
  import OTLP
  import OTLPProtobuf

  extension Opentelemetry_Proto_Trace_V1_Span {
    init(_ span: Span) {
      self.init()
      traceID = span.traceID.bytes
      spanID = span.spanID.bytes
      if let parent = span.parentSpanID { parentSpanID = parent.bytes }
      if let state = span.traceState { traceState = state }
      flags = span.flags
      name = span.name
      kind = SpanKind(rawValue: span.kind.rawValue) ?? .unspecified
      startTimeUnixNano = span.start
      endTimeUnixNano = span.end
      attributes = span.attributes.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
      if let failure = span.failure {
        status.code = .error
        status.message = failure.message
      }
    }
  }

  extension Opentelemetry_Proto_Logs_V1_LogRecord {
    init(_ record: LogRecord) {
      self.init()
      timeUnixNano = record.time
      observedTimeUnixNano = record.time
      severityNumber = Opentelemetry_Proto_Logs_V1_SeverityNumber(rawValue: record.severity.rawValue) ?? .unspecified
      eventName = record.eventName
      attributes = record.attributes.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
      flags = 1
      traceID = record.traceID.bytes
      spanID = record.spanID.bytes
    }
  }

  extension Opentelemetry_Proto_Common_V1_InstrumentationScope {
    init(_ resource: OTLP.Resource) {
      self.init()
      name = Resource.scopeName
      version = resource.scopeVersion
    }
  }

  extension Opentelemetry_Proto_Resource_V1_Resource {
    init(_ resource: OTLP.Resource) {
      self.init()
      attributes = resource.attributes.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
    }
  }

  extension Opentelemetry_Proto_Common_V1_KeyValue {
    init(_ attribute: Attribute) {
      self.init()
      key = attribute.key
      switch attribute.value {
      case .string(let text): value.stringValue = text
      case .bool(let flag): value.boolValue = flag
      case .int(let number): value.intValue = number
      case .strings(let texts):
        value.arrayValue.values = texts.map { text in
          var element = Opentelemetry_Proto_Common_V1_AnyValue()
          element.stringValue = text
          return element
        }
      }
    }
  }

  extension TraceID {
    fileprivate var bytes: Data { high.bigEndianBytes + low.bigEndianBytes }
  }

  extension SpanID {
    fileprivate var bytes: Data { value.bigEndianBytes }
  }

  extension UInt64 {
    fileprivate var bigEndianBytes: Data { withUnsafeBytes(of: bigEndian) { Data($0) } }
  }
#endif
