import Trace

/// A test case in one test process, from the first to the last thing that it was seen to do.
struct TestActivity {
  /// Index in `Trace.testCases`.
  var testCase: Int
  /// Index in `Trace.testProcesses`.
  var testProcess: Int?
  var start: BootInstant
  var end: BootInstant
  var processes = 0
  var connections = 0

  /// In the order of their starts. What still runs counts to the end of the run.
  static func all(in trace: Trace, runEnd: BootInstant) -> [TestActivity] {
    var activities: [Key: TestActivity] = [:]
    func add(_ attribution: Attribution, _ start: BootInstant, _ end: BootInstant?, _ count: WritableKeyPath<Self, Int>)
    {
      guard let testCase = attribution.testCase else { return }
      let key = Key(testCase: testCase, testProcess: attribution.testProcess)
      let last = max(start, min(end ?? runEnd, runEnd))
      var activity =
        activities[key]
        ?? TestActivity(testCase: testCase, testProcess: attribution.testProcess, start: start, end: last)
      activity.start = min(activity.start, start)
      activity.end = max(activity.end, last)
      activity[keyPath: count] += 1
      activities[key] = activity
    }
    for process in trace.processes {
      // A process that was left behind tells nothing of when its test ended.
      let end = process.isLeaked ? process.identity.start : process.end
      add(process.attribution, process.identity.start, end, \.processes)
    }
    for connection in trace.connections {
      add(connection.attribution, connection.attempt, connection.end ?? connection.attempt, \.connections)
    }
    return activities.values.sorted { ($0.start, $0.testCase) < ($1.start, $1.testCase) }
  }

  private struct Key: Hashable {
    var testCase: Int
    var testProcess: Int?
  }
}
