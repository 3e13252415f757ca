import OTLP
import Policy
import Testing
import Trace

@Suite struct RunSpansTests {
  @Test func nestsRunTestProcessTestCaseAndSpawnedProcess() throws {
    let spans = RunFixture.pytest().spans()
    let run = try #require(spans.first)
    #expect(run.name == "process-tracer test" && run.kind == .internal && run.parentSpanID == nil)
    #expect(run.spanID.hexadecimal == "b7ad6b7169203331")
    #expect(run.traceID.hexadecimal == "0af7651916cd43dd8448eb211c80319c")
    let uv = try #require(spans.named("uv"))
    let pytest = try #require(spans.named("python3"))
    let test = try #require(spans.named("test_net.py::test_fetch"))
    let shell = try #require(spans.named("sh"))
    let curl = try #require(spans.named("curl"))
    #expect(uv.parentSpanID == run.spanID && pytest.parentSpanID == uv.spanID)
    #expect(test.parentSpanID == pytest.spanID && shell.parentSpanID == test.spanID)
    #expect(curl.parentSpanID == shell.spanID)
    #expect(test.start == shell.start && test.end == shell.end)
    #expect(spans.misplaced.isEmpty)
  }

  @Test func aMarkedTestHasItsOwnTimesAndResult() throws {
    var run = RunFixture.pytest()
    run.trace.testCases[0].run = .init(
      id: 1, process: run.trace.processes[1].identity, start: BootInstant(nanoseconds: 5000))
    run.trace.testCases[0].run?.end = BootInstant(nanoseconds: 40_000)
    run.trace.testCases[0].result = .failed
    var idle = TestCase(runner: "pytest", suite: "test_net.py", name: "test_net.py::test_crash")
    idle.run = .init(id: 2, process: run.trace.processes[1].identity, start: BootInstant(nanoseconds: 41_000))
    run.trace.testCases.append(idle)
    let spans = run.spans()
    let test = try #require(spans.named("test_net.py::test_fetch"))
    #expect((test.end - test.start, test.failure?.message) == (35_000, "the test failed"))
    #expect(spans.named("sh")?.parentSpanID == test.spanID)
    // It never ended: it lasts as long as its process.
    let crashed = try #require(spans.named("test_net.py::test_crash"))
    #expect(crashed.end - crashed.start == 39_000)
    #expect(crashed.attributes.contains(Attribute("process_tracer.test.unfinished", .bool(true))))
    #expect(spans.misplaced.isEmpty)
  }

  @Test func theRunIsAChildOfWhoeverStartedIt() {
    var run = RunFixture.pytest()
    run.trace.header.parentSpanID = "00f067aa0ba902b7"
    run.trace.header.traceState = "vendor=1"
    let span = run.spans()[0]
    #expect(span.parentSpanID?.hexadecimal == "00f067aa0ba902b7" && span.traceState == "vendor=1")
    #expect(span.flags == 0x301)
  }

  @Test func aFailedProcessIsAnErrorWithItsType() throws {
    var run = RunFixture.pytest()
    run.add("crash", parent: 2, from: 12_000, to: 13_000, status: .signaled(signal: 11, coreDumped: true))
    let spans = run.spans()
    let curl = try #require(spans.named("curl"))
    #expect(curl.failure?.message == "exited with code 7")
    #expect(curl.attributes["error.type"] == .string("7") && curl.attributes["process.exit.code"] == .int(7))
    let crash = try #require(spans.named("crash"))
    #expect(crash.attributes["error.type"] == .string("SIGSEGV"))
    #expect(crash.attributes["process.exit.code"] == .int(139))
    #expect(crash.attributes["process_tracer.exit.signal"] == .string("SIGSEGV"))
    let shell = try #require(spans.named("sh"))
    #expect(shell.failure == nil && shell.attributes["error.type"] == nil)
  }

  @Test func aProcessTellsWhatItWasAndWhichTestItBelongsTo() throws {
    let curl = try #require(RunFixture.pytest().spans().named("curl"))
    #expect(curl.attributes["process.pid"] == .int(103), "a user's attribute does not hide what was observed")
    #expect(curl.attributes["process.parent_pid"] == .int(102))
    #expect(curl.attributes["process.creation.time"] == .string("2026-11-23T00:30:38.000011000Z"))
    #expect(curl.attributes["process.exit.time"] == .string("2026-11-23T00:30:38.000019000Z"))
    #expect(curl.attributes["process.executable.path"] == .string("/usr/bin/curl"))
    #expect(curl.attributes["process.command_args"] == .strings(["curl", "--token", "REDACTED"]))
    #expect(curl.attributes["process.args_count"] == .int(3))
    #expect(curl.attributes["test.case.name"] == .string("test_net.py::test_fetch"))
    #expect(curl.attributes["test.suite.name"] == .string("test_net.py"))
    #expect(curl.attributes["process_tracer.attribution"] == .string("exact"))
    #expect(curl.attributes["process_tracer.scope"] == .string("test"))
    #expect(curl.attributes["team"] == .string("net"))
    #expect(Set(curl.attributes.map(\.key)).count == curl.attributes.count)
  }

  @Test func aCutCommandLineHasNoCount() {
    var run = RunFixture.pytest()
    run.trace.images[3].cutArgumentBytes = 40
    let curl = run.spans().named("curl")
    #expect(curl?.attributes["process.args_count"] == nil)
    #expect(curl?.attributes["process_tracer.args_cut_bytes"] == .int(40))
  }

  @Test func aDaemonKeepsItsTimesAndLiesInTheSpanThatCoversIt() throws {
    var run = RunFixture.pytest()
    let daemon = run.add("daemon", parent: 3, from: 12_000, to: 85_000)
    run.add("worker", parent: daemon, from: 13_000, to: 84_000)
    run.add("left", parent: daemon, from: 14_000, to: nil)
    let spans = run.spans()
    let found = try #require(spans.named("daemon"))
    #expect(found.parentSpanID == spans.named("uv")?.spanID)
    #expect(found.end - found.start == 73_000)
    #expect(found.attributes["process_tracer.reparented"] == .bool(true))
    #expect(found.attributes["process.parent_pid"] == .int(103))
    let worker = try #require(spans.named("worker"))
    #expect(worker.parentSpanID == found.spanID && worker.attributes["process_tracer.reparented"] == nil)
    let left = try #require(spans.named("left"))
    #expect(left.parentSpanID == spans[0].spanID && left.end == spans[0].end)
    #expect(left.attributes["process_tracer.still_running"] == .bool(true))
    #expect(spans.misplaced.isEmpty)
  }

  @Test func theRunTellsItsVerdict() {
    let run = RunFixture.pytest()
    let span = RunSpans(run.trace, run.violated(.gate))[0]
    #expect(span.failure?.message == "1 violation of the policy")
    #expect(span.attributes["error.type"] == .string("violations"))
    #expect(span.attributes["process.exit.code"] == .int(120))
    #expect(span.attributes["process.command_args"] == .strings(["uv", "run", "pytest"]))
    #expect(span.attributes["process.pid"] != .int(99), "the tracer's pid is not the command's")
    #expect(span.attributes["process_tracer.command.exit_code"] == .int(0))
    #expect(span.attributes["process_tracer.policy.violations"] == .int(1))
    #expect(span.attributes["test.suite.run.status"] == .string("success"))
    #expect(RunSpans(run.trace, run.violated(.audit))[0].failure == nil)
  }

  @Test func idsAreTheSameForTheSameRunAndDifferForEverySpan() {
    let first = RunFixture.pytest().spans()
    #expect(first == RunFixture.pytest().spans())
    #expect(Set(first.map(\.spanID)).count == first.count)
    #expect(!first.contains { $0.spanID.value == 0 })
  }

  /// Random families with lost parents, daemons, circles and tests: children lie in their parents, all reach the run.
  @Test(arguments: 0..<60) func everySpanLiesInItsParent(seed: UInt64) {
    var random = SplitMix(state: seed)
    var run = RunFixture()
    let count = Int.random(in: 1...200, using: &random)
    for index in 0..<count {
      let parent =
        index == 0 || Int.random(in: 0..<20, using: &random) == 0 ? nil : Int.random(in: 0..<index, using: &random)
      let earliest = parent.map { run.trace.processes[$0].identity.start.nanoseconds } ?? 500
      let start = earliest + .random(in: 0...400, using: &random)
      let end: UInt64? =
        Int.random(in: 0..<10, using: &random) == 0 ? nil : start + .random(in: 0...3000, using: &random)
      run.add("p\(index)", parent: parent, from: start, to: end)
    }
    run.trace.testProcesses = (0..<5).map {
      TestProcess(runner: "pytest", suite: nil, process: min($0 * 3, count - 1))
    }
    run.trace.testCases = (0..<4).map { TestCase(runner: "pytest", suite: nil, name: "t\($0)") }
    for index in 1..<max(count, 1) {
      let testCase = Bool.random(using: &random) ? Int.random(in: 0..<4, using: &random) : nil
      run.trace.processes[index].attribution = Attribution(
        testProcess: Int.random(in: 0..<5, using: &random), testCase: testCase, level: .process)
      run.trace.processes[index].isLeaked = run.trace.processes[index].end == nil
      // What only a damaged record has: parents behind their children, and circles.
      if seed % 3 == 0, Int.random(in: 0..<15, using: &random) == 0 {
        run.trace.processes[index].parent = Int.random(in: 0..<count, using: &random)
      }
    }
    let spans = run.spans()
    #expect(spans.misplaced.isEmpty)
    var reached: Set<SpanID> = [spans[0].spanID]
    var grew = true
    while grew {
      let known = reached.count
      for span in spans where span.parentSpanID.map(reached.contains) ?? false { reached.insert(span.spanID) }
      grew = reached.count > known
    }
    #expect(reached.count == spans.count)
  }
}

/// splitmix64: the same numbers for the same seed.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
