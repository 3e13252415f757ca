#if Network
  import AsyncHTTPClient
  import Glibc
  import NIOCore
  import NIOHTTP1
  import NIOPosix

  /// Posts the requests of one signal.
  struct HTTPTransport: Transport {
    private let client: HTTPClient
    private let signal: Signal
    private let url: String
    private let headers: HTTPHeaders

    /// The longest response that is read. https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
    private static let responseLimit = 4 << 20

    init(
      _ signal: Signal, _ target: ExportConfiguration.Target, _ configuration: HTTPClient.Configuration,
      userAgent: String, _ threads: MultiThreadedEventLoopGroup
    ) {
      client = HTTPClient(eventLoopGroupProvider: .shared(threads), configuration: configuration)
      self.signal = signal
      url = target.endpoint.url
      var headers = HTTPHeaders()
      headers.add(name: "User-Agent", value: userAgent)
      for header in target.headers { headers.replaceOrAdd(name: header.name, value: header.value) }
      headers.replaceOrAdd(name: "Content-Type", value: target.encoding.contentType)
      if target.isCompressed { headers.replaceOrAdd(name: "Content-Encoding", value: "gzip") }
      self.headers = headers
    }

    mutating func post(_ body: [UInt8], deadline: ContinuousClock.Instant) -> Answer {
      do {
        let request = try HTTPClient.Request(url: url, method: .POST, headers: headers, body: .bytes(body))
        let left = (deadline - ContinuousClock.now) / .nanoseconds(1)
        let response = try client.execute(
          request: request, delegate: ResponseAccumulator(request: request, maxBodySize: Self.responseLimit),
          deadline: .now() + .nanoseconds(Int64(left))
        ).wait()
        return answer(response)
      } catch {
        if TransportFailure.isTimeout(error) { return .timedOut }
        let failure = TransportFailure(error)
        return .failed(failure.description, isTransient: failure.isTransient)
      }
    }

    /// Ends the connections.
    func close() {
      do {
        try client.syncShutdown()
      } catch {
        // Everything has been answered or given up: a connection that does not end in order takes nothing with it.
      }
    }

    private func answer(_ response: HTTPClient.Response) -> Answer {
      let bytes = response.body.map { Array($0.readableBytesView) } ?? []
      let body = ResponseBody(bytes, contentType: response.headers.first(name: "Content-Type") ?? "")
      let status = Int(response.status.code)
      if (200..<300).contains(status) {
        let acceptance = body.acceptance(of: signal)
        return .accepted(rejected: acceptance.rejected, message: acceptance.message)
      }
      let reason = "HTTP \(status) \(response.status.reasonPhrase)"
      let message = body.failureMessage
      return .failed(
        message.isEmpty ? reason : "\(reason): \(message)", isTransient: RetryPolicy.isTransient(status: status),
        retryAfter: response.headers.first(name: "Retry-After").flatMap { RetryAfter.wait($0, now: time(nil)) })
    }
  }
#endif
