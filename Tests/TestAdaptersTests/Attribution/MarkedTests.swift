import TestAdapters
import Testing
import Trace

private func exact(_ id: UInt32) -> TestMark { TestMark(id: id, level: .exact) }

extension RecordedRun {
  /// Adds a test case that a process marked.
  fileprivate mutating func marked(_ id: UInt32, _ name: String, runner: String = "pytest", by process: Int) {
    var testCase = TestCase(runner: runner, suite: nil, name: name)
    testCase.run = .init(
      id: id, process: trace.processes[process].identity, start: trace.processes[process].identity.start)
    trace.markedTestCases[id] = trace.testCases.count
    trace.testCases.append(testCase)
  }

  fileprivate mutating func flow(by process: Int, test: TestMark) {
    var flow = Flow(
      processIdentity: trace.processes[process].identity,
      destination: Endpoint(address: IPAddress(ipv4: 0x7F00_0001), port: 1), protocol: .tcp,
      firstAttempt: trace.processes[process].identity.start)
    flow.process = process
    flow.test = test
    trace.flows.append(flow)
  }
}

@Suite struct MarkedTests {
  private var run: RecordedRun

  /// make ▸ pytest, which marks two tests, ▸ a child of the first.
  init() {
    run = RecordedRun()
    run.process(nil, image("make"))
    run.process(0, image("python3", "-m", "pytest"))
    run.process(1, image("git", environment: ["PYTEST_CURRENT_TEST": "t.py::other (call)"]))
    run.marked(1, "t.py::one", by: 1)
    run.marked(2, "t.py::two", by: 1)
    run.trace.processes[2].test = exact(1)
  }

  @Test func aMarkTellsTheTestAndTheLevel() {
    var trace = run.trace
    TestAttribution.attribute(&trace)
    #expect(trace.testCases.map(\.name) == ["t.py::one", "t.py::two"])
    let child = trace.processes[2].attribution
    #expect((child.testCase, child.level, child.testProcess, child.scope) == (0, .exact, 0, .test))
    #expect(trace.processes[1].attribution.testCase == nil)
    #expect(trace.processes[0].attribution.scope == .harness)
  }

  @Test func eventsOfOneProcessBelongToTheirOwnTests() {
    var run = run
    run.flow(by: 1, test: exact(1))
    run.flow(by: 1, test: TestMark(id: 2, level: .process))
    run.flow(by: 1, test: .none)
    var trace = run.trace
    TestAttribution.attribute(&trace)
    #expect(trace.flows.map(\.attribution.testCase) == [0, 1, nil])
    #expect(trace.flows.map(\.attribution.level) == [.exact, .process, .none])
    #expect(trace.flows.map(\.attribution.testProcess) == [0, 0, 0])
  }

  @Test func attributingTwiceChangesNothing() {
    var trace = run.trace
    TestAttribution.attribute(&trace)
    let first = trace.processes.map(\.attribution)
    TestAttribution.attribute(&trace)
    #expect(trace.processes.map(\.attribution) == first)
    #expect(trace.testCases.count == 2)
  }

  /// A shell that runs `evil & marker`: what evil does stays judged.
  @Test func aMarkingProgramMakesNothingHarness() {
    var run = RecordedRun()
    run.process(nil, image("sh"))
    run.process(0, image("example"))
    run.process(0, image("evil"))
    run.marked(1, "example::first", runner: "", by: 1)
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.processes.map(\.attribution.scope) == [.test, .test, .test])
    #expect(run.trace.testProcesses.map(\.runner) == ["example"])
    #expect(run.trace.testProcesses.map(\.process) == [1])
  }

  @Test func aMarkingProgramBelowARunnerIsATest() {
    var run = RecordedRun()
    run.process(nil, image("sh"))
    run.process(0, image("python3", "-m", "pytest"))
    run.process(0, image("example"))
    run.marked(1, "example::first", runner: "mine", by: 2)
    run.flow(by: 2, test: .none)
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.processes.map(\.attribution.scope) == [.harness, .test, .test])
    #expect(run.trace.testProcesses.map(\.runner) == ["pytest", "mine"])
    #expect(run.trace.flows[0].attribution.scope == .test)
  }
}
