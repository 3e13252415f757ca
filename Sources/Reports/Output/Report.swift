public import Policy
public import Trace

/// A format in which a run and its verdict can be told: a pure function from both to bytes.
public protocol Report: Sendable {
  /// Writes the whole report to `sink`, in order, in chunks of about 64 KiB; the last may be shorter.
  ///
  /// Throws only what `sink` throws, and ends at once then.
  func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows
}

extension Report {
  /// The whole report as one text, for short ones.
  public func text(_ trace: Trace, _ verdict: Verdict) -> String {
    var bytes: [UInt8] = []
    write(trace, verdict) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
