import Foundation
import Policy
import Reports
import Testing
import Trace

@Suite struct TimelineReportTests {
  private struct Event: Decodable {
    var ph: String
    var name: String
    var cat: String?
    var pid: Int
    var tid: Int
    var ts: Double?
    var dur: Double?
  }

  private struct File: Decodable {
    var traceEvents: [Event]
  }

  private func events(_ trace: Trace, _ verdict: Verdict) throws -> [Event] {
    try JSONDecoder().decode(File.self, from: Data(TimelineReport().text(trace, verdict).utf8)).traceEvents
  }

  @Test func everyProcessConnectionTestAndViolationIsThere() throws {
    let events = try events(SampleRun.trace(), SampleRun.verdict([SampleRun.violation()]))
    func names(_ phase: String, _ category: String) -> [String] {
      events.filter { $0.ph == phase && $0.cat == category }.map(\.name)
    }
    #expect(names("X", "process") == ["uv", "python3", "sh", "curl", "sleep"])
    #expect(names("b", "connection") == Array(repeating: "connect tcp://203.0.113.9:443", count: 2))
    #expect(names("X", "test") == ["test_net.py::test_fetch"])
    #expect(names("i", "violation") == ["unexpected-egress: tcp://203.0.113.9:443"])
    #expect(names("s", "start").count == 4 && names("f", "start").count == 4)
  }

  @Test func timesAreMicrosecondsFromTheStartOfTheRun() throws {
    let events = try events(SampleRun.trace(), SampleRun.verdict([]))
    let curl = try #require(events.first { $0.ph == "X" && $0.name == "curl" })
    #expect(curl.ts == 110_000 && curl.dur == 80_000)
    // What was left running lasts to the end of the run.
    let sleep = try #require(events.first { $0.ph == "X" && $0.name == "sleep" })
    #expect(sleep.ts.map { $0 + (sleep.dur ?? 0) } == 1_000_000)
  }

  @Test func aPidThatWasUsedAgainHasItsOwnLane() throws {
    var trace = SampleRun.trace()
    SampleRun.add(&trace, pid: 4242, parent: 1, ["again"], from: 500, to: 600)
    let lanes = try events(trace, SampleRun.verdict([])).filter { $0.ph == "X" && $0.cat == "process" }.map(\.tid)
    #expect(Set(lanes).count == trace.processes.count)
  }

  @Test func theProgramsOfAProcessNestInIt() throws {
    var trace = SampleRun.trace()
    trace.processes[3].executions.append(.init(image: 0, time: SampleRun.instant(150)))
    let events = try events(trace, SampleRun.verdict([])).filter { $0.ph == "X" && $0.pid == 4242 }
    let outer = try #require(events.first)
    #expect(events.dropFirst().map(\.name) == ["curl", "uv"])
    for inner in events.dropFirst() {
      #expect(inner.ts! >= outer.ts! && inner.ts! + inner.dur! <= outer.ts! + outer.dur!)
    }
  }

  @Test func aMarkedTestLastsFromItsBeginningToItsEnd() throws {
    var trace = SampleRun.trace()
    let runner = trace.processes[1].identity
    var run = TestCase.Run(id: 1, process: runner, start: SampleRun.instant(50))
    run.end = SampleRun.instant(400)
    run.phases = [
      .init(name: "setup", start: SampleRun.instant(50)), .init(name: "call", start: SampleRun.instant(90)),
    ]
    trace.testCases[0].run = run
    // Did nothing, and never ended: as long as its process.
    var other = TestCase(runner: "pytest", suite: nil, name: "other")
    other.run = TestCase.Run(id: 2, process: runner, start: SampleRun.instant(500))
    trace.testCases.append(other)
    let slices = try events(trace, SampleRun.verdict([])).filter { $0.cat == "test" || $0.cat == "phase" }
    #expect(slices.map(\.name) == ["test_net.py::test_fetch", "setup", "call", "other"])
    #expect(slices.map(\.ts) == [50_000, 50_000, 90_000, 500_000])
    #expect(slices.map(\.dur) == [350_000, 40_000, 310_000, 390_000])
  }

  @Test func testsThatRanAtOnceHaveALaneEach() throws {
    var trace = SampleRun.trace()
    trace.testCases.append(TestCase(runner: "pytest", suite: nil, name: "other"))
    SampleRun.add(&trace, pid: 5000, parent: 1, ["git"], from: 120, to: 180)
    trace.processes[5].attribution = Attribution(testProcess: 0, testCase: 1, level: .process)
    let tests = try events(trace, SampleRun.verdict([])).filter { $0.cat == "test" }
    #expect(tests.count == 2 && Set(tests.map(\.tid)).count == 2)
  }

  @Test(arguments: SampleRun.hostile)
  func namesStayVisible(_ name: String) throws {
    var trace = SampleRun.trace(arguments: [name, name])
    trace.testCases[0].name = name
    for event in try events(trace, SampleRun.verdict([SampleRun.hostileViolation(name)])) {
      #expect(event.name.isVisible)
    }
  }
}
