import Trace

/// Attributes the programs of the kernel's image table, which counts them by parent and path, by the processes that
/// became them.
struct ImageAttribution {
  private struct Key: Hashable {
    var parent: ProcessIdentity
    var path: String
    var test: TestMark
  }

  private struct Uses {
    var count: UInt64
    var attribution: Attribution
  }

  private var uses: [Key: Uses] = [:]
  private let states: [ProcessState?]
  private let hasHarness: Bool
  private let areRecordsMissing: Bool

  /// - Parameter trace: with its processes attributed.
  init(_ trace: Trace, states: [ProcessState?], hasHarness: Bool) {
    self.states = states
    self.hasHarness = hasHarness
    let losses = trace.end?.loss.ringFailures ?? [:]
    areRecordsMissing = ["exec", "fork"].contains { losses[$0, default: 0] > 0 }
    for index in trace.processes.indices {
      let process = trace.processes[index]
      for (position, execution) in process.executions.enumerated() {
        let key = Key(
          parent: process.parentIdentity, path: trace.images[execution.image].path, test: execution.test)
        add(attribution(of: index, execution: position, in: trace), to: key)
      }
    }
  }

  func attribution(of image: ExecutedImage, in trace: Trace) -> Attribution {
    attributionByParent(of: image, in: trace).marked(image.test, in: trace)
  }

  private func attributionByParent(of image: ExecutedImage, in trace: Trace) -> Attribution {
    let known = uses[Key(parent: trace.forker(of: image), path: image.path, test: image.test)]
    if let known, known.count >= image.count { return known.attribution }
    guard let parent = image.parent else { return Attribution() }
    // Some executions are not on record: what is known of the parent holds, and a test may hide among them.
    var attribution = trace.processes[parent].attribution
    if areRecordsMissing || known?.attribution.scope == .test { attribution.scope = .test }
    return attribution
  }

  /// Of one execution: up to the one that makes a process a test process, the harness is starting the test.
  private func attribution(of process: Int, execution: Int, in trace: Trace) -> Attribution {
    if hasHarness, let state = states[process], !state.isStartedByTest, !state.isUncertain,
      let recognised = state.recognisedExecution, execution <= recognised
    {
      return Attribution(scope: .harness)
    }
    return trace.processes[process].attribution
  }

  private mutating func add(_ attribution: Attribution, to key: Key) {
    guard let known = uses[key] else {
      uses[key] = Uses(count: 1, attribution: attribution)
      return
    }
    uses[key] = Uses(count: known.count + 1, attribution: Self.common(known.attribution, attribution))
  }

  /// What holds for both: a test where either is one, the test process and case where both have the same.
  private static func common(_ left: Attribution, _ right: Attribution) -> Attribution {
    if left == right { return left }
    let isSameCase = left.testCase == right.testCase && left.level == right.level
    return Attribution(
      scope: left.scope == .test || right.scope == .test ? .test : .harness,
      testProcess: left.testProcess == right.testProcess ? left.testProcess : nil,
      testCase: isSameCase ? left.testCase : nil, level: isSameCase ? left.level : .none)
  }
}
