import Trace

/// A test case in one test process: from its beginning to its end where markers tell them, else from the first to the
/// last thing that it was seen to do.
struct TestActivity {
  /// Index in `Trace.testCases`.
  var testCase: Int
  /// Index in `Trace.testProcesses`.
  var testProcess: Int?
  var start: BootInstant
  var end: BootInstant
  /// Whether start and end are the test's own.
  var isMarked = false
  var processes = 0
  var connections = 0

  /// In the order of their starts. What still runs counts to the end of the run.
  static func all(in trace: Trace, runEnd: BootInstant) -> [TestActivity] {
    var activities = marked(in: trace, runEnd: runEnd)
    func add(_ attribution: Attribution, _ start: BootInstant, _ end: BootInstant?, _ count: WritableKeyPath<Self, Int>)
    {
      guard let testCase = attribution.testCase else { return }
      let key = Key(testCase: testCase, testProcess: attribution.testProcess)
      let last = max(start, min(end ?? runEnd, runEnd))
      var activity =
        activities[key]
        ?? TestActivity(testCase: testCase, testProcess: attribution.testProcess, start: start, end: last)
      if !activity.isMarked {
        activity.start = min(activity.start, start)
        activity.end = max(activity.end, last)
      }
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

  /// Those whose markers are known, whether they did anything else or not. One that never ended lasts as its process.
  private static func marked(in trace: Trace, runEnd: BootInstant) -> [Key: TestActivity] {
    let testProcesses = Dictionary(
      trace.testProcesses.enumerated().compactMap { number, test in
        trace.processes.indices.contains(test.process) ? (trace.processes[test.process].identity, number) : nil
      }, uniquingKeysWith: { _, last in last })
    var activities: [Key: TestActivity] = [:]
    for (index, testCase) in trace.testCases.enumerated() {
      guard let run = testCase.run else { continue }
      let testProcess = testProcesses[run.process]
      let processEnd = testProcess.flatMap { trace.processes[trace.testProcesses[$0].process].end }
      activities[Key(testCase: index, testProcess: testProcess)] = TestActivity(
        testCase: index, testProcess: testProcess, start: run.start,
        end: max(run.start, run.end ?? processEnd ?? runEnd), isMarked: true)
    }
    return activities
  }
}
