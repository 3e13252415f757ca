/// A POST as it goes over the connection. RFC 9112, section 3.
enum HTTPRequest {
  /// What the client alone says, for the message ends where these say it does.
  private static let framing = ["Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "TE"]

  /// The bytes of a request for `target`, path and query, of the server named by `authority`, host and port. Names and
  /// values must be what HTTP can send; headers that would change where the message ends are left out.
  static func post(_ target: String, authority: String, headers: [HTTPHeader], body: [UInt8]) -> [UInt8] {
    var head = "POST \(target) HTTP/1.1\r\nHost: \(authority)\r\n"
    for header in headers where !framing.contains(where: header.name.isSameHeader) {
      head += "\(header.name): \(header.value)\r\n"
    }
    head += "Content-Length: \(body.count)\r\n\r\n"
    return Array(head.utf8) + body
  }
}
