private import COpenSSL
import Glibc

/// TLS over a connected socket that does not block. The handshake is part of the first read and write.
struct TLSSession: ~Copyable {
  private let pointer: OpaquePointer
  private var isBroken = false

  /// The server must prove that it is `host`, a name or an address.
  init(_ context: TLSContext, host: String, _ descriptor: Int32) throws(HTTPFailure) {
    guard let session = SSL_new(context.pointer) else { fatalError("out of memory") }
    pointer = session
    let bio = SocketBIO.make(descriptor)
    SSL_set_bio(session, bio, bio)
    SSL_set_connect_state(session)
    if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) != 1 {
      ERR_clear_error()
      var name = host
      let isSet = name.withUTF8 { name in
        SSL_ctrl(
          session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
          UnsafeMutableRawPointer(mutating: name.baseAddress))
      }
      guard isSet == 1, SSL_set1_host(session, host) == 1 else { throw .tls("\(host) is no name of a host") }
    }
  }

  deinit {
    SSL_free(pointer)
  }

  mutating func read(_ buffer: UnsafeMutableRawBufferPointer) throws(HTTPFailure) -> Transfer {
    ERR_clear_error()
    return try transfer(SSL_read(pointer, buffer.baseAddress, Int32(clamping: buffer.count)))
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(HTTPFailure) -> Transfer {
    ERR_clear_error()
    return try transfer(SSL_write(pointer, bytes.baseAddress, Int32(clamping: bytes.count)))
  }

  /// Tells the server that nothing follows, if that can be done at once.
  func end() {
    if !isBroken, SSL_is_init_finished(pointer) == 1 { SSL_shutdown(pointer) }
  }

  private mutating func transfer(_ result: Int32) throws(HTTPFailure) -> Transfer {
    let error = errno
    if result > 0 { return .bytes(Int(result)) }
    switch SSL_get_error(pointer, result) {
    case SSL_ERROR_WANT_READ: return .blocked(events: Int16(POLLIN))
    case SSL_ERROR_WANT_WRITE: return .blocked(events: Int16(POLLOUT))
    case SSL_ERROR_ZERO_RETURN: return .end
    case SSL_ERROR_SYSCALL:
      isBroken = true
      if result == 0 || error == EPIPE || error == 0 { return .end }
      throw .system(errno: error)
    default:
      isBroken = true
      throw .tls(words)
    }
  }

  /// What the handshake, or what came later, failed for.
  private var words: String {
    let verification = SSL_get_verify_result(pointer)
    if verification != X509_V_OK {
      return
        "the server's certificate is not trusted: \(String(cString: X509_verify_cert_error_string(Int(verification))))"
    }
    return ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) } ?? "the connection failed"
  }
}
