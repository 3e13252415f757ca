import JSONWriting
public import Policy
public import Trace

/// The run as Chrome trace events (`--timeline`), which ui.perfetto.dev and chrome://tracing open.
///
/// A lane a process with a slice for its life and, where it became several programs, one for each; the tests above them,
/// on as many lanes as ran at once; connections as asynchronous slices; a flow from each parent to its child; violations
/// as instants. Times are microseconds from the start of the run. Slices of a lane nest.
/// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
public struct TimelineReport: Report {
  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let lanes = TimelineLanes(trace)
    var json = JSONWriter(capacity: ChunkBuffer.chunkSize)
    try json.object { json in
      json.member("displayTimeUnit", "ms")
      json.member(
        "otherData",
        object: {
          $0.member("tool", "process-tracer \(trace.header.toolVersion)")
          $0.member("command", ShellQuoting.line(trace.header.command))
          $0.member("start", UnixTime(nanoseconds: trace.header.unixNanoseconds(lanes.origin)).description)
        })
      try json.member(
        "traceEvents",
        array: { json in
          try TimelineTests(trace, lanes).write(into: &json, to: sink)
          for index in trace.processes.indices {
            Self.writeProcess(index, trace, lanes, into: &json)
            try json.passOn(to: sink)
          }
          for index in trace.connections.indices {
            Self.writeConnection(index, trace, lanes, into: &json)
            try json.passOn(to: sink)
          }
          for violation in verdict.violations {
            Self.write(violation, lanes, into: &json)
            try json.passOn(to: sink)
          }
        })
    }
    json.endLine()
    try sink(json.bytes)
  }

  // MARK: Processes

  private static func writeProcess(_ index: Int, _ trace: Trace, _ lanes: TimelineLanes, into json: inout JSONWriter) {
    let process = trace.processes[index]
    let lane = lanes.lane(of: index)
    let end = lanes.end(of: process)
    let name = (trace.image(of: process)?.name ?? "?").visible
    // Viewers show the pid behind it.
    json.event("M", "process_name", lane) { $0.member("args", object: { $0.member("name", name) }) }
    json.event("M", "process_sort_index", lane) {
      $0.member("args", object: { $0.member("sort_index", index + 1) })
    }
    json.event("X", name, lane) { json in
      json.member("cat", "process")
      json.member("ts", thousandths: lanes.time(process.identity.start))
      json.member("dur", thousandths: end.nanoseconds(since: process.identity.start))
      json.member("args", object: { writeArguments(of: process, trace, into: &$0) })
    }
    if process.executions.count > 1 {
      for (position, execution) in process.executions.enumerated() {
        let next = position + 1 < process.executions.count ? process.executions[position + 1].time : end
        let image = trace.images[execution.image]
        json.event("X", image.name.visible, lane) { json in
          json.member("cat", "program")
          json.member("ts", thousandths: lanes.time(execution.time))
          json.member("dur", thousandths: min(next, end).nanoseconds(since: execution.time))
          json.member("args", object: { $0.member("command", ShellQuoting.line(image.arguments)) })
        }
      }
    }
    guard let parent = process.parent else { return }
    let ends = [("s", lanes.lane(of: parent)), ("f", lane)]
    for (phase, lane) in ends {
      json.event(phase, "start", lane) { json in
        json.member("cat", "start")
        json.member("id", index + 1)
        json.member("ts", thousandths: lanes.time(process.identity.start))
        if phase == "f" { json.member("bp", "e") }
      }
    }
  }

  private static func writeArguments(of process: TracedProcess, _ trace: Trace, into json: inout JSONWriter) {
    let image = trace.image(of: process)
    json.member("pid", process.identity.pid)
    json.member("parent_pid", process.parentIdentity.pid)
    json.optional("path", image?.path)
    json.member("command", ShellQuoting.line(image?.arguments ?? []))
    if let cut = image?.cutArgumentBytes { json.member("cut_argument_bytes", cut) }
    switch process.status {
    case .exited(let code): json.member("exit_code", code)
    case .signaled(let signal, _): json.member("signal", SignalName.name(of: signal))
    case nil: break
    }
    if process.isLeaked { json.member("leaked", true) }
    json.member("cpu_ms", thousandths: process.cpuTime / 1000)
    json.member("attribution", process.attribution.level.rawValue)
    if let testCase = process.attribution.testCase { json.member("test", trace.testCases[testCase].name) }
  }

  // MARK: Connections and violations

  private static func writeConnection(
    _ index: Int, _ trace: Trace, _ lanes: TimelineLanes, into json: inout JSONWriter
  ) {
    let connection = trace.connections[index]
    let lane = connection.process.map(lanes.lane(of:)) ?? .lost
    let end = max(connection.attempt, connection.end ?? (connection.isStillOpen ? lanes.runEnd : connection.attempt))
    let name = "\(connection.direction.rawValue) \(connection.destinationText)"
    for (phase, time) in [("b", connection.attempt), ("e", end)] {
      json.event(phase, name, lane) { json in
        json.member("cat", "connection")
        json.member("id", "connection-\(index + 1)")
        json.member("ts", thousandths: lanes.time(time))
        guard phase == "b" else { return }
        json.member(
          "args",
          object: {
            $0.member("result", connection.outcome.text)
            $0.optional("name", connection.name?.description.visible)
            $0.optional("local", connection.local?.description)
            $0.member("bytes_sent", connection.bytesSent)
            $0.member("bytes_received", connection.bytesReceived)
            $0.member("count", connection.count)
          })
      }
    }
  }

  private static func write(_ violation: Violation, _ lanes: TimelineLanes, into json: inout JSONWriter) {
    let lane = violation.process.map(lanes.lane(of:)) ?? .lost
    let what = violation.destination ?? violation.program
    json.event("i", "\(violation.kind.rawValue): \(what.visible)", lane) { json in
      json.member("cat", "violation")
      json.member("s", "t")
      json.member("ts", thousandths: lanes.time(violation.firstTime))
      json.member(
        "args",
        object: {
          $0.member("rule", "\(violation.rule.text) (\(violation.rule.source))")
          $0.optional("test", violation.testName)
          $0.member("count", violation.count)
          $0.optional("allow", violation.remedy?.flag)
        })
    }
  }
}
