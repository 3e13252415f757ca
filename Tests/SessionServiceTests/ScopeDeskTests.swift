import Policy
import Testing
import Trace

@testable import SessionService

/// A run in memory: events go to a builder and a desk as they do when a command runs.
private struct Recorder: ~Copyable {
  var builder: TraceBuilder
  var desk = ScopeDesk()
  private var clock: UInt64 = 1_000

  static let tester = ProcessIdentity(pid: 10, start: BootInstant(nanoseconds: 10))

  init() {
    var header = RunHeader(
      toolVersion: "", verb: "test", command: [], workingDirectory: "/", traceID: "", rootSpanID: "",
      start: BootInstant(nanoseconds: 0), unixOffset: 0)
    header.networkNamespace = 1
    builder = TraceBuilder(header: header)
    fork(Self.tester, from: ProcessIdentity(pid: 1, start: BootInstant(nanoseconds: 1)))
  }

  mutating func now() -> BootInstant {
    clock += 1
    return BootInstant(nanoseconds: clock)
  }

  @discardableResult
  mutating func add(_ event: KernelEvent) -> KernelEvent {
    builder.add(event)
    return desk.take(event, in: builder)
  }

  @discardableResult
  mutating func mark(
    _ verb: MarkerEvent.Verb, _ id: UInt32, _ text: String = "", within previous: UInt32 = 0,
    level: Attribution.Level = .exact
  ) -> KernelEvent {
    add(
      .marker(
        MarkerEvent(
          time: now(), process: Self.tester, thread: 10, verb: verb, test: TestMark(id: id, level: .exact),
          previous: TestMark(id: previous, level: previous == 0 ? .none : level), text: text)))
  }

  mutating func open(_ id: UInt32, within previous: UInt32 = 0, level: Attribution.Level = .exact) {
    mark(.thread, id, "test \(id)\nscope=secret\(id)", within: previous, level: level)
  }

  mutating func fork(_ child: ProcessIdentity, from parent: ProcessIdentity = tester, test: TestMark = .none) {
    var event = ForkEvent(
      time: now(), child: child, parent: parent, namespacePID: child.pid, tracerPID: child.pid, pidNamespace: 1, uid: 0,
      gid: 0, isRoot: false)
    event.test = test
    add(.fork(event))
  }

  mutating func connect(
    _ address: String, from process: ProcessIdentity = tester, test: TestMark, socket: UInt64
  ) {
    var event = ConnectEvent(
      time: now(), process: process, thread: 1, socket: socket, protocol: .tcp,
      peer: Endpoint(address: IPAddress(address)!, port: 443), networkNamespace: 1)
    event.test = test
    add(.connect(event))
  }

  mutating func answer(_ name: String, _ address: String, test: TestMark, doubts: Set<AnswerEvent.Doubt> = []) {
    let message = DNSMessage(
      id: 1, responseCode: 0, isTruncated: false, name: name, type: .a,
      records: [.address(name: name, IPAddress(address)!)], isBroken: false)
    var event = AnswerEvent(
      time: now(), process: Self.tester, thread: 1, socket: 9, resolver: IPAddress("203.0.113.54")!, protocol: .udp,
      networkNamespace: 1, doubts: doubts, message: message)
    event.test = test
    add(.answer(event))
  }

  /// The lines of an answer by their word.
  mutating func ask(_ id: UInt32, secret: String? = nil, more: String = "", lost: UInt64 = 0) throws -> [SessionLine] {
    let request = try SessionRequest("activity\tversion=1\ttest=\(id << 4)\tsecret=\(secret ?? "secret\(id)")\(more)")
    let places = DestinationPlaces(nameservers: [], ownAddresses: [IPAddress("192.0.2.77")!], ownNamespace: 1)
    return try desk.answer(request, from: builder, places: places, lost: lost, now: now()).lines
  }
}

extension [SessionLine] {
  fileprivate func values(_ word: String, _ key: String) -> [String] {
    filter { $0.word == word }.flatMap { $0.fields.filter { $0.key == key }.map(\.value) }
  }
}

@Suite struct ScopeDeskTests {
  private let child = ProcessIdentity(pid: 20, start: BootInstant(nanoseconds: 2_000))
  private let grandchild = ProcessIdentity(pid: 30, start: BootInstant(nanoseconds: 3_000))

  @Test func aScopeSeesItsOwnAlone() throws {
    var run = Recorder()
    run.open(1)
    run.open(2)
    run.connect("203.0.113.1", test: TestMark(id: 1, level: .exact), socket: 1)
    run.connect("203.0.113.2", test: TestMark(id: 2, level: .exact), socket: 2)
    run.fork(child, test: TestMark(id: 2, level: .exact))
    run.mark(.end, 1)
    run.mark(.end, 2)
    let first = try run.ask(1)
    #expect(first.values("connection", "destination") == ["tcp://203.0.113.1:443"])
    #expect(first.values("process", "pid").isEmpty)
    let second = try run.ask(2)
    #expect(second.values("connection", "destination") == ["tcp://203.0.113.2:443"])
    #expect(second.values("process", "pid") == ["20"])
  }

  @Test func namesAreThoseThatEvidenceGaveBefore() throws {
    var run = Recorder()
    run.open(1)
    let test = TestMark(id: 1, level: .exact)
    run.answer("api.example.com", "203.0.113.9", test: test)
    run.answer("claimed.example.com", "203.0.113.9", test: test, doubts: [.otherServer])
    run.answer("unasked.example.com", "203.0.113.9", test: test, doubts: [.unasked])
    run.connect("203.0.113.9", test: test, socket: 1)
    run.answer("late.example.com", "203.0.113.9", test: test)
    run.mark(.end, 1)
    let queries = [
      "api.example.com", "claimed.example.com", "late.example.com:443", "*.example.com:443", "dns:claimed.example.com",
    ]
    let answer = try run.ask(1, more: queries.map { "\tnet=\($0)" }.joined())
    #expect(answer.values("connection", "name") == ["api.example.com"])
    #expect(answer.values("connection", "net") == ["0", "3"])
    #expect(answer.values("lookup", "name") == ["api.example.com", "claimed.example.com", "late.example.com"])
    #expect(answer.values("lookup", "address") == ["203.0.113.9", "203.0.113.9", "203.0.113.9"])
    #expect(answer.values("lookup", "net") == ["4"])
  }

  @Test func anEnclosingScopeHasWhatThoseWithinDid() throws {
    var run = Recorder()
    run.open(1)
    run.open(2, within: 1)
    let inner = TestMark(id: 2, level: .exact)
    run.fork(child, test: inner)
    run.mark(.end, 2)
    #expect(try run.ask(2).values("process", "pid") == ["20"])
    // What the inner scope left running goes on for the outer one.
    run.fork(grandchild, from: child, test: inner)
    run.mark(.end, 1)
    #expect(try run.ask(1).values("process", "pid") == ["20", "30"])
    #expect(run.desk.index.count == 0)
  }

  @Test func aScopeWithinATestIsNoTestOfItsOwn() {
    var run = Recorder()
    run.open(1)
    run.open(2, within: 1)
    run.connect("203.0.113.1", test: TestMark(id: 2, level: .exact), socket: 1)
    run.mark(.end, 2, "failed")
    run.mark(.end, 1, "passed")
    let trace = run.builder.finish(nil)
    #expect(trace.testCases.map(\.name) == ["test 1"])
    #expect(trace.testCases.first?.result == .passed)
    #expect(trace.markedTestCases[2] == trace.markedTestCases[1])
  }

  @Test func aScopeOnAThreadThatATestOnlyCreatedIsNoPartOfIt() {
    var run = Recorder()
    run.open(1)
    run.open(2, within: 1, level: .creator)
    #expect(run.builder.finish(nil).testCases.map(\.name) == ["test 1", "test 2"])
  }

  @Test func whatBelongsToNoTestIsToldAsSuch() throws {
    var run = Recorder()
    run.connect("203.0.113.9", test: .none, socket: 9)
    run.open(1)
    run.fork(child)
    run.connect("203.0.113.1", from: child, test: .none, socket: 1)
    run.connect("203.0.113.2", test: TestMark(id: 1, level: .creator), socket: 2)
    run.mark(.end, 1)
    run.connect("203.0.113.3", test: .none, socket: 3)
    let answer = try run.ask(1)
    #expect(answer.values("connection", "destination") == ["tcp://203.0.113.1:443", "tcp://203.0.113.2:443"])
    #expect(answer.values("connection", "level") == ["window", "creator"])
    #expect(answer.values("process", "level") == ["window"])
  }

  @Test func placesAreThoseOfThePolicy() throws {
    var run = Recorder()
    run.open(1)
    let mark = TestMark(id: 1, level: .exact)
    for (socket, address) in ["127.0.0.1", "192.0.2.77", "203.0.113.1"].enumerated() {
      run.connect(address, test: mark, socket: UInt64(socket))
    }
    run.mark(.end, 1)
    let answer = try run.ask(1, more: "\tnet=203.0.113.0/24:443\tnet=loopback")
    #expect(answer.values("connection", "place") == ["loopback", "self", "outside"])
    #expect(answer.values("connection", "net") == ["1", "0"])
  }

  @Test func checkpointsTellMoreEachTimeAndOnceOnly() throws {
    var run = Recorder()
    run.open(1)
    let mark = TestMark(id: 1, level: .exact)
    run.connect("203.0.113.1", test: mark, socket: 1)
    run.mark(.phase, 1, "\ncheckpoint=1")
    #expect(try run.ask(1, more: "\tuntil=1").values("connection", "destination").count == 1)
    #expect(throws: SessionRefusal.replayed) { try run.ask(1, more: "\tuntil=1") }
    run.connect("203.0.113.2", test: mark, socket: 2)
    run.mark(.phase, 1, "\ncheckpoint=2")
    #expect(try run.ask(1, more: "\tuntil=2").values("connection", "destination").count == 2)
    #expect(run.builder.finish(nil).testCases.first?.run?.phases.isEmpty == true)
  }

  @Test func refusesWhoDoesNotKnowTheSecretAndWhoAsksTwice() throws {
    var run = Recorder()
    run.open(1)
    run.mark(.end, 1)
    #expect(throws: SessionRefusal.wrongSecret) { try run.ask(1, secret: "secret2") }
    #expect(throws: SessionRefusal.unknownScope) { try run.ask(7) }
    _ = try run.ask(1)
    #expect(throws: SessionRefusal.unknownScope) { try run.ask(1) }
  }

  @Test func theSecretIsNotRecorded() {
    var run = Recorder()
    guard case .marker(let event) = run.mark(.thread, 1, "name\nscope=5ecret\nfile=a.py") else {
      Issue.record("another event came back")
      return
    }
    #expect(event.text == "name\nscope=yes\nfile=a.py")
  }

  @Test func tellsWhatIsMissing() throws {
    var run = Recorder()
    run.open(1)
    run.open(2)
    let partial = try run.ask(1, lost: 3)
    #expect(partial.values("activity", "partial") == ["1"])
    #expect(partial.values("activity", "lost") == ["3"])
    run.mark(.end, 2)
    #expect(try run.ask(2, lost: 3).values("activity", "lost") == ["3"])
    run.open(3)
    run.mark(.end, 3)
    #expect(try run.ask(3, lost: 3).values("activity", "lost") == ["0"])
  }

  @Test func holdsNothingOfADeadProcess() {
    var run = Recorder()
    for id in 1...10_000 { run.open(UInt32(id)) }
    #expect(run.desk.index.count == 10_000)
    let time = run.now()
    run.add(
      .exit(
        ExitEvent(
          time: time, process: Recorder.tester, status: .exited(code: 0), cpuTime: 0, peakResidentBytes: 0)))
    #expect(run.desk.index.count == 0)
  }
}
