import JSONWriting
import Trace

/// The lanes of the tests: as many as ran at the same time.
struct TimelineTests {
  private let trace: Trace
  private let lanes: TimelineLanes
  private let activities: [TestActivity]

  init(_ trace: Trace, _ lanes: TimelineLanes) {
    self.trace = trace
    self.lanes = lanes
    self.activities = TestActivity.all(in: trace, runEnd: lanes.runEnd)
  }

  func write(into json: inout JSONWriter, to sink: ([UInt8]) throws -> Void) rethrows {
    guard !activities.isEmpty else { return }
    json.event("M", "process_name", .tests(0)) { $0.member("args", object: { $0.member("name", "tests") }) }
    json.event("M", "process_sort_index", .tests(0)) { $0.member("args", object: { $0.member("sort_index", 0) }) }
    // The end of the last slice of each lane.
    var ends: [BootInstant] = []
    for activity in activities {
      let number = ends.firstIndex { $0 <= activity.start } ?? ends.count
      if number == ends.count { ends.append(activity.end) } else { ends[number] = activity.end }
      write(activity, .tests(number), into: &json)
      try json.passOn(to: sink)
    }
  }

  private func write(_ activity: TestActivity, _ lane: TimelineLanes.Lane, into json: inout JSONWriter) {
    let test = trace.testCases[activity.testCase]
    json.event("X", test.name.visible, lane) { json in
      json.member("cat", "test")
      json.member("ts", thousandths: lanes.time(activity.start))
      json.member("dur", thousandths: activity.end.nanoseconds(since: activity.start))
      json.member(
        "args",
        object: {
          $0.member("runner", test.runner)
          $0.optional("suite", test.suite)
          $0.member("processes", activity.processes)
          $0.member("connections", activity.connections)
          $0.member("times", "of what it was seen to do")
        })
    }
  }
}
