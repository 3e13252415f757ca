import Trace

/// A trace made of processes as a real run has them, one call a process.
struct RecordedRun {
  var trace: Trace
  private var clock: UInt64 = 1

  init(directory: String = "/src") {
    trace = Trace(
      header: RunHeader(
        toolVersion: "0", verb: "test", command: [], workingDirectory: directory, traceID: "", rootSpanID: "",
        start: BootInstant(nanoseconds: 0), unixOffset: 0))
  }

  /// What the command's own parent is called; it is not in the trace.
  static let outside = ProcessIdentity(pid: 1, start: BootInstant(nanoseconds: 0))

  /// Adds a process that `parent` forked, which then became `images`; its index.
  @discardableResult
  mutating func process(_ parent: Int?, _ images: ProcessImage..., lost forker: ProcessIdentity? = nil) -> Int {
    clock += 1
    let identity = ProcessIdentity(pid: Int32(trace.processes.count) + 100, start: BootInstant(nanoseconds: clock))
    let parentIdentity = forker ?? parent.map { trace.processes[$0].identity } ?? Self.outside
    var process = TracedProcess(identity: identity, parent: parent, parentIdentity: parentIdentity)
    for image in images {
      clock += 1
      process.executions.append(.init(image: trace.images.count, time: BootInstant(nanoseconds: clock)))
      trace.images.append(image)
    }
    trace.processes.append(process)
    return trace.processes.count - 1
  }

  /// Adds an entry of the kernel's image table.
  mutating func executed(_ path: String, by parent: Int?, count: UInt64 = 1, first: Int) {
    var image = ExecutedImage(
      parentIdentity: trace.processes[first].parentIdentity, path: path, isPathCut: false,
      firstProcess: trace.processes[first].identity, firstTime: BootInstant(nanoseconds: clock), count: count)
    image.parent = parent
    trace.executedImages.append(image)
  }

  mutating func lose(_ kind: String, count: UInt64 = 1) {
    var end =
      trace.end
      ?? RunEnd(time: BootInstant(nanoseconds: clock), status: .exited(code: 0), loss: EvidenceLoss())
    end.loss.ringFailures[kind] = count
    trace.end = end
  }
}

/// An image by its argv as /proc shows it; the executable is argv[0] unless it is named.
func image(
  _ arguments: String..., path: String? = nil, directory: String = "/src", environment: [String: String] = [:]
) -> ProcessImage {
  ProcessImage(
    path: path ?? arguments[0], arguments: arguments, workingDirectory: directory, environment: environment)
}
