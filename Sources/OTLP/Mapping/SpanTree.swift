import Trace

/// Which span is inside which, and when each begins and ends.
///
/// run ▸ test process ▸ test case ▸ spawned process. A process lies in the span of the process that forked it, or in that
/// of its test case where the test process forked it. A process that outlives what it would lie in (a daemon) keeps its
/// true times and lies in the nearest span around that which covers it, at last the run: children never stick out.
struct SpanTree {
  struct Interval: Hashable {
    var start: BootInstant
    var end: BootInstant

    func covers(_ other: Interval) -> Bool { start <= other.start && other.end <= end }
  }

  /// A test case: from its markers, else as far as its own doings show it, from the first to the last of them.
  struct TestCaseSpan {
    /// Index in `Trace.testCases`.
    var testCase: Int
    /// Index in `Trace.testProcesses`.
    var testProcess: Int
    /// Index in `Trace.processes` of the test process.
    var process: Int
    var interval: Interval
    /// The least certain of its doings; `exact` where only its markers are known.
    var level: Attribution.Level
  }

  enum Place: Hashable {
    case run
    case process(Int)
    case testCase(Int)
  }

  let run: Interval
  /// By index in `Trace.processes`.
  let processes: [Interval]
  let testCases: [TestCaseSpan]
  /// The span around each process, by index in `Trace.processes`.
  private(set) var places: [Place] = []
  /// Whether a process outlived where it would lie.
  private(set) var isReparented: [Bool] = []

  init(_ trace: Trace) {
    run = Self.runInterval(of: trace)
    let end = run.end
    processes = trace.processes.map { process in
      let start = process.identity.start
      return Interval(start: start, end: max(start, process.end ?? end))
    }
    testCases = Self.testCases(of: trace, processes)
    placeAll(in: trace)
  }

  func interval(of place: Place) -> Interval {
    switch place {
    case .run: run
    case .process(let index): processes[index]
    case .testCase(let index): testCases[index].interval
    }
  }

  /// Wide enough for everything that happened: the command can be older than the header, a daemon end after the run.
  private static func runInterval(of trace: Trace) -> Interval {
    var start = trace.header.start
    var end = max(start, trace.end?.time ?? start)
    for process in trace.processes {
      start = min(start, process.identity.start)
      end = max(end, process.end ?? process.executions.last?.time ?? process.identity.start)
      end = max(end, process.identity.start)
    }
    for connection in trace.connections {
      end = max(end, connection.end ?? connection.attempt)
    }
    return Interval(start: start, end: end)
  }

  // MARK: Test cases

  private struct Key: Hashable {
    var testProcess: Int
    var testCase: Int
  }

  private static func testCases(of trace: Trace, _ processes: [Interval]) -> [TestCaseSpan] {
    var spans = markedTestCases(of: trace, processes)
    func widen(_ attribution: Attribution, owner: Int?, from start: BootInstant, to end: BootInstant) {
      guard let testCase = attribution.testCase, let number = attribution.testProcess,
        owner == trace.testProcesses[number].process, let owner, processes.indices.contains(owner)
      else { return }
      let around = processes[owner]
      guard around.start <= start, start <= around.end else { return }
      let doing = Interval(start: start, end: max(start, min(end, around.end)))
      let key = Key(testProcess: number, testCase: testCase)
      if var marked = spans[key], trace.testCases[testCase].run != nil {
        marked.level = leastCertain(marked.level, attribution.level)
        spans[key] = marked
        return
      }
      var span =
        spans[key]
        ?? TestCaseSpan(
          testCase: testCase, testProcess: number, process: owner, interval: doing, level: attribution.level)
      span.interval.start = min(span.interval.start, doing.start)
      span.interval.end = max(span.interval.end, doing.end)
      span.level = leastCertain(span.level, attribution.level)
      spans[key] = span
    }
    for (index, process) in trace.processes.enumerated() {
      let interval = processes[index]
      // What is left behind tells nothing about its test's end.
      widen(
        process.attribution, owner: process.parent, from: interval.start,
        to: process.isLeaked ? interval.start : interval.end)
    }
    for connection in trace.connections {
      widen(
        connection.attribution, owner: connection.process, from: connection.attempt,
        to: connection.end ?? connection.attempt)
    }
    return spans.values.sorted { ($0.process, $0.testProcess, $0.testCase) < ($1.process, $1.testProcess, $1.testCase) }
  }

  /// Those that markers tell, whether they did anything else or not.
  private static func markedTestCases(of trace: Trace, _ processes: [Interval]) -> [Key: TestCaseSpan] {
    let testProcesses = Dictionary(
      trace.testProcesses.enumerated().compactMap { number, test in
        trace.processes.indices.contains(test.process) ? (trace.processes[test.process].identity, number) : nil
      }, uniquingKeysWith: { _, last in last })
    var spans: [Key: TestCaseSpan] = [:]
    for (index, testCase) in trace.testCases.enumerated() {
      guard let run = testCase.run, let number = testProcesses[run.process] else { continue }
      let process = trace.testProcesses[number].process
      let around = processes[process]
      let start = min(max(run.start, around.start), around.end)
      spans[Key(testProcess: number, testCase: index)] = TestCaseSpan(
        testCase: index, testProcess: number, process: process,
        interval: Interval(start: start, end: min(max(run.end ?? around.end, start), around.end)), level: .exact)
    }
    return spans
  }

  private static func leastCertain(_ first: Attribution.Level, _ second: Attribution.Level) -> Attribution.Level {
    Attribution.Level.allCases.last { $0 == first || $0 == second } ?? first
  }

  // MARK: Places

  private mutating func placeAll(in trace: Trace) {
    var byKey: [Key: Int] = [:]
    for (index, span) in testCases.enumerated() {
      byKey[Key(testProcess: span.testProcess, testCase: span.testCase)] = index
    }
    places = Array(repeating: .run, count: trace.processes.count)
    isReparented = Array(repeating: false, count: trace.processes.count)
    var progress = Array(repeating: Progress.waiting, count: trace.processes.count)
    for index in trace.processes.indices {
      // Parents first; most were placed before, since they were forked before.
      var pending: [Int] = []
      var next: Int? = index
      while let current = next, trace.processes.indices.contains(current), progress[current] == .waiting {
        progress[current] = .begun
        pending.append(current)
        next = trace.processes[current].parent
      }
      for current in pending.reversed() {
        let parent = trace.processes[current].parent
        // A circle of parents, which only a record made by hand has, is cut at the run.
        if let parent, processes.indices.contains(parent), progress[parent] == .placed {
          place(current, in: parent, trace.processes[current].attribution, byKey)
        }
        progress[current] = .placed
      }
    }
  }

  private enum Progress {
    case waiting
    case begun
    case placed
  }

  private mutating func place(
    _ index: Int, in parent: Int, _ attribution: Attribution, _ testCaseSpans: [Key: Int]
  ) {
    var candidate = Place.process(parent)
    if let testCase = attribution.testCase, let number = attribution.testProcess,
      let span = testCaseSpans[Key(testProcess: number, testCase: testCase)], testCases[span].process == parent
    {
      candidate = .testCase(span)
    }
    // What does not cover its parent does not cover it either: every step goes to a span already known to cover more.
    while !interval(of: candidate).covers(processes[index]) {
      isReparented[index] = true
      switch candidate {
      case .run: return
      case .testCase(let span): candidate = .process(testCases[span].process)
      case .process(let around): candidate = places[around]
      }
    }
    places[index] = candidate
  }
}
