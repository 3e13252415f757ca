import OTLP
import Policy
import Trace

/// The bodies of one signal's requests, made one at a time.
struct Batches {
  private enum Items {
    case spans(RunSpans)
    case logs(RunLogs)
  }

  let total: Int
  private let items: Items
  private let resource: Resource
  private let target: ExportConfiguration.Target
  private var position = 0

  init(_ signal: Signal, _ trace: Trace, _ verdict: Verdict, _ target: ExportConfiguration.Target) {
    switch signal {
    case .traces:
      let spans = RunSpans(trace, verdict)
      items = .spans(spans)
      total = spans.count
    case .logs:
      let logs = RunLogs(trace, verdict)
      items = .logs(logs)
      total = logs.count
    }
    resource = Resource(trace.header)
    self.target = target
  }

  /// The next body with the number of its items; nil after the last.
  mutating func next() -> (body: [UInt8], items: Int)? {
    guard position < total else { return nil }
    let start = position
    let body =
      switch (items, target.encoding) {
      case (.spans(let spans), .json):
        OTLPJSONMessage.next(spans, from: &position, itemLimit: target.batchLimit, resource: resource)
      case (.logs(let logs), .json):
        OTLPJSONMessage.next(logs, from: &position, itemLimit: target.batchLimit, resource: resource)
      case (.spans(let spans), .protobuf):
        ProtobufRequest.next(spans, from: &position, itemLimit: target.batchLimit, resource: resource)
      case (.logs(let logs), .protobuf):
        ProtobufRequest.next(logs, from: &position, itemLimit: target.batchLimit, resource: resource)
      }
    return (target.isCompressed ? Gzip.compress(body) : body, position - start)
  }
}
