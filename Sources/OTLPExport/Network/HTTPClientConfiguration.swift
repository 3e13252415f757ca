#if Network
  import AsyncHTTPClient
  import Glibc
  import NIOCore
  import NIOSSL

  extension HTTPClient.Configuration {
    /// How a target's server is talked to. Reads the PEM files; throws for what cannot be used.
    init(_ target: ExportConfiguration.Target) throws(ExportConfigurationError) {
      self.init(
        tlsConfiguration: target.endpoint.isEncrypted ? try TLSConfiguration(target.tls) : nil,
        redirectConfiguration: .disallow)
      // Attempts are counted, spaced and bounded by the delivery.
      connectionPool.retryConnectionEstablishment = false
    }
  }

  extension TLSConfiguration {
    fileprivate init(_ files: ExportConfiguration.TLSFiles) throws(ExportConfigurationError) {
      self = .makeClientConfiguration()
      if let path = files.rootCertificates {
        trustRoots = .certificates(try Self.certificates(path, "OTEL_EXPORTER_OTLP_CERTIFICATE"))
      }
      if let path = files.clientCertificate {
        certificateChain = try Self.certificates(path, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
          .map { .certificate($0) }
      }
      if let path = files.clientKey {
        try Self.checkReadable(path, "OTEL_EXPORTER_OTLP_CLIENT_KEY")
        do {
          privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
        } catch {
          throw ExportConfigurationError(
            "OTEL_EXPORTER_OTLP_CLIENT_KEY \(path): no private key in PEM without a passphrase")
        }
      }
    }

    private static func certificates(
      _ path: String, _ variable: String
    ) throws(ExportConfigurationError) -> [NIOSSLCertificate] {
      try checkReadable(path, variable)
      do {
        let certificates = try NIOSSLCertificate.fromPEMFile(path)
        guard certificates.isEmpty else { return certificates }
      } catch {
        // BoringSSL's own error names no cause beyond this one.
      }
      throw ExportConfigurationError("\(variable) \(path): no certificate in PEM")
    }

    private static func checkReadable(_ path: String, _ variable: String) throws(ExportConfigurationError) {
      guard access(path, R_OK) == 0 else {
        throw ExportConfigurationError("\(variable) \(path): \(errno.errorText)")
      }
    }
  }
#endif
