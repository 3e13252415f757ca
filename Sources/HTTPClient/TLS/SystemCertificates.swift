private import COpenSSL
import Glibc

/// The certificates that a system trusts, which are not in the same place on every one.
enum SystemCertificates {
  /// Bundles of Debian and Ubuntu, Fedora and RHEL, openSUSE, Alpine.
  static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  /// Trusts them; false where none are found. OpenSSL's own variables, SSL_CERT_FILE and SSL_CERT_DIR, come first.
  static func load(into context: OpaquePointer) -> Bool {
    for variable in [X509_get_default_cert_file_env(), X509_get_default_cert_dir_env()] {
      if let variable, getenv(variable) != nil { return SSL_CTX_set_default_verify_paths(context) == 1 }
    }
    return bundles.contains { access($0, R_OK) == 0 && SSL_CTX_load_verify_file(context, $0) == 1 }
  }
}
