import Trace

extension RunSpans {
  /// The span of a test case inside its test process, as far as its own doings show when it ran.
  func testCaseSpan(_ index: Int) -> Span {
    let found = tree.testCases[index]
    let testCase = mapping.trace.testCases[found.testCase]
    var span = span(testCase.name, at: .testCase(index), in: spanID(of: .process(found.process)))
    let attribution = Attribution(
      testProcess: found.testProcess, testCase: found.testCase, level: found.level)
    var attributes: [Attribute] = []
    mapping.addTest(attribution, to: &attributes)
    // The times are those of what the test did; its own beginning and end are not known.
    attributes.add("process_tracer.test.times", "activity")
    span.attributes = mapping.withCustom(attributes)
    return span
  }
}
