public import Policy
public import Trace

/// The spans of a run, made one at a time: the run, then test cases, then processes in the order of their forks.
public struct RunSpans: RandomAccessCollection, Sendable {
  let mapping: RunMapping
  let tree: SpanTree
  private let testCaseSpanIDs: [SpanID]

  public init(_ trace: Trace, _ verdict: Verdict) {
    let mapping = RunMapping(trace, verdict)
    let tree = SpanTree(trace)
    self.mapping = mapping
    self.tree = tree
    self.testCaseSpanIDs = tree.testCases.map { span in
      let identity = trace.processes[span.process].identity
      let testCase = trace.testCases[span.testCase]
      if let run = testCase.run { return SpanID(ofTest: run.id, inRun: mapping.runSpanID) }
      return SpanID(
        hashing: mapping.traceID.hexadecimal, "test case", String(identity.pid), String(identity.start.nanoseconds),
        testCase.suite ?? "", testCase.name)
    }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { 1 + tree.testCases.count + tree.processes.count }

  public subscript(position: Int) -> Span {
    if position == 0 { return runSpan() }
    let number = position - 1
    return number < tree.testCases.count
      ? testCaseSpan(number) : processSpan(number - tree.testCases.count)
  }

  /// The spans of test cases in hexadecimal, by index in `Trace.testCases`, where a test case has one alone.
  public var spanIDsByTestCase: [Int: String] {
    Dictionary(grouping: tree.testCases.indices) { tree.testCases[$0].testCase }
      .filter { $0.value.count == 1 }.mapValues { testCaseSpanIDs[$0[0]].hexadecimal }
  }

  func spanID(of place: SpanTree.Place) -> SpanID {
    switch place {
    case .run: mapping.runSpanID
    case .process(let index): mapping.processSpanIDs[index]
    case .testCase(let index): testCaseSpanIDs[index]
    }
  }

  /// A span of this run without attributes.
  func span(_ name: String, at place: SpanTree.Place, in parent: SpanID?) -> Span {
    let interval = tree.interval(of: place)
    return Span(
      traceID: mapping.traceID, spanID: spanID(of: place), parentSpanID: parent, name: name,
      start: mapping.time(interval.start), end: mapping.time(interval.end))
  }
}
