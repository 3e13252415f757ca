private import COpenSSL
import Glibc

/// Whom to trust, and what to show: what TLS connections have in common. TLS 1.2 or newer, by OpenSSL.
///
/// A class, for OpenSSL's context belongs to all connections that are made with it.
public final class TLSContext {
  let pointer: OpaquePointer

  /// Trusts the certificates in a PEM file; without one those of the system.
  public init(rootCertificates file: String?) throws(TLSFileError) {
    // A configuration file of this machine is for its own OpenSSL, and may name modules that this one cannot load.
    OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
    guard let context = SSL_CTX_new(TLS_client_method()) else { fatalError("out of memory") }
    pointer = context
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), nil)
    // Nobody is there to be asked for a passphrase.
    SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
    let protocols = [UInt8(8)] + Array("http/1.1".utf8)
    SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count))
    if let file {
      try Self.checkReadable(file)
      guard SSL_CTX_load_verify_file(pointer, file) == 1 else { throw failure(.noCertificate) }
    } else {
      guard SystemCertificates.load(into: pointer) else { throw failure(.noSystemCertificates) }
    }
    ERR_clear_error()
  }

  deinit {
    SSL_CTX_free(pointer)
  }

  /// Shows the certificate in a PEM file, which those that it was issued by follow, to servers that ask.
  public func useCertificates(_ file: String) throws(TLSFileError) {
    try Self.checkReadable(file)
    guard SSL_CTX_use_certificate_chain_file(pointer, file) == 1 else { throw failure(.noCertificate) }
  }

  /// Proves with the private key in a PEM file that the certificate, which was set before, is this client's.
  public func useKey(_ file: String) throws(TLSFileError) {
    try Self.checkReadable(file)
    guard SSL_CTX_use_PrivateKey_file(pointer, file, SSL_FILETYPE_PEM) == 1 else {
      let isOther = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH
      throw failure(isOther ? .keyOfAnotherCertificate : .noKey)
    }
  }

  private static func checkReadable(_ file: String) throws(TLSFileError) {
    guard access(file, R_OK) == 0 else { throw .unreadable(errno: errno) }
  }

  /// OpenSSL's own errors name no cause beyond these.
  private func failure(_ error: TLSFileError) -> TLSFileError {
    ERR_clear_error()
    return error
  }
}

/// What is wrong with a file that TLS needs.
public enum TLSFileError: Error, Equatable, CustomStringConvertible {
  case unreadable(errno: Int32)
  case noCertificate
  case noKey
  case keyOfAnotherCertificate
  case noSystemCertificates

  public var description: String {
    switch self {
    case .unreadable(let errno): String(cString: strerror(errno))
    case .noCertificate: "no certificate in PEM"
    case .noKey: "no private key in PEM without a passphrase"
    case .keyOfAnotherCertificate: "the key is not that of the certificate"
    case .noSystemCertificates: "this system has no file of trusted certificates that is known"
    }
  }
}
