public import Policy
public import Trace

/// Sends a run's spans and logs to where its configuration says.
public protocol RunExporter {
  /// Sends everything; returns when all is accepted, or what could not be sent is given up.
  func export(_ trace: Trace, _ verdict: Verdict) -> ExportOutcome
}

extension ExportConfiguration {
  /// What sends as this configuration says, nil where nothing is to be sent. Certificates are read here, so that what is
  /// wrong with them is told before the run; no socket or thread is made before the export. `userAgent` is the header.
  public func makeExporter(userAgent: String) throws(ExportConfigurationError) -> (any RunExporter)? {
    guard !targets.isEmpty else { return nil }
    return try HTTPExporter(self, userAgent: userAgent)
  }
}
