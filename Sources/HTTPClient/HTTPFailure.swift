import Glibc

/// Why a request got no response.
public enum HTTPFailure: Error, Equatable, CustomStringConvertible {
  /// The deadline came first.
  case timedOut
  /// getaddrinfo(3) has no address for the host; an EAI code.
  case noAddress(code: Int32)
  /// A system call on the socket failed.
  case system(errno: Int32)
  /// The server is not who it should be, or does not agree with this client; in words.
  case tls(String)
  /// The server ended the connection before its response was whole.
  case closed
  /// What the server sent is no response of HTTP/1.1; in words.
  case malformed(String)
  /// The response's body is longer than this many bytes.
  case tooLong(limit: Int)

  public var description: String {
    switch self {
    case .timedOut: "no answer in time"
    case .noAddress(let code): "the host's address cannot be found: \(String(cString: gai_strerror(code)))"
    case .system(let errno): String(cString: strerror(errno))
    case .tls(let words): "TLS: \(words)"
    case .closed: "the connection was closed without an answer"
    case .malformed(let words): "the answer is not HTTP: \(words)"
    case .tooLong(let limit): "the answer is longer than \(limit >> 20) MiB"
    }
  }

  /// Whether another attempt may fare better.
  public var isTransient: Bool {
    switch self {
    case .timedOut, .system, .closed: true
    case .noAddress(let code): code == EAI_AGAIN
    case .tls, .malformed, .tooLong: false
    }
  }
}
