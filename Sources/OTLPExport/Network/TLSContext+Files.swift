import HTTPClient

extension TLSContext {
  /// Reads the PEM files; throws for what cannot be used, with the name of the variable.
  convenience init(_ files: ExportConfiguration.TLSFiles) throws(ExportConfigurationError) {
    do throws(TLSFileError) {
      try self.init(rootCertificates: files.rootCertificates)
    } catch .noSystemCertificates {
      throw ExportConfigurationError(
        "OTEL_EXPORTER_OTLP_CERTIFICATE is not set, and \(TLSFileError.noSystemCertificates)")
    } catch {
      throw Self.error("CERTIFICATE", files.rootCertificates ?? "", error)
    }
    if let path = files.clientCertificate {
      do throws(TLSFileError) { try useCertificates(path) } catch {
        throw Self.error("CLIENT_CERTIFICATE", path, error)
      }
    }
    if let path = files.clientKey {
      do throws(TLSFileError) { try useKey(path) } catch { throw Self.error("CLIENT_KEY", path, error) }
    }
  }

  private static func error(_ name: String, _ path: String, _ error: TLSFileError) -> ExportConfigurationError {
    ExportConfigurationError("OTEL_EXPORTER_OTLP_\(name) \(path): \(error)")
  }
}
