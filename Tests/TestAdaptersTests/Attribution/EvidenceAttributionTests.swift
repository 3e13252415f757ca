import TestAdapters
import Testing
import Trace

/// Connections, flows and executed images get what their processes have.
@Suite
struct EvidenceAttributionTests {
  static let python = "/usr/bin/python3.11"
  static let destination = Endpoint(address: IPAddress(ipv4: 0xCB00_7109), port: 443)
  static let pytest = image("/venv/bin/python", "/venv/bin/pytest", path: python)

  private func currentTest(_ name: String) -> [String: String] { ["PYTEST_CURRENT_TEST": "a.py::\(name) (call)"] }

  @Test
  func connectionsAndFlowsFollowTheirProcess() {
    var run = RecordedRun()
    let make = run.process(nil, image("/usr/bin/make"))
    let pytest = run.process(make, Self.pytest)
    let curl = run.process(pytest, image("/usr/bin/curl", environment: currentTest("fetches")))
    for process in [make, curl, nil] {
      let identity = process.map { run.trace.processes[$0].identity } ?? RecordedRun.outside
      var connection = Connection(
        direction: .connect, protocol: .tcp, processIdentity: identity, peer: Self.destination, socket: 1,
        attempt: identity.start)
      connection.process = process
      run.trace.connections.append(connection)
      var flow = Flow(
        processIdentity: identity, destination: Self.destination, protocol: .tcp, firstAttempt: identity.start)
      flow.process = process
      run.trace.flows.append(flow)
    }
    TestAttribution.attribute(&run.trace)
    let expected = [
      Attribution(scope: .harness),
      Attribution(scope: .test, testProcess: 0, testCase: 0, level: .process),
      Attribution(scope: .test),
    ]
    #expect(run.trace.connections.map(\.attribution) == expected)
    #expect(run.trace.flows.map(\.attribution) == expected)
  }

  @Test
  func startingATestProcessIsTheHarness() {
    var run = RecordedRun()
    let make = run.process(nil, image("/usr/bin/make"))
    let pytest = run.process(
      make, image("/usr/bin/dash", "-c", "pytest"), Self.pytest, image("/usr/bin/curl"))
    let git = run.process(pytest, image("/usr/bin/git", environment: currentTest("clones")))
    run.executed("/usr/bin/make", by: nil, first: make)
    run.executed("/usr/bin/dash", by: make, first: pytest)
    run.executed(Self.python, by: make, first: pytest)
    run.executed("/usr/bin/curl", by: make, first: pytest)
    run.executed("/usr/bin/git", by: pytest, first: git)
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.executedImages.map(\.attribution.scope) == [.harness, .harness, .harness, .test, .test])
    #expect(run.trace.executedImages[4].attribution == run.trace.processes[git].attribution)
  }

  @Test
  func theCommandThatIsATestProcessIsNotItsOwnTest() {
    var run = RecordedRun()
    let pytest = run.process(nil, Self.pytest)
    run.executed(Self.python, by: nil, first: pytest)
    run.trace.executedImages[0].parentIdentity = ProcessIdentity(pid: 0, start: BootInstant(nanoseconds: 0))
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.executedImages[0].attribution == Attribution(scope: .harness))
  }

  @Test
  func aProgramOfSeveralTestsBelongsToNone() {
    var run = RecordedRun()
    let pytest = run.process(nil, Self.pytest)
    let first = run.process(pytest, image("/usr/bin/git", environment: currentTest("one")))
    run.process(pytest, image("/usr/bin/git", environment: currentTest("two")))
    run.executed("/usr/bin/git", by: pytest, count: 2, first: first)
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.executedImages[0].attribution == Attribution(scope: .test, testProcess: 0))
  }

  @Test
  func anExecutionThatIsNotOnRecordIsTest() {
    var run = RecordedRun()
    let make = run.process(nil, image("/usr/bin/make"))
    let pytest = run.process(make, Self.pytest)
    let helper = run.process(make, image("/usr/bin/cc"))
    run.executed("/usr/bin/cc", by: make, first: helper)
    run.executed("/usr/bin/curl", by: make, first: pytest)
    run.executed("/usr/bin/wget", by: pytest, first: pytest)
    run.lose("exec")
    TestAttribution.attribute(&run.trace)
    #expect(run.trace.executedImages.map(\.attribution.scope) == [.test, .test, .test])
    #expect(run.trace.executedImages[2].attribution.testProcess == 0)
  }
}
