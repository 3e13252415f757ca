import Testing
import Trace

/// One of everything that a record can hold.
private enum Everything {
  static var header: RunHeader {
    var header = testHeader
    header.parentSpanID = "00f067aa0ba902b7"
    header.traceState = "a=b"
    header.attributes = ["z": "1", "a": "ü\"\u{1}\u{1F600}"]
    header.resource = ["service.name": "x"]
    header.uid = 1000
    header.hostname = "host"
    header.kernelRelease = "6.1.0"
    header.nameservers = [IPAddress("192.0.2.53")!, IPAddress("2001:db8::53")!]
    header.hosts = [HostsEntry(address: IPAddress("192.0.2.7")!, names: ["db", "db.example.com"])]
    header.networkNamespace = 9
    header.hooks = [Hook(name: "fork", isRequired: true, isAttached: false, cost: "everything")]
    header.sessionCgroup = "/sys/fs/cgroup/x"
    header.adapters = ["pytest"]
    header.notes = ["as root"]
    header.unixOffset = -5
    return header
  }

  static var fullImage: ProcessImage {
    ProcessImage(
      path: "/opt/a b/ä", arguments: ["a", "", "\n\t\u{7F}\\", "--token=[redacted]"],
      unredactedArguments: ["--token=hunter2"],
      cutArgumentBytes: 40_000, workingDirectory: "/src", environment: ["TRACEPARENT": "00-1", "NEXTEST_RUN_ID": "7"],
      uid: 1, gid: 2, flags: [.pathCut, .workingDirectoryCut, .argumentsUnreadable, .deleted, .environmentCut])
  }

  static let events: [KernelEvent] = [
    fork(10, by: 1, isRoot: true), fork(11, by: 10), exec(10, "/bin/sh", at: 10_100),
    .exec(
      ExecEvent(
        time: at(.max), process: id(11), namespacePID: 2, thread: 12,
        imageID: ImageID(pathHash: 0xFEDC_BA98_7654_3210, inode: .max, device: .max), image: fullImage)),
    connect(11, "203.0.113.255:443", socket: .max, at: 20_000), connect(11, "[2001:db8::1]:1", socket: 2, at: 20_001),
    accept(11, "[2001:db8::2]:65535", socket: 3, at: 20_002), datagram(11, "10.0.0.1:53", at: 20_003),
    close(11, "203.0.113.255:443", socket: .max, attempt: 20_000, at: 20_100) { $0.errno = 111 },
    close(11, "[2001:db8::1]:1", socket: 2, attempt: 20_001, at: 20_200) {
      $0.established = at(20_050)
      $0.bytesSent = 1
      $0.bytesReceived = 2
      $0.isStillOpen = true
      $0.isLocal = true
    },
    close(11, "[2001:db8::2]:65535", socket: 3, attempt: 20_002, at: 20_300) {
      $0.isAccepted = true
      $0.isNotSent = true
    },
    .marker(
      MarkerEvent(
        time: at(20_301), process: id(11), thread: 12, verb: .begin, test: TestMark(id: 7, level: .exact),
        previous: TestMark(id: 6, level: .none), text: "t::ü\nrunner=x")),
    .marker(
      MarkerEvent(
        time: at(20_302), process: id(11), thread: 12, verb: .end, test: TestMark(id: 7, level: .handoff),
        text: "passed")),
    close(11, "[2001:db8::2]:65535", socket: 4, attempt: 20_003, at: 20_303) {
      $0.test = TestMark(id: 7, level: .creator)
    },
    answer(
      11, "b.example.com", records: [.alias(name: "b.example.com", "c"), .address(name: "c", IPAddress("192.0.2.8")!)]
    ) {
      $0.cutBytes = 5000
      $0.message?.isBroken = true
      $0.message?.isTruncated = true
    },
    answer(
      11, "x.example.com", type: .https, doubts: [.unasked, .memberServer],
      records: [
        .service(
          name: "x.example.com", type: .https, target: ".", hints: [IPAddress("192.0.2.8")!, IPAddress("2001:db8::8")!])
      ]),
    answer(11, "unreadable", records: []) { $0.message = nil },
    claim(11, "203.0.113.255:443", socket: .max, attempt: 20_000, .sni, "c.example.com"),
    exit(11, .signaled(signal: 11, coreDumped: true), at: 30_000),
    exit(12, .signaled(signal: 9, coreDumped: false), at: 30_001),
    exit(10, .exited(code: 255), at: 30_002), .commandEnded(at(30_100)),
    flow(11, "10.0.0.1:53", .udp, at: 20_003, attempts: 5, sent: 4, local: 3) {
      $0.established = 2
      $0.failed = 1
      $0.bytesSent = 6
      $0.bytesReceived = 7
    },
    flow(11, "10.0.0.2:0", TransportProtocol(rawValue: 47), at: 20_004, attempts: 1, sent: 1),
    name("b.example.com", "192.0.2.8", by: 11, at: 20_000), lookup(11, "b.example.com", at: 19_000),
    lookup(11, #"\\000\\.x"#, type: RecordType(rawValue: 4711), at: 19_001),
    image("/bin/sh", of: 1, first: 10, at: 10_100),
    image("/opt/long", of: 10, first: 11, at: 11_000, count: 2, cutTo: "ong"),
  ]

  static var end: RunEnd {
    var loss = EvidenceLoss()
    loss.ringFailures = ["fork": 1, "exec": 2]
    loss.membersRefused = 3
    loss.flowsRefused = 4
    loss.imagesRefused = 5
    loss.socketsRefused = 6
    loss.packetsUnparsed = 7
    loss.threadsRefused = 9
    loss.namesRefused = 10
    loss.questionsRefused = 11
    loss.resolversRefused = 12
    loss.messagesUnparsed = 13
    loss.recursionMisses = ["on_fork": 8]
    return RunEnd(
      time: at(40_000), status: .signaled(signal: 15, coreDumped: true), loss: loss, failures: ["the reader died"])
  }

  static func record() -> [UInt8] {
    var writer = RunRecordWriter()
    writer.append(header)
    for event in events { writer.append(event) }
    writer.append(end)
    return writer.takeBytes()
  }
}

private func readError(_ text: String) -> String? {
  do throws(RunRecordError) {
    _ = try RunRecord.replay(Array(text.utf8), file: "run.jsonl")
    return nil
  } catch {
    return error.description
  }
}

@Suite struct RunRecordTests {
  @Test func survivesWritingAndReading() throws {
    let record = Everything.record()
    var reader = RunRecordReader(record, file: "run.jsonl")
    var writer = RunRecordWriter()
    while let line = try reader.next() {
      switch line {
      case .header(let header): writer.append(header)
      case .event(let event): writer.append(event)
      case .end(let end): writer.append(end)
      }
    }
    #expect(!reader.isCut)
    #expect(String(decoding: writer.takeBytes(), as: UTF8.self) == String(decoding: record, as: UTF8.self))
  }

  @Test func replaysToTheSameTrace() throws {
    let live = trace(Everything.events, end: Everything.end)
    let replayed = try RunRecord.replay(Everything.record(), file: "run.jsonl")
    #expect(replayed.processes.map(\.identity) == live.processes.map(\.identity))
    #expect(replayed.processes.map(\.status) == live.processes.map(\.status))
    #expect(replayed.processes.map(\.isLeaked) == live.processes.map(\.isLeaked))
    #expect(replayed.images.map(\.path) == live.images.map(\.path))
    #expect(replayed.images.map(\.arguments) == live.images.map(\.arguments))
    #expect(replayed.images.map(\.environment) == live.images.map(\.environment))
    #expect(replayed.images.map(\.flags) == live.images.map(\.flags))
    #expect(replayed.connections.map(\.outcome) == live.connections.map(\.outcome))
    #expect(replayed.connections.map(\.peer) == live.connections.map(\.peer))
    #expect(replayed.flows.map(\.destination) == live.flows.map(\.destination))
    #expect(replayed.executedImages.map(\.path) == live.executedImages.map(\.path))
    #expect(replayed.end?.loss == Everything.end.loss)
    #expect(replayed.header.attributes == Everything.header.attributes)
    #expect(replayed.header.nameservers == Everything.header.nameservers)
    #expect(replayed.header.hosts == Everything.header.hosts)
    #expect(replayed.header.networkNamespace == 9)
    #expect(replayed.lookups.map(\.answers) == live.lookups.map(\.answers))
    #expect(replayed.connections.map(\.names) == live.connections.map(\.names))
    #expect(replayed.header.hooks == Everything.header.hooks)
  }

  @Test func recordsNoUnredactedArgument() {
    #expect(!String(decoding: Everything.record(), as: UTF8.self).contains("hunter2"))
  }

  @Test func drainsWholeLines() throws {
    struct DiskFull: Error {}
    var writer = RunRecordWriter()
    writer.append(Everything.events[0])
    #expect(throws: DiskFull.self) { try writer.drain { _ throws(DiskFull) in throw DiskFull() } }
    var drained: [UInt8] = []
    writer.drain { drained += $0 }
    #expect(drained.last == UInt8(ascii: "\n"))
    #expect(writer.pendingByteCount == 0)
    writer.append(Everything.events[0])
    #expect(writer.takeBytes() == drained)
  }

  @Test func toleratesALastLineCutInHalf() throws {
    let record = Everything.record()
    let lastLine = record.dropLast().lastIndex(of: UInt8(ascii: "\n"))! + 1
    for length in [lastLine + 1, lastLine + 20, record.count - 2] {
      let trace = try RunRecord.replay(Array(record[..<length]), file: "run.jsonl")
      #expect(trace.end == nil)
      #expect(trace.processes.count == 3)
    }
    // An editor took the last line feed.
    #expect(try RunRecord.replay(Array(record.dropLast()), file: "run.jsonl").end != nil)
    #expect(try RunRecord.replay(Array(record[..<lastLine]), file: "run.jsonl").end == nil)
  }

  @Test func passesOverMembersOfLaterTools() throws {
    let text = String(decoding: Everything.record(), as: UTF8.self)
      .split(separator: "\n").map { $0.dropLast() + #","later":{"a":[1,-2,null,"x",true]}}"# }.joined(separator: "\n")
    #expect(readError(text) == nil)
  }

  private static var header: String {
    var writer = RunRecordWriter()
    writer.append(testHeader)
    return String(decoding: writer.takeBytes(), as: UTF8.self)
  }

  @Test(arguments: [
    (#"{"type":"exit","time":1,"start":2}"#, #"expected a number for "pid""#),
    (#"{"type":"exit","time":1,"pid":"7","start":2}"#, #"expected a number for "pid""#),
    (
      #"{"type":"exit","time":1,"pid":4294967296,"start":2}"#,
      #"expected a number from -2147483648 to 2147483647 for "pid""#
    ),
    (#"{"type":"exit","time":-1,"pid":1,"start":2}"#, #"expected a number from 0 to 18446744073709551615 for "time""#),
    (#"{"type":"exit","time":1.5}"#, "expected whole numbers"),
    (#"{"type":"exit","time":18446744073709551616}"#, "expected numbers of at most 64 bits"),
    (#"{"type":"exit","time":1,"pid":1,"start":2,"cpu_time":1}"#, #"expected "exit_code" or "signal""#),
    (#"{"type":"exit","time":1,"pid":1,"start":2,"signal":0}"#, #"expected a number from 1 to 127 for "signal""#),
    (#"{"type":"dance"}"#, #"format version 3 has no "dance" here"#),
    (#"{"type":"header"}"#, #"format version 3 has no "header" here"#),
    (#"{"time":1}"#, #"expected a string for "type""#),
    (#"{"type":"command_ended"}"#, #"expected a number for "time""#),
    ("[1]", "expected a JSON object"), ("", "expected a JSON object"), ("nonsense", "expected a JSON object"),
    (#"{"type":"fork" "time":1}"#, #"expected "," or "}""#), (#"{"type":"fo"#, "expected a closing quote"),
    (#"{"type":"command_ended","time":1} x"#, "expected nothing behind the JSON object"),
    (#"{"type":"\x"}"#, "expected a JSON escape"), (#"{"type":"\ud800"}"#, "expected a pair of surrogates"),
    (
      #"{"type":"connect","time":1,"pid":1,"start":2,"thread":1,"socket":1,"protocol":"tcp","peer":"host:1"}"#,
      #"expected an address and port (192.0.2.1:443, [2001:db8::1]:443) for "peer""#
    ),
    (
      #"{"type":"connect","time":1,"pid":1,"start":2,"thread":1,"socket":1,"protocol":"TCP"}"#,
      #"expected a protocol (tcp, udp, proto-N) for "protocol""#
    ), (#"{"type":"exec","path":"/a","arguments":["a",1]}"#, #"expected an array of strings for "arguments""#),
  ])
  func refusesBadLines(line: String, message: String) {
    #expect(readError(Self.header + line + "\n") == "run.jsonl:2: \(message)")
  }

  @Test func refusesBadFiles() {
    #expect(readError("") == "run.jsonl:1: the file is empty; expected a recorded run's header")
    #expect(readError(#"{"type":"fork"}"#) == #"run.jsonl:1: expected "header" for "type""#)
    #expect(readError("{\"type\":\"he") == "run.jsonl:1: expected a closing quote")
    #expect(
      readError(Self.header.replacing(#""format_version":3"#, with: #""format_version":4"#))
        == "run.jsonl:1: format version 4 is not one that this process-tracer reads (it reads up to 3); "
        + "use the version that recorded it")
    let record = String(decoding: Everything.record(), as: UTF8.self)
    let lines = record.split(separator: "\n").count
    #expect(
      readError(record + #"{"type":"command_ended","time":1}"# + "\n")
        == "run.jsonl:\(lines + 1): expected nothing behind the end of the run")
    var notText = Array(Self.header.utf8)
    notText += [UInt8(ascii: "{"), UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\""), 0x0A]
    #expect(throws: RunRecordError(file: "f", line: 2, message: "expected UTF-8")) {
      try RunRecord.replay(notText, file: "f")
    }
    let deep = #"{"type":"# + String(repeating: "[", count: 100_000) + "\n"
    #expect(readError(Self.header + deep) == "run.jsonl:2: expected values nested less deeply")
  }

  @Test func readsEscapedText() throws {
    let line =
      #"{"type":"exec","time":1,"pid":1,"start":1,"namespace_pid":1,"thread":1,"#
      + #""image_hash":"0000000000000000","image_inode":0,"image_device":0,"path":"\/a\ud83d\ude00\u00e9\"","#
      + #""arguments":[],"working_directory":"","uid":0,"gid":0}"#
    let trace = try RunRecord.replay(Array((Self.header + line).utf8), file: "run.jsonl")
    #expect(trace.images.first?.path == "/a\u{1F600}é\"")
  }
}
