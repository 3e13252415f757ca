import OTLP

/// Requests in OTLP's binary encoding: opentelemetry.proto.collector.{trace,logs}.v1.
enum ProtobufRequest {
  /// Enough that a request stays around the size of a message in JSON; one item may be larger.
  private static let byteLimit = 786_432

  /// A request of spans from `next` on, at most `itemLimit`; moves `next` behind the last of them.
  static func next(_ spans: RunSpans, from next: inout Int, itemLimit: Int, resource: Resource) -> [UInt8] {
    request(spans, from: &next, itemLimit, resource) { ProtobufMessage($0) }
  }

  /// A request of log records from `next` on, at most `itemLimit`; moves `next` behind the last of them.
  static func next(_ logs: RunLogs, from next: inout Int, itemLimit: Int, resource: Resource) -> [UInt8] {
    request(logs, from: &next, itemLimit, resource) { ProtobufMessage($0) }
  }

  /// Export{Trace,Logs}ServiceRequest, Resource{Spans,Logs} and Scope{Spans,Logs} differ in their items alone.
  private static func request<Items: RandomAccessCollection<Item>, Item>(
    _ items: Items, from next: inout Int, _ itemLimit: Int, _ resource: Resource, _ encode: (Item) -> ProtobufMessage
  ) -> [UInt8] where Items.Index == Int {
    var scope = ProtobufMessage()
    scope.add(1, .message(ProtobufMessage(scopeOf: resource)))
    let end = Swift.min(items.endIndex, next + itemLimit)
    while next < end, scope.bytes.count < byteLimit {
      scope.add(2, .message(encode(items[next])))
      next += 1
    }
    scope.add(3, .string(Resource.schemaURL))
    var group = ProtobufMessage()
    group.add(1, .message(ProtobufMessage(resource)))
    group.add(2, .message(scope))
    group.add(3, .string(Resource.schemaURL))
    var request = ProtobufMessage()
    request.add(1, .message(group))
    return request.bytes
  }
}
