import JSONWriting
import Trace

/// Where things stand on the timeline: which lane is whose, and what time it is.
struct TimelineLanes {
  /// The `pid` and `tid` of trace events.
  struct Lane {
    var process: Int
    var thread: Int

    /// What processes did whose records were lost.
    static let lost = Lane(process: 1 << 30, thread: 1 << 30)

    /// Lanes of tests, which stand above all processes.
    static func tests(_ number: Int) -> Lane { Lane(process: 0, thread: number + 1) }
  }

  private let lanes: [Int]
  /// Time 0: the start of the run, or of a process before it.
  let origin: BootInstant
  /// The last thing that is known of the run.
  let runEnd: BootInstant

  init(_ trace: Trace) {
    // A pid that was used again gets a number that no pid has.
    var used: Set<Int> = []
    var spare = 1 << 23
    lanes = trace.processes.map { process in
      let pid = Int(process.identity.pid)
      if used.insert(pid).inserted { return pid }
      spare += 1
      return spare
    }
    let starts =
      trace.processes.map(\.identity.start) + trace.connections.map(\.attempt)
      + trace.testCases.compactMap(\.run?.start)
    let ends =
      starts + trace.processes.compactMap(\.end) + trace.connections.compactMap(\.end)
      + trace.testCases.compactMap(\.run?.end)
    origin = starts.reduce(trace.header.start, min)
    runEnd = max(ends.reduce(trace.header.start, max), trace.end?.time ?? trace.header.start)
  }

  func lane(of process: Int) -> Lane { Lane(process: lanes[process], thread: lanes[process]) }

  /// Nanoseconds from the origin: what `thousandths` writes in microseconds.
  func time(_ instant: BootInstant) -> UInt64 { instant.nanoseconds(since: origin) }

  /// When a process ended, or the run where it did not.
  func end(of process: TracedProcess) -> BootInstant { max(process.end ?? runEnd, process.identity.start) }
}

extension JSONWriter {
  /// One trace event; the body adds its other members.
  mutating func event(
    _ phase: String, _ name: String, _ lane: TimelineLanes.Lane, _ body: (inout JSONWriter) -> Void
  ) {
    object { json in
      json.member("ph", phase)
      json.member("name", name)
      json.member("pid", lane.process)
      json.member("tid", lane.thread)
      body(&json)
    }
  }
}
