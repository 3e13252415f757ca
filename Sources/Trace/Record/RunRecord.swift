/// A recorded run as a whole.
public enum RunRecord {
  /// The trace of a recorded run; its `end` is nil where the record breaks off.
  ///
  /// `file` is what errors call the record.
  public static func replay(_ bytes: [UInt8], file: String) throws(RunRecordError) -> Trace {
    var reader = RunRecordReader(bytes, file: file)
    guard case .header(let header) = try reader.next() else {
      throw RunRecordError(file: file, line: 1, message: "expected a recorded run's header")
    }
    var builder = TraceBuilder(header: header)
    var end: RunEnd?
    while let line = try reader.next() {
      switch line {
      case .header: continue
      case .event(let event): builder.add(event)
      case .end(let runEnd): end = runEnd
      }
    }
    return builder.finish(end)
  }
}
