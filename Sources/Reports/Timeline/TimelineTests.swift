import JSONWriting
import Trace

/// The lanes of the tests, as many as ran at the same time; the phases of a test are slices in its own.
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
    slice(test.name.visible, "test", from: activity.start, to: activity.end, lane, into: &json) {
      $0.member("runner", test.runner)
      $0.optional("suite", test.suite)
      if test.kind != .test { $0.member("kind", test.kind.rawValue) }
      $0.optional("result", test.result?.rawValue)
      $0.member("processes", activity.processes)
      $0.member("connections", activity.connections)
      $0.member("times", activity.isMarked ? "of the test" : "of what it was seen to do")
    }
    guard activity.isMarked, let phases = test.run?.phases else { return }
    for (number, phase) in phases.enumerated() {
      let start = min(max(phase.start, activity.start), activity.end)
      let next = number + 1 < phases.count ? phases[number + 1].start : activity.end
      slice(phase.name.visible, "phase", from: start, to: min(max(next, start), activity.end), lane, into: &json) { _ in
      }
    }
  }

  private func slice(
    _ name: String, _ category: String, from start: BootInstant, to end: BootInstant, _ lane: TimelineLanes.Lane,
    into json: inout JSONWriter, _ arguments: (inout JSONWriter) -> Void
  ) {
    json.event("X", name, lane) { json in
      json.member("cat", category)
      json.member("ts", thousandths: lanes.time(start))
      json.member("dur", thousandths: end.nanoseconds(since: start))
      json.member("args", object: arguments)
    }
  }
}
