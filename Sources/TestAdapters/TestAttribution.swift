public import Trace

/// Finds the test processes and test cases of a run and says of everything in it to which it belongs.
public enum TestAttribution {
  /// Sets `testProcesses`, `testCases` and every `attribution` of a trace, from the marks of its events and the images
  /// of its processes.
  ///
  /// A mark tells the test and how it is known; where there is none, the process's own attribution holds.
  ///
  /// A process is in scope `test` when it is a test process or descends from one, `harness` when the run has any
  /// recognised runner or test process and this is not one of them or below. Where nothing is recognised, or where
  /// the records that would tell are missing, everything is `test`.
  ///
  /// - Parameter trace: as the builder left it, live or replayed; what an earlier call set is replaced.
  public static func attribute(_ trace: inout Trace) {
    var resolver = ProcessResolver()
    resolver.resolve(trace)
    let hasHarness = resolver.isAnythingRecognised
    trace.testProcesses = resolver.testProcesses
    trace.testCases = resolver.testCases
    for index in trace.processes.indices {
      trace.processes[index].attribution = attribution(resolver.states[index], hasHarness: hasHarness)
    }
    for index in trace.connections.indices {
      let connection = trace.connections[index]
      let process = connection.process.map { trace.processes[$0].attribution } ?? Attribution()
      trace.connections[index].attribution = process.marked(connection.test, in: trace)
    }
    for index in trace.flows.indices {
      let flow = trace.flows[index]
      let process = flow.process.map { trace.processes[$0].attribution } ?? Attribution()
      trace.flows[index].attribution = process.marked(flow.test, in: trace)
    }
    for index in trace.lookups.indices {
      let lookup = trace.lookups[index]
      let process = lookup.process.map { trace.processes[$0].attribution } ?? Attribution()
      trace.lookups[index].attribution = process.marked(lookup.test, in: trace)
    }
    let images = ImageAttribution(trace, states: resolver.states, hasHarness: hasHarness)
    for index in trace.executedImages.indices {
      let attribution = images.attribution(of: trace.executedImages[index], in: trace)
      trace.executedImages[index].attribution = attribution
    }
    let notes = [PytestReach.note(trace), GoTestCache.note(trace)].compactMap { $0 }
    trace.attributionNotes = notes + (trace.end?.notes ?? [])
  }

  private static func attribution(_ state: ProcessState?, hasHarness: Bool) -> Attribution {
    guard let state else { return Attribution() }
    return Attribution(
      scope: state.isTest || !hasHarness ? .test : .harness, testProcess: state.testProcess.map(Int.init),
      testCase: state.testCase.map(Int.init), level: state.level)
  }
}

extension Attribution {
  /// This with the test of a mark, where there is one.
  func marked(_ test: TestMark, in trace: Trace) -> Attribution {
    guard let testCase = trace.markedTestCases[test.id], test.level != .none else { return self }
    var attribution = self
    attribution.scope = .test
    attribution.testCase = testCase
    attribution.level = test.level
    return attribution
  }
}
