import Glibc
import HTTPClient

/// Posts the requests of one signal.
struct HTTPTransport: Transport, ~Copyable {
  private var client: HTTPClient
  private let signal: Signal
  private let target: String
  private let headers: [HTTPHeader]

  /// The longest response that is read. https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
  private static let responseLimit = 4 << 20

  init(_ signal: Signal, _ target: ExportConfiguration.Target, _ tls: TLSContext?, userAgent: String) {
    let endpoint = target.endpoint
    client = HTTPClient(
      host: endpoint.url.host, port: endpoint.url.port, authority: endpoint.url.authority, tls: tls,
      responseLimit: Self.responseLimit)
    self.signal = signal
    self.target = endpoint.target
    headers = Self.headers(target, userAgent: userAgent)
  }

  mutating func post(_ body: [UInt8], deadline: ContinuousClock.Instant) -> Answer {
    do throws(HTTPFailure) {
      return answer(try client.post(target, headers: headers, body: body, deadline: deadline))
    } catch .timedOut {
      return .timedOut
    } catch {
      return .failed(error.description, isTransient: error.isTransient)
    }
  }

  /// The variable's, but for what the body is.
  private static func headers(_ target: ExportConfiguration.Target, userAgent: String) -> [HTTPHeader] {
    var headers = [HTTPHeader(name: "User-Agent", value: userAgent)]
    func set(_ name: String, _ value: String) {
      headers.removeAll { $0.name.lowercased() == name.lowercased() }
      headers.append(HTTPHeader(name: name, value: value))
    }
    for header in target.headers { set(header.name, header.value) }
    set("Content-Type", target.encoding.contentType)
    if target.isCompressed { set("Content-Encoding", "gzip") }
    return headers
  }

  private func answer(_ response: HTTPResponse) -> Answer {
    let body = ResponseBody(response.body, contentType: response.header("Content-Type") ?? "")
    let status = response.status
    if (200..<300).contains(status) { return .accepted(rejected: body.rejected, message: body.message) }
    let reason = response.reason.isEmpty ? "HTTP \(status)" : "HTTP \(status) \(response.reason)"
    let message = body.failureMessage
    return .failed(
      message.isEmpty ? reason : "\(reason): \(message)", isTransient: RetryPolicy.isTransient(status: status),
      retryAfter: response.header("Retry-After").flatMap { RetryAfter.wait($0, now: time(nil)) })
  }
}
