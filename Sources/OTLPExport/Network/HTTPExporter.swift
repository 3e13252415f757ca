import HTTPClient
import OTLP
import Policy
import Trace

/// Sends over HTTP, one signal after the other, each on a connection that is kept.
struct HTTPExporter: RunExporter {
  private var targets: [(signal: Signal, target: ExportConfiguration.Target, tls: TLSContext?)] = []
  private let userAgent: String

  init(_ configuration: ExportConfiguration, userAgent: String) throws(ExportConfigurationError) {
    self.userAgent = userAgent
    for (signal, target) in configuration.targets {
      targets.append((signal, target, target.endpoint.isEncrypted ? try TLSContext(target.tls) : nil))
    }
  }

  func export(_ trace: Trace, _ verdict: Verdict) -> ExportOutcome {
    var results: [(signal: Signal, endpoint: Endpoint, result: DeliveryResult)] = []
    for (signal, target, tls) in targets {
      var batches = Batches(signal, trace, verdict, target)
      var result = DeliveryResult(total: batches.total)
      if let outage = results.first(where: { $0.result.isOutage && $0.endpoint.origin == target.endpoint.origin }) {
        result.failure = outage.result.failure
      } else {
        var delivery = Delivery(sender: HTTPTransport(signal, target, tls, userAgent: userAgent))
        result = delivery.sendAll(
          of: batches.total, batchTimeout: target.batchTimeout, totalTimeout: target.totalTimeout
        ) { batches.next() }
      }
      results.append((signal, target.endpoint, result))
    }
    return ExportOutcome(results)
  }
}
