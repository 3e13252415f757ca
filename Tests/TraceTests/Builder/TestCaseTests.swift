import Testing
import Trace

private func mark(
  _ verb: MarkerEvent.Verb, _ test: UInt32, _ text: String = "", by process: Int32 = 10, at time: UInt64
) -> KernelEvent {
  .marker(
    MarkerEvent(
      time: at(time), process: id(process), thread: process, verb: verb, test: TestMark(id: test, level: .exact),
      text: text))
}

private func connect(_ process: Int32, test: TestMark, at time: UInt64) -> KernelEvent {
  var event = ConnectEvent(
    time: at(time), process: id(process), thread: process, socket: time, protocol: .tcp,
    peer: endpoint("192.0.2.1:80"), networkNamespace: 9)
  event.test = test
  return .connect(event)
}

private func flow(_ process: Int32, test: TestMark, at time: UInt64) -> KernelEvent {
  flow(process, "192.0.2.1:80", at: time, attempts: 1, sent: 1) { $0.test = test }
}

@Suite struct TestCaseTests {
  @Test func isToldByItsMarkers() {
    let text = "t.py::test_pay[eur]\nrunner=pytest\nsuite=t.py\nfile=t.py\nline=12\nparameters=eur\nnew=x\nodd"
    let trace = trace([
      fork(10, by: 1, isRoot: true), mark(.begin, 1, text, at: 20_000), mark(.phase, 1, "setup", at: 20_001),
      mark(.phase, 1, "call", at: 20_002), mark(.end, 1, "failed\nmessage=assert 1 == 2", at: 20_003),
      mark(.fixture, 2, "conftest.py::db", at: 20_004), mark(.begin, 3, "", at: 20_005),
    ])
    #expect(trace.testCases.map(\.name) == ["t.py::test_pay[eur]", "conftest.py::db", "(no name)"])
    #expect(trace.testCases.map(\.kind) == [.test, .fixture, .test])
    let test = trace.testCases[0]
    #expect((test.runner, test.suite, test.file, test.line) == ("pytest", "t.py", "t.py", 12))
    #expect((test.parameters, test.result, test.message) == ("eur", .failed, "assert 1 == 2"))
    #expect(test.run?.process == id(10))
    #expect((test.run?.start, test.run?.end) == (at(20_000), at(20_003)))
    #expect(test.run?.phases.map(\.name) == ["setup", "call"])
    #expect(trace.testCases[2].run?.end == nil)
  }

  @Test(arguments: [("/src/Tests/T.swift", "Tests/T.swift"), ("/srcs/T.swift", "/srcs/T.swift"), ("t.py", "t.py")])
  func aFileBelowTheRunsDirectoryIsRelativeToIt(told: String, file: String) {
    #expect(trace([mark(.begin, 1, "t\nfile=\(told)", at: 20_000)]).testCases.first?.file == file)
  }

  @Test func keepsExecutionsOfOneNameApart() {
    let trace = trace([
      mark(.begin, 1, "t", at: 20_000), mark(.end, 1, "failed", at: 20_001), mark(.begin, 2, "t", at: 20_002),
      mark(.end, 2, "passed", at: 20_003),
    ])
    #expect(trace.testCases.map(\.result) == [.failed, .passed])
    #expect(trace.markedTestCases == [1: 0, 2: 1])
  }

  @Test func standsInForOneWhoseMarkerWasLost() {
    let lost = TestMark(id: 7, level: .exact)
    let trace = trace([
      fork(10, by: 1, isRoot: true), mark(.end, 7, "passed", at: 20_000), connect(10, test: lost, at: 20_001),
    ])
    #expect(trace.testCases.map(\.name) == ["(test 7, its name was lost)"])
    #expect(trace.testCases.first?.run?.process == id(10))
  }

  @Test func aDestinationIsOneForEachTest() {
    let first = TestMark(id: 1, level: .exact)
    let second = TestMark(id: 2, level: .creator)
    let trace = trace([
      fork(10, by: 1, isRoot: true), mark(.begin, 1, "a", at: 20_000), connect(10, test: first, at: 20_001),
      mark(.begin, 2, "b", at: 20_002), flow(10, test: first, at: 20_001), flow(10, test: second, at: 20_003),
      flow(10, test: .none, at: 20_004),
    ])
    // The record tells of one; the table tells of the others, whose records were lost.
    #expect(trace.connections.map(\.test) == [first, second, .none])
    #expect(trace.flows.map(\.test) == [first, second, .none])
  }

  @Test func passesToProcessesAndTheirPrograms() {
    var child = ForkEvent(
      time: at(11_000), child: id(11), parent: id(10), namespacePID: 11, tracerPID: 11, pidNamespace: 1, uid: 0, gid: 0,
      isRoot: false)
    child.test = TestMark(id: 1, level: .creator)
    var program = ExecEvent(
      time: at(11_500), process: id(11), namespacePID: 11, thread: 11, imageID: imageID("/bin/a"),
      image: ProcessImage(path: "/bin/a", arguments: ["a"]))
    program.test = TestMark(id: 1, level: .exact)
    let trace = trace([
      fork(10, by: 1, isRoot: true), mark(.begin, 1, "a", at: 10_500), .fork(child), .exec(program),
    ])
    #expect(trace.processes.map(\.test) == [.none, child.test])
    #expect(trace.processes[1].executions.map(\.test) == [program.test])
  }
}

@Suite struct TestMarkTests {
  @Test func readsTheKernelsWord() {
    let exactFixture = TestMark(kernelWord: 5 << 4 | 8 | 4)
    #expect((exactFixture.id, exactFixture.level) == (5, .exact))
    #expect(exactFixture == TestMark(id: 5, level: .exact))
    #expect(TestMark(kernelWord: 0) == .none)
    #expect(TestMark(kernelWord: 7).level == .none)
    for (word, level) in [(1, Attribution.Level.process), (2, .creator), (3, .handoff)] {
      #expect(TestMark(kernelWord: 16 | UInt32(word)).level == level)
    }
  }
}
