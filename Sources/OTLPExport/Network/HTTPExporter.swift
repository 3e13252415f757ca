#if Network
  import AsyncHTTPClient
  import NIOPosix
  import OTLP
  import Policy
  import Trace

  /// Sends over HTTP, one signal after the other, on connections that are kept.
  struct HTTPExporter: RunExporter {
    private var targets: [(signal: Signal, target: ExportConfiguration.Target, client: HTTPClient.Configuration)]

    private let userAgent: String

    init(_ configuration: ExportConfiguration, userAgent: String) throws(ExportConfigurationError) {
      self.userAgent = userAgent
      targets = []
      for (signal, target) in configuration.targets {
        targets.append((signal, target, try HTTPClient.Configuration(target)))
      }
    }

    func export(_ trace: Trace, _ verdict: Verdict) -> ExportOutcome {
      let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      var results: [(signal: Signal, endpoint: Endpoint, result: DeliveryResult)] = []
      for (signal, target, configuration) in targets {
        var batches = Batches(signal, trace, verdict, target)
        var result = DeliveryResult(total: batches.total)
        if let outage = results.first(where: { $0.result.isOutage && $0.endpoint.origin == target.endpoint.origin }) {
          result.failure = outage.result.failure
        } else {
          let sender = HTTPTransport(signal, target, configuration, userAgent: userAgent, threads)
          var delivery = Delivery(sender: sender)
          result = delivery.sendAll(
            of: batches.total, batchTimeout: target.batchTimeout, totalTimeout: target.totalTimeout
          ) { batches.next() }
          sender.close()
        }
        results.append((signal, target.endpoint, result))
      }
      return ExportOutcome(results)
    }
  }
#endif
