#if Network
  import AsyncHTTPClient
  import NIOCore
  import NIOPosix
  import NIOSSL

  /// Why a request got no response.
  struct TransportFailure: CustomStringConvertible {
    let description: String
    /// Whether another attempt may fare better.
    let isTransient: Bool

    init(_ error: any Error) {
      switch error {
      case let error as NIOConnectionError:
        if let reason = error.connectionErrors.first?.error {
          self.init(reason)
        } else {
          self.init("no address of \(error.host) is known", isTransient: true)
        }
      case let error as IOError:
        self.init(error.errnoCode.errorText, isTransient: true)
      case let error as SocketAddressError:
        self.init("the host's address cannot be found (\(error))", isTransient: true)
      case let error as NIOSSLExtraError:
        self.init("TLS: \(error)", isTransient: false)
      case let error as NIOSSLError:
        self.init("TLS: \(error.words)", isTransient: error.isTransient)
      case let error as HTTPClientError where error == .remoteConnectionClosed:
        self.init("the connection was closed without an answer", isTransient: true)
      case is ResponseAccumulator.ResponseTooBigError:
        self.init("the answer is longer than 4 MiB", isTransient: false)
      default:
        self.init("\(error)", isTransient: false)
      }
    }

    /// Whether an error says that the time was over.
    static func isTimeout(_ error: any Error) -> Bool {
      guard let error = error as? HTTPClientError else { return false }
      return [
        .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout,
      ].contains(error)
    }

    private init(_ description: String, isTransient: Bool) {
      self.description = description
      self.isTransient = isTransient
    }
  }

  extension NIOSSLError {
    fileprivate var isTransient: Bool {
      if case .handshakeFailed = self { false } else { true }
    }

    /// BoringSSL's own words where there are some.
    fileprivate var words: String {
      guard case .handshakeFailed(.sslError(let errors)) = self, let first = errors.first else { return "\(self)" }
      return "the handshake failed: \(first)"
    }
  }
#endif
