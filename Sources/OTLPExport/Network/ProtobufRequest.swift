#if Network
  import OTLP
  import OTLPProtobuf
  import SwiftProtobuf

  /// Requests in OTLP's binary encoding: opentelemetry.proto.collector.{trace,logs}.v1.
  enum ProtobufRequest {
    /// Enough that a request stays around the size of a message in JSON; one item may be larger.
    private static let byteLimit = 786_432

    /// A request of spans from `next` on, at most `itemLimit`; moves `next` behind the last of them.
    static func next(_ spans: RunSpans, from next: inout Int, itemLimit: Int, resource: Resource) -> [UInt8] {
      var scope = Opentelemetry_Proto_Trace_V1_ScopeSpans()
      scope.scope = .init(resource)
      scope.schemaURL = Resource.schemaURL
      var size = 0
      while next < spans.endIndex, scope.spans.count < itemLimit, size < byteLimit {
        let span = spans[next]
        size += span.attributes.approximateSize
        scope.spans.append(.init(span))
        next += 1
      }
      var group = Opentelemetry_Proto_Trace_V1_ResourceSpans()
      group.resource = .init(resource)
      group.schemaURL = Resource.schemaURL
      group.scopeSpans = [scope]
      var request = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest()
      request.resourceSpans = [group]
      return bytes(of: request)
    }

    /// A request of log records from `next` on, at most `itemLimit`; moves `next` behind the last of them.
    static func next(_ logs: RunLogs, from next: inout Int, itemLimit: Int, resource: Resource) -> [UInt8] {
      var scope = Opentelemetry_Proto_Logs_V1_ScopeLogs()
      scope.scope = .init(resource)
      scope.schemaURL = Resource.schemaURL
      var size = 0
      while next < logs.endIndex, scope.logRecords.count < itemLimit, size < byteLimit {
        let record = logs[next]
        size += record.attributes.approximateSize
        scope.logRecords.append(.init(record))
        next += 1
      }
      var group = Opentelemetry_Proto_Logs_V1_ResourceLogs()
      group.resource = .init(resource)
      group.schemaURL = Resource.schemaURL
      group.scopeLogs = [scope]
      var request = Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest()
      request.resourceLogs = [group]
      return bytes(of: request)
    }

    private static func bytes(of message: some Message) -> [UInt8] {
      do {
        return try message.serializedBytes()
      } catch {
        // Fails for required fields that are not set, which proto3 does not have, and beyond 2 GiB.
        preconditionFailure("an OTLP request cannot be encoded: \(error)")
      }
    }
  }

  extension [Attribute] {
    fileprivate var approximateSize: Int {
      reduce(64) { size, attribute in
        let value =
          switch attribute.value {
          case .string(let text): text.utf8.count
          case .strings(let texts): texts.reduce(0) { $0 + $1.utf8.count + 4 }
          case .bool, .int: 8
          }
        return size + attribute.key.utf8.count + value + 8
      }
    }
  }
#endif
