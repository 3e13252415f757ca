import Trace

/// Runs made of a list of executions, a process each.
struct MadeUpRun {
  var executions: [(path: String, arguments: [String])] = []
  var destinations: [String] = []
  var executables: [String: String]? = [:]

  func trace() -> Trace {
    let start = BootInstant(nanoseconds: 1000)
    var trace = Trace(
      header: RunHeader(
        toolVersion: "0", verb: "test", command: ["x"], workingDirectory: "/", traceID: "", rootSpanID: "",
        start: start, unixOffset: 0))
    trace.testCases = [
      TestCase(runner: "pytest", suite: nil, name: "a"), TestCase(runner: "go", suite: nil, name: "b"),
    ]
    for (index, execution) in executions.enumerated() {
      let identity = ProcessIdentity(pid: Int32(index + 1), start: start)
      var process = TracedProcess(identity: identity, parent: nil, parentIdentity: identity)
      trace.images.append(ProcessImage(path: execution.path, arguments: execution.arguments, uid: UInt32(index % 2)))
      process.executions = [TracedProcess.Execution(image: index, time: start)]
      process.end = BootInstant(nanoseconds: 1000 + UInt64(execution.arguments.count) * 10)
      process.status = .exited(code: Int32(execution.arguments.count % 2))
      process.attribution = Attribution(testCase: execution.arguments.count % 2, level: .process)
      trace.processes.append(process)
    }
    for text in destinations {
      guard let endpoint = Endpoint(text) else { preconditionFailure(text) }
      var flow = Flow(
        processIdentity: ProcessIdentity(pid: 1, start: start), destination: endpoint, protocol: .tcp,
        firstAttempt: start)
      flow.attempts = 1
      flow.executable = "/bin/x"
      trace.flows.append(flow)
    }
    trace.end = RunEnd(time: start, status: .exited(code: 0), loss: EvidenceLoss())
    trace.end?.executables = executables.map { files in
      files.map { ExecutableIdentity(path: $0.key, state: .unchanged, sha256: $0.value) }
    }
    return trace
  }

  /// The same executions and destinations, spread over several runs.
  func shards(_ count: Int) -> [Trace] {
    (0..<count).map { shard in
      var part = MadeUpRun(executables: executables)
      part.executions = executions.indices.filter { $0 % count == shard }.map { executions[$0] }
      part.destinations = destinations.indices.filter { $0 % count == shard }.map { destinations[$0] }
      return part.trace()
    }
  }
}
