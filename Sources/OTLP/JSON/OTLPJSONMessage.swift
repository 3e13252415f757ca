import JSONWriting

/// Messages of spans or log records in OTLP's JSON encoding, which are also the bodies of `http/json` requests.
public enum OTLPJSONMessage {
  /// A message of spans from `next` on, at most `itemLimit` and about 768 KiB; moves `next` behind the last of them.
  public static func next(
    _ spans: RunSpans, from next: inout Int, itemLimit: Int, resource: Resource
  ) -> [UInt8] {
    message(spans, from: &next, itemLimit, OTLPLines(envelope: .traces, resource: resource)) {
      OTLPJSON.write($0, into: &$1)
    }
  }

  /// A message of log records from `next` on, at most `itemLimit` and about 768 KiB; moves `next` behind the last of
  /// them.
  public static func next(
    _ logs: RunLogs, from next: inout Int, itemLimit: Int, resource: Resource
  ) -> [UInt8] {
    message(logs, from: &next, itemLimit, OTLPLines(envelope: .logs, resource: resource)) {
      OTLPJSON.write($0, into: &$1)
    }
  }

  private static func message<Items: RandomAccessCollection>(
    _ items: Items, from next: inout Items.Index, _ itemLimit: Int, _ lines: OTLPLines,
    _ encode: (Items.Element, inout JSONWriter) -> Void
  ) -> [UInt8] {
    var json = JSONWriter(capacity: OTLPLines.chunkSize * 2)
    var body: [UInt8] = []
    lines.writeMessage(items, from: &next, itemLimit: itemLimit, into: &json, to: { body += $0 }, encode)
    return body + json.bytes
  }
}
