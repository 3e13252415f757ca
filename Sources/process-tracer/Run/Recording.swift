import Trace

/// What is kept of a run while it runs: the model, and the recorded run on disk where one is asked for.
struct Recording {
  private var builder: TraceBuilder
  private var writer: RunRecordWriter?
  private let file: OutputFile?

  init(header: RunHeader, file: OutputFile?) {
    builder = TraceBuilder(header: header)
    self.file = file
    guard file != nil else { return }
    writer = RunRecordWriter()
    writer?.append(header)
    passOn()
  }

  mutating func add(_ event: KernelEvent) {
    builder.add(event)
    writer?.append(event)
    passOn()
  }

  /// Ends the recording; the file is whole unless `failure` says otherwise.
  mutating func finish(_ end: RunEnd) -> Trace {
    writer?.append(end)
    passOn()
    file?.flush()
    return builder.finish(end)
  }

  /// Why the recorded run is not whole.
  var failure: OutputError? { file?.failure }

  private mutating func passOn() {
    guard let file, let bytes = writer?.takeBytes() else { return }
    file.write(bytes)
  }
}
