import Trace

import enum Trace.ExitStatus

@testable import Policy

/// Makes traces by hand: make(1) starts pytest(10), which runs tests and starts programs.
struct TraceFixture {
  static let make = 0
  static let pytest = 1

  var trace: Trace

  /// - Parameter recognisesRunner: else everything is test, as the model says.
  init(recognisesRunner: Bool = true, status: ExitStatus = .exited(code: 0)) {
    var header = RunHeader(
      toolVersion: "1", verb: "test", command: ["make", "test"], workingDirectory: "/r", traceID: "", rootSpanID: "",
      start: BootInstant(nanoseconds: 0), unixOffset: 1_700_000_000_000_000_000)
    header.nameservers = [IPAddress("192.0.2.53")!]
    trace = Trace(header: header)
    trace.end = RunEnd(time: BootInstant(nanoseconds: 1_000_000), status: status, loss: EvidenceLoss())
    let harness = recognisesRunner ? Attribution(scope: .harness) : Attribution()
    add("/usr/bin/make", parent: nil, attribution: harness)
    add("/usr/bin/python3", parent: 0, arguments: ["pytest", "-q"], attribution: Attribution())
    if recognisesRunner {
      trace.testProcesses = [
        TestProcess(runner: "pytest", suite: nil, process: Self.pytest, image: trace.images.count - 1)
      ]
      trace.processes[Self.pytest].attribution.testProcess = 0
    }
  }

  /// Within pytest's process, in a test where one is given.
  mutating func inTest(_ name: String? = nil, level: Attribution.Level = .process) -> Attribution {
    var attribution = Attribution(scope: .test, testProcess: trace.testProcesses.isEmpty ? nil : 0)
    guard let name else { return attribution }
    attribution.level = level
    attribution.testCase = trace.testCases.firstIndex { $0.name == name } ?? trace.testCases.count
    if attribution.testCase == trace.testCases.count {
      trace.testCases.append(TestCase(runner: "pytest", suite: nil, name: name))
    }
    return attribution
  }

  /// A process that became `path`, in the processes and in the image table.
  @discardableResult
  mutating func add(
    _ path: String, parent: Int?, arguments: [String]? = nil, attribution: Attribution, isRecorded: Bool = true,
    isPathCut: Bool = false
  ) -> Int {
    let index = trace.processes.count
    let time = BootInstant(nanoseconds: UInt64(100 * (trace.executedImages.count + 1)))
    let identity = ProcessIdentity(pid: Int32(trace.executedImages.count * 10 + 1), start: time)
    let parentIdentity =
      parent.map { trace.processes[$0].identity } ?? ProcessIdentity(pid: 7, start: BootInstant(nanoseconds: 1))
    if isRecorded {
      var process = TracedProcess(identity: identity, parent: parent, parentIdentity: parentIdentity)
      trace.images.append(
        ProcessImage(path: path, arguments: arguments ?? [path], flags: isPathCut ? .pathCut : []))
      process.executions = [.init(image: trace.images.count - 1, time: time)]
      process.attribution = attribution
      trace.processes.append(process)
    }
    var image = ExecutedImage(
      parentIdentity: parentIdentity, path: path, isPathCut: isPathCut, firstProcess: identity, firstTime: time,
      count: 1)
    image.parent = parent
    image.attribution = attribution
    trace.executedImages.append(image)
    return index
  }

  /// Makes one entry of the image table of all from `first` on, as the kernel does for one parent and path.
  mutating func joinTableEntries(from first: Int, attribution: Attribution) {
    let joined = trace.executedImages[first...]
    var entry = joined[first]
    entry.count = joined.map(\.count).reduce(0, +)
    entry.attribution = attribution
    trace.executedImages.replaceSubrange(first..., with: [entry])
  }

  /// A destination of a process with one attempt, and its connection.
  mutating func connect(
    _ process: Int, to address: String, _ port: UInt16 = 443, protocol: TransportProtocol = .tcp,
    attribution: Attribution? = nil, errno: Int32? = nil, count: UInt64 = 1
  ) {
    let identity = trace.processes[process].identity
    let peer = Endpoint(address: IPAddress(address)!, port: port)
    let time = BootInstant(nanoseconds: 10_000 + UInt64(trace.flows.count))
    var flow = Flow(processIdentity: identity, destination: peer, protocol: `protocol`, firstAttempt: time)
    flow.process = process
    flow.attempts = count
    flow.executable = trace.image(of: trace.processes[process])?.path
    flow.attribution = attribution ?? trace.processes[process].attribution
    if errno == nil { flow.established = count } else { flow.failed = count }
    trace.flows.append(flow)
    var connection = Connection(
      direction: .connect, protocol: `protocol`, processIdentity: identity, peer: peer, socket: 1, attempt: time)
    connection.outcome = errno.map { .failed(errno: $0) } ?? .established
    trace.connections.append(connection)
  }
}

extension Verdict {
  var destinations: [String] { violations.compactMap(\.destination) }
  var programs: [String] { violations.map(\.program) }
}
