import Policy
import Trace

/// What spans and logs of one run share: ids, times, and the attributes that tell which test they belong to.
struct RunMapping {
  let trace: Trace
  let verdict: Verdict
  let traceID: TraceID
  let runSpanID: SpanID
  /// By index in `Trace.processes`.
  let processSpanIDs: [SpanID]
  private let customAttributes: [Attribute]

  init(_ trace: Trace, _ verdict: Verdict) {
    self.trace = trace
    self.verdict = verdict
    let traceID = TraceID(trace.header.traceID)
    self.traceID = traceID
    self.runSpanID =
      SpanID(hexadecimal: trace.header.rootSpanID) ?? SpanID(hashing: traceID.hexadecimal, "run")
    self.processSpanIDs = trace.processes.map { process in
      SpanID(
        hashing: traceID.hexadecimal, "process", String(process.identity.pid),
        String(process.identity.start.nanoseconds))
    }
    self.customAttributes =
      trace.header.attributes.sorted { $0.key < $1.key }.map { Attribute($0.key, .string($0.value)) }
  }

  /// Unix time in nanoseconds.
  func time(_ instant: BootInstant) -> UInt64 { trace.header.unixNanoseconds(instant) }

  func spanID(ofProcess index: Int?) -> SpanID {
    guard let index, processSpanIDs.indices.contains(index) else { return runSpanID }
    return processSpanIDs[index]
  }

  /// The attributes with the user's own behind them; what was observed keeps its key.
  func withCustom(_ attributes: [Attribute]) -> [Attribute] {
    guard !customAttributes.isEmpty else { return attributes }
    let taken = Set(attributes.map(\.key))
    return attributes + customAttributes.filter { !taken.contains($0.key) }
  }

  /// Which test something belongs to, and how that is known.
  func addTest(_ attribution: Attribution, to attributes: inout [Attribute]) {
    let testCase = attribution.testCase.map { trace.testCases[$0] }
    let testProcess = attribution.testProcess.map { trace.testProcesses[$0] }
    attributes.add("process_tracer.scope", attribution.scope.rawValue)
    attributes.add("process_tracer.attribution", attribution.level.rawValue)
    attributes.add("process_tracer.test.runner", testCase?.runner ?? testProcess?.runner)
    attributes.add("test.suite.name", testCase?.suite ?? testProcess?.suite)
    attributes.add("test.case.name", testCase?.name)
  }

  /// Program and command line of an image.
  func addImage(_ image: ProcessImage?, to attributes: inout [Attribute]) {
    attributes.add("process.executable.name", image?.name ?? "unknown")
    guard let image else { return }
    attributes.add("process.executable.path", image.path)
    if image.cutArgumentBytes == nil { attributes.add("process.args_count", image.arguments.count) }
    attributes.add("process.command", image.arguments.first)
    attributes.add("process.command_args", image.arguments)
    attributes.add("process_tracer.args_cut_bytes", image.cutArgumentBytes)
    if !image.workingDirectory.isEmpty { attributes.add("process.working_directory", image.workingDirectory) }
  }

  /// The process of an event, by index where its records are known.
  func addProcess(_ index: Int?, _ identity: ProcessIdentity, at time: BootInstant, to attributes: inout [Attribute]) {
    attributes.add("process.pid", identity.pid)
    let image = index.flatMap { trace.image(of: trace.processes[$0], at: time) }
    attributes.add("process.executable.name", image?.name ?? "unknown")
  }
}

extension ExitStatus {
  /// `error.type`: the exit code in decimal, or the signal's name; nil for success.
  var errorType: String? {
    switch self {
    case .exited(code: 0): nil
    case .exited(let code): String(code)
    case .signaled(let signal, _): SignalName.name(of: signal)
    }
  }

  /// What a failed process's span says, nil for success.
  var failureMessage: String? {
    switch self {
    case .exited(code: 0): nil
    case .exited(let code): "exited with code \(code)"
    case .signaled(let signal, let coreDumped):
      "killed by \(SignalName.name(of: signal))\(coreDumped ? ", core dumped" : "")"
    }
  }

  /// `process.exit.code` (a signal counts as 128 + its number, as in a shell) and what is known of a signal.
  func add(to attributes: inout [Attribute]) {
    attributes.add("process.exit.code", shellCode)
    if case .signaled(let signal, let coreDumped) = self {
      attributes.add("process_tracer.exit.signal", SignalName.name(of: signal))
      attributes.add("process_tracer.exit.core_dumped", if: coreDumped)
    }
    attributes.add("error.type", errorType)
  }
}
