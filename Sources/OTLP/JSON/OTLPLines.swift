import JSONWriting

/// The names by which the two signals wrap their items.
struct OTLPEnvelope {
  var resources: StaticString
  var scopes: StaticString
  var items: StaticString

  /// opentelemetry.proto.trace.v1.TracesData.
  static let traces = OTLPEnvelope(resources: "resourceSpans", scopes: "scopeSpans", items: "spans")
  /// opentelemetry.proto.logs.v1.LogsData.
  static let logs = OTLPEnvelope(resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords")
}

/// Items as JSON lines, each line a whole message of a bounded number of items and bytes.
///
/// A line stays below 1 MiB, which is what the collector's file receiver takes by default, as long as no single item is
/// larger than a quarter of that. https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
struct OTLPLines {
  static let itemLimit = 512
  static let byteLimit = 786_432
  static let chunkSize = 65_536

  var envelope: OTLPEnvelope
  var resource: Resource

  func write<Items: RandomAccessCollection>(
    _ items: Items, to sink: (_ chunk: [UInt8]) throws -> Void,
    _ encode: (Items.Element, inout JSONWriter) -> Void
  ) rethrows {
    var json = JSONWriter(capacity: Self.chunkSize * 2)
    var next = items.startIndex
    while next < items.endIndex {
      try writeMessage(items, from: &next, into: &json, to: sink, encode)
      json.endLine()
      try sink(json.bytes)
      json.removeAll()
    }
  }

  /// Writes one message, of the items from `next` on, and moves `next` behind the last of them; its end is left in
  /// `json`.
  func writeMessage<Items: RandomAccessCollection>(
    _ items: Items, from next: inout Items.Index, itemLimit: Int = Self.itemLimit, into json: inout JSONWriter,
    to sink: (_ chunk: [UInt8]) throws -> Void, _ encode: (Items.Element, inout JSONWriter) -> Void
  ) rethrows {
    try json.object { json in
      try json.member(
        envelope.resources,
        array: { json in
          try writeResource(into: &json) { json in
            var written = 0
            var passedOn = 0
            while next < items.endIndex, written < itemLimit, passedOn + json.bytes.count < Self.byteLimit {
              encode(items[next], &json)
              items.formIndex(after: &next)
              written += 1
              if json.bytes.count >= Self.chunkSize {
                try sink(json.bytes)
                passedOn += json.bytes.count
                json.removeWrittenBytes()
              }
            }
          }
        })
    }
  }

  private func writeResource(
    into json: inout JSONWriter, _ items: (inout JSONWriter) throws -> Void
  ) rethrows {
    try json.object { json in
      json.member("resource", object: { OTLPJSON.write(resource.attributes, into: &$0) })
      try json.member(
        envelope.scopes,
        array: { json in
          try json.object { json in
            json.member(
              "scope",
              object: {
                $0.member("name", Resource.scopeName)
                $0.member("version", resource.scopeVersion)
              })
            try json.member(envelope.items, array: items)
            json.member("schemaUrl", Resource.schemaURL)
          }
        })
      json.member("schemaUrl", Resource.schemaURL)
    }
  }
}
