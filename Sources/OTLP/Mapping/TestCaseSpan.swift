import Trace

extension RunSpans {
  /// The span of a test case inside its test process: from its markers, else as far as its own doings show when it ran.
  func testCaseSpan(_ index: Int) -> Span {
    let found = tree.testCases[index]
    let testCase = mapping.trace.testCases[found.testCase]
    var span = span(testCase.name, at: .testCase(index), in: spanID(of: .process(found.process)))
    let attribution = Attribution(
      testProcess: found.testProcess, testCase: found.testCase, level: found.level)
    var attributes: [Attribute] = []
    mapping.addTest(attribution, to: &attributes)
    switch testCase.result {
    case .passed, .xfailed: attributes.add("test.case.result.status", "pass")
    case .failed, .error, .xpassed: attributes.add("test.case.result.status", "fail")
    case .skipped, nil: break
    }
    attributes.add("process_tracer.test.result", testCase.result?.rawValue)
    if testCase.kind != .test { attributes.add("process_tracer.test.kind", testCase.kind.rawValue) }
    attributes.add("process_tracer.test.parameters", testCase.parameters)
    attributes.add("code.file.path", testCase.file)
    attributes.add("code.line.number", testCase.line)
    if let run = testCase.run {
      attributes.add("process_tracer.test.unfinished", if: run.end == nil)
      if [.failed, .error].contains(testCase.result) {
        span.failure = Span.Failure(
          message: testCase.message ?? "the test \(testCase.result == .error ? "had an error" : "failed")")
      }
    } else {
      // The times are those of what the test did; its own beginning and end are not known.
      attributes.add("process_tracer.test.times", "activity")
    }
    span.attributes = mapping.withCustom(attributes)
    return span
  }
}
