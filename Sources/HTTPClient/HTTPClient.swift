/// A client of one server over HTTP/1.1: one request at a time, on a connection that is kept while the server keeps it.
public struct HTTPClient: ~Copyable {
  private let host: String
  private let port: UInt16
  private let authority: String
  private let tls: TLSContext?
  private let responseLimit: Int
  private var connection: HTTPConnection?

  /// `host` is a name or an address, an IPv6 address without its brackets; `authority` is what the requests call the
  /// server, host and port. `tls` is nil for plain HTTP. Responses longer than `responseLimit` bytes are not read.
  public init(host: String, port: UInt16, authority: String, tls: TLSContext?, responseLimit: Int) {
    self.host = host
    self.port = port
    self.authority = authority
    self.tls = tls
    self.responseLimit = responseLimit
    connection = nil
  }

  /// Posts `body` to `target`, path and query, and returns the response, whatever its status; no redirection is
  /// followed, nothing is sent twice. Throws where there is none before the deadline.
  public mutating func post(
    _ target: String, headers: [HTTPHeader], body: [UInt8], deadline: ContinuousClock.Instant
  ) throws(HTTPFailure) -> HTTPResponse {
    var current = try takeConnection(deadline: deadline)
    let request = HTTPRequest.post(target, authority: authority, headers: headers, body: body)
    let (response, isReusable) = try current.exchange(request, responseLimit: responseLimit, deadline: deadline)
    if isReusable { connection = consume current }
    return response
  }

  private mutating func takeConnection(deadline: ContinuousClock.Instant) throws(HTTPFailure) -> HTTPConnection {
    if let kept = connection.take(), kept.isQuiet { return kept }
    return try HTTPConnection(host: host, port: port, tls: tls, deadline: deadline)
  }
}
